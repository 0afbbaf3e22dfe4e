"""``reconciler rename``: however a manifest is written, it is valid afterwards, or it was not touched."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Folder

HEAD = "apiVersion: reconciler/v1\nkind: Action\n"
SPEC = 'spec: {uri: "img:1"}\n'
FLOW = 'apiVersion: reconciler/v1, kind: Action, spec: {uri: "img:1"}'


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        (
            f"{HEAD}metadata: {{name: a}}\n{SPEC}",
            "a",
            "123",
            f'{HEAD}metadata: {{name: "123"}}\n{SPEC}lifecycle:\n  renamed_from: a\n',
        ),
        (
            f"{HEAD}metadata: {{name: 'true'}}\n{SPEC}",
            "true",
            "b",
            f"{HEAD}metadata: {{name: 'b'}}\n{SPEC}lifecycle:\n  renamed_from: \"true\"\n",
        ),
        (
            f"{{{FLOW}, metadata: {{name: a}}}}\n",
            "a",
            "longer",
            f"{{ lifecycle: {{ renamed_from: a }}, {FLOW}, metadata: {{name: longer}}}}\n",
        ),
        (
            f"{{metadata: {{name: a}}, lifecycle: {{protect: true}}, {FLOW}}}\n",
            "a",
            "longer",
            f"{{metadata: {{name: longer}}, lifecycle: {{ renamed_from: a, protect: true}}, {FLOW}}}\n",
        ),
        (
            f"{HEAD}metadata: {{name: a}}\nlifecycle: {{}}\n{SPEC}",
            "a",
            "b",
            f"{HEAD}metadata: {{name: b}}\nlifecycle: {{ renamed_from: a}}\n{SPEC}",
        ),
        (
            f"{HEAD}metadata: {{name: a}}\n{SPEC}".rstrip("\n"),
            "a",
            "b",
            f"{HEAD}metadata: {{name: b}}\n{SPEC}lifecycle:\n  renamed_from: a\n",
        ),
        (
            f"{HEAD}metadata: {{name: a}}\nlifecycle:\n  # why\n  protect: true\n{SPEC}".replace("\n", "\r\n"),
            "a",
            "b",
            f"{HEAD}metadata: {{name: b}}\nlifecycle:\n  # why\n  renamed_from: a\n  protect: true\n{SPEC}".replace(
                "\n", "\r\n"
            ),
        ),
    ],
    ids=["number", "boolean", "flow", "flow with lifecycle", "empty lifecycle", "no last line end", "carriage returns"],
)
def test_a_name_is_written_so_that_it_is_read_as_it_was_meant(
    folder: Folder, before: str, old: str, new: str, after: str
) -> None:
    """Quoted where it needs to be, in mappings with and without brackets, with the line ends the file has."""
    path = folder.path / "a.yaml"
    path.write_text(before, newline="")

    ended = folder.run("rename", f"action.{old}", new)

    assert (ended.code, path.read_bytes().decode()) == (0, after)
    assert folder.run("validate").code == 0


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}metadata:\n  name: &name a\n  labels: {{of: *name}}\n{SPEC}",
        f"{HEAD}metadata: {{name: a}}\nspec:\n  uri: img:1\n  description: |+\n    kept\n\n\n",
    ],
    ids=["anchor", "block that keeps its end"],
)
def test_what_cannot_be_edited_is_left_as_it_is(folder: Folder, text: str) -> None:
    """Rather than broken, or made to say something else."""
    path = folder.path / "a.yaml"
    path.write_text(text)

    ended = folder.run("rename", "action.a", "b")

    assert ended.code == 1
    assert "nothing was changed" in ended.err
    assert "write lifecycle: { renamed_from: a }" in ended.err
    assert path.read_text() == text
