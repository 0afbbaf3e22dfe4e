"""The OpenAPI document, made from the operations and the models of the domain; every status is documented."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any, Final, Never, NoReturn, get_args, get_origin

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue, models_json_schema

from reconciler import __version__
from reconciler.domain.queries import Page
from reconciler.domain.whole_platform import Stream
from reconciler.domain.wire import HEADER_API_VERSION, HEADER_CALLER_ORG, HEADER_OWNER_ORG
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import SentFile
from reconciler.embedded.http.operations import FOREVER, Operation
from reconciler.embedded.http.staging import Received
from reconciler.embedded.stored_page import StoredPage

_REFUSALS: Final = {
    "400": "The request is wrong: the message names what is.",
    "401": "The token is missing or unknown.",
    "403": "The caller may not do this.",
    "404": "There is no such thing, or none the caller may see.",
    "409": "The name is taken, or the state of things forbids it.",
    "413": "The body is too large.",
    "414": "The query string is too long.",
    "415": "The body is not JSON.",
    "503": "The database or the disk failed; nothing was changed.",
}
_CONFLICTS: Final = frozenset({"POST", "PUT", "DELETE"})


def openapi_document(operations: Iterable[Operation]) -> dict[str, Any]:
    """Return the document that describes these operations."""
    listed = sorted(operations, key=lambda each: (each.path, each.method))
    schemas = _Schemas.of(listed)
    paths: dict[str, dict[str, Any]] = {}
    for (path, method), group in groupby(listed, key=lambda each: (each.path, each.method)):
        paths.setdefault(_template(path), {})[method.lower()] = _described(list(group), schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "reconciler: an embedded platform",
            "version": __version__,
            "description": "The platform's own operations on actions, triggers, invocations, datasets and files. "
            "Those marked x-extension are no part of the platform's own interface. Objects that credentials are "
            "given for are below /s3, where the AWS library's own protocol is spoken.",
        },
        "paths": {**paths, "/health": {"get": _HEALTH}},
        "components": {
            "schemas": {**schemas.definitions, "Error": _ERROR},
            "parameters": _HEADERS,
            "responses": {status: _refused(text) for status, text in _REFUSALS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


class _Schemas:
    """The JSON Schemas of all models, those that are read and those that are written."""

    def __init__(self, refs: Mapping[Any, JsonSchemaValue]) -> None:
        self._refs = refs
        self.definitions: dict[str, Any] = {}

    @classmethod
    def of(cls, operations: Iterable[Operation]) -> _Schemas:
        """Generate the schemas that the operations need."""
        bodies = {each.signature.body for each in operations}
        answers = {_model(each.signature.gives) for each in operations}
        wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = [
            *((model, "validation") for model in _sorted_models(bodies)),
            *((model, "serialization") for model in _sorted_models(answers)),
        ]
        refs, definitions = models_json_schema(
            wanted, ref_template="#/components/schemas/{model}", schema_generator=_Generator
        )
        schemas = cls(refs)
        schemas.definitions = definitions.get("$defs", {})
        return schemas

    def read(self, model: type[BaseModel]) -> JsonSchemaValue:
        """Return the schema of a body."""
        return self._refs[model, "validation"]

    def written(self, model: type[BaseModel]) -> JsonSchemaValue:
        """Return the schema of an answer."""
        return self._refs[model, "serialization"]


class _Generator(GenerateJsonSchema):
    """Leaves ``NotSet`` out: it is no value but the absence of one."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  pydantic's own way


def _sorted_models(candidates: Iterable[Any]) -> list[type[BaseModel]]:
    models = {each for each in candidates if isinstance(each, type) and issubclass(each, BaseModel)}
    return sorted(models, key=lambda model: model.__qualname__)


def _model(gives: Any) -> Any:
    """Return what an answer is made of: the items of a page, a stream or a list, else the answer itself."""
    arguments = get_args(gives)
    return arguments[0] if get_origin(gives) in (Page, StoredPage, Stream, list) and arguments else gives


def _described(operations: list[Operation], schemas: _Schemas) -> dict[str, Any]:
    """Describe one method of one path, in all of its shapes."""
    first = operations[0]
    bodies = [_body(each, schemas) for each in operations if each.signature.body is not None]
    described = {
        "operationId": "_or_".join(each.answer.__name__ for each in operations),
        "summary": " / ".join(inspect.getdoc(each.answer) or "" for each in operations),
        "tags": [first.path.split("/")[2]],
        "parameters": [*_path_parameters(first.path), *_query_parameters(operations), *_HEADER_REFS],
        "responses": {**_successes(operations, schemas), **_refusals(first)},
        "x-access": Access(first.access).name.lower(),
        **({"x-extension": True} if first.extension else {}),
        **({"requestBody": {"required": True, "content": _any_of(bodies)}} if bodies else {}),
    }
    versions = [_versions(each) for each in operations]
    return {**described, **({"x-api-versions": versions} if any(versions) else {})}


def _versions(operation: Operation) -> str:
    parts = [f"from {operation.since} on"] if operation.since else []
    return " ".join(parts + ([f"before {operation.before}"] if operation.before != FOREVER else []))


def _body(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    body = operation.signature.body
    if body is Received:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": schemas.read(body)}}


def _any_of(contents: list[dict[str, Any]]) -> dict[str, Any]:
    if len(contents) == 1:
        return contents[0]
    return {"application/json": {"schema": {"anyOf": [each["application/json"]["schema"] for each in contents]}}}


def _successes(operations: list[Operation], schemas: _Schemas) -> dict[str, Any]:
    contents: list[dict[str, Any]] = []
    responses: dict[str, Any] = {}
    for operation in operations:
        gives = operation.signature.gives
        if gives in (Never, NoReturn):
            continue
        if gives in (None, type(None)):
            responses["204"] = {"description": "Done; there is nothing to say."}
        elif gives is SentFile:
            responses |= _FILE_RESPONSES
        else:
            data = _answer_schema(gives, schemas)
            schema = {"type": "object", "required": ["data"], "properties": {"data": data}}
            contents.append({"application/json": {"schema": schema}})
    if contents:
        responses["200"] = {"description": "Done.", "content": _any_of(contents)}
    return responses


_BINARY: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_FILE_RESPONSES: Final = {
    "200": {"description": "The bytes.", "content": _BINARY},
    "206": {"description": "The part of the bytes that the Range header asks for.", "content": _BINARY},
    "416": {"description": "The file has no such range."},
}


def _answer_schema(gives: Any, schemas: _Schemas) -> JsonSchemaValue:
    item = _model(gives)
    schema = schemas.written(item) if isinstance(item, type) and issubclass(item, BaseModel) else {"type": "object"}
    items = {"type": "array", "items": schema}
    match get_origin(gives):
        case origin if origin in (Page, StoredPage):
            return _object(items=items, next_token=_NULLABLE_TEXT)
        case origin if origin is Stream:
            return _object(items=items, last_read=_NULLABLE_TEXT, has_next={"type": "boolean"})
        case origin if origin is list:
            return items
        case _:
            return schema


_HEALTH: Final = {
    "operationId": "health",
    "summary": "Say whether the platform is well; nobody has to say who asks.",
    "tags": ["server"],
    "security": [],
    "parameters": [],
    "x-extension": True,
    "responses": {
        "200": {
            "description": "It is.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["status"],
                        "properties": {"status": {"const": "ok"}},
                        "additionalProperties": False,
                    }
                }
            },
        },
        "503": {"$ref": "#/components/responses/503"},
    },
}
_NULLABLE_TEXT: Final = {"type": ["string", "null"]}


def _object(**properties: Any) -> JsonSchemaValue:
    return {"type": "object", "required": list(properties), "properties": properties}


def _refusals(operation: Operation) -> dict[str, Any]:
    left_out = set() if operation.method in _CONFLICTS else {"409"}
    if operation.signature.body is None:
        left_out |= {"415"}
    if operation.method == "GET" and "{" not in operation.path:
        # What names nothing misses nothing.
        left_out |= {"404"}
    return {status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS if status not in left_out}


def _refused(text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}


def _path_parameters(path: str) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)", path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _query_parameters(operations: list[Operation]) -> list[dict[str, Any]]:
    arguments = {each.name: each for operation in operations for each in operation.signature.query}
    return [
        {
            "name": name,
            "in": "query",
            "required": argument.default is inspect.Parameter.empty,
            "schema": argument.adapter.json_schema(),
        }
        for name, argument in arguments.items()
    ]


def _template(path: str) -> str:
    return path.replace(":path}", "}")


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}}


_HEADERS: Final = {
    "ApiVersion": _header(
        HEADER_API_VERSION, "The API version the request is written in, a date; without it the oldest shapes hold."
    ),
    "CallerOrg": _header(HEADER_CALLER_ORG, "The organization the caller works for; robotoOrgId in the query string."),
    "OwnerOrg": _header(
        HEADER_OWNER_ORG, "The organization whose resource is meant; robotoResourceOwnerId in the query string."
    ),
}
_HEADER_REFS: Final = [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS]

_ERROR: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["error_code", "message"],
            "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
