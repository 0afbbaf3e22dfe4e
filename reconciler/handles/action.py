"""An action as a handle: created, found, changed, published, invoked."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from reconciler.domain.actions import ActionRecord
from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.inputs import InvocationInput
from reconciler.domain.invocation_requests import CreateInvocationRequest
from reconciler.domain.invocations import (
    InvocationDataSource,
    InvocationDataSourceType,
    InvocationSource,
    InvocationUploadDestination,
)
from reconciler.domain.notset import NotSet, NotSetType
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import CreateActionRequest, SetActionAccessibilityRequest, UpdateActionRequest
from reconciler.domain.values import (
    Accessibility,
    ActionParameter,
    ActionReference,
    ComputeRequirements,
    ContainerParameters,
)
from reconciler.errors import InvalidRequest
from reconciler.handles.asking import built, checked_query
from reconciler.handles.choice import acting_for, chosen
from reconciler.handles.invocation import Invocation
from reconciler.handles.paging import each_found

if TYPE_CHECKING:
    from reconciler.domain.whole_platform import WholePlatform


class Action:
    """One version of an action: a function that runs in a container over data.

    Changing an action makes a new version, which the handle then shows.
    """

    def __init__(self, record: ActionRecord, roboto_client: WholePlatform | None = None) -> None:
        self._record = record
        self._platform = chosen(roboto_client)

    def __repr__(self) -> str:
        return f"Action({self.name!r}, org_id={self.org_id!r}, digest={self.digest!r})"

    @classmethod
    def create(  # noqa: PLR0917  the domain page's own signature
        cls,
        name: str,
        compute_requirements: ComputeRequirements | None = None,
        container_parameters: ContainerParameters | None = None,
        description: str | None = None,
        inherits: ActionReference | None = None,
        metadata: dict[str, Any] | None = None,
        parameters: list[ActionParameter] | None = None,
        requires_downloaded_inputs: bool | None = None,
        short_description: str | None = None,
        tags: list[str] | None = None,
        timeout: int | None = None,
        uri: str | None = None,
        caller_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Self:
        """Create an action in the caller's organization, or in ``caller_org_id``; ``timeout`` in minutes.

        Raises:
            InvalidRequest: A value is wrong, such as a short description of more than 140 characters.
            Conflict: The name is taken.
        """
        request = built(
            CreateActionRequest,
            f'create action "{name}"',
            name=name,
            compute_requirements=compute_requirements,
            container_parameters=container_parameters,
            description=description,
            inherits=inherits,
            metadata=metadata or {},
            parameters=parameters or [],
            requires_downloaded_inputs=requires_downloaded_inputs,
            short_description=short_description,
            tags=tags or [],
            timeout=timeout,
            uri=uri,
        )
        platform = chosen(roboto_client)
        return cls(acting_for(platform, caller_org_id).create_action(request), platform)

    @classmethod
    def from_name(
        cls,
        name: str,
        digest: str | None = None,
        owner_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Self:
        """Return an action by its name: its latest version, or the one with this digest.

        Raises:
            NotFound: There is none, or none the caller may see.
        """
        platform = chosen(roboto_client)
        return cls(platform.get_action(name, digest=digest, owner=owner_org_id), platform)

    @classmethod
    def query(
        cls,
        spec: QuerySpecification | None = None,
        accessibility: Accessibility = Accessibility.Organization,
        owner_org_id: str | None = None,
        roboto_client: WholePlatform | None = None,
    ) -> Generator[Self, None, None]:
        """Yield the actions of an organization or of the Action Hub that match, newest first by default.

        Raises:
            ValueError: A condition names a field that actions do not have.
        """
        query = checked_query(spec, record=ActionRecord)
        platform = chosen(roboto_client)
        records = each_found(
            lambda asked: platform.query_actions(asked, owner=owner_org_id, accessibility=accessibility), query
        )
        return (cls(record, platform) for record in records)

    @property
    def record(self) -> ActionRecord:
        """What the platform last said about this action."""
        return self._record

    @property
    def name(self) -> str:
        """The name, unique within the organization."""
        return self._record.name

    @property
    def org_id(self) -> str:
        """The organization that owns this action."""
        return self._record.org_id

    @property
    def digest(self) -> str:
        """What tells this version from every other."""
        return self._record.digest or self._record.compute_digest()

    @property
    def accessibility(self) -> Accessibility:
        """Who may query for and invoke this action."""
        return self._record.accessibility

    @property
    def compute_requirements(self) -> ComputeRequirements | None:
        """What a run gets; None for the platform's default."""
        return self._record.compute_requirements

    @property
    def container_parameters(self) -> ContainerParameters | None:
        """How the image is run."""
        return self._record.container_parameters

    @property
    def created(self) -> datetime:
        """When this action was created."""
        return self._record.created

    @property
    def created_by(self) -> str:
        """Who created this action."""
        return self._record.created_by

    @property
    def description(self) -> str | None:
        """What this action does, at length."""
        return self._record.description

    @property
    def inherits_from(self) -> ActionReference | None:
        """The action this one takes what it does not say from."""
        return self._record.inherits

    @property
    def metadata(self) -> dict[str, Any]:
        """Texts, numbers and booleans by name."""
        return self._record.metadata

    @property
    def modified(self) -> datetime:
        """When this action was last changed."""
        return self._record.modified

    @property
    def modified_by(self) -> str:
        """Who last changed this action."""
        return self._record.modified_by

    @property
    def parameters(self) -> Sequence[ActionParameter]:
        """The parameters an invocation may give values for."""
        return self._record.parameters

    @property
    def published(self) -> datetime | None:
        """When this action was put into the Action Hub; None while it is not there."""
        return self._record.published

    @property
    def requires_downloaded_inputs(self) -> bool:
        """True when inputs are there as files before a run begins; so it is unless the action says otherwise."""
        return self._record.requires_downloaded_inputs is not False

    @property
    def short_description(self) -> str | None:
        """What this action does, in at most 140 characters."""
        return self._record.short_description

    @property
    def tags(self) -> list[str]:
        """The tags of this action."""
        return self._record.tags

    @property
    def timeout(self) -> int | None:
        """Minutes after which a run is ended; None for the platform's default."""
        return self._record.timeout

    @property
    def uri(self) -> str | None:
        """The container image."""
        return self._record.uri

    def invoke(  # noqa: PLR0917  the domain page's own signature
        self,
        invocation_source: InvocationSource,
        data_source_id: str | None = None,
        data_source_type: InvocationDataSourceType | None = None,
        input_data: list[str] | InvocationInput | None = None,
        upload_destination: InvocationUploadDestination | None = None,
        compute_requirement_overrides: ComputeRequirements | None = None,
        container_parameter_overrides: ContainerParameters | None = None,
        idempotency_id: str | None = None,
        invocation_source_id: str | None = None,
        parameter_values: dict[str, Any] | None = None,
        timeout: int | None = None,
        caller_org_id: str | None = None,
    ) -> Invocation:
        """Queue a run of this very version; ``timeout`` in minutes, the action's own by default.

        Inputs are patterns of paths within the dataset ``data_source_id``, or whatever an ``InvocationInput`` selects.

        Raises:
            InvalidRequest: Patterns without a dataset, a required parameter without value, an undeclared parameter.
            Conflict: The idempotency id was used before.
        """
        operation = f'invoke action "{self.name}"'
        patterns, selected = _inputs(input_data, data_source_id, operation)
        source = InvocationDataSource.unspecified()
        request = built(
            CreateInvocationRequest,
            operation,
            compute_requirement_overrides=compute_requirement_overrides,
            container_parameter_overrides=container_parameter_overrides,
            data_source_id=data_source_id or source.data_source_id,
            data_source_type=data_source_type or source.data_source_type,
            idempotency_id=idempotency_id,
            input_data=patterns,
            invocation_source=invocation_source,
            invocation_source_id=invocation_source_id,
            parameter_values=parameter_values,
            rich_input_data=selected,
            timeout=self.timeout if timeout is None else timeout,
            upload_destination=upload_destination,
        )
        record = self._platform.invoke_action(
            self.name, request, digest=self.digest, owner=self.org_id, caller_org=caller_org_id
        )
        return Invocation(record, self._platform)

    def update(  # noqa: PLR0917  the domain page's own signature
        self,
        compute_requirements: ComputeRequirements | NotSetType | None = NotSet,
        container_parameters: ContainerParameters | NotSetType | None = NotSet,
        description: str | NotSetType | None = NotSet,
        inherits: ActionReference | NotSetType | None = NotSet,
        metadata_changeset: MetadataChangeset | NotSetType = NotSet,
        parameter_changeset: ActionParameterChangeset | NotSetType = NotSet,
        short_description: str | NotSetType | None = NotSet,
        timeout: int | NotSetType | None = NotSet,
        uri: str | NotSetType | None = NotSet,
        requires_downloaded_inputs: bool | NotSetType = NotSet,
    ) -> Self:
        """Make a new version: what is given changes, None clears, the rest stays; ``timeout`` in minutes.

        Raises:
            InvalidRequest: A value is wrong, such as a short description of more than 140 characters.
        """
        request = built(
            UpdateActionRequest,
            f'update action "{self.name}"',
            compute_requirements=compute_requirements,
            container_parameters=container_parameters,
            description=description,
            inherits=inherits,
            metadata_changeset=metadata_changeset,
            parameter_changeset=parameter_changeset,
            short_description=short_description,
            timeout=timeout,
            uri=uri,
            requires_downloaded_inputs=requires_downloaded_inputs,
        )
        self._record = self._platform.update_action(self.name, request, owner=self.org_id)
        return self

    def set_accessibility(self, accessibility: Accessibility) -> Self:
        """Publish this action's latest version to the Action Hub, or take it back."""
        request = built(
            SetActionAccessibilityRequest, f'set accessibility of action "{self.name}"', accessibility=accessibility
        )
        self._record = self._platform.set_action_accessibility(self.name, request, owner=self.org_id)
        return self

    def delete(self) -> None:
        """Delete this action with all its versions, for good."""
        self._platform.delete_action(self.name, owner=self.org_id)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return self._record.model_dump(mode="json")


def _inputs(
    given: list[str] | InvocationInput | None, data_source_id: str | None, operation: str
) -> tuple[list[str], InvocationInput | None]:
    """Return inputs in both forms a request has: patterns, and selectors that say the same."""
    if isinstance(given, InvocationInput):
        return [], given
    if not given:
        return [], None
    if not data_source_id:
        raise InvalidRequest(
            "patterns of paths need the dataset they are in",
            operation=operation,
            hint="give data_source_id, or an InvocationInput that says which files it selects",
        )
    return given, InvocationInput.from_dataset_file_paths(data_source_id, given)
