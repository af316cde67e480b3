"""The settings of `flatstore:`."""

from __future__ import annotations

import time
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator, model_validator

from engine.transports.base import TransportOptions
from engine.transports.flatstore.rotation import parsed_size


def _size(value: Any) -> Any:
    return parsed_size(value) if isinstance(value, str) else value


def _is_octal(text: str) -> bool:
    return len(text) <= 5 and set(text) <= set("01234567")


class FlatstoreOptions(TransportOptions):
    """Settings of `flatstore:`, with OpenSIPS' names and defaults.

    See docs/event-interface.md, 2.9.
    """

    connect_timeout: int = Field(500, gt=0, le=600_000, description="Without effect: opening counts in `timeout`.")
    timeout: int = Field(5000, gt=0, le=600_000, description="Limit for one write and what it needs, in milliseconds.")
    delimiter: str = Field(",", min_length=1, description="Stands between two fields.")
    escape_delimiter: str | None = Field(
        None,
        description="Replaces the delimiter within a value; as long as `delimiter`. Without it, a blank does.",
    )
    suppress_event_name: bool = Field(False, description="Whether to leave out the first field, the event's name.")
    file_permissions: str = Field(
        "644", description='Permissions of new files, octal, in quotes ("640"); the umask takes nothing away.'
    )
    fsync: bool = Field(False, description="Whether a line counts as delivered only when the disk has it (slow).")
    rotate_period: int = Field(
        0, ge=0, description="Rotate when the seconds since 1970 pass a multiple of it, at the next event; 0 is never."
    )
    rotate_count: int = Field(0, ge=0, description="Rotate after so many lines; 0 is never.")
    rotate_size: Annotated[
        int,
        BeforeValidator(_size),
        Field(ge=0),
        WithJsonSchema(
            {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^\\d+[kmgKMG]?$"}]},
        ),
    ] = Field(0, description="Rotate once the file has so many bytes; k, m and g are powers of 1024; 0 is never.")
    rotate_keep: int = Field(
        0,
        ge=0,
        description="How many files FILE.N to keep; 0 keeps all. Files named by `suffix` are never removed.",
    )
    suffix: str = Field(
        "",
        description=(
            "Appended to the path each time a file is opened, through strftime in local time (.%Y-%m-%d). A rotation "
            "that finds the same name, or no suffix, renames the file to FILE.N; the highest N is the newest."
        ),
    )

    @field_validator("delimiter", "escape_delimiter")
    @classmethod
    def _stays_in_line(cls, value: str | None) -> str | None:
        if value is not None and ("\n" in value or "\r" in value):
            raise ValueError("a line break cannot stand within a line")
        return value

    @field_validator("file_permissions", mode="before")
    @classmethod
    def _permissions(cls, value: Any) -> Any:
        # YAML reads 0644 as 420, and nobody could tell that from what was meant.
        if isinstance(value, int):
            raise ValueError('expected octal text in quotes, such as "644"')
        if isinstance(value, str) and not (value and _is_octal(value) and int(value, 8) <= 0o7777):
            raise ValueError(f'expected up to four octal digits, such as "644"; found {value!r}')
        return value

    @field_validator("suffix")
    @classmethod
    def _names_a_file(cls, value: str) -> str:
        if "/" in time.strftime(value) or "\0" in value:
            raise ValueError("a suffix cannot lead into another directory")
        return value

    @model_validator(mode="after")
    def _escape_fits(self) -> Self:
        escape = self.escape_delimiter
        if escape is not None and len(escape.encode()) != len(self.delimiter.encode()):
            raise ValueError(f"escape_delimiter {escape!r} must be as long as delimiter {self.delimiter!r}")
        if escape == self.delimiter:
            raise ValueError("escape_delimiter must differ from delimiter")
        return self
