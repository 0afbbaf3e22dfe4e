"""A headless Chromium, driven through chromedriver's HTTP interface; nothing to install but Debian's two packages."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

DRIVER: Final = shutil.which("chromedriver")
CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING: Final = "needs a browser: apt-get install --no-install-recommends chromium chromium-driver"

#: Seconds that one command of the browser may take on a machine with other work.
_PATIENCE: Final = 60

_FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)


@dataclass(frozen=True)
class Browser:
    """One session; scripts run in the page that was opened last."""

    session: httpx.Client

    def open(self, page: Path) -> None:
        """Load a file and wait until it is there."""
        self._post("url", url=page.as_uri())

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a function body returns in the page."""
        return self._post("execute/sync", script=script, args=list(arguments))

    def complaints(self) -> list[str]:
        """Return what the console has got since the last time: errors, and what the policy blocked."""
        return [entry["message"] for entry in self._post("se/log", type="browser")]

    def requested(self) -> list[str]:
        """Return every address that was asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self._post("se/log", type="performance")]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def _post(self, command: str, **members: Any) -> Any:
        answer = self.session.post(command, json=members).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(answer["message"])
        return answer


@contextmanager
def browsing(profile: Path) -> Iterator[Browser]:
    """Start chromedriver and a Chromium with a profile of its own; both end with the block."""
    assert DRIVER is not None
    driver = subprocess.Popen(
        [DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    try:
        with httpx.Client(base_url=_address(driver), timeout=_PATIENCE, trust_env=False) as http:
            begun = http.post("session", json=_capabilities(profile)).json()["value"]
            assert "sessionId" in begun, begun
            home = http.base_url.join(f"session/{begun['sessionId']}")
            http.base_url = home
            browser = Browser(http)
            # The page that a new window begins with asks for things of its own.
            browser.run("location.replace('about:blank')")
            yield browser
            http.delete(home).raise_for_status()
    finally:
        # With all it started: whatever of them is left holds on to the pipe.
        os.killpg(driver.pid, signal.SIGTERM)
        driver.wait(timeout=_PATIENCE)
        if driver.stdout is not None:
            driver.stdout.close()


def _address(driver: subprocess.Popen[str]) -> str:
    """Return where chromedriver listens, which it says when it does."""
    assert driver.stdout is not None
    for line in driver.stdout:
        if "successfully on port" in line:
            return f"http://127.0.0.1:{line.rpartition('on port ')[2].strip().rstrip('.')}/"
    raise AssertionError("chromedriver ended before it listened")


def _capabilities(profile: Path) -> dict[str, Any]:
    options = {"binary": CHROMIUM, "args": [*_FLAGS, f"--user-data-dir={profile}", "--window-size=1200,900"]}
    logs = {"browser": "ALL", "performance": "ALL"}
    return {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options, "goog:loggingPrefs": logs}}}
