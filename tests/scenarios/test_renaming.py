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


TRIGGER = """\
apiVersion: reconciler/v1
kind: Trigger
metadata: { name: nightly }
spec: { action_name: %s, required_inputs: ["**/*.bag"], for_each: dataset }
"""
PATCH = "apiVersion: reconciler/v1\nkind: %s\nmetadata: { name: %s }\nspec: { %s }\n"
PROJECT = """\
apiVersion: reconciler/v1
kind: Project
metadata: { name: robots }
spec:
  platform: embedded
  manifests: [manifests]
  default_environment: dev
  variables: { chosen: { default: a } }
  environments:
    dev: {}
    prod:
      overlays:
        - overlays/prod.yaml
        - { apiVersion: reconciler/v1, kind: Action, metadata: { name: 'a' }, spec: { timeout: 20 } }
    copy: { overlays: [overlays/prod.yaml] }
"""


def test_overlays_of_every_environment_are_renamed_with_it(folder: Folder) -> None:
    """Whatever environment is chosen: a patch of what no manifest declares would be refused in the others."""
    folder.write("reconciler.yaml", PROJECT)
    folder.write("manifests/a.yaml", f"{HEAD}metadata: {{name: a}}\n{SPEC}")
    folder.write("manifests/other.yaml", f"{HEAD}metadata: {{name: other}}\n{SPEC}")
    folder.write("manifests/nightly.yaml", TRIGGER % "other")
    patches = [PATCH % ("Action", "%s", "timeout: 30"), PATCH % ("Trigger", "nightly", "action_name: %s")]
    folder.write("overlays/prod.yaml", "---\n".join(patches) % ("a", "a"))

    ended = folder.run("rename", "action.a", "b")

    assert ended.code == 0, ended.err
    assert (folder.path / "overlays/prod.yaml").read_text() == "---\n".join(patches) % ("b", "b")
    assert (folder.path / "reconciler.yaml").read_text() == PROJECT.replace("'a'", "'b'")
    assert [folder.run("validate", "--env", name).code for name in ("dev", "prod", "copy")] == [0, 0, 0]


def test_a_reference_by_a_variable_is_not_overwritten(folder: Folder) -> None:
    """In another environment the variable may say something else."""
    folder.write(
        "reconciler.yaml", PROJECT.replace("        - overlays/prod.yaml\n", "").replace("[overlays/prod.yaml]", "[]")
    )
    folder.write("manifests/a.yaml", f"{HEAD}metadata: {{name: a}}\n{SPEC}")
    folder.write("manifests/nightly.yaml", TRIGGER % "'${var.chosen}'")

    ended = folder.run("rename", "action.a", "b")

    assert ended.code == 1
    assert 'manifests/nightly.yaml:4:22: "a" is not written out here; nothing was changed' in ended.err
    assert "renamed_from" not in (folder.path / "manifests/a.yaml").read_text()
