"""A trigger as a handle: created, found, changed, invoked by hand, and what came of its evaluations."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from reconciler.domain.conditions import Condition, ConditionType
from reconciler.domain.evaluations import TriggerEvaluationRecord, TriggerNames
from reconciler.domain.invocations import InvocationDataSource, InvocationSource, InvocationUploadDestination
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.queries import QuerySpecification, each_of_pages
from reconciler.domain.requests import CreateTriggerRequest, UpdateTriggerRequest
from reconciler.domain.triggers import TriggerEvaluationCause, TriggerForEachPrimitive, TriggerRecord
from reconciler.domain.values import ComputeRequirements, ContainerParameters
from reconciler.errors import Conflict
from reconciler.handles.action import Action
from reconciler.handles.asking import built
from reconciler.handles.choice import acting_for, chosen
from reconciler.handles.evaluations import PendingEvaluations, names_of_triggers
from reconciler.handles.invocation import Invocation
from reconciler.handles.paging import each_found
from reconciler.handles.waiting import Interval, wait_until

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform


class Trigger:
    """A rule that invokes an action when files come in or metadata changes."""

    def __init__(self, record: TriggerRecord, roboto_client: WholePlatform | None = None) -> None:
        self._record = record
        self._platform = chosen(roboto_client)

    def __repr__(self) -> str:
        return f"Trigger({self.name!r}, org_id={self.org_id!r}, action={self._record.action.name!r})"

    @classmethod
    def create(  # noqa: PLR0917  the domain page's own signature
        cls,
        name: str,
        action_name: str,
        required_inputs: list[str],
        for_each: TriggerForEachPrimitive,
        enabled: bool = True,
        action_digest: str | None = None,
        action_owner_id: str | None = None,
        additional_inputs: list[str] | None = None,
        causes: list[TriggerEvaluationCause] | None = None,
        compute_requirement_overrides: ComputeRequirements | None = None,
        condition: ConditionType | None = None,
        container_parameter_overrides: ContainerParameters | None = None,
        parameter_values: dict[str, Any] | None = None,
        service_user_id: str | None = None,
        timeout: int | None = None,
        caller_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Self:
        """Create a trigger in the caller's organization, or in ``caller_org_id``; ``timeout`` in minutes.

        Raises:
            InvalidRequest: A value is wrong, such as a list of patterns without one.
            Conflict: The name is taken.
            NotFound: The action does not exist.
        """
        request = built(
            CreateTriggerRequest,
            f'create trigger "{name}"',
            name=name,
            action_name=action_name,
            required_inputs=required_inputs,
            for_each=for_each,
            enabled=enabled,
            action_digest=action_digest,
            action_owner_id=action_owner_id,
            additional_inputs=additional_inputs,
            causes=causes,
            compute_requirement_overrides=compute_requirement_overrides,
            condition=condition,
            container_parameter_overrides=container_parameter_overrides,
            parameter_values=parameter_values,
            service_user_id=service_user_id,
            timeout=timeout,
        )
        platform = chosen(roboto_client)
        return cls(acting_for(platform, caller_org_id).create_trigger(request), platform)

    @classmethod
    def from_name(cls, name: str, owner_org_id: str | None = None, roboto_client: WholePlatform | None = None) -> Self:
        """Return a trigger by its name.

        Raises:
            NotFound: There is none, or none the caller may see.
        """
        platform = chosen(roboto_client)
        return cls(platform.get_trigger(name, owner=owner_org_id), platform)

    @classmethod
    def query(
        cls,
        spec: QuerySpecification | None = None,
        owner_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Generator[Self, None, None]:
        """Yield the triggers of an organization that match, newest first by default; without ``spec`` all."""
        platform = chosen(roboto_client)
        query = spec or QuerySpecification()
        records = each_found(lambda asked: platform.query_triggers(asked, owner=owner_org_id), query)
        return (cls(record, platform) for record in records)

    @staticmethod
    def get_evaluations_for_dataset(
        dataset_id: str, owner_org_id: str | None = None, roboto_client: WholePlatform | None = None
    ) -> Generator[TriggerEvaluationRecord, None, None]:
        """Yield every evaluation of every trigger for a dataset, newest first.

        Raises:
            NotFound: There is no such dataset.
        """
        platform = chosen(roboto_client)
        names = names_of_triggers(platform, org_id=owner_org_id)
        records = each_of_pages(
            lambda token: platform.dataset_evaluations(dataset_id, page_token=token, owner=owner_org_id), token=None
        )
        return (record.named_by(names) for record in records)

    @property
    def record(self) -> TriggerRecord:
        """What the platform last said about this trigger."""
        return self._record

    @property
    def name(self) -> str:
        """The name, unique within the organization."""
        return self._record.name

    @property
    def trigger_id(self) -> str:
        """The id of this trigger."""
        return self._record.trigger_id

    @property
    def org_id(self) -> str:
        """The organization that owns this trigger."""
        return self._record.org_id

    @property
    def condition(self) -> ConditionType | None:
        """What must hold for this trigger to fire; None for nothing in particular."""
        return self._record.condition

    @property
    def created(self) -> datetime:
        """When this trigger was created."""
        return self._record.created

    @property
    def created_by(self) -> str:
        """Who created this trigger."""
        return self._record.created_by

    @property
    def enabled(self) -> bool:
        """True when this trigger may fire."""
        return self._record.enabled

    @property
    def for_each(self) -> TriggerForEachPrimitive:
        """Whether there is one invocation for a dataset or one for each file."""
        return self._record.for_each

    @property
    def modified(self) -> datetime:
        """When this trigger was last changed."""
        return self._record.modified

    @property
    def modified_by(self) -> str:
        """Who last changed this trigger."""
        return self._record.modified_by

    @property
    def service_user_id(self) -> str | None:
        """As whom this trigger invokes."""
        return self._record.service_user_id

    def get_action(self) -> Action:
        """Return the action this trigger invokes: the version it is pinned to, or the latest.

        Raises:
            NotFound: The action is gone.
        """
        reference = self._record.action
        return Action.from_name(
            reference.name, digest=reference.digest, owner_org_id=reference.owner, roboto_client=self._platform
        )

    def invoke(
        self,
        data_source: InvocationDataSource,
        idempotency_id: str | None = None,
        input_data_override: list[str] | None = None,
        upload_destination: InvocationUploadDestination | None = None,
    ) -> Invocation | None:
        """Invoke the action as if this trigger had fired; None when the idempotency id was used before.

        Raises:
            InvalidRequest: The action finds something wrong, such as a required parameter without value.
        """
        record = self._record
        try:
            return self.get_action().invoke(
                invocation_source=InvocationSource.Trigger,
                # The platform knows a trigger that invokes by its name, and records its id.
                invocation_source_id=self.name,
                data_source_id=data_source.data_source_id,
                data_source_type=data_source.data_source_type,
                # Additional inputs go with invocations the platform makes; its own client leaves them out here too.
                input_data=input_data_override or record.required_inputs,
                upload_destination=upload_destination,
                compute_requirement_overrides=record.compute_requirement_overrides,
                container_parameter_overrides=record.container_parameter_overrides,
                idempotency_id=idempotency_id,
                parameter_values=record.parameter_values,
                timeout=record.timeout,
                caller_org_id=self.org_id,
            )
        except Conflict:
            return None

    def get_invocations(self) -> Generator[Invocation, None, None]:
        """Yield the invocations this trigger has made, newest first."""
        made_by_this = Condition("provenance.source.source_id").equals(self.trigger_id)
        return Invocation.query(
            QuerySpecification(condition=made_by_this), owner_org_id=self.org_id, roboto_client=self._platform
        )

    def get_evaluations(
        self, limit: int | None = None, page_token: str | None = None
    ) -> Generator[TriggerEvaluationRecord, None, None]:
        """Yield every evaluation of this trigger, newest first, asked for in pages of ``limit``."""
        name = self.name
        names = TriggerNames(lambda _: name)
        records = each_of_pages(
            lambda token: self._platform.trigger_evaluations(name, limit=limit, page_token=token, owner=self.org_id),
            token=page_token,
        )
        return (record.named_by(names) for record in records)

    def latest_evaluation(self) -> TriggerEvaluationRecord | None:
        """Return the newest evaluation; None when there has been none."""
        return next(self.get_evaluations(limit=1), None)

    def wait_for_evaluations_to_complete(self, timeout: float = 60 * 5, poll_interval: Interval = 5) -> None:
        """Wait until no evaluation of this trigger is pending.

        Args:
            timeout: Seconds to wait at most.
            poll_interval: Seconds between two looks.

        Raises:
            TimeoutError: The time is up and an evaluation is still pending.
        """
        wait_until(
            PendingEvaluations(self.get_evaluations).completed,
            timeout=timeout,
            poll_interval=poll_interval,
            awaited=f'the evaluations of trigger "{self.name}" to complete',
        )

    def enable(self) -> None:
        """Let this trigger fire."""
        self.update(enabled=True)

    def disable(self) -> None:
        """Keep this trigger from firing."""
        self.update(enabled=False)

    def update(  # noqa: PLR0917  the domain page's own signature
        self,
        action_name: str | NotSetType = NotSet,
        action_owner_id: str | NotSetType = NotSet,
        action_digest: str | NotSetType | None = NotSet,
        additional_inputs: list[str] | NotSetType | None = NotSet,
        causes: list[TriggerEvaluationCause] | NotSetType = NotSet,
        compute_requirement_overrides: ComputeRequirements | NotSetType | None = NotSet,
        container_parameter_overrides: ContainerParameters | NotSetType | None = NotSet,
        condition: ConditionType | NotSetType | None = NotSet,
        enabled: bool | NotSetType = NotSet,
        for_each: TriggerForEachPrimitive | NotSetType = NotSet,
        parameter_values: dict[str, Any] | NotSetType | None = NotSet,
        required_inputs: list[str] | NotSetType = NotSet,
        timeout: int | NotSetType | None = NotSet,
    ) -> Self:
        """Change this trigger: what is given changes, None clears, the rest stays; ``timeout`` in minutes.

        Raises:
            InvalidRequest: A value is wrong, such as a list of patterns without one.
        """
        request = built(
            UpdateTriggerRequest,
            f'update trigger "{self.name}"',
            action_name=action_name,
            action_owner_id=action_owner_id,
            action_digest=action_digest,
            additional_inputs=additional_inputs,
            causes=causes,
            compute_requirement_overrides=compute_requirement_overrides,
            container_parameter_overrides=container_parameter_overrides,
            condition=condition,
            enabled=enabled,
            for_each=for_each,
            parameter_values=parameter_values,
            required_inputs=required_inputs,
            timeout=timeout,
        )
        self._record = self._platform.update_trigger(self.name, request, owner=self.org_id)
        return self

    def delete(self) -> None:
        """Delete this trigger."""
        self._platform.delete_trigger(self.name, owner=self.org_id)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return self._record.model_dump(mode="json")
