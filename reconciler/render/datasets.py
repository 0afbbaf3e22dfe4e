"""Datasets for people and programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from reconciler.domain.datasets import DatasetRecord, FileRecord
from reconciler.render.lines import Pieces, in_columns
from reconciler.render.palette import QUIET
from reconciler.render.visible import visible
from reconciler.render.words import ago, counted, moment

#: Files that are listed; the others are counted.
FILES_LIMIT: Final = 200


def table_lines(records: Sequence[DatasetRecord], *, now: datetime) -> list[Pieces]:
    """Return a line for each dataset: its id, its name, its tags and its age."""
    return in_columns(
        [
            [
                (record.dataset_id, ""),
                (visible(record.name or "(no name)"), ""),
                (visible(", ".join(record.tags)), "cyan"),
                (ago(record.created, now=now), QUIET),
            ]
            for record in records
        ]
    )


def detail_lines(record: DatasetRecord, files: Sequence[FileRecord]) -> list[Pieces]:
    """Return everything worth knowing of one dataset, its files last."""
    facts = {
        "description": record.description or "",
        "tags": ", ".join(record.tags),
        "metadata": json.dumps(record.metadata, ensure_ascii=False, sort_keys=True) if record.metadata else "",
        "created": f"{moment(record.created)} by {record.created_by}",
        "modified": f"{moment(record.modified)} by {record.modified_by}",
    }
    rows = [[(f"  {name}", QUIET), (visible(text), "")] for name, text in facts.items() if text]
    heading = [(record.dataset_id, "bold"), (f"  {visible(record.name or '(no name)')}", "")]
    return [heading, *in_columns(rows), *_file_lines(files)]


def _file_lines(files: Sequence[FileRecord]) -> list[Pieces]:
    size = sum(file.size for file in files)
    heading = f"  {counted(len(files), 'file')}, {counted(size, 'byte')}"
    shown = [
        [(f"    {visible(file.relative_path)}", ""), (f"{file.size:,}", QUIET), (visible(", ".join(file.tags)), "cyan")]
        for file in files[:FILES_LIMIT]
    ]
    more = len(files) - FILES_LIMIT
    return [[(heading, QUIET)], *in_columns(shown), *([[(f"    and {more:,} more", QUIET)]] if more > 0 else [])]
