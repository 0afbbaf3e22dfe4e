"""Whatever clients send, by the OpenAPI document and against it: no 5xx, and no answer it does not tell of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import httpx
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.embedded.access import Caller
from reconciler.embedded.app import build_app
from reconciler.embedded.http.openapi import openapi_document
from reconciler.embedded.http.table import OPERATIONS
from reconciler.embedded.platform import EmbeddedPlatform
from tests.contract.server import serving
from tests.embedded.furnished import Furnished, furnish
from tests.embedded.fuzzing import Document

TOKEN: Final = "a-token-for-the-fuzzer"
ANN: Final = Caller("ann@ours.example", "og_ours")
DOCUMENT: Final = Document(openapi_document(OPERATIONS))
#: What takes the things away that the other requests are about comes last.
CALLS: Final = sorted(
    ((path, method) for path, methods in DOCUMENT.paths.items() for method in methods),
    key=lambda call: call[1] == "delete",
)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Furnished]:
    """A platform that has one of everything."""
    platform = EmbeddedPlatform.open(tmp_path_factory.mktemp("fuzzed") / "platform.db", caller=ANN)
    yield furnish(platform)
    platform.close()


@pytest.fixture(scope="module")
def client(furnished: Furnished) -> Iterator[httpx.Client]:
    """A client of the served platform."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Encoding": "identity"}
    with (
        serving(build_app(furnished.platform, tokens={TOKEN: ANN})) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False) as client,
    ):
        yield client


@pytest.mark.parametrize(("path", "method"), CALLS, ids=lambda part: part)
@settings(
    max_examples=14,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_every_answer_is_one_that_the_document_tells_of(
    client: httpx.Client, furnished: Furnished, path: str, method: str, data: st.DataObject
) -> None:
    """No request makes the platform fail, and no status and no answer comes as a surprise."""
    fuzzed = data.draw(DOCUMENT.requests(path, method, known=furnished.ids))

    response = client.request(
        method,
        fuzzed.path,
        params=[(encodable(name), encodable(value)) for name, value in fuzzed.query],
        headers=[(name.encode(), value.encode("latin-1")) for name, value in fuzzed.headers.items()],
        content=fuzzed.body,
    )

    told = DOCUMENT.paths[path][method]["responses"]
    assert str(response.status_code) in told | {"404": None, "405": None}, response.text
    assert response.status_code < 500, response.text
    assert fits(response, told.get(str(response.status_code), {})), response.text


def encodable(text: str) -> str:
    """Return what of a text a URL can hold."""
    return text.encode(errors="replace").decode()


def fits(response: httpx.Response, told: dict[str, object]) -> bool:
    """Return True when an answer is what the document tells of it."""
    match told:
        case {"$ref": _}:
            schema: object = {"$ref": "#/components/schemas/Error"}
        case {"content": {"application/json": {"schema": schema}}}:
            pass
        case _:
            return True
    assert isinstance(schema, dict)
    whole = {**schema, "components": DOCUMENT.components}
    return jsonschema_rs.validator_for(whole).is_valid(response.json())
