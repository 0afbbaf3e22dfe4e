"""The platform's rules for datasets: members of the organization read and write them, nobody else knows of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from reconciler.domain.changesets import MetadataChangeset, same_json
from reconciler.domain.conditions import ConditionType
from reconciler.domain.datasets import CreateDatasetRequest, DatasetRecord, UpdateDatasetRequest
from reconciler.domain.notset import NotSetType
from reconciler.domain.queries import Page, QuerySpecification, SortDirection
from reconciler.domain.triggers import TriggerEvaluationCause
from reconciler.embedded import events
from reconciler.embedded.access import Caller
from reconciler.embedded.actions import after, is_printable
from reconciler.embedded.checks import check_dataset
from reconciler.embedded.dataset_event import DatasetEvent
from reconciler.embedded.identifiers import new_dataset_id
from reconciler.embedded.metadata import metadata_after
from reconciler.embedded.noting import note_created
from reconciler.embedded.paging import read_page
from reconciler.embedded.store import Rows
from reconciler.errors import NotAllowed, NotFound


def create_dataset(
    rows: Rows, request: CreateDatasetRequest, *, caller: Caller, now: datetime, unless: ConditionType | None = None
) -> DatasetRecord:
    """Add a dataset without files, unless there is one that fulfils a condition: the oldest is returned then."""
    oldest = QuerySpecification(condition=unless, limit=1, sort_direction=SortDirection.Ascending)
    if unless is not None and (found := query_datasets(rows, oldest, caller=caller, owner=caller.org_id).items):
        return found[0]
    record = DatasetRecord(
        **{name: getattr(request, name) for name in CreateDatasetRequest.model_fields},
        dataset_id=new_dataset_id(),
        org_id=caller.org_id,
        created=now,
        created_by=caller.user_id,
        modified=now,
        modified_by=caller.user_id,
    )
    check_dataset(record)
    rows.datasets.put(record)
    note_created(rows, record, caller=caller, now=now)
    return record


def read_dataset(rows: Rows, dataset_id: str, *, caller: Caller, owner: str | None = None) -> DatasetRecord:
    """Return one dataset of an organization the caller is a member of."""
    record = rows.datasets.find(dataset_id) if is_printable(dataset_id) else None
    if record is None or record.org_id not in caller.organizations or owner not in (None, record.org_id):
        raise NotFound(
            f'there is no dataset "{dataset_id}", or none you may see',
            hint="see those there are: reconciler dataset list",
        )
    return record


def query_datasets(rows: Rows, query: QuerySpecification, *, caller: Caller, owner: str | None) -> Page[DatasetRecord]:
    """Return one page of an organization's datasets.

    Raises:
        NotAllowed: The caller is no member; an empty page would look like "there are none".
    """
    org_id = owner or caller.org_id
    if org_id not in caller.organizations:
        raise NotAllowed(f"datasets of {org_id} can only be read by its members")
    return read_page(lambda search: rows.datasets.of_org(search, org_id=org_id), query, model=DatasetRecord).read()


def update_dataset(
    rows: Rows,
    dataset_id: str,
    request: UpdateDatasetRequest,
    *,
    caller: Caller,
    owner: str | None,
    now: datetime,
) -> DatasetRecord:
    """Change what the request sets, and keep the rest; triggers hear of metadata and tags that are not as before."""
    current = read_dataset(rows, dataset_id, caller=caller, owner=owner)
    moment = after(current.modified, now)
    record = current.model_copy(
        update={**_changes(current, request), "modified": moment, "modified_by": caller.user_id}
    )
    check_dataset(record)
    rows.datasets.put(record)
    if not same_json(record.metadata, current.metadata) or record.tags != current.tags:
        event = DatasetEvent(
            record.org_id,
            dataset_id,
            TriggerEvaluationCause.DatasetMetadataUpdate,
            file_ids=(),
            transaction_id=None,
            changeset=MetadataChangeset.between(
                current.metadata, record.metadata, old_tags=current.tags, new_tags=record.tags
            ),
            invocation_id=caller.invocation_id,
        )
        events.note(rows, event, now=moment)
    return record


def delete_dataset(rows: Rows, dataset_id: str, *, caller: Caller, owner: str | None) -> None:
    """Delete a dataset with the records of its files."""
    rows.datasets.delete(read_dataset(rows, dataset_id, caller=caller, owner=owner).dataset_id)


#: Fields of an update that replace the record's field of the same name.
_REPLACED: Final = ("name", "description", "device_id")


def _changes(current: DatasetRecord, request: UpdateDatasetRequest) -> dict[str, Any]:
    changes = {name: getattr(request, name) for name in _REPLACED}
    changes = {name: value for name, value in changes.items() if not isinstance(value, NotSetType)}
    if isinstance(request.metadata_changeset, MetadataChangeset):
        metadata, tags = metadata_after(request.metadata_changeset, current.metadata, current.tags)
        changes |= {"metadata": metadata, "tags": tags}
    return changes
