"""The remote platform: the port over HTTP."""

from __future__ import annotations

import random as _random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler import __version__
from reconciler.client import readers
from reconciler.client.answers import Reader, read_nothing
from reconciler.client.calls import datasets, evaluations, invocations, resources
from reconciler.client.calls.call import Call
from reconciler.client.dialing import dialled
from reconciler.client.endpoint import normalised_endpoint
from reconciler.client.organization import only_organization, require_organization
from reconciler.client.retry import RetryPolicy
from reconciler.client.settling import queued_as
from reconciler.client.target import Target
from reconciler.client.token import checked_token
from reconciler.client.transport import Transport
from reconciler.client.unread import unread
from reconciler.domain.actions import ActionRecord
from reconciler.domain.address import Kind
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
from reconciler.errors import OutcomeUnknown

# Planning needs none of these: see reconciler.client.readers.
if TYPE_CHECKING:
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
    from reconciler.domain.whole_platform import Stream

T = TypeVar("T")

USER_AGENT: Final = f"roboto-reconciler/{__version__}"

#: Bytes: a page of 1,000 records is about 2 MB, and may be a good deal larger.
LARGEST_BODY: Final = 256 * 1024 * 1024


class HttpPlatform:
    """The whole platform port over HTTP; several threads may use it at once.

    Where a call has an organization, it is the one this platform works in unless another one is given. Datasets and
    files are found by their ids alone, wherever they are: their organization is sent only when it is given.
    """

    def __init__(self, transport: Transport, *, org_id: str | None) -> None:
        self._transport = transport
        self._org_id = org_id
        self._looking_up = threading.Lock()

    @classmethod
    def connect(
        cls,
        *,
        endpoint: str,
        token: str,
        org_id: str | None = None,
        timeout: float = 30.0,
        retries: int = 4,
        max_connections: int = 16,
        origin: str = "",
        user_agent: str = USER_AGENT,
        largest_body: int = LARGEST_BODY,
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] = _random.random,
        clock: Callable[[], float] = time.time,
    ) -> HttpPlatform:
        """Return the platform at an endpoint; nothing is sent yet.

        Args:
            endpoint: An http or https URL; a slash at its end makes no difference.
            token: The caller's token.
            org_id: The organization to work in; None for the caller's only one.
            timeout: Seconds to wait for the next byte of an answer.
            retries: Attempts after the first, where another one is safe.
            max_connections: Threads that will use this at once.
            origin: Where the token came from, in words, for messages.
            user_agent: The tool and its version, as ``NAME/VERSION``.
            largest_body: Bytes of an answer from which on it is refused.
            sleep: Waits for a number of seconds.
            random: Returns a number from 0 up to 1.
            clock: Returns the seconds since the epoch.

        Raises:
            ConfigurationError: The endpoint, the token, a proxy or a certificate file cannot be used.
        """
        target = Target(normalised_endpoint(endpoint), checked_token(token, origin=origin), origin)
        lanes = dialled(target, timeout=timeout, count=max_connections, user_agent=user_agent)
        policy = RetryPolicy(retries, random)
        return cls(Transport(lanes, target, policy, largest_body, sleep, clock), org_id=org_id or None)

    def acting_for(self, org_id: str) -> HttpPlatform:
        """Return the same platform at work for another organization; closing one closes both."""
        return HttpPlatform(self._transport, org_id=org_id)

    def identity(self) -> PlatformIdentity:
        """Return the endpoint and the organization, asking the platform for it once where none was named.

        Raises:
            ConfigurationError: None was named, and the caller belongs to none or to several.
        """
        with self._looking_up:
            if self._org_id is None:
                self._org_id = only_organization(self._transport)
            return PlatformIdentity("roboto", self._transport.target.endpoint, self._org_id)

    def require_organization(self, *, wanted_by: str) -> None:
        """Refuse to go on when the caller does not belong to the organization that was named; none: do nothing.

        Raises:
            GuardRefused: It belongs to others; ``wanted_by`` is who named this one, in words.
        """
        if self._org_id is not None:
            require_organization(self._transport, self._org_id, wanted_by=wanted_by)

    def get_action(self, name: str, *, digest: str | None = None, owner: str | None = None) -> ActionRecord:
        """Return one action, its latest version unless ``digest`` names another."""
        call = resources.read(Kind.ACTION, name, owner=self._or_own(owner), digest=digest)
        return self._sent(call, readers.action())

    def query_actions(
        self,
        query: QuerySpecification,
        *,
        owner: str | None = None,
        accessibility: Accessibility = Accessibility.Organization,
    ) -> Page[ActionRecord]:
        """Return one page of actions of an organization, or of the Action Hub."""
        if accessibility is Accessibility.Organization:
            owner = self._or_own(owner)
        return self._sent(resources.query_actions(query, owner=owner, accessibility=accessibility), readers.actions())

    def unread_actions(self, query: QuerySpecification) -> UnreadPage[ActionRecord]:
        """Return one page of actions of the own organization, not yet read."""
        call = resources.query_actions(query, owner=self._org_id, accessibility=Accessibility.Organization)
        return self._sent(call, unread(readers.actions(), refuse=partial(self._transport.refusal_of, call)))

    def get_trigger(self, name: str, *, owner: str | None = None) -> TriggerRecord:
        """Return one trigger."""
        return self._sent(resources.read(Kind.TRIGGER, name, owner=self._or_own(owner)), readers.trigger())

    def unread_triggers(self, query: QuerySpecification) -> UnreadPage[TriggerRecord]:
        """Return one page of triggers of the own organization, not yet read."""
        call = resources.query_triggers(query, owner=self._org_id)
        return self._sent(call, unread(readers.triggers(), refuse=partial(self._transport.refusal_of, call)))

    def query_triggers(self, query: QuerySpecification, *, owner: str | None = None) -> Page[TriggerRecord]:
        """Return one page of triggers of an organization."""
        return self._sent(resources.query_triggers(query, owner=self._or_own(owner)), readers.triggers())

    def newer_triggers(self) -> tuple[NewerTrigger, ...]:
        """Return the triggers without an older form, by name."""
        from reconciler.domain.newer_triggers import newer_triggers_in

        page = self._sent(resources.newer_triggers(owner=self._org_id), readers.newer_triggers())
        return newer_triggers_in(page.items)

    def create_action(self, request: CreateActionRequest) -> ActionRecord:
        """Create an action in the caller's organization."""
        return self._sent(resources.create(request, caller=self._org_id), readers.action())

    def update_action(self, name: str, request: UpdateActionRequest, *, owner: str | None = None) -> ActionRecord:
        """Make a new version of an action."""
        return self._sent(resources.update(Kind.ACTION, name, request, owner=self._or_own(owner)), readers.action())

    def set_action_accessibility(
        self, name: str, request: SetActionAccessibilityRequest, *, owner: str | None = None
    ) -> ActionRecord:
        """Publish an action to the Action Hub or take it back."""
        return self._sent(resources.set_accessibility(name, request, owner=self._or_own(owner)), readers.action())

    def delete_action(self, name: str, *, owner: str | None = None) -> None:
        """Delete an action with all its versions."""
        self._sent(resources.delete(Kind.ACTION, name, owner=self._or_own(owner)), read_nothing)

    def create_trigger(self, request: CreateTriggerRequest) -> TriggerRecord:
        """Create a trigger in the caller's organization."""
        return self._sent(resources.create(request, caller=self._org_id), readers.trigger())

    def update_trigger(self, name: str, request: UpdateTriggerRequest, *, owner: str | None = None) -> TriggerRecord:
        """Change a trigger in place."""
        return self._sent(resources.update(Kind.TRIGGER, name, request, owner=self._or_own(owner)), readers.trigger())

    def delete_trigger(self, name: str, *, owner: str | None = None) -> None:
        """Delete a trigger."""
        self._sent(resources.delete(Kind.TRIGGER, name, owner=self._or_own(owner)), read_nothing)

    def invoke_action(
        self,
        name: str,
        request: CreateInvocationRequest,
        *,
        digest: str | None = None,
        owner: str | None = None,
        caller_org: str | None = None,
    ) -> InvocationRecord:
        """Queue a run of an action; with an idempotency id, a lost answer is settled by it."""
        caller = self._or_own(caller_org)
        call = invocations.invoke(name, request, digest=digest, owner=self._or_own(owner), caller=caller)
        try:
            return self._sent(call, readers.invocation())
        except OutcomeUnknown:
            if request.idempotency_id is None:
                raise
            query = partial(self.query_invocations, owner=caller)
            queued = queued_as(request.idempotency_id, action=name, query=query)
            if queued is None:
                raise
            return queued

    def get_invocation(self, invocation_id: str) -> InvocationRecord:
        """Return one invocation."""
        return self._sent(invocations.read(invocation_id), readers.invocation())

    def query_invocations(self, query: QuerySpecification, *, owner: str | None = None) -> Page[InvocationRecord]:
        """Return one page of an organization's invocations."""
        return self._sent(invocations.query(query, owner=self._or_own(owner)), readers.invocations())

    def cancel_invocation(self, invocation_id: str, *, owner: str | None = None) -> None:
        """Cancel an invocation."""
        self._sent(invocations.cancel(invocation_id, owner=self._or_own(owner)), read_nothing)

    def cancel_active_invocations(
        self, request: CancelActiveInvocationsRequest, *, owner: str | None = None
    ) -> CancelActiveInvocationsResponse:
        """Cancel a bounded number of active invocations."""
        return self._sent(invocations.cancel_active(request, owner=self._or_own(owner)), readers.cancellation())

    def update_invocation_status(
        self, invocation_id: str, request: UpdateInvocationStatus, *, owner: str | None = None
    ) -> InvocationRecord:
        """Move an invocation to another status."""
        call = invocations.update_status(invocation_id, request, owner=self._or_own(owner))
        return self._sent(call, readers.invocation())

    def set_container_info(
        self, invocation_id: str, request: SetContainerInfoRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        """Record the digest of the image that runs."""
        call = invocations.set_container_info(invocation_id, request, owner=self._or_own(owner))
        return self._sent(call, readers.invocation())

    def set_logs_location(
        self, invocation_id: str, request: SetLogsLocationRequest, *, owner: str | None = None
    ) -> InvocationRecord:
        """Record where logs are stored."""
        call = invocations.set_logs_location(invocation_id, request, owner=self._or_own(owner))
        return self._sent(call, readers.invocation())

    def invocation_logs(
        self, invocation_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[LogRecord]:
        """Return one page of logs."""
        call = invocations.logs(invocation_id, page_token=page_token, owner=self._or_own(owner))
        return self._sent(call, readers.logs())

    def stream_invocation_logs(
        self, invocation_id: str, *, last_read: str | None = None, owner: str | None = None
    ) -> Stream[LogRecord]:
        """Return what was logged after ``last_read``."""
        call = invocations.stream_logs(invocation_id, last_read=last_read, owner=self._or_own(owner))
        return self._sent(call, readers.log_stream())

    def trigger_evaluations(
        self, name: str, *, limit: int | None = None, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        """Return one page of a trigger's evaluations."""
        call = evaluations.of_trigger(name, limit=limit, page_token=page_token, owner=self._or_own(owner))
        return self._sent(call, readers.evaluations())

    def dataset_evaluations(
        self, dataset_id: str, *, page_token: str | None = None, owner: str | None = None
    ) -> Page[TriggerEvaluationRecord]:
        """Return one page of the evaluations of every trigger for a dataset."""
        call = evaluations.of_dataset(dataset_id, page_token=page_token, owner=self._or_own(owner))
        return self._sent(call, readers.evaluations())

    def create_dataset(self, request: CreateDatasetRequest) -> DatasetRecord:
        """Create a dataset in the caller's organization."""
        return self._sent(datasets.create(request, caller=self._org_id), readers.dataset())

    def get_dataset(self, dataset_id: str, *, owner: str | None = None) -> DatasetRecord:
        """Return one dataset."""
        return self._sent(datasets.read(dataset_id, owner=owner), readers.dataset())

    def query_datasets(self, query: QuerySpecification, *, owner: str | None = None) -> Page[DatasetRecord]:
        """Return one page of datasets."""
        return self._sent(datasets.query(query, owner=self._or_own(owner)), readers.datasets())

    def update_dataset(
        self, dataset_id: str, request: UpdateDatasetRequest, *, owner: str | None = None
    ) -> DatasetRecord:
        """Change a dataset."""
        return self._sent(datasets.update(dataset_id, request, owner=owner), readers.dataset())

    def delete_dataset(self, dataset_id: str, *, owner: str | None = None) -> None:
        """Delete a dataset with its files."""
        self._sent(datasets.delete(dataset_id, owner=owner), read_nothing)

    def import_files(self, requests: list[ImportFileRequest]) -> list[FileRecord]:
        """Register files where they are; each request of up to 5,000 files is all or nothing, and an event.

        None at all needs no request.
        """
        from reconciler.client.importing import import_files

        return import_files(self._transport, requests, caller=self._org_id)

    def query_files(self, dataset_id: str, request: QueryFilesRequest, *, owner: str | None = None) -> Page[FileRecord]:
        """Return one page of a dataset's files."""
        return self._sent(datasets.query_files(dataset_id, request, owner=owner), readers.files())

    def get_file(self, file_id: str, *, owner: str | None = None) -> FileRecord:
        """Return one file."""
        return self._sent(datasets.read_file(file_id, owner=owner), readers.file())

    def update_file(self, file_id: str, request: UpdateFileRequest, *, owner: str | None = None) -> FileRecord:
        """Change a file's record."""
        return self._sent(datasets.update_file(file_id, request, owner=owner), readers.file())

    def delete_file(self, file_id: str, *, owner: str | None = None) -> None:
        """Delete a file."""
        self._sent(datasets.delete_file(file_id, owner=owner), read_nothing)

    def upload_files(self, dataset_id: str, files: dict[str, Path]) -> list[FileRecord]:
        """Copy local files into a dataset, where the platform offers it as the embedded one does when it is served.

        Raises:
            InvalidRequest: The platform has no such uploads, or a path or a file cannot be used.
        """
        from reconciler.client.uploading import upload

        return upload(self._transport, dataset_id, files)

    def close(self) -> None:
        """Let go of the connections; calling it twice is harmless."""
        self._transport.lanes.close()

    def _sent(self, call: Call, read: Reader[T]) -> T:
        return self._transport.exchange(call, read)

    def _or_own(self, org_id: str | None) -> str | None:
        return org_id or self._org_id
