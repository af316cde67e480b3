"""`python -m engine FILE`: the engine without a screen, the same as `switchboard serve FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from engine.serve import serve


def main() -> int:
    """Run the engine; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m engine", description="The engine without a screen.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the configuration")
    return serve(parser.parse_args().file)


if __name__ == "__main__":
    sys.exit(main())
