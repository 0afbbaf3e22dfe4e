"""File names that every operating system can hold, the same for the same live names.

A resource's file is called as the resource is, where that is safe everywhere. Where it is not, or where two names
differ in nothing but capitals, a hash of the name is added, so that no file hides another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

#: Devices of Windows, which no ending makes a file of; and the project file's own name.
_TAKEN: Final = frozenset(
    {"con", "prn", "aux", "nul", "reconciler"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
_LONGEST: Final = 200
_SHORTENED: Final = 100


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return the file name of each live name; of names that are alike but for capitals the lower-case one stays."""
    listed = sorted(set(names))
    alike = Counter(name.casefold() for name in listed)
    plain = {name for name in listed if _is_safe(name) and (alike[name.casefold()] == 1 or name == name.casefold())}
    taken = {name.casefold() for name in plain}
    found = {name: name for name in plain}
    for name in listed:
        if name not in plain:
            found[name] = _marked(name, taken)
            taken.add(found[name].casefold())
    return {name: f"{found[name]}.yaml" for name in listed}


def _is_safe(name: str) -> bool:
    return name.partition(".")[0].casefold() not in _TAKEN and len(name) <= _LONGEST


def _marked(name: str, taken: set[str]) -> str:
    digits = blake2b(name.encode(), digest_size=20).hexdigest()
    stem = f"_{name}" if name.partition(".")[0].casefold() in _TAKEN else name
    lengths = range(8, len(digits) + 1)
    candidates = (f"{stem[:_SHORTENED]}-{digits[:length]}" for length in lengths)
    return next(candidate for candidate in candidates if candidate.casefold() not in taken)
