#!/usr/bin/env bash
# Python's own XML-RPC server, told to speak HTTP/1.1, serves nobody else while one client keeps an idle connection.
#
# The guess, written down before: a server with one thread serves one *call* at a time; a connection on which nothing
# happens costs it nothing, so a second client is answered between two calls of the first, or at the latest after some
# time-out for idle connections.
#
# What happens (CPython 3.11): `SimpleXMLRPCServer` with `protocol_version = "HTTP/1.1"`, as its documentation's base
# class allows, reads the next request from the connection that it has until that is closed. There is no time-out. A
# second client connects (the kernel takes the connection), writes its call, and hears nothing, although the first has
# been idle all the time; it is answered at once when the first one closes its connection, or hangs up.
#
# Seen (Python 3.11.7):
#   the first client: answered
#   the second, the first idle for 3 s: not answered
#   the first has closed: the second is answered
#
# Needs bash and python3 (only its standard library). Takes about five seconds. Exits with 1 when it is otherwise.

set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 --version

cat >probe.py <<'PROBE'
import http.client
import threading
import time
import xmlrpc.client
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer


class Handler(SimpleXMLRPCRequestHandler):
    protocol_version = "HTTP/1.1"


server = SimpleXMLRPCServer(("127.0.0.1", 0), Handler, logRequests=False)
server.register_function(lambda: "pong", "ping")
threading.Thread(target=server.serve_forever, daemon=True).start()
body = xmlrpc.client.dumps((), "ping")
answered = []


def call(connection, name):
    connection.request("POST", "/RPC2", body, {"Content-Type": "text/xml"})
    connection.getresponse().read()
    answered.append(name)


first = http.client.HTTPConnection(*server.server_address)
call(first, "first")
print("the first client:", "answered" if "first" in answered else "not answered")
second = http.client.HTTPConnection(*server.server_address)
calling = threading.Thread(target=call, args=(second, "second"), daemon=True)
calling.start()
time.sleep(3)
print("the second, the first idle for 3 s:", "answered" if "second" in answered else "not answered")
first.close()
calling.join(3)
print("the first has closed: the second is", "answered" if "second" in answered else "not answered")
second.close()
PROBE
python3 probe.py | tee seen.txt

cat >expected.txt <<'EXPECTED'
the first client: answered
the second, the first idle for 3 s: not answered
the first has closed: the second is answered
EXPECTED
diff expected.txt seen.txt
