"""Where the console keeps what is the user's own: configuration, state, exports, log."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_config_path, user_log_path, user_state_path

NAME = "switchboard"


def own_configuration() -> Path:
    """The configuration that `switchboard` uses when it is given none."""
    return user_config_path(NAME) / "switchboard.yaml"


def log_file() -> Path:
    """Where the console's log goes."""
    return user_log_path(NAME) / "switchboard.log"


def state_folder() -> Path:
    """Where the console remembers how it was left."""
    return user_state_path(NAME)


def export_folder() -> Path:
    """Where exported tables, pictures and incident bundles go."""
    return state_folder() / "exports"
