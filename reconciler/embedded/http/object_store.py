"""The object store, as far as the platform's own clients use one: put objects, whole or in parts, and read them.

They talk to it through the AWS library, which is to be told where it is: ``AWS_ENDPOINT_URL_S3``. Of its signatures
only the session token is looked at, which this server sealed itself and which says what it lets in to.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Final
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from reconciler.domain.datasets import FileStorageType
from reconciler.domain.wire import STATUS
from reconciler.embedded.access import Caller
from reconciler.embedded.copies import local_path
from reconciler.embedded.http import parts
from reconciler.embedded.http.aws_chunks import unchunked
from reconciler.embedded.http.calls import Site
from reconciler.embedded.http.decoding import body_of
from reconciler.embedded.http.objects import BUCKET, ObjectKey
from reconciler.embedded.http.receiving import received
from reconciler.embedded.http.refusals import Refused
from reconciler.embedded.http.witness import USER
from reconciler.embedded.platform import EmbeddedPlatform
from reconciler.errors import InvalidRequest, NotAllowed, NotFound, PlatformError

#: Where it is, below the platform's own address.
PATH: Final = "/s3"

METHODS: Final = ("GET", "HEAD", "PUT", "POST", "DELETE")

#: Names of refusals, as clients of object stores know them.
_CODES: Final = {
    400: "InvalidRequest",
    403: "AccessDenied",
    404: "NoSuchKey",
    409: "OperationAborted",
    500: "InternalError",
    503: "ServiceUnavailable",
}

_NUMBER: Final = re.compile(rb"<PartNumber>\s*(\d{1,5})\s*</PartNumber>")


def object_store(platform: EmbeddedPlatform, site: Site) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers requests for objects."""

    async def answer(request: Request) -> Response:
        key = _key(request)
        caller = _admitted(request, site, key)
        setattr(request.state, USER, caller.user_id)
        if request.method in ("GET", "HEAD"):
            return await run_in_threadpool(_read, platform.as_caller(caller), key)
        return await _written(request, site, key)

    return answer


def object_refusal(error: PlatformError | Refused) -> Response:
    """Return the answer that an error travels in, as clients of object stores read it."""
    status = error.status if isinstance(error, Refused) else STATUS[type(error)]
    message = str(error).encode(errors="replace").decode()
    response = _xml("Error", Code=_CODES.get(status, "InvalidRequest"), Message=message)
    response.status_code = status
    return response


def _key(request: Request) -> ObjectKey:
    bucket, text = request.path_params["bucket"], request.path_params["key"]
    key = ObjectKey.read(text) if bucket == BUCKET else None
    if key is None:
        raise NotFound(f"this platform keeps no object s3://{bucket}/{text}: bytes of imported files are elsewhere")
    return key


def _admitted(request: Request, site: Site, key: ObjectKey) -> Caller:
    """Return who may do this with the object.

    Raises:
        NotAllowed: The session token is none, too old, or for something else.
    """
    pass_ = site.seals.pass_to_objects(request.headers.get("X-Amz-Security-Token", ""))
    if pass_ is None:
        raise NotAllowed("the session token is none of this server's, or too old: ask for credentials again")
    writes = request.method not in ("GET", "HEAD")
    if pass_.dataset_id != key.dataset_id or (writes and pass_.upload_id != key.upload_id):
        raise NotAllowed("these credentials are for another dataset, or for another upload")
    return pass_.caller


def _read(platform: EmbeddedPlatform, key: ObjectKey) -> Response:
    record = platform.get_file_at(key.dataset_id, key.path)
    if record.storage_type is not FileStorageType.Uploaded:
        # Or whoever imports a path of the server's own would read what is there.
        raise NotFound("the file was imported: its bytes are where its uri says")
    path = local_path(record.uri)
    if record.upload_id != key.upload_id or path is None or not path.is_file():
        raise NotFound("the file has another version by now: read its record again")
    return FileResponse(path, media_type="application/octet-stream", headers={"X-Content-Type-Options": "nosniff"})


async def _written(request: Request, site: Site, key: ObjectKey) -> Response:
    """Do what a request that is no reading asks for, by its method and query string."""
    staging, query = site.staging, request.query_params
    parts_id = query.get("uploadId")
    match request.method:
        case "PUT" if parts_id is None and "X-Amz-Copy-Source" not in request.headers:
            async with received(request, staging, body=_body(request)) as file:
                await run_in_threadpool(staging.put, key.dataset_id, key.upload_id, key.path, file)
            return _stored()
        case "PUT" if parts_id is not None:
            async with received(request, staging, body=_body(request)) as file:
                await run_in_threadpool(parts.put_part, staging, key, parts_id, _part_number(request), file)
            return _stored()
        case "POST" if "uploads" in query:
            begun = await run_in_threadpool(parts.begin_parts, staging, key)
            return _xml("InitiateMultipartUploadResult", Bucket=BUCKET, Key=request.path_params["key"], UploadId=begun)
        case "POST" if parts_id is not None:
            numbers = [int(number) for number in _NUMBER.findall(await body_of(request))]
            await run_in_threadpool(parts.complete_parts, staging, key, parts_id, numbers)
            return _xml("CompleteMultipartUploadResult", Bucket=BUCKET, Key=request.path_params["key"], ETag=_ETAG)
        case "DELETE" if parts_id is not None:
            await run_in_threadpool(parts.give_up_parts, staging, key, parts_id)
            return Response(status_code=204)
        case _:
            raise InvalidRequest("this object store puts and reads objects, and nothing else")


def _part_number(request: Request) -> int:
    text = request.query_params.get("partNumber", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise InvalidRequest("partNumber: a number")
    return int(text)


def _body(request: Request) -> AsyncIterable[bytes]:
    chunked = "aws-chunked" in request.headers.get("Content-Encoding", "")
    return unchunked(request.stream()) if chunked else request.stream()


#: Objects are checked by the connection; clients only hand the tag back.
_ETAG: Final = '"reconciler"'


def _stored() -> Response:
    return Response(headers={"ETag": _ETAG})


def _xml(name: str, **members: str) -> Response:
    inside = "".join(f"<{member}>{escape(text)}</{member}>" for member, text in members.items())
    namespace = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"' if name != "Error" else ""
    return Response(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}{namespace}>{inside}</{name}>', media_type="application/xml"
    )
