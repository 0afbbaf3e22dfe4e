"""Requests made from an OpenAPI document: what it asks for, and what it does not expect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Schema = Mapping[str, Any]

_TEXTS: Final = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *("", " ", "None", "null", "one", "..", "../x", "a/b", "%2e%2e%2f", "\x00", "\ud800", "é", "a" * 300),
            *("*" * 50, "[z-a]", "!", "2026-01-01T00:00:00Z", "0", "1e999", "-1", "' OR 1=1 --", "{{dataset.x}}"),
        ]
    ),
)
_NUMBERS: Final = st.one_of(st.integers(-5, 5), st.sampled_from([2**31, 2**63, -(2**64), 10**400]))
_SCALARS: Final = st.one_of(st.none(), st.booleans(), _NUMBERS, st.floats(allow_nan=False, width=16), _TEXTS)

#: Anything JSON can say, and some of what it cannot.
ANYTHING: Final = st.recursive(
    _SCALARS, lambda some: st.lists(some, max_size=3) | st.dictionaries(_TEXTS, some, max_size=3), max_leaves=6
)
_BROKEN: Final = st.sampled_from(
    [
        *(b"", b"{", b"[]", b"null", b"\xff", b'"\\ud800"', b"NaN", b"[" * 50_000, b'{"a":' * 5_000, b'{"a":1}{"a":1}'),
        b'{"condition":' + b'{"operator":"NOT","conditions":[' * 120 + b"]}" * 120 + b"}",
    ]
)


@dataclass(frozen=True)
class Fuzzed:
    """One request: ``body`` None where it has none."""

    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes | None


class Document:
    """An OpenAPI document, to make requests from."""

    def __init__(self, document: Schema) -> None:
        self.paths: Schema = document["paths"]
        self.components: Schema = document["components"]

    def requests(self, path: str, method: str, *, known: Mapping[str, str]) -> SearchStrategy[Fuzzed]:
        """Return requests for one operation, half of them about what is ``known``."""
        operation = self.paths[path][method]
        parameters = [each for each in operation["parameters"] if "$ref" not in each]
        inside = {each["name"] for each in parameters if each["in"] == "path"}
        query = [each for each in parameters if each["in"] == "query"]
        return st.builds(
            Fuzzed,
            path=st.fixed_dictionaries({name: _segments(known.get(name)) for name in inside}).map(
                lambda names: _filled(path, names)
            ),
            query=st.lists(st.sampled_from(_QUERY), max_size=2)
            if not query
            else st.lists(_arguments(query), max_size=3),
            headers=_headers(operation.get("x-api-versions", [])),
            body=self._bodies(operation.get("requestBody"), known),
        )

    def _bodies(self, body: Schema | None, known: Mapping[str, str]) -> SearchStrategy[bytes | None]:
        if body is None:
            return st.none() | _BROKEN
        content = body["content"]
        if "application/json" not in content:
            return st.binary(max_size=20)
        schema = content["application/json"]["schema"]
        likely = self._fitting(schema, known).map(_json)
        return st.one_of(likely, likely, likely, self._fitting(schema, None).map(_json), ANYTHING.map(_json), _BROKEN)

    def _fitting(self, schema: Schema, known: Mapping[str, str] | None) -> SearchStrategy[Any]:
        """Return values that fit a schema: with names that are known, or, without, odd ones now and then."""
        match schema:
            case {"$ref": str(reference)}:
                target = self.components["schemas"][reference.rpartition("/")[2]]
                return st.deferred(lambda: self._fitting(target, known))
            case {"anyOf": list(branches)} | {"oneOf": list(branches)}:
                return st.one_of([self._fitting(branch, known) for branch in branches])
            case {"const": value}:
                return st.just(value)
            case {"enum": list(legal)}:
                return st.sampled_from(legal)
            case {"type": "array"}:
                return st.lists(self._fitting(schema.get("items", {}), known), max_size=3)
            case {"type": "object", "properties": dict(members)}:
                required = set(schema.get("required", ()))
                made = {name: self._member(name, member, known) for name, member in members.items()}
                return st.fixed_dictionaries(
                    {name: value for name, value in made.items() if name in required},
                    optional={name: value for name, value in made.items() if name not in required},
                )
            case {"type": str(kind)}:
                return _PLAIN.get(kind, ANYTHING) if known is None else _TAME.get(kind, ANYTHING)
            case _:
                return ANYTHING

    def _member(self, name: str, schema: Schema, known: Mapping[str, str] | None) -> SearchStrategy[Any]:
        if known is None:
            return st.one_of(self._fitting(schema, None), self._fitting(schema, None), ANYTHING)
        likely = _LIKELY.get(name, ()) or ([known[name]] if name in known else ())
        return st.sampled_from(likely) if likely else self._fitting(schema, known)


_PLAIN: Final[dict[str, SearchStrategy[Any]]] = {
    "string": _TEXTS,
    "integer": _NUMBERS,
    "number": _NUMBERS | st.floats(allow_nan=False, width=16),
    "boolean": st.booleans(),
    "null": st.none(),
    "object": st.dictionaries(_TEXTS, _SCALARS, max_size=3),
}

#: Values of which a request has a chance to be granted, by kind and by the name of the member.
_TAME: Final[dict[str, SearchStrategy[Any]]] = {
    **_PLAIN,
    "string": st.sampled_from(["one", "a/b.bag", "**/*.bag", "s3://bucket/key", "2026-01-01T00:00:00Z", "", "x"]),
    "integer": st.integers(0, 5),
    "object": st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from([1, "x", True]), max_size=2),
}
_LIKELY: Final[dict[str, list[Any]]] = {
    "name": ["one", "two", "three"],
    "action_name": ["one"],
    "required_inputs": [["**/*.bag"], ["a/*"]],
    "additional_inputs": [None, ["*.txt"]],
    "data_source_type": ["Dataset"],
    "data_source_id": ["__UNSPECIFIED_DATA_SOURCE__"],
    "uri": ["s3://bucket/key", "file:///etc/passwd"],
    "relative_path": ["a/b.bag", "c.bag"],
    "action_owner_id": [None, "og_ours"],
    "action_digest": [None],
    "digest": [None],
    "inherits": [None],
    "timeout": [None, 1, 5],
    "compute_requirements": [None, {"vCPU": 512, "memory": 2048}],
    "compute_requirement_overrides": [None],
    "parameter_values": [None, {}],
    "upload_destination": [None],
    "status": list(range(6)),
    "limit": [None, 1, 1000],
    "after": [None],
    "page_token": [None],
    "sort_by": [None, "name", "created", "modified", "metadata.a.b"],
    "field": ["name", "metadata.a", "created", "dataset.tags", "provenance.source.source_id"],
}

_QUERY: Final = [("x", "y"), ("robotoOrgId", "None"), ("robotoResourceOwnerId", "og_theirs"), ("\x00", "\ud800")]
_HEADER_TEXTS: Final = st.sampled_from(["", "None", "og_ours", "og_theirs", "x" * 500, "\xe9"])
_HEADERS: Final = {
    "X-Roboto-Org-Id": _HEADER_TEXTS,
    "X-Roboto-Resource-Owner-Id": _HEADER_TEXTS,
    "X-Roboto-Requester": st.sampled_from(["{}", "{", "x" * 1000]),
    "Content-Type": st.sampled_from(["application/json", "application/json; charset=latin-1", "text/plain", ";", ""]),
}


_VERSION: Final = "X-Roboto-Api-Version"
_VERSIONS: Final = ["2025-07-14", "2026-08-10", "2026-01-02", "2026-10-06", "latest", "", "9999-99-99"]


def _headers(versions: list[str]) -> SearchStrategy[dict[str, str]]:
    """Return headers, most of them of a version that has the operation; none of the others half of the time."""
    newer = bool(versions) and all(each.startswith("from") for each in versions)
    usual = st.just({_VERSION: "2026-10-06" if newer else "2026-08-10"})
    odd = st.fixed_dictionaries({}, optional={**_HEADERS, _VERSION: st.sampled_from(_VERSIONS)})
    return st.one_of(usual, usual, odd)


def _segments(known: str | None) -> SearchStrategy[str]:
    return _TEXTS if known is None else st.one_of(st.just(known), st.just(known), st.just(known), _TEXTS)


def _arguments(parameters: list[Schema]) -> SearchStrategy[tuple[str, str]]:
    return st.tuples(st.sampled_from([each["name"] for each in parameters]), _TEXTS)


def _filled(path: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        path = path.replace(
            f"{{{name}}}", quote(value.encode(errors="surrogatepass"), safe="/").replace("..", "%2E%2E")
        )
    return path


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
