"""The plan file in the archive that GitHub keeps artifacts as: one file, and not endlessly large."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from reconciler.errors import ForgeError

#: Bytes of a plan, unpacked; a plan of 10,000 changes has a tenth of that.
LARGEST_PLAN: Final = 256 * 1024 * 1024

_MAKE_AGAIN: Final = "the artifact holds one plan file and nothing else: reconciler plan --out plan.json"


def plan_in(archive: bytes) -> bytes:
    """Return the one JSON file of an archive.

    Raises:
        ForgeError: It is no archive, holds anything else, or unpacks to more than a plan has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            files = [each for each in opened.infolist() if not each.is_dir()]
            if len(files) != 1 or not files[0].filename.endswith(".json"):
                raise ForgeError(f"the reviewed plan is kept with {len(files)} files", hint=_MAKE_AGAIN)
            with opened.open(files[0]) as file:
                content = file.read(LARGEST_PLAN + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ForgeError("the artifact of the reviewed plan is damaged", hint=_MAKE_AGAIN) from error
    if len(content) > LARGEST_PLAN:
        raise ForgeError("the artifact of the reviewed plan is too large for a plan", hint=_MAKE_AGAIN)
    return content
