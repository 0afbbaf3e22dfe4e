"""Laws of exporting: a plan of what was exported is empty, and nothing that is live is lost on the way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.config import PlatformKind, Settings
from reconciler.domain.actions import ActionRecord, ActionSpec, normalised_action
from reconciler.domain.address import Address
from reconciler.domain.live import Live
from reconciler.domain.requests import CreateActionRequest, CreateTriggerRequest, SetActionAccessibilityRequest
from reconciler.domain.triggers import TriggerSpec, normalised_trigger
from reconciler.domain.values import Accessibility, ActionParameter, ContainerParameters
from reconciler.embedded.platform import Caller, EmbeddedPlatform
from reconciler.errors import InvalidRequest, NotFound
from reconciler.export.model import Export, Outcome, Selection
from reconciler.export.run import export
from reconciler.manifests.desired import Spec
from reconciler.manifests.formatting import formatted
from reconciler.observe import observe
from reconciler.plan.model import Plan
from reconciler.project import Project
from tests.laws.test_plan import free, inheriting_actions, standing_actions, trigger_specs
from tests.plan.builders import ORG

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

#: What a manifest may honestly warn of: that live resources are odd.
HONEST = {"condition-never-holds", "doubtful-pattern", "no-image", "similar-name"}

nasty = st.one_of(
    st.text(max_size=12).filter(lambda text: "\0" not in text),
    st.text("ab \n\t\r:#-'\"|>{}[]$%@`~<01.yn\u200b\u2028\x85é\x7f\U0001f916", max_size=12),
    st.sampled_from(
        ["y", "12:30", "0b1", "two\nlines", "ends \n here", "${var.tag}", "$${var.tag} and ${ var.x", "null"]
    ),
)
keys = st.sampled_from(["a", "c.d", "x y", "on", "12:30", "~", "a/b", "api_token", "*", "${var.x}"])
nasty_metadata = st.dictionaries(
    keys, nasty | st.booleans() | st.floats(allow_nan=False, allow_infinity=False), max_size=3
)
nasty_parameters = st.lists(
    st.builds(
        ActionParameter,
        name=st.sampled_from(["threshold", "topics", "api_token", "with space", "a=b"]),
        required=st.booleans(),
        description=st.none() | nasty,
        default=st.none() | nasty,
    ),
    unique_by=lambda parameter: parameter.name,
    max_size=4,
).map(tuple)
nasty_containers = st.builds(
    ContainerParameters,
    command=st.none() | st.lists(nasty, max_size=2),
    env_vars=st.none() | st.dictionaries(st.sampled_from(["LEVEL", "API_KEY", "A B"]), nasty, max_size=2),
    workdir=st.none() | nasty,
)


@dataclass(frozen=True)
class Fleet:
    """What is live: specs by name."""

    actions: Mapping[str, ActionSpec]
    triggers: Mapping[str, TriggerSpec]


@st.composite
def fleets(draw: st.DrawFn) -> Fleet:
    """An action, one that inherits from it, and triggers that need not fit it: nobody checks that on a platform."""
    base = replace(
        draw(standing_actions),
        description=draw(st.none() | nasty),
        parameters=draw(nasty_parameters),
        container_parameters=draw(st.none() | nasty_containers),
        metadata=draw(nasty_metadata),
        tags=tuple(draw(st.lists(nasty, max_size=2))),
    )
    child = replace(draw(inheriting_actions), metadata=draw(nasty_metadata))
    names = draw(st.lists(st.sampled_from(["on_bags", "On_Bags", "con", "y"]), unique=True, max_size=3))
    values = st.dictionaries(
        st.sampled_from(["threshold", "api_token", "unheard of", "topics"]), free | nasty, max_size=3
    )
    triggers = {
        name: replace(
            draw(trigger_specs),
            parameter_values=draw(values),
            container_parameter_overrides=draw(st.none() | nasty_containers),
            service_user_id=draw(st.sampled_from([None, "su_special"])),
        )
        for name in names
    }
    return Fleet({"base": base, "child": child}, triggers)


class Site:
    """A platform with a fleet on it, and a project's folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(
            root=folder,
            cwd=folder,
            paths=(".",),
            platform=PlatformKind.EMBEDDED,
            embedded_path=folder / "platform.db",
            org_id=ORG,
        )

    def open(self) -> EmbeddedPlatform:
        """Open the platform as the project does."""
        caller = Caller(user_id="ada@example.com", org_id=ORG)
        return EmbeddedPlatform.open(self.settings.embedded_path, caller=caller)

    def furnish(self, fleet: Fleet) -> None:
        """Put on the platform what it takes of a fleet."""
        with closing(self.open()) as platform:
            for name, action in fleet.actions.items():
                _try(lambda name=name, action=action: _create_action(platform, name, action))
            for name, trigger in fleet.triggers.items():
                _try(lambda name=name, trigger=trigger: platform.create_trigger(CreateTriggerRequest.of(name, trigger)))

    def export(self, *, reveal: bool = False) -> Export:
        """Export everything and write what is to be written."""
        found = export(self.settings, Selection(reveal=reveal), out=self.folder)
        for each in found.placed:
            if each.outcome is Outcome.WRITTEN:
                Path(each.path).parent.mkdir(exist_ok=True)
                Path(each.path).write_text(each.text, encoding="utf-8", newline="")
        return found

    def plan(self) -> Plan:
        """Plan what is in the folder."""
        return Project(self.settings).plan()

    def live(self) -> Live:
        """Return what is live."""
        with closing(self.open()) as platform:
            return observe(platform)


def _create_action(platform: EmbeddedPlatform, name: str, spec: ActionSpec) -> None:
    platform.create_action(CreateActionRequest.of(name, spec))
    if spec.accessibility is Accessibility.ActionHub:
        platform.set_action_accessibility(name, SetActionAccessibilityRequest(accessibility=spec.accessibility))


def _try(create: Any) -> None:
    try:
        create()
    except (InvalidRequest, NotFound):
        return


@contextmanager
def site(fleet: Fleet) -> Iterator[Site]:
    """A site with this fleet on its platform."""
    with tempfile.TemporaryDirectory() as folder:
        furnished = Site(Path(folder).resolve())
        furnished.furnish(fleet)
        yield furnished


@QUICK
@given(fleet=fleets(), reveal=st.booleans())
def test_a_plan_of_what_was_exported_is_empty(fleet: Fleet, reveal: bool) -> None:
    """Every live resource has a manifest or is told with the reason; exporting again changes nothing."""
    with site(fleet) as here:
        found = here.export(reveal=reveal)

        known = [each.exported.address for each in found.placed] + [each.address for each in found.left_out]
        assert sorted(known) == sorted(here.live().records)
        assert all(each.reason for each in found.left_out)
        if found.placed:
            plan = here.plan()
            assert plan.is_empty
            assert {warning.rule for warning in plan.warnings} <= HONEST
            again = here.export(reveal=reveal)
            assert {each.outcome for each in again.placed} == {Outcome.UNCHANGED}


@QUICK
@given(fleet=fleets())
def test_what_was_exported_is_canonical(fleet: Fleet) -> None:
    """``fmt`` has nothing to add."""
    with site(fleet) as here:
        for each in here.export().placed:
            assert formatted(each.text, file=each.path) == each.text


@QUICK
@given(fleet=fleets())
def test_nothing_configurable_is_lost(fleet: Fleet) -> None:
    """With secrets written out a manifest says all of the live spec, but for what it tells to be unsaid."""
    with site(fleet) as here:
        found = here.export(reveal=True)
        if not found.placed:
            return
        live, desired = here.live(), Project(here.settings).load().desired
        for each in found.placed:
            exported = each.exported
            if not exported.unsaid:
                assert _normal(desired.resources[exported.address].spec, live) == _live_spec(exported.address, live)


@QUICK
@given(fleet=fleets(), token=st.text("0123456789abcdef", min_size=24, max_size=24))
def test_no_secret_is_written_unless_asked_for(fleet: Fleet, token: str) -> None:
    """Wherever it stands; and the plan of what was written is empty all the same."""
    secret = ContainerParameters(env_vars={"API_KEY": token})
    parameters = tuple(each for each in fleet.actions["base"].parameters if each.name != "api_token")
    base = replace(
        fleet.actions["base"],
        container_parameters=secret,
        parameters=(*parameters, ActionParameter(name="api_token", default=token)),
    )
    triggers = {
        name: replace(each, parameter_values={"api_token": token}, container_parameter_overrides=secret)
        for name, each in fleet.triggers.items()
    }
    with site(Fleet({**fleet.actions, "base": base}, triggers)) as here:
        found = here.export()

        assert not any(token in each.text for each in found.placed)
        assert token not in repr(found)
        if found.placed:
            assert here.plan().is_empty


def _normal(spec: Spec, live: Live) -> Spec:
    if isinstance(spec, ActionSpec):
        return normalised_action(spec, org_id=live.identity.org_id)
    return replace(normalised_trigger(spec, org_id=live.identity.org_id), service_user_id=None)


def _live_spec(address: Address, live: Live) -> Spec:
    record = live.records[address]
    return _normal(ActionSpec.of(record) if isinstance(record, ActionRecord) else TriggerSpec.of(record), live)
