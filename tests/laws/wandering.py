"""A walk through what people do to one project: manifests are edited, somebody changes the platform by hand, and so on.

Every choice is drawn from one source of randomness, so that a walk with the same seed is the same walk.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from reconciler.domain.changesets import ActionParameterChangeset, MetadataChangeset
from reconciler.domain.queries import QuerySpecification
from reconciler.domain.requests import (
    CreateActionRequest,
    CreateTriggerRequest,
    SetActionAccessibilityRequest,
    UpdateActionRequest,
    UpdateTriggerRequest,
)
from reconciler.domain.triggers import TriggerForEachPrimitive
from reconciler.domain.values import Accessibility, ActionParameter
from reconciler.embedded.platform import LOCAL_CALLER, Caller, EmbeddedPlatform
from reconciler.errors import Conflict, InvalidRequest, NotFound

#: Few names, two of which differ in case alone, so that everything meets everything.
ACTIONS: Final = ("a", "b", "c", "A", "d.e")
TRIGGERS: Final = ("t", "u", "T")

#: Who changes the platform by hand.
BEN: Final = Caller(user_id="ben@acme.example", org_id=LOCAL_CALLER.org_id)

_IGNORABLE: Final = {"Action": ("description", "timeout", "tags"), "Trigger": ("enabled", "timeout")}

Document = dict[str, Any]


@dataclass
class Manifests:
    """What is declared, by address, and what was when it was last known to be legal."""

    rng: Random
    declared: dict[str, Document] = field(default_factory=dict)
    legal: str = "{}"

    def texts(self) -> list[str]:
        """Return the documents."""
        return [json.dumps(each) for each in self.declared.values()]

    def edit(self) -> str:
        """Change something and return what."""
        edits: list[Callable[[], str]] = [self._declare_action, self._declare_trigger, self._remove, self._rename]
        return self.rng.choices([*edits, self._ignore], weights=(8, 5, 4, 3, 1))[0]()

    def keep(self) -> None:
        """Take note that what is declared is legal."""
        self.legal = json.dumps(self.declared)

    def take_back(self) -> None:
        """Undo what was edited since."""
        self.declared = json.loads(self.legal)

    def _declare_action(self) -> str:
        rng, name = self.rng, self.rng.choice(ACTIONS)
        others = [self.declared[each]["metadata"]["name"] for each in self.declared if each.startswith("Action ")]
        parents = [other for other in others if other != name]
        inherits = bool(parents) and rng.random() < 0.3
        spec: Document = {"inherits": {"name": rng.choice(parents)}} if inherits else {"uri": "img:1"}
        fields: dict[str, tuple[Any, ...]] = {
            "description": ("x", "y", ""),
            "timeout": (1, 30),
            "tags": (["x"], ["y", "x"]),
            "metadata": ({"k": 1}, {"k": 1.0}, {"k": True, "l": "v"}),
            "compute_requirements": ({"vCPU": 512, "memory": 1024}, {"storage": 50}),
            "accessibility": ("organization", "action_hub"),
        }
        if not inherits:
            fields |= {
                "uri": ("img:1", "img:2"),
                "parameters": ({"p": {}}, {"p": {"default": "1"}, "api_token": {"default": "hunter2"}}),
                "container_parameters": ({"entry_point": []}, {"env_vars": {"API_KEY": "hunter3"}}),
                "requires_downloaded_inputs": (True, False),
            }
        return self._declare("Action", name, spec, fields)

    def _declare_trigger(self) -> str:
        rng, name = self.rng, self.rng.choice(TRIGGERS)
        actions = [self.declared[each]["metadata"]["name"] for each in self.declared if each.startswith("Action ")]
        if not actions:
            return "nothing"
        fields: dict[str, tuple[Any, ...]] = {
            "required_inputs": (["*.bag"], ["*.mcap", "*.bag"]),
            "for_each": ("dataset", "dataset_file"),
            "enabled": (True, False),
            "timeout": (1, 5),
            "condition": ({"field": "metadata.a", "comparator": "EQUALS", "value": 1},),
            "container_parameter_overrides": ({"env_vars": {"API_KEY": "hunter4"}},),
        }
        return self._declare(
            "Trigger", name, {"action_name": rng.choice(actions), "required_inputs": ["*.log"]}, fields
        )

    def _declare(self, kind: str, name: str, spec: Document, fields: Mapping[str, Any]) -> str:
        rng = self.rng
        chosen = {each: rng.choice(fields[each]) for each in rng.sample(sorted(fields), rng.randint(0, 3))}
        lifecycle: Document = {}
        for key, value, chance in (("protect", True, 0.1), ("on_remove", "forget", 0.1), ("adopt", True, 0.2)):
            if rng.random() < chance:
                lifecycle[key] = value
        self.declared[f"{kind} {name}"] = {
            "apiVersion": "reconciler/v1",
            "kind": kind,
            "metadata": {"name": name},
            "spec": {**spec, **chosen},
            "lifecycle": lifecycle,
        }
        return f"declare {kind} {name}: {json.dumps({**spec, **chosen})} {lifecycle}"

    def _remove(self) -> str:
        if not self.declared:
            return "nothing"
        gone = self.rng.choice(sorted(self.declared))
        del self.declared[gone]
        return f"remove {gone}"

    def _rename(self) -> str:
        if not self.declared:
            return "nothing"
        old = self.rng.choice(sorted(self.declared))
        kind, name = old.split()
        new = self.rng.choice(ACTIONS if kind == "Action" else TRIGGERS)
        if f"{kind} {new}" in self.declared:
            return "nothing"
        document = self.declared.pop(old)
        document["metadata"]["name"] = new
        document["lifecycle"]["renamed_from"] = name
        self.declared[f"{kind} {new}"] = document
        if kind == "Action" and self.rng.random() < 0.8:
            self._repoint(name, new)
        return f"rename {old} to {new}"

    def _repoint(self, old: str, new: str) -> None:
        for document in self.declared.values():
            spec = document["spec"]
            if spec.get("action_name") == old:
                spec["action_name"] = new
            if spec.get("inherits") == {"name": old}:
                spec["inherits"] = {"name": new}

    def _ignore(self) -> str:
        if not self.declared:
            return "nothing"
        at = self.rng.choice(sorted(self.declared))
        document = self.declared[at]
        name = self.rng.choice(_IGNORABLE[document["kind"]])
        document["spec"].pop(name, None)
        document["lifecycle"]["ignore"] = [f"/spec/{name}"]
        return f"ignore {name} of {at}"


def by_hand(platform: EmbeddedPlatform, rng: Random) -> str:
    """Change something on the platform as a person would, and return what; what the platform refuses is not done."""
    actions = [record.name for record in platform.query_actions(QuerySpecification()).items]
    triggers = [record.name for record in platform.query_triggers(QuerySpecification()).items]
    deed, name = rng.choice(("update", "update", "delete", "make anew", "create")), ""
    try:
        if deed == "create":
            name = rng.choice((*ACTIONS, "theirs"))
            platform.create_action(CreateActionRequest(name=name, uri="img:1"))
        elif triggers and (not actions or rng.random() < 0.4):
            name = rng.choice(triggers)
            _to_trigger(platform, rng, deed, name)
        elif actions:
            name = rng.choice(actions)
            _to_action(platform, rng, deed, name)
    except (Conflict, InvalidRequest, NotFound):
        deed = f"could not {deed}"
    return f"by hand: {deed} {name}"


def _to_action(platform: EmbeddedPlatform, rng: Random, deed: str, name: str) -> None:
    if deed == "update":
        parameter = ActionParameter(name="api_token", default="by hand")
        changes = (
            UpdateActionRequest(description=rng.choice(["by hand", "x", None])),
            UpdateActionRequest(timeout=rng.choice([3, 30, None])),
            UpdateActionRequest(metadata_changeset=MetadataChangeset(put_fields={"h": 1}, put_tags=["h"])),
            UpdateActionRequest(parameter_changeset=ActionParameterChangeset(put_parameters=[parameter])),
        )
        if rng.random() < 0.2:
            wanted = SetActionAccessibilityRequest(accessibility=rng.choice(list(Accessibility)))
            platform.set_action_accessibility(name, wanted)
        else:
            platform.update_action(name, rng.choice(changes))
        return
    before = platform.get_action(name)
    platform.delete_action(name)
    if deed == "make anew":
        alike = rng.random() < 0.5
        description, tags = (before.description, before.tags) if alike else ("anew", [])
        platform.create_action(CreateActionRequest(name=name, uri="img:1", description=description, tags=list(tags)))


def _to_trigger(platform: EmbeddedPlatform, rng: Random, deed: str, name: str) -> None:
    if deed == "update":
        platform.update_trigger(name, UpdateTriggerRequest(enabled=rng.random() < 0.5, timeout=9))
        return
    before = platform.get_trigger(name)
    platform.delete_trigger(name)
    if deed == "make anew":
        anew = CreateTriggerRequest(
            name=name,
            action_name=before.action.name,
            required_inputs=["*.bag"],
            for_each=TriggerForEachPrimitive.Dataset,
        )
        platform.create_trigger(anew)
