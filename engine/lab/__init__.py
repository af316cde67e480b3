"""Receivers for the transports that send to somebody, with faults on demand: for demos and for troubleshooting."""

from engine.lab.lab import Lab
from engine.lab.ports import PortChange, prepare_ports
from engine.lab.receiver import Counters, LabError, Receiver, Trouble

__all__ = ["Counters", "Lab", "LabError", "PortChange", "Receiver", "Trouble", "prepare_ports"]
