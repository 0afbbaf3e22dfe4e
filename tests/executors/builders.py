"""Jobs and records with valid defaults."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.domain.datasets import FileRecord
from reconciler.domain.invocations import (
    ActionProvenance,
    ExecutableProvenance,
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationProvenance,
    InvocationRecord,
    InvocationSource,
    InvocationStatus,
    InvocationStatusRecord,
    SourceProvenance,
)
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from reconciler.executors.port import Exit, Job, Running

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def shell(script: str) -> tuple[str, ...]:
    """The command line of a shell script."""
    return ("/bin/sh", "-c", script)


def python(program: str) -> str:
    """The line of a shell script that runs a Python program."""
    return shlex.join([sys.executable, "-c", program])


def job(folder: Path, script: str = "true", **given: Any) -> Job:
    """A job that runs a shell script."""
    defaults: dict[str, Any] = {
        "invocation_id": "iv_1",
        "image": "registry.example.com/ros:1",
        "entry_point": shell(script)[:2],
        "command": shell(script)[2:],
        "workdir": None,
        "folder": folder,
        "variables": {"GREETING": "hello"},
        "compute": ComputeRequirements(),
    }
    return Job(**{**defaults, **given})


def read_all(running: Running) -> bytes:
    """Everything a command writes, read until its end."""
    output = b""
    while (chunk := running.read(0.05)) is not None:
        output += chunk
    return output


def ended(running: Running) -> tuple[bytes, Exit]:
    """What a command wrote and how it ended."""
    output = read_all(running)
    return output, running.finish()


def invocation(**given: Any) -> InvocationRecord:
    """An invocation that was scheduled a moment ago."""
    defaults: dict[str, Any] = {
        "invocation_id": "iv_1",
        "org_id": "og_ours",
        "created": NOW,
        "data_source": InvocationDataSource(data_source_type=InvocationDataSourceType.Dataset, data_source_id="ds_1"),
        "input_data": ["**/*.bag"],
        "provenance": InvocationProvenance(
            action=ActionProvenance(name="ros_ingest", org_id="og_ours"),
            executable=ExecutableProvenance(),
            source=SourceProvenance(source_type=InvocationSource.Manual, source_id="ann"),
        ),
        "compute_requirements": ComputeRequirements(),
        "container_parameters": ContainerParameters(),
        "last_status": InvocationStatus.Queued,
        "status": [InvocationStatusRecord(status=InvocationStatus.Queued, timestamp=NOW)],
        "timeout": 30,
    }
    return InvocationRecord(**{**defaults, **given})


def file(relative_path: str = "logs/run.bag", **given: Any) -> FileRecord:
    """A file of a dataset."""
    defaults: dict[str, Any] = {
        "file_id": f"fl_{relative_path}",
        "association_id": "ds_1",
        "org_id": "og_ours",
        "relative_path": relative_path,
        "name": relative_path.rpartition("/")[2],
        "uri": "s3://bucket/run.bag",
        "size": 7,
        "version": 1,
        "created": NOW,
        "created_by": "ann",
        "modified": NOW,
        "modified_by": "ann",
    }
    return FileRecord(**{**defaults, **given})
