"""The rule about secrets written out in manifests.

No value is ever part of what it says, and its spans are empty: what quotes a span cannot quote a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.diagnostics import Severity, Span
from reconciler.domain.secrets import names_a_secret
from reconciler.manifests.desired import ParameterSet, Resource
from reconciler.manifests.lint.randomness import looks_random
from reconciler.manifests.lint.rule import Finding
from reconciler.manifests.lint.settings import Setting, set_settings, settings_of
from reconciler.manifests.lint.subject import Manifests
from reconciler.manifests.lint.token_formats import credentials_in, holds_credential

_HINT: Final = "keep it in the platform's secrets, write roboto-secret://NAME, and replace what was exposed"

#: Values that lead to a secret, or stand for one that is filled in later.
_REFERENCE: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://.*|\$.*|.*(?:\{\{.*\}\}|\$\{.*\}).*|<.*>|\(.*\)|[./~].*", re.DOTALL
)

#: Names that tell of a secret without being it: where it is, what it is called, how many there are.
_ABOUT: Final = re.compile(
    r"(?:^|[_.-])(?:file|path|dir|name|names|id|ids|url|uri|type|format|field|column|prefix|count|limit|length|size|ttl)$"
    # Keys of a table, of a map, or for everybody.
    r"|(?:^|[_.-])(?:primary|foreign|partition|sort|group|join|index|row|dict|metadata|public)[_.-]?key$",
    re.IGNORECASE,
)
#: What a manifest writes where a variable of the project is filled in, whose value may come from anywhere.
_VARIABLE: Final = "${var."

_CERTAIN: Final = frozenset({"password", "passwd", "passphrase", "secret", "secrets", "credential", "credentials"})

#: Names of values that are random and public.
_PUBLIC: Final = re.compile(
    r"commit|sha\d*|digest|hash|checksum|revision|version|uuid|guid|etag|fingerprint", re.IGNORECASE
)


def literal_secret(manifests: Manifests) -> Iterator[Finding]:
    """A secret is written out: a known token, a value whose name says it is secret, or one that looks random.

    Whoever reads the repository, its history or the platform's records of an action has it. A token of a known format
    is an error, comments included; a name or the looks of a value are a warning. The value itself is never shown.

    Bad:

    ```yaml
    container_parameters:
      env_vars: { MAP_API_KEY: our-own-key }
    ```

    Good:

    ```yaml
    # in the action
    parameters: { map_api_key: { required: true } }
    # in the trigger
    parameter_values: { map_api_key: "roboto-secret://map-api-key" }
    ```
    """
    for file, text in manifests.texts.items():
        for what, start in credentials_in(text):
            yield Finding(f"here stands a literal {what}", _place(file, text, start), _HINT, Severity.ERROR)
    for resource in manifests.resources.values():
        yield from _in_settings(resource, list(settings_of(resource)), manifests, resource.lifecycle.sensitive)
    for each in manifests.sets:
        yield from _in_settings(each, list(set_settings(each)), manifests, frozenset())


def _in_settings(
    written: Resource | ParameterSet, settings: list[Setting], manifests: Manifests, sensitive: frozenset[str]
) -> Iterator[Finding]:
    for setting in settings:
        summary = _suspicion(setting, is_marked=setting.name in sensitive)
        if summary:
            span = manifests.at(written, setting.pointer)
            if _VARIABLE not in manifests.written_at(span):
                yield Finding(summary, Span.at(span.file, span.line, span.column), _HINT)


def _suspicion(setting: Setting, *, is_marked: bool) -> str | None:
    value = setting.value.strip()
    if is_marked or _is_of_a_secret(setting.name, value):
        summary = f'{setting.what} "{setting.name}" is secret by its name, and its value is written out'
    elif looks_random(value) and not _PUBLIC.search(setting.name):
        summary = f'the value of {setting.what} "{setting.name}" looks random, as secrets do'
    else:
        return None
    # A known token was told where it stands.
    return None if not value or _REFERENCE.fullmatch(value) or holds_credential(value) else summary


def _is_of_a_secret(name: str, value: str) -> bool:
    if not names_a_secret(name) or _ABOUT.search(name):
        return False
    words = set(re.findall(r"[a-z]+", name.lower()))
    # "max_tokens: 4096" and "key: true" count or switch something; a password may well be a number.
    return bool(words & _CERTAIN) or not (value.replace(".", "").isdecimal() or value.lower() in {"true", "false"})


def _place(file: str, text: str, start: int) -> Span:
    """Return where a credential begins."""
    return Span.at(file, text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1)
