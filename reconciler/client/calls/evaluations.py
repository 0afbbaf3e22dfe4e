"""The history of trigger evaluations.

==============  ====================================================================  ============
call            method, path                                                          organization
==============  ====================================================================  ============
of a trigger    GET ``v1/triggers/{name}/evaluations?limit=&page_token=``             owner
of a dataset    GET ``v1/triggers/dataset/id/{dataset_id}/evaluations?page_token=``   owner
==============  ====================================================================  ============
"""

from __future__ import annotations

from reconciler.client.calls.call import Call, owned_by, query_string, segment


def of_trigger(name: str, *, limit: int | None, page_token: str | None, owner: str | None) -> Call:
    """List one page of a trigger's evaluations."""
    operation = f'list evaluations of trigger "{name}"'
    path = f"v1/triggers/{segment(name, operation)}/evaluations{query_string(limit=limit, page_token=page_token)}"
    return Call(operation, "GET", path, headers=owned_by(owner, operation))


def of_dataset(dataset_id: str, *, page_token: str | None, owner: str | None) -> Call:
    """List one page of the evaluations of every trigger for a dataset."""
    operation = f'list evaluations for dataset "{dataset_id}"'
    dataset = segment(dataset_id, operation, called="the id of a dataset")
    path = f"v1/triggers/dataset/id/{dataset}/evaluations{query_string(page_token=page_token)}"
    return Call(operation, "GET", path, headers=owned_by(owner, operation))
