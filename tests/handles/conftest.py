"""An embedded platform of the test's own, in use by every handle that names none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reconciler.embedded.platform import Caller, EmbeddedPlatform
from reconciler.handles import use

ANN: Final = Caller(user_id="ann@ours.example", org_id="og_ours", other_orgs=frozenset({"og_second"}))
#: The organization whose published actions the domain page's examples use.
PUBLISHER: Final = Caller(user_id="pat@public.example", org_id="roboto-public")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[EmbeddedPlatform]:
    """The platform, for a member of our organization."""
    opened = EmbeddedPlatform.open(tmp_path / "platform.db", caller=ANN)
    with use(opened):
        yield opened
    opened.close()
