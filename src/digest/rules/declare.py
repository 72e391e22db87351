"""What a subject of the rules is, a setting, a kind of rule, and how each is declared.

A stage declares each of its settings once, on the frozen class that it reads them from:

    @dataclass(frozen=True, slots=True)
    class TurnSettings:
        gap: int = span("silence that ends a turn", 180)
        new_start: tuple[str, ...] = patterns("a message that opens like this starts a turn of its own", "new-start")

    SEGMENT = Declaration("segment", "which messages make a turn", TurnSettings)

Thirty dataclasses cost 40 ms at every start, for each has its methods compiled. So `kind` makes them without, and
`Kind` holds the methods once: they are frozen dataclasses to whoever uses them (`dataclasses.fields`, `replace`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

from digest.rules.shapes import Many
from digest.rules.types import BAD, Clock, Duration, Field, Float, Int, Name, Probability, Regex, Text, Type


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

    def acts(self) -> tuple[str, ...]:
        """The acts that it looks at: those that its fields name."""
        return tuple(act for attribute in self.names.get("act", ()) if (act := getattr(self, attribute)))

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


# ---- settings ----------------------------------------------------------------------------------------------------


def setting(type_: Type, doc: str, default: Any, name: str = "", part: str = "settings") -> Any:
    """A field of a stage's settings; `name` is what rule files call it where that is not the attribute's name."""
    metadata = {"field": Field(type_, doc, default), "name": name, "part": part}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def number(doc: str, default: float, unit: str = "") -> Any:
    return setting(Float(unit=unit), doc, default)


def odds(doc: str, default: float) -> Any:
    return number(doc, default, "log-odds")


def fraction(doc: str, default: float) -> Any:
    return setting(Probability(), doc, default)


def whole(doc: str, default: int, low: int = 0, unit: str = "", name: str = "") -> Any:
    return setting(Int(low, None, unit), doc, default, name)


def span(doc: str, default: int) -> Any:
    """A duration, the default in seconds."""
    return setting(Duration(), doc, default)


def clock(doc: str, default: int) -> Any:
    """A time of day, the default in seconds since midnight."""
    return setting(Clock(), doc, default)


def names(doc: str) -> Any:
    """Words that stand under `settings:`, so that a later folder replaces them."""
    return setting(Many(Text()), doc, ())


def words(doc: str, default: tuple[str, ...] = (), of: Type | None = None) -> Any:
    """A list of words, to which a later folder may add."""
    return setting(Many(of or Text()), doc, default, part="lists")


def patterns(doc: str, name: str = "") -> Any:
    """A list of expressions, to which a later folder may add."""
    return setting(Many(Regex()), doc, (), name, "lists")


def table(type_: Type, doc: str, default: Any, name: str = "") -> Any:
    """A key of its own beside `settings:` and `lists:`."""
    return setting(type_, doc, default, name, "tables")


@dataclass(frozen=True)
class Declaration:
    """A subject: what its files may hold. Where it has a table `acts`, each of its rules names one of them."""

    name: str
    doc: str
    settings_type: type[Any]  # the stage's frozen class, whose fields are the subject's settings, lists and tables
    kinds: Mapping[str, type[Kind]] = dataclasses.field(default_factory=dict)
    looks_at: str = "turn"  # what its rules look at: one "turn", or a "pair" of them
    acts_of: str = ""  # the subject whose acts its rules name, where it has none itself
    weighs: bool = True  # whether a rule's weight adds to a score, so that it must be given
    removed: Mapping[str, str] = dataclasses.field(
        default_factory=dict
    )  # "settings.name", "acts.*.name" → why it is gone

    @cached_property
    def entries(self) -> Mapping[tuple[str, str], tuple[str, Field]]:
        """("settings", "lists" or "tables", name in rule files) → (attribute, declaration)."""
        return {
            (f.metadata["part"], f.metadata["name"] or f.name.rstrip("_")): (f.name, f.metadata["field"])
            for f in dataclasses.fields(self.settings_type)
            if "part" in f.metadata
        }

    def _part(self, part: str) -> Mapping[str, Field]:
        return {name: field for (where, name), (_, field) in self.entries.items() if where == part}

    @cached_property
    def settings(self) -> Mapping[str, Field]:
        return self._part("settings")

    @cached_property
    def lists(self) -> Mapping[str, Field]:
        return self._part("lists")

    @cached_property
    def tables(self) -> Mapping[str, Field]:
        return self._part("tables")

    @property
    def acts(self) -> bool:
        return "acts" in self.tables
