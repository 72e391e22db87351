"""What a kind of rule is, and how one is declared.

Thirty dataclasses cost 40 ms at every start, for each has its methods compiled. So `kind` makes them without, and
`Kind` holds the methods once: they are frozen dataclasses to whoever uses them (`dataclasses.fields`, `replace`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

from digest.rules.shapes import Many
from digest.rules.types import BAD, Field, Int, Name, Type


def want(type_: Type, doc: str, default: Any = BAD) -> Any:
    """A field of a kind: its type, what it means, its default; without a default it must be given."""
    metadata = {"field": Field(type_, doc, default)}
    # every field has a default so that order is free; the loader insists on those that must be given
    return dataclasses.field(default=None if default is BAD else default, metadata=metadata)


def at_least(doc: str, unit: str, low: int | None = 0) -> Any:
    """A field for a whole number that may be left out."""
    return want(Int(low, None, unit), doc, None)


class Kind:
    """What a rule looks at. `name` is its key in YAML, `main` the field that may stand alone."""

    name: ClassVar[str]
    main: ClassVar[str]
    fields: ClassVar[Mapping[str, tuple[str, Field]]]  # YAML name → (attribute, declaration)
    names: ClassVar[Mapping[str, tuple[str, ...]]]  # "act", "list", "rule" → attributes that name such
    side = ""  # which of several things it looks at, where it was made to have a side

    def __init__(self, *values: Any, **named: Any) -> None:
        given = dict(zip((attribute for attribute, _ in self.fields.values()), values, strict=False)) | named
        for attribute, field in self.fields.values():
            # a field that must be given is checked where the file is read, with its place
            value = given.pop(attribute, None if field.default is BAD else field.default)
            object.__setattr__(self, attribute, value)
        if given:
            raise TypeError(f"{type(self).__name__} has no {', '.join(given)}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def _key(self) -> tuple[Any, ...]:
        return (type(self), *(getattr(self, attribute) for attribute, _ in self.fields.values()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        shown = (f"{a}={getattr(self, a)!r}" for a, f in self.fields.values() if getattr(self, a) != f.default)
        return f"{type(self).__name__}({', '.join(shown)})"

    @classmethod
    def about(cls) -> str:
        """What the kind looks at, in a line."""
        return (cls.__doc__ or "").partition("\n")[0]

    def holds(self, context: Any) -> Any:
        """Of which of the things it looks at the condition holds, as an array; what it needs is read from `context`.

        Texts are matched all at once, by `TextRules`, and `all` rules by whoever evaluates their parts.
        """
        raise NotImplementedError(type(self).__name__)

    def lacks(self) -> str:
        """What is missing that no field alone can tell; "" where nothing is."""
        return ""


K = TypeVar("K", bound=Kind)


@dataclass_transform(frozen_default=True, field_specifiers=(want, at_least))
def kind(name: str, kinds: dict[str, type[Kind]] | None = None, main: str = "") -> Callable[[type[K]], type[K]]:
    """Make a class a kind of that name and enter it among `kinds`."""

    def enter(cls: type[K]) -> type[K]:
        dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        cls.name, cls.main = name, main
        cls.fields = {f.name.rstrip("_"): (f.name, f.metadata["field"]) for f in dataclasses.fields(cls)}  # type: ignore[arg-type]
        named: dict[str, tuple[str, ...]] = {}
        for attribute, declared in cls.fields.values():
            type_ = declared.type.of if isinstance(declared.type, Many) else declared.type
            if isinstance(type_, Name):
                named[type_.of] = (*named.get(type_.of, ()), attribute)
        cls.names = named
        if kinds is not None:
            kinds[name] = cls
        return cls

    return enter


def sided(cls: type[K], sides: Type, doc: str, default: str) -> type[K]:
    """The same kind with one more field, `side`: which of several things it looks at."""
    body = {"__doc__": cls.__doc__, "__annotations__": {"side": str}, "side": want(sides, doc, default)}
    return kind(cls.name, main=cls.main)(type(f"Sided{cls.__name__}", (cls,), body))
