"""The scalars a manifest is written with: text and whole numbers, and what is legal in them.

Every pattern means the same to Python's ``re``, to the Rust engine of jsonschema-rs and to an editor's ECMA engine:
white space is spelt out where the three disagree, and ``$`` never stands before a last line feed unnoticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias, TypeVar

from pydantic import BeforeValidator, StringConstraints

from reconciler.domain.actions import SHORT_DESCRIPTION_LIMIT
from reconciler.domain.address import NAME_PATTERN, RESERVED_NAMES, Kind

_T = TypeVar("_T")

if TYPE_CHECKING:
    Maybe: TypeAlias = _T | None
else:

    class Maybe:
        """A field that may be left out and then reads as None; a written null is an error.

        ``Maybe[X]`` validates as ``X``: pydantic does not look at defaults, so only the type checker sees the None.
        """

        def __class_getitem__(cls, wanted: Any) -> Any:
            return wanted


_WHITE_SPACE: Final = r"\s\x1c-\x1f\x85\ufeff"
_END: Final = r"$(?!\n)"
_NAME: Final = NAME_PATTERN.removesuffix("$") + _END


def _name_pattern(kind: Kind) -> str:
    reserved = "|".join(sorted(RESERVED_NAMES[kind]))
    return f"^(?!(?:{reserved})$){_NAME.removeprefix('^')}"


def _whole(number: object) -> object:
    """Read 30.0 as 30, as JSON Schema does; anything else stays for the strict type to judge."""
    if type(number) is float and number.is_integer():
        return int(number)
    return number


_ACTION_NAME: Final = _name_pattern(Kind.ACTION)
_TRIGGER_NAME: Final = _name_pattern(Kind.TRIGGER)
_NON_BLANK: Final = f"[^{_WHITE_SPACE}]"
_WORD: Final = f"^[^{_WHITE_SPACE}]+{_END}"
_VARIABLE: Final = f"^[^={_WHITE_SPACE}]+{_END}"
_NO_DOT: Final = r"^[^.]+$"
_VARIABLE_OF_OURS: Final = rf"^[a-z0-9_]+{_END}"
_ENVIRONMENT: Final = rf"^(?!all$)[A-Za-z0-9_][A-Za-z0-9_.\-]*{_END}"
_UUID: Final = rf"^[0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}{_END}"

#: The patterns of names, and the kind whose reserved names they leave out.
NAME_PATTERNS: Final[dict[str, Kind | None]] = {
    _NAME: None,
    _ACTION_NAME: Kind.ACTION,
    _TRIGGER_NAME: Kind.TRIGGER,
}

#: The other patterns: the rule that text breaks which does not match, and how to go on after its name.
PATTERN_WORDS: Final[dict[str, tuple[str, str]]] = {
    _NON_BLANK: ("blank-text", "must not be blank"),
    _WORD: ("illegal-text", "must be one word without white space"),
    _VARIABLE: ("illegal-text", 'must be one word without white space or "="'),
    _VARIABLE_OF_OURS: ("illegal-name", 'must be small letters, digits and "_"'),
    _ENVIRONMENT: ("illegal-name", 'must be letters, digits, "_", "." and "-", and not "all"'),
    _UUID: ("illegal-text", "must be a UUID in small letters, such as `reconciler init` writes"),
    _NO_DOT: ("dotted-key", "must not be empty or hold a dot: the platform splits keys there"),
}

Name = Annotated[str, StringConstraints(pattern=_NAME)]
ActionName = Annotated[str, StringConstraints(pattern=_ACTION_NAME)]
TriggerName = Annotated[str, StringConstraints(pattern=_TRIGGER_NAME)]

#: Text with something to see in it.
NonBlank = Annotated[str, StringConstraints(pattern=_NON_BLANK)]

#: Text without any white space.
Word = Annotated[str, StringConstraints(pattern=_WORD)]

#: A name that ends up in an environment variable's name.
VariableName = Annotated[str, StringConstraints(pattern=_VARIABLE)]

#: The platform splits metadata keys at dots, so a key that holds one cannot be addressed.
MetadataKey = Annotated[str, StringConstraints(pattern=_NO_DOT)]

#: The name of an environment, and of a variable that manifests refer to.
EnvironmentName = Annotated[str, StringConstraints(pattern=_ENVIRONMENT)]
ProjectVariableName = Annotated[str, StringConstraints(pattern=_VARIABLE_OF_OURS)]

#: A UUID, as it is written in small letters.
Uuid = Annotated[str, StringConstraints(pattern=_UUID)]

ShortText = Annotated[str, StringConstraints(max_length=SHORT_DESCRIPTION_LIMIT)]
WholeNumber = Annotated[int, BeforeValidator(_whole)]
