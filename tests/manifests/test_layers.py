"""What an environment lays over the manifests: values and patches, with the places of what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.triggers import TriggerSpec
from reconciler.manifests.loader import Layer, Loading, load, open_cache, validate
from reconciler.manifests.patching import merged
from reconciler.manifests.variables import Variables

ACTION = """\
apiVersion: reconciler/v1
kind: Action
metadata: {name: ingest, labels: {team: a}}
spec:
  uri: img:${var.tag}
  timeout: ${var.minutes}
  tags: [x, y]
  parameters:
    - {name: topics, default: all}
    - {name: rate, default: "1"}
"""
TRIGGER = """\
apiVersion: reconciler/v1
kind: Trigger
metadata: {name: on_bags}
spec:
  action_name: ingest
  required_inputs: ["*.bag"]
  timeout: 5
"""
PATCHES = """\
kind: Action
metadata: {name: ingest, labels: {tier: prod}}
spec:
  tags: [z]
  parameters: {rate: {default: "2"}}
---
kind: Trigger
metadata: {name: on_bags}
spec: {timeout: null, enabled: false}
"""
VALUES = Variables({"tag": "1.4", "minutes": 30})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with an action, a trigger and patches of both."""
    for name, text in {"action.yaml": ACTION, "trigger.yaml": TRIGGER, "prod/patches.yaml": PATCHES}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def layer(*overlays: Any, environment: str = "prod", variables: Variables = VALUES, is_whole: bool = True) -> Layer:
    """Build a layer."""
    return Layer(environment=environment, variables=variables, overlays=overlays, is_whole=is_whole)


def loaded(root: Path, chosen: Layer) -> Loading:
    """Load the project under a layer."""
    return load(["."], root=root, exclude=["/prod"], layer=chosen)


def action_of(loading: Loading) -> ActionSpec:
    """Return the action's spec."""
    spec = loading.desired.resources[Address(Kind.ACTION, "ingest")].spec
    assert isinstance(spec, ActionSpec)
    return spec


def trigger_of(loading: Loading) -> TriggerSpec:
    """Return the trigger's spec."""
    spec = loading.desired.resources[Address(Kind.TRIGGER, "on_bags")].spec
    assert isinstance(spec, TriggerSpec)
    return spec


def told(loading: Loading) -> list[tuple[str, str]]:
    """Return the place and the rule of every diagnostic."""
    return [(str(each.span), each.rule) for each in loading.diagnostics]


def test_variables_and_patches_make_the_spec(root: Path) -> None:
    """Mappings merge, parameters by name; lists are replaced; null takes a key away."""
    loading = loaded(root, layer("prod"))
    assert loading.diagnostics == ()
    action = action_of(loading)
    assert (action.uri, action.timeout, tuple(action.tags)) == ("img:1.4", 30, ("z",))
    assert {each.name: each.default for each in action.parameters} == {"topics": "all", "rate": "2"}
    labels = loading.desired.resources[Address(Kind.ACTION, "ingest")].labels
    assert labels == {"team": "a", "tier": "prod"}
    trigger = trigger_of(loading)
    assert (trigger.timeout, trigger.enabled) == (None, False)
    assert loading.files == ("action.yaml", "prod/patches.yaml", "trigger.yaml")


def test_later_overlays_win(root: Path) -> None:
    """They apply in the order they are listed in, files and patches alike."""
    inline = {"kind": "Trigger", "metadata": {"name": "on_bags"}, "spec": {"timeout": 9}}
    assert trigger_of(loaded(root, layer("prod", inline))).timeout == 9
    assert trigger_of(loaded(root, layer(inline, "prod"))).timeout is None


def test_places_are_in_the_file_that_won(root: Path) -> None:
    """What a patch wrote is shown where the patch stands, all else in the manifest."""
    (root / "prod" / "patches.yaml").write_text(PATCHES.replace("enabled: false", "enabled: 3"))
    assert told(loaded(root, layer("prod"))) == [("prod/patches.yaml:9:32", "wrong-type")]
    (root / "prod" / "patches.yaml").write_text(PATCHES)
    desired = loaded(root, layer("prod")).desired
    action = desired.resources[Address(Kind.ACTION, "ingest")]
    assert str(desired.locate(action, "/spec/parameters/rate/default")) == "prod/patches.yaml:5:32"
    assert str(desired.locate(action, "/spec/parameters/topics/default")) == "action.yaml:9:31"
    assert str(desired.locate(action, "/spec/uri")) == "action.yaml:5:8"
    assert str(desired.locate(action, "/metadata/name")) == "action.yaml:3:18"
    assert str(desired.locate(action, "/metadata/labels/tier")) == "prod/patches.yaml:2:41"


def test_inline_patches_are_placed_in_the_project_file(root: Path) -> None:
    """At the very value."""
    (root / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Project\nspec:\n  environments:\n    prod:\n      overlays:\n"
        "        - kind: Trigger\n          metadata: {name: on_bags}\n          spec: {enabled: maybe}\n"
    )
    inline = {"kind": "Trigger", "metadata": {"name": "on_bags"}, "spec": {"enabled": "maybe"}}
    assert told(loaded(root, layer(inline))) == [("reconciler.yaml:9:27", "wrong-type")]


def test_a_patch_that_names_nothing_is_an_error(root: Path) -> None:
    """A name misspelt must not leave production as it was; where only some files were asked for it may be in others."""
    (root / "prod" / "patches.yaml").write_text(PATCHES.replace("on_bags", "on_bag"))
    loading = loaded(root, layer("prod"))
    assert told(loading) == [("prod/patches.yaml:8:18", "patch-of-nothing")]
    assert loading.diagnostics[0].hint == 'did you mean "on_bags"?'
    assert loaded(root, layer("prod", is_whole=False)).diagnostics == ()


def test_a_patch_of_a_broken_manifest_names_something(root: Path) -> None:
    """What is wrong is the manifest alone."""
    (root / "trigger.yaml").write_text(TRIGGER.replace("timeout: 5", "timeuot: 5"))
    assert told(loaded(root, layer("prod"))) == [("trigger.yaml:7:3", "unknown-key")]


def test_all_problems_are_told_at_once(root: Path) -> None:
    """Undefined variables, what the schema finds beside them, and broken patches."""
    (root / "action.yaml").write_text(ACTION.replace("tags: [x, y]", "tags: x").replace("var.tag", "var.tga"))
    (root / "prod" / "patches.yaml").write_text("kind: Trigger\nmetadata: {nmae: x}\n")
    assert told(loaded(root, layer("prod"))) == [
        ("action.yaml:5:8", "undefined-variable"),
        ("action.yaml:7:9", "wrong-type"),
        ("prod/patches.yaml:2:12", "unknown-key"),
    ]


def test_a_value_of_the_wrong_type_is_told_where_it_is_used(root: Path) -> None:
    """The schema sees the value, not the reference."""
    loading = loaded(root, layer(variables=Variables({"tag": "1", "minutes": "long"})))
    assert told(loading) == [("action.yaml:6:12", "wrong-type")]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("timeout: ${", "timeout: $${", [("action.yaml:6:12", "wrong-type")]),
        ("timeout:", "timuot:", [("action.yaml:6:3", "unknown-key")]),
        ("timeout:", "timeout:", []),
    ],
)
def test_an_escaped_reference_is_text_and_no_number(
    root: Path, old: str, new: str, found: list[tuple[str, str]]
) -> None:
    """It is substituted once, in files without fault and in others."""
    (root / "action.yaml").write_text(ACTION.replace("[x, y]", "['$${var.tag}']").replace(old, new))
    loading = loaded(root, layer())
    assert told(loading) == found
    if not found:
        assert tuple(action_of(loading).tags) == ("${var.tag}",)


def test_caches_never_mix_environments(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A verdict counts for one environment; so does the digest that plans are remembered by."""
    folder = tmp_path_factory.mktemp("cache")

    def verdict(chosen: Layer) -> list[str]:
        cache = open_cache(folder, project="p")
        found = validate(["."], root=root, exclude=["/prod"], cache=cache, layer=chosen)
        cache.save()
        return [each.rule for each in found.diagnostics]

    good, bad = layer("prod"), layer("prod", environment="b", variables=Variables({"tag": "1", "minutes": "x"}))
    for _ in range(2):
        assert verdict(good) == []
        assert verdict(bad) == ["wrong-type"]
    digests = [
        loaded(root, chosen).desired.digest
        for chosen in (
            Layer(),
            layer(),
            layer(environment="b"),
            layer("prod"),
            layer(variables=Variables({"tag": "2", "minutes": 30})),
        )
    ]
    assert len(set(digests)) == len(digests)
    (root / "prod" / "patches.yaml").write_text(PATCHES.replace("[z]", "[w]"))
    assert verdict(good) == []
    assert loaded(root, layer("prod")).desired.digest not in digests


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": "foo"}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ],
)
def test_patches_are_merge_patches(base: Any, patch: Any, result: Any) -> None:
    """As RFC 7386 has them."""
    assert merged(base, patch) == result
