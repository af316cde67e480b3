"""`python -m engine FILE`: the engine without a screen, the same as `switchboard serve FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.host.gc_tuning import look_seldom


def main() -> int:
    """Run the engine; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="The engine without a screen.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the configuration")
    file = parser.parse_args().file
    look_seldom()
    from engine.host.serve import serve  # noqa: PLC0415 - what that loads is meant

    return serve(file)


if __name__ == "__main__":
    sys.exit(main())
