#!/usr/bin/env bash
# RabbitMQ 3.10.8 (Debian's rabbitmq-server), pika 1.4.4: when a publisher hears of a memory alarm.
#
# The guess, written down before: `connection.blocked` is sent when the alarm sets in, to every connection that has
# published, and to a new connection at the latest when it is open. So
# a publisher can look whether it is blocked before it hands over the next message.
#
# What happens: nobody is told anything until he publishes the next message; neither the connection that has published
# and was confirmed before, nor one that is opened during the alarm, which logs in, opens a channel and turns confirms on
# as if all was well. That message is then neither confirmed nor refused as long as the alarm stands, and is stored when
# it ends: whoever passes it on to somebody else makes a copy.
#
# Seen (RabbitMQ 3.10.8, pika 1.4.4):
#   2 s into the alarm: published earlier: [], new: []
#   1 publish each:     published earlier: ['blocked'], new: ['blocked']
#   the alarm is over:  published earlier: ['blocked', 'unblocked', 'ack'], new: ['blocked', 'unblocked', 'ack']
#
# Needs rabbitmq-server and epmd; starts a node of its own on free ports and ends it. Prints what it sees and fails when
# that changes. Takes about 30 s.
set -euo pipefail

directory=$(mktemp -d)
node="" mapper=""
finish() {
    if [ -n "$node" ]; then kill -KILL -- "-$node" 2>/dev/null || true; fi
    if [ -n "$mapper" ]; then kill "$mapper" 2>/dev/null || true; fi
    rm -rf "$directory"
}
trap finish EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pika==1.4.4

# Debian's wrapper in /usr/sbin changes the user; the scripts below /usr/lib do not.
PATH="/usr/lib/rabbitmq/bin:$PATH"
read -r port epmd_port dist_port < <("$directory/venv/bin/python" - <<'PYTHON'
import socket

probes = [socket.socket() for _ in range(3)]
for probe in probes:
    probe.bind(("127.0.0.1", 0))
print(*(probe.getsockname()[1] for probe in probes))
PYTHON
)
mkdir "$directory/home"
printf 'listeners.tcp.1 = 127.0.0.1:%s\n' "$port" >"$directory/rabbitmq.conf"
export HOME="$directory/home" ERL_EPMD_PORT="$epmd_port" ERL_EPMD_ADDRESS=127.0.0.1 \
    ERL_CRASH_DUMP="$directory/erl_crash.dump" RABBITMQ_NODENAME="finding$$@localhost" \
    RABBITMQ_DIST_PORT="$dist_port" RABBITMQ_CONFIG_FILE="$directory/rabbitmq.conf" \
    RABBITMQ_CONF_ENV_FILE="$directory/none.conf" RABBITMQ_MNESIA_BASE="$directory/data" \
    RABBITMQ_MNESIA_DIR="$directory/data/node" RABBITMQ_LOG_BASE="$directory/log" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$directory/plugins" RABBITMQ_PID_FILE="$directory/pid"
epmd -port "$epmd_port" -address 127.0.0.1 &
mapper=$!
setsid rabbitmq-server >"$directory/output" 2>&1 &
node=$!
timeout 90 rabbitmqctl -q -t 60 wait "$directory/pid" >/dev/null || { cat "$directory/output"; exit 1; }
timeout 30 rabbitmqctl -q version | sed 's/^/RabbitMQ /'

PORT="$port" "$directory/venv/bin/python" - <<'PYTHON'
import os
import subprocess
import sys
import threading
import time

import pika

PARAMETERS = pika.ConnectionParameters("127.0.0.1", int(os.environ["PORT"]))


class Publisher:
    """A connection with a channel in confirm mode, and what it hears."""

    def __init__(self):
        self.heard = []
        self._ready = threading.Event()
        self._connection = pika.SelectConnection(PARAMETERS, on_open_callback=self._opened)
        self._connection.add_on_connection_blocked_callback(lambda *_: self.heard.append("blocked"))
        self._connection.add_on_connection_unblocked_callback(lambda *_: self.heard.append("unblocked"))
        threading.Thread(target=self._connection.ioloop.start, daemon=True).start()
        if not self._ready.wait(10):
            sys.exit("no channel in confirm mode within 10 s")

    def _opened(self, connection):
        connection.channel(on_open_callback=self._channel_open)

    def _channel_open(self, channel):
        self._channel = channel
        channel.confirm_delivery(
            lambda frame: self.heard.append(frame.method.NAME.split(".")[1].lower()),
            callback=lambda _frame: self._ready.set(),
        )

    def publish(self):
        self._connection.ioloop.add_callback_threadsafe(lambda: self._channel.basic_publish("", "q", b"message"))


def limit(share):
    subprocess.run(["rabbitmqctl", "-q", "set_vm_memory_high_watermark", share], check=True, timeout=30)


def tell(when):
    time.sleep(2)
    print(f"{when:19} published earlier: {earlier.heard}, new: {new.heard}")
    return earlier.heard == new.heard and list(new.heard)


setup = pika.BlockingConnection(PARAMETERS)
setup.channel().queue_declare("q")
setup.close()
earlier = Publisher()
earlier.publish()
time.sleep(1)
assert earlier.heard == ["ack"], earlier.heard
earlier.heard.clear()
limit("0.000001")
new = Publisher()
seen = [tell("2 s into the alarm:")]
earlier.publish()
new.publish()
seen.append(tell("1 publish each:"))
limit("0.4")
seen.append(tell("the alarm is over:"))
is_as_found = seen == [[], ["blocked"], ["blocked", "unblocked", "ack"]]
print("told at the next publish only, as found" if is_as_found else "this has changed: read this file's comments anew")
sys.exit(not is_as_found)
PYTHON
