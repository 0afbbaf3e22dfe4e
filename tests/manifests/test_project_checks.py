"""What is wrong with a project file that is legal by its schema, told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.manifests.project_file import read_project

HEAD = "apiVersion: reconciler/v1\nkind: Project\nspec:\n"
ID = "6f0c2a54-1f5e-4c7b-9a0e-3c9e0f6d2b18"


def told(folder: Path, spec: str) -> list[str]:
    """Return place and rule of every problem of a project file with this spec, which begins in line 4."""
    path = folder / "reconciler.yaml"
    path.write_text(HEAD + spec)
    settings, diagnostics = read_project(path)
    assert (settings is None) is bool(diagnostics)
    return [f"{str(each.span).partition(':')[2]} {each.rule}" for each in diagnostics]


@pytest.mark.parametrize(
    ("spec", "problems"),
    [
        ("  default_environment: prd\n  environments: {prod: {}}\n", ["4:24 unknown-environment"]),
        ("  environments: {all: {}}\n", ["4:18 illegal-name"]),
        ("  variables: {n: {type: number, default: '1'}}\n", ["4:42 wrong-type"]),
        ("  variables: {n: {type: number, default: true}}\n", ["4:42 wrong-type"]),
        ("  variables: {n: {default: 1}}\n", ["4:28 wrong-type"]),
        ("  variables: {N: {}}\n", ["4:15 illegal-name"]),
        ("  variables: {n: {from_environment: DB_PASSWORD}}\n", ["4:37 secret-variable"]),
        (
            "  variables: {n: {from_environment: DEPLOY}}\n  environments: {a: {token_variable: DEPLOY}}\n",
            ["4:37 secret-variable"],
        ),
        ("  variables: {tag: {}}\n  environments: {a: {variables: {tga: x}}}\n", ["5:34 undefined-variable"]),
        ("  variables: {on: {type: boolean}}\n  environments: {a: {variables: {on: 1}}}\n", ["5:38 wrong-type"]),
        ("  environments: {a: {inventory: {store: x}}}\n", ["4:33 missing-key"]),
        (f"  inventory: {{id: {ID}}}\n  environments: {{a: {{inventory: {{store: x}}}}}}\n", []),
        (
            f"  environments: {{a: {{inventory: {{id: {ID}}}}}, b: {{inventory: {{id: {ID}}}}}}}\n",
            ["4:98 same-inventory"],
        ),
        ("  environments: {a: {endpoint: 'https://x.example'}}\n", ["4:22 endpoint-without-token"]),
        ("  environments: {a: {endpoint: 'https://x.example', profile: p}}\n", []),
        (
            "  environments: {a: {overlays: [../x, /etc, a/../../b, ok]}}\n",
            [f"4:{column} outside-project" for column in (33, 39, 45)],
        ),
        ("  environments: {a: {overlays: [{kind: Trigger, spec: {}}]}}\n", ["4:33 missing-key"]),
        ("  org_id: '${var.org}'\n", ["4:11 illegal-reference"]),
        (
            "  environments: {a: {overlays: [{kind: Trigger, metadata: {name: t}, spec: {timeout: '${var.x}'}}]}}\n",
            [],
        ),
        ("  inventory: {id: robots}\n", ["4:19 illegal-text"]),
        ("  guards: {most_deletions: -1, most_deletions_percent: 101}\n", ["4:28 illegal-value", "4:56 illegal-value"]),
        ("  environments: {a: {token: secret}}\n", ["4:22 unknown-key"]),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path: Path, spec: str, problems: list[str]) -> None:
    """Where whoever wrote it would look."""
    assert told(tmp_path, spec) == problems
