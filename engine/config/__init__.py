"""The configuration: read, checked, saved. What is imported here needs no transport and no screen."""

from engine.config.checker import CheckResult, check_config
from engine.config.loader import load_config
from engine.config.schema import json_schema

__all__ = ["CheckResult", "check_config", "json_schema", "load_config"]
