"""The walk over the domain page names each thing that is missing or different."""

from __future__ import annotations

from enum import Enum
from types import ModuleType
from typing import Final

from pydantic import BaseModel

from tests.completeness.page import PageClass, differences, missing

DOCUMENTED: Final[PageClass] = {
    "bases": ["BaseModel"],
    "members": {
        "name": {"kind": "field", "type": "str"},
        "size": {"kind": "field", "type": "int | None", "default": "None"},
        "tags": {"kind": "field", "type": "list[str]", "default": "..."},
        "label": {"kind": "property"},
        "rename": {"kind": "method", "parameters": {"name": None, "loud": "False"}},
        "make": {"kind": "classmethod", "parameters": {"name": None}},
    },
}


class AsDocumented(BaseModel):
    """Everything the page says."""

    name: str
    size: int | None = None
    tags: list[str] = []

    @property
    def label(self) -> str:
        """Some property."""
        return self.name

    def rename(self, name: str, loud: bool = False) -> str:
        """Some method."""
        return name.upper() if loud else name

    @classmethod
    def make(cls, name: str) -> AsDocumented:
        """Some constructor."""
        return cls(name=name)


class Otherwise(BaseModel):
    """Each member differs in one way; ``make`` is missing."""

    name: str = "x"
    size: str | None = None
    tags: list[str]
    label: str = ""

    def rename(self, name: str, loud: bool = True) -> str:
        """Some method with another default."""
        return name.upper() if loud else name


def test_a_class_as_documented_differs_in_nothing() -> None:
    """No difference is made up."""
    assert differences(DOCUMENTED, AsDocumented) == []


def test_each_difference_is_named() -> None:
    """Types, defaults, kinds and parameters are held against the page one by one."""
    assert differences(DOCUMENTED, Otherwise) == [
        "Otherwise.name has the default 'x', not None",
        "Otherwise.size is str | None, not int | None",
        "Otherwise.tags has the default None, not ...",
        "Otherwise.label is no property",
        "Otherwise.rename takes loud=True, not loud=False",
    ]


def test_a_classmethod_that_needs_an_instance_is_a_difference() -> None:
    """What the page calls on the class cannot take ``self``."""

    class NeedsInstance:
        def make(self, name: str) -> str:
            return name

    documented: PageClass = {"members": {"make": {"kind": "classmethod", "parameters": {"name": None}}}}
    assert len(differences(documented, NeedsInstance)) == 1


def test_other_enum_values_are_a_difference() -> None:
    """An enum has exactly the page's values."""

    class Level(Enum):
        Low = 1

    assert differences({"values": {"Low": 1}}, Level) == []
    assert len(differences({"values": {"Low": 2}}, Level)) == 1


def test_missing_classes_and_members_are_named() -> None:
    """A class that is not there is named alone, a member with its class."""
    module = ModuleType("domain")
    module.__dict__["Otherwise"] = Otherwise
    assert missing({"Otherwise": DOCUMENTED, "Absent": DOCUMENTED}, module) == {"Otherwise.make", "Absent"}
