"""Documents from a second process: the same as without it, whatever it left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.manifests import known
from reconciler.manifests.loader import Loading, find, load_found

ACTION = (
    "apiVersion: reconciler/v1\nkind: Action\nmetadata: {{name: {name}}}\nspec: {{uri: 'img:1', timeout: {timeout}}}\n"
)


class Halves:
    """Does the second half of the work at once, in this process, but for what it is told to leave out."""

    def __init__(self, count: int, work: Callable[[int], bytes | None], left_out: set[int]) -> None:
        self.half = count // 2
        made = {place: work(place) for place in range(self.half, count) if place not in left_out}
        self.made = {place: each for place, each in made.items() if each is not None}

    def claim(self, place: int) -> bool:
        return place < self.half

    def results(self) -> Mapping[int, bytes]:
        return self.made

    def close(self) -> None:
        return None


def loaded(root: Path, left_out: set[int] | None = None) -> Loading:
    """Load a folder, with a second process that leaves out some pieces, or without one."""
    found = find(["."], root=root)
    if left_out is None:
        return load_found(found, root=root)
    return load_found(found, root=root, share=lambda count, work: Halves(count, work, left_out))


@pytest.mark.parametrize("left_out", [set(), {6}, {5, 6, 7, 8, 9}])
def test_a_second_process_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: set[int]) -> None:
    """Resources, diagnostics, places and the digest are the same, with faulty files in either half."""
    monkeypatch.setattr(known, "WORTH_A_PROCESS", 1)
    for number in range(10):
        timeout = "soon" if number in {2, 7} else number + 1
        text = ACTION.format(name=f"action_{number}", timeout=timeout)
        if number in {1, 8}:
            text += "---\n" + ACTION.format(name="twice", timeout=1)
        (tmp_path / f"{number}.yaml").write_text(text)
    alone, together = loaded(tmp_path), loaded(tmp_path, left_out)
    assert together.diagnostics == alone.diagnostics
    assert sorted(Path(each.span.file).name for each in alone.diagnostics if each.span) == [
        "2.yaml",
        "7.yaml",
        "8.yaml",
    ]
    assert together.desired.resources == alone.desired.resources
    assert together.desired.digest == alone.desired.digest
    for resource in alone.desired.resources.values():
        assert together.desired.locate(resource, "/spec/uri") == alone.desired.locate(resource, "/spec/uri")
