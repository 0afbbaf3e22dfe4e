"""Baselines: drift that is known and accepted for now, left out until it becomes another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from typing import Any, Final

from reconciler.errors import ConfigurationError
from reconciler.plan.drift import Drift
from reconciler.plan.masking import plain
from reconciler.plan.model import ABSENT, Deviation, DriftState

FORMAT: Final = 1


def without_known(drift: Drift, known: Collection[str]) -> Drift:
    """Return the drift without deviations whose fingerprint is known."""
    found = {each.address for each in drift.deviations if _is_drift(each) and fingerprint_of(each) in known}
    left = tuple(each for each in drift.deviations if each.address not in found)
    return replace(drift, deviations=left, known=frozenset(found))


def fingerprint_of(deviation: Deviation) -> str:
    """Return what tells a deviation from every other: its resource, its state, and both values of each field.

    Of secrets these are keyed hashes, so that another change of one is another deviation; and so is another resource in
    the place of one that is gone.
    """
    fields = [[field.pointer, _told(field.before), _told(field.after)] for field in deviation.fields]
    made_anew = deviation.modified.isoformat() if deviation.is_replaced and deviation.modified else None
    text = json.dumps([str(deviation.address), deviation.state.value, fields, made_anew], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def dumps(drift: Drift) -> str:
    """Return the baseline that knows all drift there is."""
    known = [
        {"address": str(each.address), "state": each.state.value, "fingerprint": fingerprint_of(each)}
        for each in sorted(drift.deviations, key=lambda each: each.address)
        if _is_drift(each)
    ]
    return json.dumps({"format": FORMAT, "known": known}, indent=2) + "\n"


def loads(text: str, *, file: str) -> frozenset[str]:
    """Return the fingerprints in a baseline.

    Raises:
        ConfigurationError: The file is no baseline.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        return frozenset(str(each["fingerprint"]) for each in content["known"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"{file} is no baseline of drift", hint="write one with: reconciler drift --baseline FILE --write-baseline"
        ) from error


def _is_drift(deviation: Deviation) -> bool:
    return deviation.state is not DriftState.PENDING


def _told(value: Any) -> Any:
    return None if value is ABSENT else plain(value, reveal=True)
