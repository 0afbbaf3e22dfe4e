"""Invocations for people and programs; values of parameters and variables that name a secret are masked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.domain.invocations import InvocationRecord, InvocationStatus
from reconciler.domain.secrets import MASK, names_a_secret
from reconciler.render.lines import Pieces, in_columns
from reconciler.render.palette import QUIET
from reconciler.render.visible import shortened, visible
from reconciler.render.words import ago, duration, moment

_COLOUR: Final = {
    InvocationStatus.Completed: "green",
    InvocationStatus.Cancelled: "yellow",
    InvocationStatus.Failed: "bold red",
    InvocationStatus.Deadly: "bold red",
}

#: Characters of a parameter's value that are shown.
_VALUE_LIMIT: Final = 100


def invocation_document(record: InvocationRecord) -> dict[str, Any]:
    """Return an invocation as JSON has it."""
    told = record.model_dump(mode="json")
    told["last_status_name"] = record.last_status.name
    told["parameter_values"] = _masked(told["parameter_values"])
    if variables := told["container_parameters"]["env_vars"]:
        told["container_parameters"]["env_vars"] = _masked(variables)
    return told


def table_lines(records: Sequence[InvocationRecord], *, now: datetime) -> list[Pieces]:
    """Return a line for each invocation: its id, how it stands, what it runs and since when."""
    return in_columns(
        [
            [
                (record.invocation_id, ""),
                _status(record),
                (visible(record.provenance.action.name), ""),
                (ago(record.created, now=now), QUIET),
            ]
            for record in records
        ]
    )


def progress_line(record: InvocationRecord) -> Pieces:
    """Return how an invocation stands, in a line of a log: why it failed, how long it took."""
    line = [(f"{record.invocation_id}  ", ""), (f"{visible(record.provenance.action.name)}  ", ""), _status(record)]
    if not record.last_status.is_terminal():
        return line
    detail = record.status[-1].detail
    took = f" in {duration(record.duration.total_seconds())}"
    return [*line, (f"{took}{f': {visible(detail)}' if detail else ''}", QUIET)]


def detail_lines(record: InvocationRecord) -> list[Pieces]:
    """Return everything worth knowing of one invocation, its history last."""
    rows = [[(f"  {name}", QUIET), (visible(text), "")] for name, text in _facts(record).items() if text]
    history = in_columns(
        [
            [
                (f"    {entry.timestamp.astimezone(UTC):%Y-%m-%d %H:%M:%S}", QUIET),
                (entry.status.name, _COLOUR.get(entry.status, "")),
                (visible(entry.detail or ""), ""),
            ]
            for entry in record.status
        ]
    )
    heading = [(f"{record.invocation_id}  ", "bold"), _status(record)]
    return [heading, *in_columns(rows), [("  history", QUIET)], *history]


def _facts(record: InvocationRecord) -> dict[str, str]:
    action, executable, source = (
        record.provenance.action,
        record.provenance.executable,
        record.provenance.source,
    )
    destination = record.upload_destination
    compute = record.compute_requirements
    parameters = _masked(record.parameter_values)
    return {
        "action": action.name + (f"@{action.digest}" if action.digest else ""),
        "image": executable.container_image_uri or "",
        "image digest": executable.container_image_digest or "",
        "started by": f"{source.source_type.value.lower()} {source.source_id}",
        "created": moment(record.created),
        "took": duration(record.duration.total_seconds()) if record.duration else "",
        "dataset": "" if record.data_source.is_unspecified() else record.data_source.data_source_id,
        "inputs": ", ".join(record.input_data),
        "outputs to": (destination.destination_id or "") if destination else "",
        "compute": f"vCPU {compute.vCPU} CPU units, memory {compute.memory} MiB, storage {compute.storage} GiB",
        "timeout": f"{record.timeout} min",
        "parameters": ", ".join(f"{name} = {_value(value)}" for name, value in sorted(parameters.items())),
    }


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(text, limit=_VALUE_LIMIT)


def _status(record: InvocationRecord) -> tuple[str, str]:
    return record.last_status.name, _COLOUR.get(record.last_status, "cyan")


def _masked(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: MASK if names_a_secret(name) else value for name, value in values.items()}
