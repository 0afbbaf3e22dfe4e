"""What a browser sees: that this is the right door, and where to read on."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from reconciler import __version__

_PAGE: Final = f"""\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>reconciler</title>
<h1>reconciler {__version__}: an embedded platform</h1>
<p>Clients talk to it under <code>/v1</code> with <code>Authorization: Bearer</code> and a token.</p>
<ul>
<li><a href="openapi.json">openapi.json</a>: every operation
<li><a href="health">health</a>: whether it is well
</ul>
</html>
"""


async def welcome(request: Request) -> Response:
    """Return the page."""
    return HTMLResponse(_PAGE)
