"""Uploads as the platform's own clients make them: begin, put objects into the object store, report, complete.

Two generations of clients, two sets of paths, one upload: what is under way is kept where our own uploads are.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final, Literal

from pydantic import Field

from reconciler.domain.values import WireModel
from reconciler.embedded.checks import check_paths
from reconciler.embedded.http.accounts import Access
from reconciler.embedded.http.calls import Call
from reconciler.embedded.http.completing import completed
from reconciler.embedded.http.objects import BUCKET, ObjectKey
from reconciler.embedded.http.operations import Operation
from reconciler.embedded.http.seals import LINK_GOOD_FOR
from reconciler.errors import InvalidRequest, NotAllowed, NotFound

#: What clients look for the object store with where nobody told them: as part of an error, it says what to do.
REGION: Final = "set-aws-endpoint-url-s3"


class Association(WireModel):
    """What files are of."""

    association_id: str
    association_type: Literal["dataset"]


class BeginDatasetUploadRequest(WireModel):
    """Request payload to begin an upload into a dataset; the manifest has sizes in bytes by path."""

    resource_manifest: dict[str, int] = Field(min_length=1)
    origination: str | None = None
    device_id: str | None = None


class BeginUploadRequest(BeginDatasetUploadRequest):
    """Request payload to begin an upload."""

    association: Association


class BeginUploadResponse(WireModel):
    """Where to put the objects of an upload, by path."""

    transaction_id: str
    upload_id: str
    upload_mappings: dict[str, str]


class ReportUploadProgressRequest(WireModel):
    """Request payload to say which objects are there, by URI."""

    manifest_items: list[str]


class UploadedItem(WireModel):
    """The file that an object becomes when the upload is completed."""

    uri: str
    file_id: str


class StoreCredentials(WireModel):
    """What clients of the object store send along; good for an hour, for one dataset and perhaps one upload into it."""

    access_key_id: str = "reconciler"
    secret_access_key: str = "unused"  # noqa: S105  the session token is what counts, and who signs needs some key
    session_token: str
    expiration: datetime
    bucket: str = BUCKET
    region: str = REGION
    required_prefix: str = ""
    s3_path: str = f"s3://{BUCKET}"


def begin_upload_of_objects(call: Call, body: BeginUploadRequest) -> BeginUploadResponse:
    """Begin an upload; one that nobody completes is given up after a day."""
    return _begun(call, body.association.association_id, body)


def begin_batch_upload(call: Call, dataset_id: str, body: BeginDatasetUploadRequest) -> BeginUploadResponse:
    """Begin an upload into a dataset; one that nobody completes is given up after a day."""
    return _begun(call, dataset_id, body)


def upload_credentials(call: Call, transaction_id: str) -> list[StoreCredentials]:
    """Give credentials to put the objects of an upload."""
    dataset_id, upload_id = _under_way(call, transaction_id)
    return [_credentials(call, dataset_id, upload_id)]


def dataset_credentials(
    call: Call,
    dataset_id: str,
    *,
    mode: Literal["ReadOnly", "ReadWrite"] = "ReadOnly",
    transaction_id: str | None = None,
) -> list[StoreCredentials]:
    """Give credentials to read a dataset's objects, or to put those of an upload into it."""
    if mode == "ReadOnly":
        return [_credentials(call, call.platform.get_dataset(dataset_id, owner=call.owner).dataset_id, "")]
    if call.account.access < Access.WRITE:
        raise NotAllowed(f"{call.account.user_id} may not upload here: ask for mode ReadOnly")
    if transaction_id is None or transaction_id.partition(".")[0] != dataset_id:
        raise InvalidRequest("transaction_id: name an upload into this dataset that is under way")
    return upload_credentials(call, transaction_id)


def report_upload_progress(call: Call, transaction_id: str, body: ReportUploadProgressRequest) -> list[UploadedItem]:
    """Say which objects are there, and hear which files they will be."""
    dataset_id, upload_id = _under_way(call, transaction_id)
    return [UploadedItem(uri=uri, file_id=_file_id(call, dataset_id, upload_id, uri)) for uri in body.manifest_items]


def report_batch_progress(call: Call, dataset_id: str, transaction_id: str, body: ReportUploadProgressRequest) -> None:
    """Say which objects are there; completing the upload looks for itself."""
    _under_way(call, transaction_id)


def complete_upload_of_objects(call: Call, transaction_id: str) -> None:
    """Make the objects that were put the dataset's files, all at once."""
    dataset_id, upload_id = _under_way(call, transaction_id)
    completed(
        call.site.staging,
        call.platform.uploads,
        dataset_id,
        upload_id,
        promise=lambda path: promised_id(upload_id, path),
    )


def complete_batch_upload(call: Call, dataset_id: str, transaction_id: str) -> None:
    """Make the objects that were put the dataset's files, all at once."""
    complete_upload_of_objects(call, transaction_id)


def promised_id(upload_id: str, path: str) -> str:
    """Return the id that a file will have, unless its path has one already: clients ask for it by then."""
    return f"fl_{hashlib.sha256(f'{upload_id}/{path}'.encode()).hexdigest()[:20]}"


def _begun(call: Call, dataset_id: str, body: BeginDatasetUploadRequest) -> BeginUploadResponse:
    check_paths(body.resource_manifest)
    dataset = call.platform.get_dataset(dataset_id, owner=call.owner)
    upload_id = call.site.staging.begin(dataset.dataset_id)
    return BeginUploadResponse(
        transaction_id=f"{dataset.dataset_id}.{upload_id}",
        upload_id=upload_id,
        upload_mappings={path: ObjectKey(dataset.dataset_id, upload_id, path).uri for path in body.resource_manifest},
    )


def _under_way(call: Call, transaction_id: str) -> tuple[str, str]:
    """Return dataset and upload of a transaction.

    Raises:
        NotFound: The dataset is none the caller may see.
    """
    dataset_id, _, upload_id = transaction_id.partition(".")
    return call.platform.get_dataset(dataset_id, owner=call.owner).dataset_id, upload_id


def _credentials(call: Call, dataset_id: str, upload_id: str) -> StoreCredentials:
    token = call.site.seals.objects(dataset_id, upload_id=upload_id, caller=call.account.caller, good_for=LINK_GOOD_FOR)
    return StoreCredentials(
        session_token=token, expiration=datetime.fromtimestamp(call.site.seals.clock() + LINK_GOOD_FOR, UTC)
    )


def _file_id(call: Call, dataset_id: str, upload_id: str, uri: str) -> str:
    key = ObjectKey.of_uri(uri)
    if key is None or (key.dataset_id, key.upload_id) != (dataset_id, upload_id):
        raise InvalidRequest(f'manifest_items: "{uri[:200]}" is no object of this upload')
    try:
        return call.platform.get_file_at(dataset_id, key.path).file_id
    except NotFound:
        return promised_id(upload_id, key.path)


_UPLOAD: Final = "/v1/files/upload"
_BATCH: Final = "/v2/datasets/{dataset_id}/batch_uploads"

OPERATIONS: Final = (
    Operation("POST", _UPLOAD, begin_upload_of_objects, Access.WRITE),
    Operation("GET", _UPLOAD + "/{transaction_id}/credentials", upload_credentials, Access.WRITE),
    Operation("PUT", _UPLOAD + "/{transaction_id}/progress", report_upload_progress, Access.WRITE),
    Operation("PUT", _UPLOAD + "/{transaction_id}/complete", complete_upload_of_objects, Access.WRITE),
    Operation("POST", _BATCH, begin_batch_upload, Access.WRITE),
    Operation("PUT", _BATCH + "/{transaction_id}/progress", report_batch_progress, Access.WRITE),
    Operation("PUT", _BATCH + "/{transaction_id}/complete", complete_batch_upload, Access.WRITE),
    Operation("GET", "/v1/datasets/id/{dataset_id}/credentials", dataset_credentials),
)
