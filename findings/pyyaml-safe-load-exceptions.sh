#!/usr/bin/env bash
# PyYAML 6.0.3 (libyaml 0.2.5), on Python 3.11 and later.
#
# Guess, written first: `yaml.safe_load` of a well-formed document gives data, or raises `yaml.YAMLError`. That is the base
# of all its errors (ReaderError, ScannerError, ParserError, ComposerError, ConstructorError), and what its documentation
# shows to be caught. So a service that reloads its configuration under `except yaml.YAMLError` survives any text.
#
# Seen: the scanner, parser and composer keep to that, the constructors of scalars do not. These are well-formed, and
# each raises something else, through both loaders, SafeLoader and CSafeLoader:
#
#   released: 2024-02-30          ValueError       plain text that merely looks like a date; nobody asked for one
#   at: 2024-01-01T25:00:00Z      ValueError
#   on: !!bool perhaps            KeyError
#   count: !!int ''               IndexError
#   share: !!float ''             IndexError
#   since: !!timestamp hello      AttributeError
#
# So whoever catches YAMLError alone loses the process to a mistyped date. What to do: catch Exception around construction
# (or take the node tree from `compose`, and construct each scalar under a guard, which knows line and column as well).
#
# Ends with 0 when all of it is still so, with 1 when anything differs. Takes a few seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyyaml==6.0.3
"$folder/venv/bin/python" - <<'PROGRAM'
import sys

import yaml

EXPECTED = {
    "released: 2024-02-30": "ValueError",
    "at: 2024-01-01T25:00:00Z": "ValueError",
    "on: !!bool perhaps": "KeyError",
    "count: !!int ''": "IndexError",
    "share: !!float ''": "IndexError",
    "since: !!timestamp hello": "AttributeError",
}
LOADERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])

print(f"PyYAML {yaml.__version__}, loaders: {', '.join(one.__name__ for one in LOADERS)}")
differs = False
for text, wanted in EXPECTED.items():
    for loader in LOADERS:
        yaml.compose(text, Loader=loader)  # it is well-formed: this raises nothing
        try:
            found = f"gives {yaml.load(text, Loader=loader)!r}"
        except Exception as error:
            kind = "a YAMLError" if isinstance(error, yaml.YAMLError) else "no YAMLError"
            found = f"{type(error).__name__}, {kind}"
        print(f"{text:28} {loader.__name__:12} {found}")
        differs = differs or found != f"{wanted}, no YAMLError"
sys.exit(1 if differs else 0)
PROGRAM
