"""The generated schema and the models say the same about every document, good and broken."""

from __future__ import annotations

import copy
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from reconciler.domain.conditions import Comparator
from reconciler.domain.values import LEGAL_MEMORY
from reconciler.manifests.models import MODELS, NOT_WITH_INHERITS
from reconciler.manifests.schema import schema_of, schemas

Document = dict[str, Any]

LAW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
name = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,8}", fullmatch=True).filter(
    lambda drawn: drawn not in ("query", "invocations", "id", "scheduled", "dataset", "events")
)
word = st.from_regex(r"[a-zA-Z0-9/:.\-]{1,8}", fullmatch=True)
labels = st.dictionaries(word, text, max_size=2)
primitive = st.one_of(text, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False))
texts = st.lists(text, max_size=2)
words = st.lists(word, max_size=2)


def mapping(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Document]:
    """Return mappings with every required key and some of the optional ones."""
    return st.fixed_dictionaries(required, optional=optional)


pairs = st.sampled_from([(vcpu, memory) for vcpu, legal in LEGAL_MEMORY.items() for memory in legal])
compute = st.builds(
    lambda pair, rest: {"vCPU": pair[0], "memory": pair[1], **rest},
    pairs,
    mapping({}, {"storage": st.integers(21, 300), "gpu": st.just(value=False)}),
)
container = mapping(
    {},
    {"command": texts, "entry_point": texts, "env_vars": st.dictionaries(word, text, max_size=2), "workdir": text},
)
parameter_fields = {"required": st.booleans(), "description": text, "default": text}
parameters = st.one_of(
    st.dictionaries(word, mapping({}, parameter_fields), max_size=2),
    st.lists(mapping({"name": word}, parameter_fields), max_size=2),
)
comparison = mapping(
    {"field": word, "comparator": st.sampled_from([each.value for each in Comparator])},
    {"value": st.one_of(primitive, st.none())},
)
condition = st.recursive(
    comparison,
    lambda inner: mapping(
        {"operator": st.sampled_from(["AND", "OR", "NOT"]), "conditions": st.lists(inner, min_size=1, max_size=2)}, {}
    ),
    max_leaves=4,
)
metadata = mapping({"name": name}, {"labels": labels, "annotations": labels})
lifecycle = mapping({}, {"protect": st.booleans(), "ignore": words, "sensitive": words})
reference = mapping({"name": name}, {"digest": word, "owner": word})

action_fields = {
    "from": word,
    "uri": word,
    "description": text,
    "short_description": st.text("ab ", max_size=140),
    "inherits": reference,
    "compute_requirements": compute,
    "container_parameters": container,
    "parameters": parameters,
    "parameter_sets": words,
    "metadata": st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), primitive, max_size=2),
    "tags": words,
    "requires_downloaded_inputs": st.booleans(),
    "timeout": st.integers(1, 1000),
    "accessibility": st.sampled_from(["organization", "action_hub"]),
}


def consistent(spec: Document) -> Document:
    """Leave out what inheriting excludes."""
    return {key: value for key, value in spec.items() if "inherits" not in spec or key not in NOT_WITH_INHERITS}


trigger_spec = mapping(
    {"action_name": name, "required_inputs": st.lists(word, min_size=1, max_size=2)},
    {
        "action_owner_id": word,
        "action_digest": word,
        "additional_inputs": words,
        "for_each": st.sampled_from(["dataset", "dataset_file"]),
        "enabled": st.booleans(),
        "causes": st.lists(
            st.sampled_from(["file_upload", "file_ingest", "dataset_metadata_update"]), min_size=1, max_size=2
        ),
        "condition": condition,
        "parameter_values": st.dictionaries(word, primitive, max_size=2),
        "compute_requirement_overrides": compute,
        "container_parameter_overrides": container,
        "service_user_id": word,
        "timeout": st.integers(1, 1000),
    },
)
patch = mapping(
    {"kind": st.sampled_from(["Action", "Trigger", "ParameterSet"]), "metadata": mapping({"name": name}, {})},
    {
        "spec": st.dictionaries(word, st.one_of(primitive, st.none()), max_size=2),
        "lifecycle": st.just({"protect": None}),
    },
)
variable_name = st.from_regex(r"[a-z0-9_]{1,4}", fullmatch=True)
environment_name = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,4}", fullmatch=True).filter(
    lambda drawn: drawn != "all"
)
guards = mapping({}, {"most_deletions": st.integers(0, 9), "most_deletions_percent": st.integers(0, 100)})
environment = mapping(
    {},
    {
        "platform": st.sampled_from(["roboto", "embedded"]),
        "embedded_path": word,
        "profile": word,
        "token_variable": word,
        "org_id": word,
        "endpoint": word,
        "inventory": mapping({}, {"id": st.uuids().map(str), "store": word}),
        "guards": guards,
        "variables": st.dictionaries(variable_name, primitive, max_size=2),
        "overlays": st.lists(st.one_of(word, patch), max_size=2),
    },
)
variable = mapping(
    {},
    {
        "type": st.sampled_from(["string", "number", "boolean"]),
        "default": primitive,
        "from_environment": word,
        "description": text,
    },
)
project_spec = mapping(
    {},
    {
        "platform": st.sampled_from(["roboto", "embedded"]),
        "embedded_path": word,
        "profile": word,
        "org_id": word,
        "manifests": st.lists(word, min_size=1, max_size=2),
        "exclude": words,
        "parallelism": st.integers(1, 128),
        "inventory": mapping({"id": st.uuids().map(str)}, {"store": word}),
        "guards": guards,
        "variables": st.dictionaries(variable_name, variable, max_size=2),
        "default_environment": environment_name,
        "environments": st.dictionaries(environment_name, environment, max_size=2),
    },
)


def manifest(kind: str, spec: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    """Return valid documents of a kind."""
    optional = {"lifecycle": lifecycle} if kind in ("Action", "Trigger") else {}
    required = {"apiVersion": st.just("reconciler/v1"), "kind": st.just(kind), "metadata": metadata, "spec": spec}
    return mapping(required, optional)


VALID = {
    "Action": manifest("Action", mapping({}, action_fields).map(consistent)),
    "Trigger": manifest("Trigger", trigger_spec),
    "ParameterSet": manifest("ParameterSet", mapping({"parameters": parameters}, {})),
    "Project": manifest("Project", project_spec),
}

SCHEMA_FILES = {
    "Action": "action.schema.json",
    "Trigger": "trigger.schema.json",
    "ParameterSet": "parameter-set.schema.json",
    "Project": "project.schema.json",
}

#: What a value is replaced by: other types, limits and the values just beyond them, text with trailing line feeds.
REPLACEMENTS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    20,
    21,
    21.0,
    21.5,
    128,
    129,
    256,
    512,
    512.0,
    513,
    1024,
    2048,
    8192,
    10**30,
    "",
    " ",
    "\n",
    "\u00a0",
    "\x1f",
    "\ufeff",
    "\x85",
    "a\n",
    "a b",
    "a.b",
    "=",
    "query",
    "query\n",
    "events",
    "ä",
    "-x",
    "3",
    "true",
    "x" * 140,
    "x" * 141,
    "x" * 256,
    "x" * 257,
    "organization",
    "dataset",
    "http://x",
    "https://",
    "reconciler/v1",
    "Action",
    [],
    [[]],
    [""],
    ["a"],
    [1],
    [{}],
    [{"name": "a"}],
    [{"field": "a", "comparator": "EXISTS"}],
    {},
    {"": ""},
    {"a": 1},
    {"a": {}},
    {"a.b": "c"},
    {"name": "a"},
    {"memory": 8192},
    {"memory": 4096},
    {"vCPU": 2048},
    {"vCPU": 256, "memory": 4096},
    {"operator": "AND", "conditions": []},
    {"operator": "AND", "field": "a"},
    {"field": "a", "comparator": "EXISTS", "value": None},
]
KEYS = ["", "from", "uri", "inherits", "memory", "vCPU", "operator", "conditions", "value", "name", "x", "a.b", "a b"]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a document."""
    below: list[tuple[Any, ...]] = [path]
    if isinstance(value, dict):
        members: Any = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        return below
    for key, member in members:
        below += places(member, (*path, key))
    return below


def at(document: Any, path: tuple[Any, ...]) -> Any:
    """Return the value at a path."""
    for step in path:
        document = document[step]
    return document


def mutate(draw: st.DrawFn, document: Document) -> None:
    """Drop, add, rename or replace something."""
    path = draw(st.sampled_from(places(document)[1:]))
    parent, key = at(document, path[:-1]), path[-1]
    match draw(st.sampled_from(["replace", "replace", "drop", "rename", "add"])):
        case "drop":
            del parent[key]
        case "rename" if isinstance(key, str):
            parent[draw(st.sampled_from([*KEYS, key.upper(), f"{key}\n"]))] = parent.pop(key)
        case "add" if isinstance(parent, dict):
            parent[draw(st.sampled_from(KEYS))] = copy.deepcopy(draw(st.sampled_from(REPLACEMENTS)))
        case _:
            parent[key] = copy.deepcopy(draw(st.sampled_from(REPLACEMENTS)))


@st.composite
def broken(draw: st.DrawFn, kind: str) -> Document:
    """Draw a valid document and break it in up to three places; some of them stay valid."""
    document = copy.deepcopy(draw(VALID[kind]))
    for _ in range(draw(st.integers(1, 3))):
        if len(places(document)) > 1:
            mutate(draw, document)
    return document


RUST = {kind: jsonschema_rs.Draft202012Validator(schema_of(kind)) for kind in MODELS}
PYTHON = {kind: jsonschema.Draft202012Validator(schema_of(kind)) for kind in MODELS}
COMBINED = jsonschema_rs.Draft202012Validator(schemas()["manifest.schema.json"])


def model_accepts(kind: str, document: Document) -> bool:
    """Return the model's verdict."""
    try:
        MODELS[kind].model_validate(document)
    except ValidationError:
        return False
    return True


def verdicts(kind: str, document: Document) -> dict[str, bool]:
    """Return what each of the judges says."""
    return {
        "jsonschema": PYTHON[kind].is_valid(document),
        "jsonschema-rs": RUST[kind].is_valid(document),
        "model": model_accepts(kind, document),
    }


@pytest.mark.parametrize("kind", MODELS)
def test_valid_documents_are_accepted_by_all(kind: str) -> None:
    """Schema and model accept every document built from what is legal."""

    @LAW
    @given(VALID[kind])
    def law(document: Document) -> None:
        assert verdicts(kind, document) == dict.fromkeys(("jsonschema", "jsonschema-rs", "model"), True)
        assert COMBINED.is_valid(document)

    law()


@pytest.mark.parametrize("kind", MODELS)
def test_broken_documents_are_judged_alike(kind: str) -> None:
    """Whatever is done to a document, schema and model say the same about it."""

    @LAW
    @given(broken(kind))
    def law(document: Document) -> None:
        said = verdicts(kind, document)
        assert len(set(said.values())) == 1, said
        if document.get("kind") == kind:
            assert COMBINED.is_valid(document) is said["model"]

    law()


@pytest.mark.parametrize("kind", MODELS)
def test_schemas_are_schemas(kind: str) -> None:
    """Every generated schema is a legal one of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(schema_of(kind))


@pytest.mark.parametrize("kind", MODELS)
def test_examples_in_schemas_are_valid(kind: str) -> None:
    """Every example an editor offers is legal where it is offered."""
    schema = schema_of(kind)
    for definition in (schema, *schema.get("$defs", {}).values()):
        for field in definition.get("properties", {}).values():
            judge = jsonschema.Draft202012Validator({**field, "$defs": schema.get("$defs", {})})
            assert all(judge.is_valid(example) for example in field.get("examples", []))


EDITOR = {kind: jsonschema_rs.Draft202012Validator(schemas()[file]) for kind, file in SCHEMA_FILES.items()}


@pytest.mark.parametrize("kind", MODELS)
def test_editors_judge_documents_without_references_alike(kind: str) -> None:
    """What an editor says about a document is what the tool will say."""

    @LAW
    @given(st.one_of(VALID[kind], broken(kind)))
    def law(document: Document) -> None:
        assert EDITOR[kind].is_valid(document) is RUST[kind].is_valid(document)

    law()


@pytest.mark.parametrize("kind", sorted(SCHEMA_FILES.keys() - {"Project"}))
def test_editors_accept_references_in_place_of_values(kind: str) -> None:
    """Whichever value of a valid document becomes a variable's, an editor has nothing to say against it."""

    @LAW
    @given(VALID[kind], st.data())
    def law(document: Document, data: st.DataObject) -> None:
        leaves = [
            path
            for path in places(document)[1:]
            if not isinstance(at(document, path), dict | list) and path[0] not in ("apiVersion", "kind")
        ]
        path = data.draw(st.sampled_from(leaves))
        changed = copy.deepcopy(document)
        at(changed, path[:-1])[path[-1]] = "${var.some_name}"
        assert EDITOR[kind].is_valid(changed)
        assert COMBINED.is_valid(changed)

    law()
