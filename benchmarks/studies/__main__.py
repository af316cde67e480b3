"""The process of one study: `python -m benchmarks.studies NAME`; prints its findings as JSON."""

from __future__ import annotations

import json
import sys

from benchmarks.studies import STUDIES

print(json.dumps(STUDIES[sys.argv[1]]()), flush=True)
