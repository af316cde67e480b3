"""Loads a configuration, or says everything that is wrong with it."""

from __future__ import annotations

import os

from engine.config.checker import check_config
from engine.config.model import Settings
from engine.errors import ConfigError


def load_config(path: str | os.PathLike[str]) -> Settings:
    """The settings of a configuration file.

    Raises:
        ConfigError: with every problem of the file.
    """
    result = check_config(path)
    if result.settings is None:
        raise ConfigError(result.problems)
    return result.settings
