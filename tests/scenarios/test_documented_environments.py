"""What docs/environments.md shows is legal, and it leaves no key of an environment out."""

from __future__ import annotations

import re
from pathlib import Path

from reconciler.manifests.project_file import read_project
from reconciler.manifests.project_models import EnvironmentFields

DOCUMENT = (Path(__file__).parents[2] / "docs" / "environments.md").read_text()


def test_the_project_shown_is_legal(tmp_path: Path) -> None:
    """Whoever copies it has two environments."""
    [shown] = re.findall(r"```yaml\n(.*?)```", DOCUMENT, flags=re.DOTALL)
    path = tmp_path / "reconciler.yaml"
    path.write_text(shown)
    settings, diagnostics = read_project(path)
    assert diagnostics == ()
    assert settings is not None
    assert list(settings.environments) == ["staging", "production"]


def test_every_key_of_an_environment_is_explained() -> None:
    """In the table."""
    rows = "".join(row.split("|")[1] for row in DOCUMENT.splitlines() if row.startswith("| `"))
    assert [name for name in EnvironmentFields.model_fields if f"`{name}`" not in rows] == []
