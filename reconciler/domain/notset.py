"""``NotSet``: the value of a field that a request leaves alone, as distinct from null, which clears it."""

from __future__ import annotations

from typing import Any, Final, Literal, final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@final
class NotSetType:
    """The type of :data:`NotSet`; it has one instance, which is false."""

    _instance: NotSetType | None = None

    def __new__(cls) -> NotSetType:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "NotSet"

    def __copy__(self) -> NotSetType:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> NotSetType:
        return self

    def __reduce__(self) -> str:
        return "NotSet"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.is_instance_schema(cls)


NotSet: Final = NotSetType()
