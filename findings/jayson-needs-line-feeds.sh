#!/usr/bin/env bash
# jayson's TCP server (a JSON-RPC library for node) runs nothing before a line feed, and takes two objects in one line
# for none.
#
# The guess, written down before: a TCP server for JSON-RPC takes objects as they come, because a JSON object says
# itself where it ends: two of them back to back are two calls, and a bad one leaves the connection of use for the
# next.
#
# What happens (jayson 5.0.0, node 20.20.2): a complete request without a line feed behind it is not run, however long
# one waits, and nothing is said. With a line feed behind it, it is. Two requests back to back in one line are
# answered with one -32700 and the id null, neither is run, and the connection is closed.
#
# Seen:
#   one object, no line feed: ran 0, answers 0
#   the line feed: ran 1, answers 1
#   two objects in one line: ran 1, answers 2, the last with id null and code -32700, open false
#
# Needs bash, node and npm, and the network for npm. Takes about ten seconds. Exits with 1 when it is otherwise.

set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >npm.log
npm install --no-audit --no-fund --ignore-scripts jayson@5.0.0 >>npm.log

cat >probe.js <<'PROBE'
const jayson = require('jayson');
const net = require('net');

const request = (id) => JSON.stringify({jsonrpc: '2.0', id, method: 'ping', params: []});
const pause = () => new Promise((done) => setTimeout(done, 1000));
let ran = 0;
let heard = '';
let isOpen = true;

const server = jayson.server({ping: (_params, done) => { ran += 1; done(null, 'pong'); }}).tcp();
server.listen(0, '127.0.0.1', async () => {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('data', (data) => { heard += data; });
  client.on('close', () => { isOpen = false; });
  const answers = () => heard.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  client.write(request(1));
  await pause();
  console.log(`one object, no line feed: ran ${ran}, answers ${answers().length}`);
  client.write('\n');
  await pause();
  console.log(`the line feed: ran ${ran}, answers ${answers().length}`);
  client.write(`${request(2)}${request(3)}\n`);
  await pause();
  const last = answers().at(-1);
  console.log(`two objects in one line: ran ${ran}, answers ${answers().length}, ` +
    `the last with id ${last.id} and code ${last.error && last.error.code}, open ${isOpen}`);
  process.exit(0);
});
PROBE
node probe.js | tee seen.txt

cat >expected.txt <<'EXPECTED'
one object, no line feed: ran 0, answers 0
the line feed: ran 1, answers 1
two objects in one line: ran 1, answers 2, the last with id null and code -32700, open false
EXPECTED
diff expected.txt seen.txt
