"""action.json files, as lenient as the platform's own loader and no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.domain.actions import ActionSpec
from reconciler.domain.address import Address, Kind
from reconciler.domain.values import ActionParameter, ComputeRequirements
from reconciler.manifests.action_json import ActionFile, pointer_in_file, read_action
from reconciler.manifests.models import API_VERSION
from tests.manifests.building import action, lines, loaded, rules

CONVERT: dict[str, Any] = {
    "name": "convert",
    "short_description": "Convert recordings.",
    "parameters": [
        {"name": "TOPICS", "required": "false", "description": "Topics: comma-separated"},
        {"name": "RATE", "required": False, "default": 3},
        {"name": "VERBOSE", "default": True},
    ],
    "compute_requirements": {"memory": "8192", "vCPU": "2048"},
    "container_parameters": {"command": [], "entry_point": None, "env_vars": {}, "workdir": None},
    "tags": ["ROS1"],
    "timeout": "30",
    "requires_downloaded_inputs": "True",
    "metadata": {"stars": 3},
    "image_uri": "acme/convert:1",
}


def spec_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return the spec that a file gives, which must be without problems."""
    read = read_action(content)
    assert isinstance(read, ActionFile), read
    return read.spec


def test_text_is_read_as_what_is_meant() -> None:
    """Booleans and numbers may be quoted; defaults become text the way Python writes them."""
    assert spec_of(CONVERT) == {
        "short_description": "Convert recordings.",
        "parameters": [
            {"name": "TOPICS", "required": False, "description": "Topics: comma-separated"},
            {"name": "RATE", "required": False, "default": "3"},
            {"name": "VERBOSE", "default": "True"},
        ],
        "compute_requirements": {"memory": 8192, "vCPU": 2048},
        "container_parameters": {"command": [], "env_vars": {}},
        "tags": ["ROS1"],
        "timeout": 30,
        "requires_downloaded_inputs": True,
        "metadata": {"stars": 3},
        "uri": "acme/convert:1",
    }


def test_null_and_an_empty_image_are_as_if_left_out() -> None:
    """The image is often set from outside; nulls are how generators leave things out."""
    assert spec_of({"name": "a", "image_uri": "", "description": None, "parameters": None, "tags": None}) == {}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"nmae": "a"}, ("unknown-key", "/nmae")),
        ({"uri": "a"}, ("unknown-key", "/uri")),
        ({"accessibility": "organization"}, ("unknown-key", "/accessibility")),
        ({"image_uri": "a b"}, ("illegal-text", "/image_uri")),
        ({"parameters": [{"name": "a", "requierd": True}]}, ("unknown-key", "/parameters/0/requierd")),
        ({"parameters": [{"name": "a", "required": "perhaps"}]}, ("wrong-type", "/parameters/0/required")),
        ({"compute_requirements": {"vCPU": "many"}}, ("wrong-type", "/compute_requirements/vCPU")),
        ({"metadata": {"a": {"b": 1}}}, ("wrong-type", "/metadata/a")),
        ({"name": 3}, ("wrong-type", "/name")),
        ([], ("wrong-type", "")),
    ],
)
def test_what_cannot_be_read_is_an_error_in_the_file(content: Any, expected: tuple[str, str]) -> None:
    """Lenient does not mean silent."""
    problems = read_action(content)
    assert isinstance(problems, list)
    assert [(problem.rule, problem.pointer) for problem in problems] == [expected]


def test_pointers_lead_into_the_file() -> None:
    """What the manifest calls uri the file calls image_uri."""
    assert pointer_in_file("/spec/uri") == "/image_uri"
    assert pointer_in_file("/spec/parameters/a/default") == "/parameters/a/default"


def test_a_manifest_overlays_its_action_file(tmp_path: Path) -> None:
    """Keys in the manifest win, field by field."""
    loading = loaded(
        tmp_path,
        {
            "convert/action.json": CONVERT,
            "convert/action.yaml": action(
                '{from: ./action.json, uri: "acme/convert:2", parameters: {RATE: {default: "5"}}, '
                "compute_requirements: {memory: 4096}}",
                name="convert",
            ),
        },
    )
    assert lines(loading.diagnostics) == []
    spec = loading.desired.resources[Address(Kind.ACTION, "convert")].spec
    assert isinstance(spec, ActionSpec)
    assert spec.uri == "acme/convert:2"
    assert spec.compute_requirements == ComputeRequirements(vCPU=2048, memory=4096)
    assert spec.parameters[1] == ActionParameter(name="RATE", default="5")
    assert loading.files == ("convert/action.json", "convert/action.yaml")


def test_places_lead_to_the_layer_that_wrote_a_field(tmp_path: Path) -> None:
    """A field of the action file is shown in the action file."""
    loading = loaded(
        tmp_path,
        {"action.json": CONVERT, "action.yaml": action("{from: action.json, uri: x}", name="convert")},
    )
    [resource] = loading.desired.resources.values()
    assert loading.desired.locate(resource, "/spec/uri").file == "action.yaml"
    place = loading.desired.locate(resource, "/spec/parameters/RATE/default")
    assert (place.file, place.line) == ("action.json", 13)


def test_what_two_layers_give_together_is_checked(tmp_path: Path) -> None:
    """Memory that went with the file's vCPU may not go with the manifest's."""
    loading = loaded(
        tmp_path,
        {
            "action.json": CONVERT,
            "action.yaml": action("{from: action.json, compute_requirements: {vCPU: 256}}", name="convert"),
        },
    )
    assert lines(loading.diagnostics) == [
        "action.json:21:15: illegal-compute: memory 8192 MiB does not go with vCPU 256; choose one of 512, 1024, 2048"
    ]


def test_a_name_in_the_file_that_differs_is_a_warning(tmp_path: Path) -> None:
    """metadata.name counts."""
    loading = loaded(tmp_path, {"action.json": CONVERT, "a.yaml": action("{from: action.json}", name="other")})
    assert rules(loading.diagnostics) == ["other-name"]
    assert list(loading.desired.resources) == [Address(Kind.ACTION, "other")]


def test_a_missing_action_file_is_shown_where_it_is_named(tmp_path: Path) -> None:
    """The place to mend is the manifest."""
    [diagnostic] = loaded(tmp_path, {"a.yaml": action("{from: nope.json}")}).diagnostics
    assert str(diagnostic.span) == "a.yaml:4:14"
    assert '"nope.json"' in diagnostic.summary


def test_backslashes_in_the_path_of_an_action_file_are_told_with_the_path_to_write(tmp_path: Path) -> None:
    """As Windows writes it, the path names a file whose own name has backslashes."""
    files: dict[str, str | dict[str, Any]] = {
        "x/action.json": CONVERT,
        "y/a.yaml": action(r"{from: '..\x\action.json'}"),
    }
    [diagnostic] = (each for each in loaded(tmp_path, files).diagnostics if each.is_error)
    assert str(diagnostic.span) == "y/a.yaml:4:14"
    assert diagnostic.summary == r'cannot read "..\x\action.json": a backslash separates no folders here'
    assert diagnostic.hint == 'write "../x/action.json", relative to this manifest'


@pytest.mark.parametrize(
    "manifest",
    [
        {"b.yaml": action("{uri: x}", name="b")},
        {"b.json": {"apiVersion": API_VERSION, "kind": "Action", "metadata": {"name": "b"}, "spec": {"uri": "x"}}},
    ],
    ids=["YAML", "JSON"],
)
def test_a_manifest_is_no_action_file(tmp_path: Path, manifest: dict[str, str | dict[str, Any]]) -> None:
    """One sentence where it is named, and nothing about its keys: the other manifest is well as it is."""
    [name] = manifest
    loading = loaded(tmp_path, {**manifest, "a.yaml": action(f"{{from: {name}}}", name="a")})
    assert lines(loading.diagnostics) == [
        f'a.yaml:4:14: not-an-action-file: "{name}" is a manifest, not an action file'
    ]


@pytest.mark.parametrize("link", [False, True])
def test_an_action_file_outside_of_the_project_is_refused(tmp_path: Path, *, link: bool) -> None:
    """Neither dots nor links lead out."""
    project, outside = tmp_path / "project", tmp_path / "outside.json"
    outside.write_text('{"name": "a"}')
    project.mkdir()
    if link:
        (project / "link.json").symlink_to(outside)
    source = "link.json" if link else "../outside.json"
    loading = loaded(project, {"a.yaml": action(f"{{from: {source}}}")})
    assert "outside-project" in {each.rule for each in loading.diagnostics if str(each.span).startswith("a.yaml")}


def test_an_action_file_shared_by_two_is_read_once(tmp_path: Path) -> None:
    """Its problems are told once."""
    loading = loaded(
        tmp_path,
        {
            "bad.json": {"nmae": "a"},
            "a.yaml": action("{from: bad.json}", name="a"),
            "b.yaml": action("{from: bad.json}", name="b"),
        },
    )
    assert lines(loading.diagnostics) == ['bad.json:2:3: unknown-key: unknown key "nmae" in the action file']
