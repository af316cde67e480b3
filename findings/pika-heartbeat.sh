#!/usr/bin/env bash
# pika 1.4.4: when a broker that has fallen silent is noticed.
#
# The guess, written down before: "heartbeat=N" is a time-out, so a silent broker is noticed after N seconds, or, as AMQP
# clients count two missed heartbeats, after 2 N: 2 s for N = 1.
#
# What happens: pika looks every N + 5 s whether any byte came since it looked last. Silence is noticed after N + 5 s at
# the earliest and 2 N + 10 s at the latest, by chance: 6 to 12 s for N = 1. For N = 30 it is 35 to 70 s, so a broker
# that pauses for 40 s, within two heartbeats, may lose the connection.
#
# Seen (pika 1.4.4, Python 3.11.7):
#   silent once it is open:  lost after 12.0 s (AMQPHeartbeatTimeout)
#   silent after 5 s of it:  lost after 6.9 s (AMQPHeartbeatTimeout)
#
# Prints what it sees and fails when that changes. Takes half a minute.
set -euo pipefail

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
python3 -m venv "$directory/venv"
"$directory/venv/bin/pip" install --quiet --disable-pip-version-check pika==1.4.4

"$directory/venv/bin/python" - <<'PYTHON'
import socket
import sys
import threading
import time

import pika
from pika.frame import Heartbeat, Method, decode_frame
from pika.spec import Connection


def broker(listener, beats_s, silent_since):
    """Take one login, send a heartbeat every 0.3 s for `beats_s` seconds, then read on and say nothing."""
    peer, _ = listener.accept()
    said = b""

    def say(method):
        peer.sendall(Method(0, method).marshal())

    def wait_for(kind):
        nonlocal said
        while True:
            size, frame = decode_frame(said)
            said = said[size:]
            if isinstance(frame, Method) and isinstance(frame.method, kind):
                return
            if frame is None:
                said += peer.recv(65536)

    peer.recv(8, socket.MSG_WAITALL)
    say(Connection.Start(server_properties={}, mechanisms="PLAIN", locales="en_US"))
    wait_for(Connection.StartOk)
    say(Connection.Tune(channel_max=10, frame_max=131072, heartbeat=60))
    wait_for(Connection.Open)
    say(Connection.OpenOk())
    until = time.monotonic() + beats_s
    while time.monotonic() < until:
        time.sleep(0.3)
        peer.sendall(Heartbeat().marshal())
    silent_since.append(time.monotonic())
    while peer.recv(65536):
        pass


def seconds_until_lost(heartbeat, beats_s):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent_since = []
        threading.Thread(target=broker, args=(listener, beats_s, silent_since), daemon=True).start()
        parameters = pika.ConnectionParameters("127.0.0.1", listener.getsockname()[1], heartbeat=heartbeat)
        connection = pika.BlockingConnection(parameters)
        try:
            while True:
                connection.process_data_events(time_limit=0.1)
        except pika.exceptions.AMQPConnectionError as error:
            return time.monotonic() - silent_since[0], type(error).__name__


at_once, error = seconds_until_lost(1, 0)
print(f"silent once it is open:  lost after {at_once:.1f} s ({error})")
later, error = seconds_until_lost(1, 5)
print(f"silent after 5 s of it:  lost after {later:.1f} s ({error})")
is_as_found = 10 < at_once < 13.5 and 5.5 < later < 9
print("pika looks every N + 5 s, as found" if is_as_found else "this has changed: read this file's comments anew")
sys.exit(not is_as_found)
PYTHON
