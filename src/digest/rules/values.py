"""The types a value in a rule file can have: each reads a node, says what it wants, and gives its JSON Schema."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from digest.rules.nodes import Findings, Map, Node, Scalar, Seq, did_you_mean

BAD: Final = object()  # what a reader returns once it reported why

# what YAML 1.1 makes of a plain scalar that is not text
_BOOL = re.compile(r"(?i:yes|no|on|off|true|false|y|n)\Z")
_NULL = re.compile(r"(?:~|null|Null|NULL|)\Z")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?\Z")
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|\.(?:inf|Inf|INF|nan|NaN|NAN))\Z"
)
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,11})\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,12})?\Z")
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?\Z")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?\Z")
_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*\Z")


def trick(text: str) -> str:
    """What YAML makes of a plain scalar that a person meant as text; "" where it stays text."""
    if _NULL.match(text):
        return "nothing"
    if _BOOL.match(text):
        return "true or false"
    if _SEXAGESIMAL.match(text):
        return "a number to the base of sixty"
    if _NUMBER_LIKE.match(text):
        return "a number"
    if _DATE.match(text):
        return "a date"
    return ""


def shown(node: Node) -> str:
    """A short form of a node for messages."""
    if isinstance(node, Scalar):
        text = node.value if len(node.value) <= 40 else node.value[:37] + "…"
        return repr(text)
    return "a list" if isinstance(node, Seq) else "a mapping"


class Type:
    """What a value must be. `read` returns the value, or BAD once it reported why not."""

    __slots__ = ()

    def read(self, node: Node, found: Findings) -> Any:
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError

    def filled(self, value: Any) -> Any:
        """The value with the defaults of what no file gave; called once all files are put together."""
        return value

    @property
    def says(self) -> str:
        """What is wanted, as it reads after "wants"."""
        raise NotImplementedError


def _scalar(node: Node, want: Type, found: Findings) -> Scalar | None:
    if isinstance(node, Scalar):
        if node.plain and _NULL.match(node.value):
            found.add(node, "R105", f"nothing stands here; wants {want.says}")
            return None
        return node
    found.add(node, "R102", f"{shown(node)} stands here; wants {want.says}")
    return None


def _text(node: Node, want: Type, found: Findings) -> str | None:
    """Text of a scalar; one that YAML would take for something else is refused."""
    scalar = _scalar(node, want, found)
    if scalar is None:
        return None
    if scalar.plain and (other := trick(scalar.value)):
        found.add(node, "R106", f'YAML reads {scalar.value} as {other}; write "{scalar.value}" in quotes')
        return None
    return scalar.value


@dataclass(frozen=True, slots=True)
class Text(Type):
    """Any text; `empty` says whether none is fine."""

    empty: bool = False

    @property
    def says(self) -> str:
        return "text"

    def read(self, node: Node, found: Findings) -> Any:
        text = _text(node, self, found)
        if text is None:
            return BAD
        if not text.strip() and not self.empty:
            found.add(node, "R105", "the text is empty; write some, or leave the key out")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string"} if self.empty else {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class Regex(Type):
    """An expression in RE2's syntax, compiled once here so that a bad one is reported at its place."""

    @property
    def says(self) -> str:
        return "an expression in RE2's syntax"

    def read(self, node: Node, found: Findings) -> Any:
        from digest.rules.match import complaint

        text = _text(node, self, found)
        if text is None:
            return BAD
        if not text:
            found.add(node, "R105", "the expression is empty and would match everything")
            return BAD
        if problem := complaint(text):
            found.add(node, "R116", problem)
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True)
class OneOf(Type):
    """One word of a closed set."""

    choices: tuple[str, ...]

    @property
    def says(self) -> str:
        return "one of " + ", ".join(self.choices)

    def read(self, node: Node, found: Findings) -> Any:
        text = _text(node, self, found)
        if text is None:
            return BAD
        if text not in self.choices:
            found.add(node, "R108", f"{shown(node)} is not known here{did_you_mean(text, self.choices)}")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


@dataclass(frozen=True, slots=True)
class Name(Type):
    """An id. `of` says what it names ("rule", "list", "act"); whether it is there is checked after merging."""

    of: str

    @property
    def says(self) -> str:
        return f"the name of a {self.of}"

    def read(self, node: Node, found: Findings) -> Any:
        text = _text(node, self, found)
        if text is None:
            return BAD
        if not _ID.match(text):
            found.add(node, "R110", f"{shown(node)} is no id; write lower-case words joined by hyphens")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z0-9]+([-.][a-z0-9]+)*$"}


@dataclass(frozen=True, slots=True)
class Int(Type):
    """A whole number in [low, high]."""

    low: int | None = None
    high: int | None = None
    unit: str = ""

    @property
    def says(self) -> str:
        return "a whole number" + (f" of {self.unit}" if self.unit else "") + _bounds(self.low, self.high)

    def read(self, node: Node, found: Findings) -> Any:
        return _number(node, self, found, _INT, int, self.low, self.high)

    def schema(self) -> dict[str, Any]:
        return _ranged({"type": "integer"}, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Float(Type):
    """A number in [low, high]."""

    low: float | None = None
    high: float | None = None
    unit: str = ""

    @property
    def says(self) -> str:
        return "a number" + (f" in {self.unit}" if self.unit else "") + _bounds(self.low, self.high)

    def read(self, node: Node, found: Findings) -> Any:
        return _number(node, self, found, _FLOAT, float, self.low, self.high)

    def schema(self) -> dict[str, Any]:
        return _ranged({"type": "number"}, self.low, self.high)


def Probability() -> Float:
    """A number from 0 to 1."""
    return Float(0, 1)


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" from {low:g} to {high:g}"
    if low is not None:
        return f" from {low:g} up"
    return f" up to {high:g}" if high is not None else ""


def _ranged(schema: dict[str, Any], low: float | None, high: float | None) -> dict[str, Any]:
    if low is not None:
        schema["minimum"] = low
    if high is not None:
        schema["maximum"] = high
    return schema


def _number(
    node: Node,
    want: Type,
    found: Findings,
    form: re.Pattern[str],
    make: type[int] | type[float],
    low: float | None,
    high: float | None,
) -> Any:
    scalar = _scalar(node, want, found)
    if scalar is None:
        return BAD
    if not form.match(scalar.value):
        if scalar.plain and trick(scalar.value) in ("true or false", "a number to the base of sixty"):
            found.add(node, "R106", f"YAML reads {scalar.value} as {trick(scalar.value)}; wants {want.says}")
        else:
            found.add(node, "R105", f"{shown(node)} stands here; wants {want.says}")
        return BAD
    if not scalar.plain:
        found.add(node, "R105", f"text stands here; wants {want.says}: take the quotes off")
        return BAD
    value = make(scalar.value)
    if (low is not None and value < low) or (high is not None and value > high):
        found.add(node, "R107", f"{scalar.value} is out of range; wants {want.says}")
        return BAD
    return value


@dataclass(frozen=True, slots=True)
class Duration(Type):
    """A time span such as 45s, 30m, 2h, 1h30m; read as seconds."""

    @property
    def says(self) -> str:
        return "a duration such as 45s, 30m or 2h"

    def read(self, node: Node, found: Findings) -> Any:
        scalar = _scalar(node, self, found)
        if scalar is None:
            return BAD
        parts = _DURATION.match(scalar.value)
        if parts is None:
            if scalar.plain and _SEXAGESIMAL.match(scalar.value):
                found.add(
                    node, "R106", f"YAML reads {scalar.value} as a number to the base of sixty; wants {self.says}"
                )
            elif _NUMBER_LIKE.match(scalar.value):
                found.add(node, "R105", f"{scalar.value} has no unit; wants {self.says}")
            else:
                found.add(node, "R105", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        hours, minutes, seconds = (int(p) if p else 0 for p in parts.groups())
        return hours * 3600 + minutes * 60 + seconds

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^(?=[0-9])([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$"}


@dataclass(frozen=True, slots=True)
class Clock(Type):
    """A time of the day, "HH:MM" or "HH:MM:SS" in quotes; read as seconds since midnight, or as HH:MM:SS."""

    text: bool = False

    @property
    def says(self) -> str:
        return 'a time of day in quotes, such as "22:30"'

    def read(self, node: Node, found: Findings) -> Any:
        text = _text(node, self, found)
        if text is None:
            return BAD
        parts = _CLOCK.match(text)
        if parts is None or (parts[1] == "24" and (parts[2] != "00" or (parts[3] or "00") != "00")):
            found.add(node, "R105", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        if self.text:
            return f"{parts[1]}:{parts[2]}:{parts[3] or '00'}"
        return int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3] or 0)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$"}


@dataclass(frozen=True, slots=True)
class Flag(Type):
    """true or false, spelt so."""

    @property
    def says(self) -> str:
        return "true or false"

    def read(self, node: Node, found: Findings) -> Any:
        scalar = _scalar(node, self, found)
        if scalar is None:
            return BAD
        if scalar.plain and scalar.value in ("true", "false"):
            return scalar.value == "true"
        if scalar.plain and _BOOL.match(scalar.value):
            meant = "true" if scalar.value.lower() in ("yes", "on", "true", "y") else "false"
            found.add(node, "R106", f"{scalar.value} means different things to different readers; write {meant}")
        else:
            found.add(node, "R105", f"{shown(node)} stands here; wants true or false")
        return BAD

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Many(Type):
    """A list of values of one type, read as a tuple; `single` lets one value stand for a list of one."""

    of: Type
    single: bool = False
    least: int = 0

    @property
    def says(self) -> str:
        return f"a list, each {self.of.says}"

    def read(self, node: Node, found: Findings) -> Any:
        if isinstance(node, Seq):
            values = [self.of.read(item, found) for item in node.items]
            if len(values) < self.least:
                found.add(node, "R105", "the list is empty; put something in it, or leave the key out")
                return BAD
            return BAD if BAD in values else tuple(values)
        if self.single and isinstance(node, Scalar):
            value = self.of.read(node, found)
            return BAD if value is BAD else (value,)
        found.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
        return BAD

    def schema(self) -> dict[str, Any]:
        many: dict[str, Any] = {"type": "array", "items": self.of.schema()}
        if self.least:
            many["minItems"] = self.least
        return {"anyOf": [self.of.schema(), many]} if self.single else many


@dataclass(frozen=True, slots=True)
class Mapping(Type):
    """Free keys, values of one type; read as a dict in file order."""

    of: Type

    @property
    def says(self) -> str:
        return f"a mapping, each value {self.of.says}"

    def read(self, node: Node, found: Findings) -> Any:
        if not isinstance(node, Map):
            found.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        values = {}
        for name, (key, value) in node.items.items():
            if _text(key, Text(), found) is not None:
                values[name] = self.of.read(value, found)
        return BAD if BAD in values.values() or len(values) < len(node.items) else values

    def filled(self, value: Any) -> Any:
        return {name: self.of.filled(item) for name, item in value.items()}

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.of.schema()}


@dataclass(frozen=True, slots=True)
class Field:
    """A declared key: its type, what it means, and its default; without a default it must be given."""

    type: Type
    doc: str
    default: Any = BAD


@dataclass(frozen=True)
class Record(Type):
    """A mapping with declared keys; read as a dict of those given, `filled` adds the defaults of the others."""

    fields: dict[str, Field]

    @property
    def says(self) -> str:
        return "a mapping with " + ", ".join(self.fields)

    def read(self, node: Node, found: Findings) -> Any:
        if not isinstance(node, Map):
            found.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        values: dict[str, Any] = {}
        good = True
        for name, (key, value) in node.items.items():
            field = self.fields.get(name)
            if field is None:
                found.add(key, "R103", f"unknown key {name!r}{did_you_mean(name, self.fields)}")
                good = False
            else:
                values[name] = field.type.read(value, found)
                good = good and values[name] is not BAD
        for name, field in self.fields.items():
            if name not in node.items and field.default is BAD:
                found.add(node, "R104", f"{name!r} is missing: {field.doc}")
                good = False
        return values if good else BAD

    def filled(self, value: Any) -> Any:
        return {
            name: field.type.filled(value[name]) if name in value else field.default
            for name, field in self.fields.items()
        }

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {n: described(f.type.schema(), f.doc, f.default) for n, f in self.fields.items()},
            "required": [n for n, f in self.fields.items() if f.default is BAD],
        }


@dataclass(frozen=True, slots=True)
class Anything(Type):
    """Free-form data: text, numbers, true and false, lists, mappings; as tuples and dicts."""

    @property
    def says(self) -> str:
        return "a value"

    def read(self, node: Node, found: Findings) -> Any:
        if isinstance(node, Seq):
            return Many(self).read(node, found)
        if isinstance(node, Map):
            return Mapping(self).read(node, found)
        if node.plain:
            if node.value in ("true", "false"):
                return node.value == "true"
            if _INT.match(node.value):
                return int(node.value)
            if _FLOAT.match(node.value):
                return float(node.value)
        text = _text(node, self, found)
        return BAD if text is None else text

    def schema(self) -> dict[str, Any]:
        return {}


_JSON = {"string": str, "integer": int, "number": float, "boolean": bool}


def described(schema: dict[str, Any], doc: str, default: Any = BAD) -> dict[str, Any]:
    """The schema with its description, and the default where a file would write it the same way."""
    result = {**schema, "description": doc}
    if default != "" and type(default) is _JSON.get(schema.get("type", "")):
        result["default"] = default
    return result
