"""What an operator can do with an engine, one function a command. `engine.commands` is the way to call them."""

from engine.operations import looking, raising, subscribing

__all__ = ["looking", "raising", "subscribing"]
