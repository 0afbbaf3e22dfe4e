"""Tells one story with the official package: ``tell STORY``, the endpoint and tokens as JSON on standard input.

What was claimed goes to standard output, a line each as JSON; a story that breaks off leaves its traceback.
"""

from __future__ import annotations

import json
import sys

from tests.conformance.drivers.official import sdk
from tests.conformance.stories import NEWER_STORIES, OFFICIAL_STORIES, STORIES

if __name__ == "__main__":
    for claim in (STORIES | OFFICIAL_STORIES | NEWER_STORIES)[sys.argv[1]](sdk(**json.load(sys.stdin))):
        print(json.dumps(claim), flush=True)  # noqa: T201  its answer
