"""Formats by which credentials of well-known services are recognised, wherever in a text they stand.

Only formats that nothing else has: a prefix of its own, a fixed length, or a header. Nobody has to guess then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TokenFormat:
    """What a credential is, its pattern, and texts of which one is part of every such credential."""

    what: str
    pattern: re.Pattern[str]
    marks: tuple[str, ...]

    @classmethod
    def of(cls, what: str, pattern: str, *marks: str) -> TokenFormat:
        """Return the format of this pattern."""
        return cls(what, re.compile(pattern), marks)


FORMATS: Final = (
    TokenFormat.of("Roboto access token", r"\brobo_[ps]at_[\w-]{8,}", "robo_pat_", "robo_sat_"),
    TokenFormat.of("GitHub token", r"\bgh[pousr]_[A-Za-z0-9]{36,}", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
    TokenFormat.of("GitHub token", r"\bgithub_pat_\w{22,}", "github_pat_"),
    TokenFormat.of("GitLab token", r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[\w-]{20,}", "gl"),
    TokenFormat.of("AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "AKIA", "ASIA"),
    TokenFormat.of("Azure storage key", r"\bAccountKey=[A-Za-z0-9+/]{80,}=*", "AccountKey="),
    TokenFormat.of("Google API key", r"\bAIza[\w-]{35}", "AIza"),
    TokenFormat.of("Google OAuth secret", r"\bGOCSPX-[\w-]{24,}", "GOCSPX-"),
    TokenFormat.of("Slack token", r"\bxox[abeprs]-[0-9A-Za-z-]{10,}|\bxapp-\d-[0-9A-Za-z-]{20,}", "xox", "xapp-"),
    TokenFormat.of(
        "Slack webhook", r"https://hooks\.slack\.com/(?:services|workflows)/\w+/\w+/\w+", "https://hooks.slack.com/"
    ),
    TokenFormat.of("Stripe key", r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{16,}", "k_live_", "k_test_"),
    TokenFormat.of("OpenAI or Anthropic key", r"\bsk-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{32,}", "sk-"),
    TokenFormat.of("Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}", "hf_"),
    TokenFormat.of("npm token", r"\bnpm_[A-Za-z0-9]{36}", "npm_"),
    TokenFormat.of("PyPI token", r"\bpypi-AgE[\w-]{50,}", "pypi-AgE"),
    TokenFormat.of("Docker Hub token", r"\bdckr_(?:pat|oat)_[\w-]{20,}", "dckr_"),
    TokenFormat.of("Mapbox secret token", r"\bsk\.eyJ[\w-]{20,}\.[\w-]{20,}", "sk.eyJ"),
    TokenFormat.of("SendGrid key", r"\bSG\.[\w-]{20,}\.[\w-]{40,}", "SG."),
    TokenFormat.of("Databricks token", r"\bdapi[0-9a-f]{32}\b", "dapi"),
    TokenFormat.of("JSON Web Token", r"(?<![\w.])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}", "eyJ"),
    TokenFormat.of("private key", r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----", "PRIVATE KEY"),
    TokenFormat.of("password in a URL", r"(?<=://)[^\s:/@\"'${}<>]{0,100}:[^\s:/@\"'${}<>*]{3,200}@(?=[\w\[])", "://"),
)


def credentials_in(text: str) -> Iterator[tuple[str, int]]:
    """Yield what each credential in a text is, and where it starts."""
    for each in FORMATS:
        if any(mark in text for mark in each.marks):
            for match in each.pattern.finditer(text):
                yield each.what, match.start()


def holds_credential(text: str) -> bool:
    """Return True when some credential stands in the text."""
    return any(True for _ in credentials_in(text))
