"""JSON Schemas are generated, complete and current."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.manifests.schema import schemas, stale, write

FILES = {
    "action.schema.json",
    "trigger.schema.json",
    "parameter-set.schema.json",
    "project.schema.json",
    "patch.schema.json",
    "manifest.schema.json",
}


def objects(schema: Any) -> list[dict[str, Any]]:
    """Return every schema of a mapping with listed keys."""
    found = []
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            found.append(schema)
        for member in schema.values():
            found += objects(member)
    if isinstance(schema, list):
        for member in schema:
            found += objects(member)
    return found


def test_there_is_one_schema_a_kind_and_one_for_all() -> None:
    """The names of the files are part of the public surface."""
    assert set(schemas()) == FILES


def test_every_schema_names_its_dialect_and_itself() -> None:
    """Editors find the draft and the identifier."""
    for name, schema in schemas().items():
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == f"https://roboto-reconciler.dev/schemas/v1/{name}"
        assert schema["title"]
        assert schema["description"]


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_schema_shows_whole_documents_that_it_takes(name: str) -> None:
    """One of its kind; the combined schema one of each kind."""
    schema = schemas()[name]
    judge = jsonschema.Draft202012Validator(schema)
    assert [list(judge.iter_errors(example)) for example in schema["examples"]] == [[]] * len(schema["examples"])
    kinds = [example["kind"] for example in schema["examples"]]
    assert kinds == (["Action", "Trigger", "ParameterSet", "Project"] if name == "manifest.schema.json" else kinds[:1])


def test_no_mapping_takes_unknown_keys() -> None:
    """Wherever keys are listed, no others are legal; the combined schema leaves that to each kind."""
    for name, schema in schemas().items():
        inner = objects(schema["$defs"]) if name == "manifest.schema.json" else objects(schema)
        assert all(each["additionalProperties"] is False for each in inner)


def test_the_committed_schemas_are_current() -> None:
    """``reconciler schema --check`` passes in this repository."""
    assert stale(Path(__file__).parents[2] / "schemas") == []


def test_what_was_written_is_not_stale(tmp_path: Path) -> None:
    """Writing makes every file current, once, with a line feed at its end."""
    assert set(stale(tmp_path)) == FILES
    assert set(write(tmp_path / "new")) == FILES
    assert stale(tmp_path / "new") == []
    assert write(tmp_path / "new") == []
    assert (tmp_path / "new" / "action.schema.json").read_text().endswith("}\n")


def test_only_schemas_that_exist_can_be_kept_current(tmp_path: Path) -> None:
    """A project that has one schema for its editor does not get the others."""
    (tmp_path / "manifest.schema.json").write_text("{}")
    assert stale(tmp_path, existing=True) == ["manifest.schema.json"]
    assert write(tmp_path, existing=True) == ["manifest.schema.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.schema.json"]
    assert stale(tmp_path, existing=True) == []


def test_an_edited_schema_is_stale(tmp_path: Path) -> None:
    """Nobody edits a generated file unnoticed."""
    write(tmp_path)
    path = tmp_path / "trigger.schema.json"
    path.write_text(json.dumps(json.loads(path.read_text())))
    assert stale(tmp_path) == ["trigger.schema.json"]


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        ({"kind": "Project"}, ["apiVersion", "spec"]),
        ({"kind": "Trigger"}, ["apiVersion", "metadata", "spec"]),
        ({"name": "stray"}, ["apiVersion", "kind", "spec"]),
    ],
)
def test_the_combined_schema_tells_each_missing_key_once(document: dict[str, str], missing: list[str]) -> None:
    """Editors show an error as often as it is found."""
    errors = jsonschema.Draft202012Validator(schemas()["manifest.schema.json"]).iter_errors(document)
    told = sorted(error.message for error in errors if error.validator == "required")
    assert told == [f"'{key}' is a required property" for key in missing]


def test_an_unknown_kind_is_the_only_error_of_the_combined_schema() -> None:
    """A misspelt kind does not drown in the errors of every kind."""
    judge = jsonschema.Draft202012Validator(schemas()["manifest.schema.json"])
    document = {"apiVersion": "reconciler/v1", "kind": "Actoin", "metadata": {"name": "a"}, "spec": {"urii": 1}}
    assert [error.validator for error in judge.iter_errors(document)] == ["enum"]
