"""Something that happened to a dataset, as triggers hear of it."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.domain.changesets import MetadataChangeset
from reconciler.domain.triggers import TriggerEvaluationCause


@dataclass(frozen=True, slots=True)
class DatasetEvent:
    """Something that triggers may be waiting for.

    Attributes:
        org_id: The organization that owns the dataset, and whose triggers hear of it.
        dataset_id: Where it happened.
        cause: What happened.
        file_ids: The files it happened to; empty when it happened to the dataset itself.
        transaction_id: The upload that brought the files; None where there was none.
        changeset: What changed of metadata and tags, the dataset's or the file's; None where nothing did.
        invocation_id: The invocation whose run did it; None where it was no run.
    """

    org_id: str
    dataset_id: str
    cause: TriggerEvaluationCause
    file_ids: tuple[str, ...]
    transaction_id: str | None
    changeset: MetadataChangeset | None = None
    invocation_id: str | None = None
