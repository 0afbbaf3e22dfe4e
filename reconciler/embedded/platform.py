"""The embedded platform: the port, in process, on an SQLite file."""

from __future__ import annotations

from pathlib import Path

from reconciler.domain.actions import ActionRecord
from reconciler.domain.conditions import ConditionType
from reconciler.domain.datasets import (
    CreateDatasetRequest,
    DatasetRecord,
    FileRecord,
    ImportFileRequest,
    QueryFilesRequest,
    UpdateDatasetRequest,
    UpdateFileRequest,
)
from reconciler.domain.evaluations import TriggerEvaluationRecord
from reconciler.domain.invocation_requests import (
    CancelActiveInvocationsRequest,
    CancelActiveInvocationsResponse,
    CreateInvocationRequest,
    SetContainerInfoRequest,
    SetLogsLocationRequest,
    UpdateInvocationStatus,
)
from reconciler.domain.invocations import InvocationRecord, LogRecord
from reconciler.domain.newer_triggers import NewerTrigger
from reconciler.domain.platform import PlatformIdentity
from reconciler.domain.queries import Page, QuerySpecification, UnreadPage
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerRecord
from reconciler.domain.values import Accessibility
from reconciler.domain.whole_platform import Stream
from reconciler.embedded import actions, datasets, evaluating, files, invocations, logs, triggers
from reconciler.embedded.access import LOCAL_CALLER, Caller
from reconciler.embedded.copies import Copies
from reconciler.embedded.doing import doing
from reconciler.embedded.run_queue import RunQueue
from reconciler.embedded.scheduler import Clock, Scheduler, run_due, utc_now
from reconciler.embedded.session import Session
from reconciler.embedded.store import Store
from reconciler.embedded.stored_page import StoredPage
from reconciler.embedded.targeted_platform import TargetedTriggers
from reconciler.embedded.uploading import Uploads
from reconciler.encodable import encodable

__all__ = ["LOCAL_CALLER", "Caller", "EmbeddedPlatform"]


class EmbeddedPlatform:
    """A platform of one's own on one machine; implements :class:`reconciler.domain.whole_platform.WholePlatform`.

    Several threads and several processes may work on the same file.
    """

    def __init__(self, store: Store, *, caller: Caller, clock: Clock) -> None:
        self._store = store
        self._caller = caller
        self._clock = clock
        self._session = Session(store, caller, clock)
        self._copies = Copies.beside(store.path)

    @classmethod
    def open(cls, path: Path | str, *, caller: Caller = LOCAL_CALLER, clock: Clock = utc_now) -> EmbeddedPlatform:
        """Open the platform kept in this file, making the file where there is none.

        Raises:
            ConfigurationError: The path cannot hold the database, or holds something else or something newer.
        """
        return cls(Store.open(Path(path)), caller=caller, clock=clock)

    @classmethod
    def at(cls, path: Path, *, caller: Caller = LOCAL_CALLER, clock: Clock = utc_now) -> EmbeddedPlatform:
        """Open the platform kept in this file; where there is none, it is empty until the first write makes it.

        Raises:
            ConfigurationError: The path cannot hold the database, or holds something else or something newer.
        """
        return cls(Store.at(path), caller=caller, clock=clock)

    def as_caller(self, caller: Caller) -> EmbeddedPlatform:
        """Return the same platform for another caller; closing one closes both."""
        return EmbeddedPlatform(self._store, caller=caller, clock=self._clock)

    def acting_for(self, org_id: str) -> EmbeddedPlatform:
        """Return the same platform for the same user at work for another of their organizations."""
        with doing(f"work for {org_id}"):
            return self.as_caller(self._caller.acting_for(org_id))

    @property
    def caller(self) -> Caller:
        """Who is at work."""
        return self._caller

    def identity(self) -> PlatformIdentity:
        """Return which file and which organization this is."""
        # A path need not be UTF-8; plans and ownership records are.
        return PlatformIdentity("embedded", encodable(str(self._store.path)), self._caller.org_id)

    def close(self) -> None:
        """Close the file; calling it twice is harmless."""
        self._store.close()

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        with self._session.reading(f'read action "{name}"') as rows:
            return actions.read_action(rows, name, caller=self._caller, digest=digest, owner=owner)

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        return self.stored_actions(query, owner=owner, accessibility=accessibility).read()

    def stored_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> StoredPage[ActionRecord]:
        """Return the same page as :meth:`query_actions`, as it is stored."""
        with self._session.reading("query actions") as rows:
            return actions.query_actions(rows, query, caller=self._caller, owner=owner, accessibility=accessibility)

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        with self._session.writing(f'create action "{request.name}"') as rows:
            return actions.create_action(rows, request, caller=self._caller, now=self._clock())

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        with self._session.writing(f'update action "{name}"') as rows:
            return actions.update_action(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        with self._session.writing(f'set accessibility of action "{name}"') as rows:
            return actions.set_accessibility(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        with self._session.writing(f'delete action "{name}"') as rows:
            actions.delete_action(rows, name, caller=self._caller, owner=owner)

    def unread_actions(self, query: QuerySpecification) -> UnreadPage[ActionRecord]:
        return self.stored_actions(query)

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        with self._session.reading(f'read trigger "{name}"') as rows:
            return triggers.read_trigger(rows, name, caller=self._caller, owner=owner)

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        return self.stored_triggers(query, owner=owner).read()

    def stored_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> StoredPage[TriggerRecord]:
        """Return the same page as :meth:`query_triggers`, as it is stored."""
        with self._session.reading("query triggers") as rows:
            return triggers.query_triggers(rows, query, caller=self._caller, owner=owner)

    def unread_triggers(self, query: QuerySpecification) -> UnreadPage[TriggerRecord]:
        return self.stored_triggers(query)

    def newer_triggers(self) -> tuple[NewerTrigger, ...]:
        with doing("list triggers of the newer shape"):
            return self.targeted_triggers.newer_only()

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        with self._session.writing(f'create trigger "{request.name}"') as rows:
            return triggers.create_trigger(rows, request, caller=self._caller, now=self._clock())

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        with self._session.writing(f'update trigger "{name}"') as rows:
            return triggers.update_trigger(rows, name, request, caller=self._caller, owner=owner, now=self._clock())

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        with self._session.writing(f'delete trigger "{name}"') as rows:
            triggers.delete_trigger(rows, name, caller=self._caller, owner=owner)

    def invoke_action(
        self,
        name: str,
        request: CreateInvocationRequest,
        *,
        digest: str | None = None,
        owner: str | None = None,
        caller_org: str | None = None,
    ) -> InvocationRecord:
        with self._session.writing(f'invoke action "{name}"') as rows:
            caller = self._caller if caller_org is None else self._caller.acting_for(caller_org)
            return invocations.invoke_action(
                rows, name, request, caller=caller, digest=digest, owner=owner, now=self._clock()
            )

    def get_invocation(self, invocation_id: str) -> InvocationRecord:
        with self._session.reading(f'read invocation "{invocation_id}"') as rows:
            return invocations.read_invocation(rows, invocation_id, caller=self._caller)

    def query_invocations(self, query: QuerySpecification, *, owner: str | None = None) -> Page[InvocationRecord]:
        with self._session.reading("query invocations") as rows:
            return invocations.query_invocations(rows, query, caller=self._caller, owner=owner)

    def cancel_invocation(self, invocation_id: str, *, owner: str | None = None) -> None:
        with self._session.writing(f'cancel invocation "{invocation_id}"') as rows:
            invocations.cancel_invocation(rows, invocation_id, caller=self._caller, owner=owner, now=self._clock())

    def cancel_active_invocations(
        self, request: CancelActiveInvocationsRequest, *, owner: str | None = None
    ) -> CancelActiveInvocationsResponse:
        with self._session.writing("cancel active invocations") as rows:
            return invocations.cancel_active(rows, request, caller=self._caller, owner=owner, now=self._clock())

    def update_invocation_status(
        self, invocation_id: str, request: UpdateInvocationStatus, *, owner: str | None = None
    ) -> InvocationRecord:
        with self._session.causing_events(f'update status of invocation "{invocation_id}"') as rows:
            return invocations.update_status(
                rows, invocation_id, request, caller=self._caller, owner=owner, now=self._clock()
            )

    def set_container_info(
        self, invocation_id: str, request: SetContainerInfoRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        with self._session.writing(f'set container of invocation "{invocation_id}"') as rows:
            return invocations.set_container_info(rows, invocation_id, request, caller=self._caller, owner=owner)

    def set_logs_location(
        self, invocation_id: str, request: SetLogsLocationRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        with self._session.writing(f'set logs location of invocation "{invocation_id}"') as rows:
            return invocations.set_logs_location(rows, invocation_id, request, caller=self._caller, owner=owner)

    def invocation_logs(
        self, invocation_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[LogRecord]:
        with self._session.reading(f'read logs of invocation "{invocation_id}"') as rows:
            return logs.read_logs(rows, invocation_id, caller=self._caller, owner=owner, page_token=page_token)

    def stream_invocation_logs(
        self, invocation_id: str, *, last_read: str | None = None, owner: str | None = None
    ) -> Stream[LogRecord]:
        with self._session.reading(f'read logs of invocation "{invocation_id}"') as rows:
            return logs.stream_logs(rows, invocation_id, caller=self._caller, owner=owner, last_read=last_read)

    def trigger_evaluations(
        self, name: str, *, limit: int | None = None, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        with self._session.reading(f'read evaluations of trigger "{name}"') as rows:
            return evaluating.trigger_evaluations(
                rows, name, caller=self._caller, owner=owner, limit=limit, page_token=page_token
            )

    def dataset_evaluations(
        self, dataset_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        with self._session.reading(f'read evaluations for dataset "{dataset_id}"') as rows:
            return evaluating.dataset_evaluations(
                rows, dataset_id, caller=self._caller, owner=owner, page_token=page_token
            )

    def evaluate_pending(self) -> None:
        """Evaluate triggers for what a process that ended too early had noted; every event does so, too."""
        with doing("evaluate triggers"):
            self._session.evaluate_pending()

    @property
    def targeted_triggers(self) -> TargetedTriggers:
        """Triggers in the newer shape, and scheduled ones."""
        return TargetedTriggers(self._store, caller=self._caller, clock=self._clock)

    def run_due(self) -> int:
        """Fire every schedule whose time has come, of all organizations, and return how many there were."""
        with doing("fire schedules"):
            return run_due(self._store, now=self._clock)

    def scheduler(self) -> Scheduler:
        """Return what fires schedules as their times come, while it is run."""
        return Scheduler(self._store, now=self._clock)

    def create_dataset(self, request: CreateDatasetRequest, *, unless: ConditionType | None = None) -> DatasetRecord:
        with self._session.causing_events("create dataset") as rows:
            return datasets.create_dataset(rows, request, caller=self._caller, now=self._clock(), unless=unless)

    def get_dataset(self, dataset_id: str, *, owner: str | None = None) -> DatasetRecord:
        with self._session.reading(f'read dataset "{dataset_id}"') as rows:
            return datasets.read_dataset(rows, dataset_id, caller=self._caller, owner=owner)

    def query_datasets(self, query: QuerySpecification, *, owner: str | None = None) -> Page[DatasetRecord]:
        with self._session.reading("query datasets") as rows:
            return datasets.query_datasets(rows, query, caller=self._caller, owner=owner)

    def update_dataset(
        self, dataset_id: str, request: UpdateDatasetRequest, *, owner: str | None = None
    ) -> DatasetRecord:
        with self._session.causing_events(f'update dataset "{dataset_id}"') as rows:
            return datasets.update_dataset(
                rows, dataset_id, request, caller=self._caller, owner=owner, now=self._clock()
            )

    def delete_dataset(self, dataset_id: str, *, owner: str | None = None) -> None:
        with self._session.writing(f'delete dataset "{dataset_id}"') as rows:
            datasets.delete_dataset(rows, dataset_id, caller=self._caller, owner=owner)
        self._copies.discard_dataset(dataset_id)

    def import_files(self, requests: list[ImportFileRequest]) -> list[FileRecord]:
        with self._session.causing_events("import files") as rows:
            return files.import_files(rows, requests, caller=self._caller, now=self._clock())

    def query_files(self, dataset_id: str, request: QueryFilesRequest, *, owner: str | None = None) -> Page[FileRecord]:
        with self._session.reading(f'query files of dataset "{dataset_id}"') as rows:
            return files.query_files(rows, dataset_id, request, caller=self._caller, owner=owner)

    def find_files(self, query: QuerySpecification, *, owner: str | None = None) -> StoredPage[FileRecord]:
        """List files of all datasets of an organization; only the embedded platform can be asked this."""
        with self._session.reading("query files") as rows:
            return files.find_files(rows, query, caller=self._caller, owner=owner)

    def get_file(self, file_id: str, *, owner: str | None = None) -> FileRecord:
        with self._session.reading(f'read file "{file_id}"') as rows:
            return files.read_file(rows, file_id, caller=self._caller, owner=owner)

    def get_file_at(self, dataset_id: str, path: str, *, owner: str | None = None) -> FileRecord:
        """Return the file at a path of a dataset; only the embedded platform can be asked this."""
        with self._session.reading(f'read file "{path}"') as rows:
            return files.read_file_at(rows, dataset_id, path, caller=self._caller, owner=owner)

    def update_file(self, file_id: str, request: UpdateFileRequest, *, owner: str | None = None) -> FileRecord:
        with self._session.causing_events(f'update file "{file_id}"') as rows:
            return files.update_file(rows, file_id, request, caller=self._caller, owner=owner, now=self._clock())

    def delete_file(self, file_id: str, *, owner: str | None = None) -> None:
        with self._session.writing(f'delete file "{file_id}"') as rows:
            deleted = files.delete_file(rows, file_id, caller=self._caller, owner=owner)
        self._copies.discard_file(deleted)

    def upload_files(self, dataset_id: str, files: dict[str, Path]) -> list[FileRecord]:
        return self.uploads.add(dataset_id, files)

    @property
    def uploads(self) -> Uploads:
        """Uploads, also those that were received over HTTP."""
        return Uploads(self._session, self._copies)

    @property
    def run_queue(self) -> RunQueue:
        """Invocations as executors see them, of all organizations."""
        return RunQueue(self._session)
