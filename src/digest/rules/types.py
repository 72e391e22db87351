"""The types a value in a rule file can have: each reads a node, says what it wants, and gives its JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from digest.rules.regex import complaint
from digest.rules.yaml import Findings, Node, Scalar, Seq, did_you_mean

BAD: Final = object()  # what a reader returns once it reported why

# What YAML 1.1 makes of a plain scalar that is not text. Few expressions: each costs half a millisecond to compile.
_BOOL = frozenset(("yes", "no", "on", "off", "true", "false", "y", "n"))
_NULL = frozenset(("~", "null", "Null", "NULL", ""))
_NUMBER_LIKE = re.compile(
    r"([-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)|([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?)"
    r"|(?:[-+]?(?:\.?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN))"
)
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,11})(\.[0-9]{1,12})?")
_DURATION = re.compile(r"(?=[0-9])(?:([0-9]{1,4})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,6})s)?")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?")
_ID = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_SHARE = re.compile(r"0|1|0?\.[0-9]{1,6}|[01]\.0{1,6}")


def trick(text: str) -> str:
    """What YAML makes of a plain scalar that a person meant as text; "" where it stays text."""
    if text[:1] in "0123456789+-.":  # "" is in it too
        if not text:
            return "nothing"
        found = _NUMBER_LIKE.fullmatch(text)
        if found is None:
            return ""
        return "a number to the base of sixty" if found[1] else "a date" if found[2] else "a number"
    if len(text) > 5:
        return ""
    if text in _NULL:
        return "nothing"
    return "true or false" if text.lower() in _BOOL else ""


def plain_number(text: str) -> int | float | None:
    """The number that a plain scalar is, None where it is none."""
    found = _NUMBER.fullmatch(text)
    return None if found is None else float(text) if found[1] else int(text)


def shown(node: Node) -> str:
    """A short form of a node for messages."""
    if isinstance(node, Scalar):
        text = node.value if len(node.value) <= 40 else node.value[:37] + "…"
        return repr(text)
    return "a list" if isinstance(node, Seq) else "a mapping"


class Type:
    """What a value must be. `read` returns the value, or BAD once it reported why not."""

    __slots__ = ()

    def read(self, node: Node, findings: Findings) -> Any:
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


def _scalar(node: Node, want: Type, findings: Findings) -> Scalar | None:
    if isinstance(node, Scalar):
        if node.plain and node.value in _NULL:
            findings.add(node, "R105", f"nothing stands here; wants {want.says}")
            return None
        return node
    findings.add(node, "R102", f"{shown(node)} stands here; wants {want.says}")
    return None


def text_of(node: Node, want: Type, findings: Findings) -> str | None:
    """Text of a scalar; one that YAML would take for something else is refused."""
    scalar = _scalar(node, want, findings)
    if scalar is None:
        return None
    if scalar.plain and (other := trick(scalar.value)):
        findings.add(node, "R106", f'YAML reads {scalar.value} as {other}; write "{scalar.value}" in quotes')
        return None
    return scalar.value


class Text(Type):
    """Any text; `empty` says whether none is fine."""

    __slots__ = ("empty",)

    def __init__(self, empty: bool = False) -> None:
        self.empty = empty

    @property
    def says(self) -> str:
        return "text"

    def read(self, node: Node, findings: Findings) -> Any:
        text = text_of(node, self, findings)
        if text is None:
            return BAD
        if not text.strip() and not self.empty:
            findings.add(node, "R105", "the text is empty; write some, or leave the key out")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string"} if self.empty else {"type": "string", "minLength": 1}


class Weighed(Text):
    """A word and, behind a space, the share of its weight that it keeps: `系统 0.3`."""

    __slots__ = ()

    @property
    def says(self) -> str:
        return "a word, and perhaps the share of its weight that it keeps, from 0 to 1: 系统 0.3"

    def read(self, node: Node, findings: Findings) -> Any:
        text = super().read(node, findings)
        if text is BAD:
            return BAD
        share = text.partition(" ")[2].strip()
        if share and not _SHARE.fullmatch(share):
            findings.add(node, "R105", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        return text


class Regex(Type):
    """An expression in RE2's syntax, compiled once here so that a bad one is reported at its place."""

    __slots__ = ()

    @property
    def says(self) -> str:
        return "an expression in RE2's syntax"

    def read(self, node: Node, findings: Findings) -> Any:
        text = text_of(node, self, findings)
        if text is None:
            return BAD
        if not text:
            findings.add(node, "R105", "the expression is empty and would match everything")
            return BAD
        if problem := complaint(text):
            findings.add(node, "R116", problem)
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1}


class OneOf(Type):
    """One word of a closed set.

    `aliases` are old words for one of the set; `refused` are words that nothing can tell, each with what to write.
    """

    __slots__ = ("aliases", "choices", "refused")

    def __init__(
        self,
        choices: tuple[str, ...],
        refused: Mapping[str, str] = MappingProxyType({}),
        aliases: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.choices, self.refused, self.aliases = choices, refused, aliases

    @property
    def says(self) -> str:
        return "one of " + ", ".join(filter(None, self.choices))

    def read(self, node: Node, findings: Findings) -> Any:
        text = text_of(node, self, findings)
        if text is None:
            return BAD
        if text in self.refused:
            findings.add(node, "R121", f"{shown(node)} can't be told here: {self.refused[text]}")
            return BAD
        if text in self.aliases:
            findings.add(node, "R311", f"{text} is the old word for {self.aliases[text]}; write that", "warning")
            return self.aliases[text]
        if text not in self.choices:
            findings.add(node, "R108", f"{shown(node)} is not known here{did_you_mean(text, self.choices)}")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


class Name(Type):
    """An id. `of` says what it names ("rule", "list", "act"); whether it is there is checked after merging."""

    __slots__ = ("of",)

    def __init__(self, of: str) -> None:
        self.of = of

    @property
    def says(self) -> str:
        return f"the name of {'an' if self.of == 'act' else 'a'} {self.of}"

    def read(self, node: Node, findings: Findings) -> Any:
        text = text_of(node, self, findings)
        if text is None:
            return BAD
        if not _ID.fullmatch(text):
            findings.add(node, "R110", f"{shown(node)} is no id; write lower-case words joined by hyphens")
            return BAD
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^[a-z0-9]+([-.][a-z0-9]+)*$"}


class Int(Type):
    """A whole number in [low, high]."""

    __slots__ = ("high", "low", "unit")

    def __init__(self, low: int | None = None, high: int | None = None, unit: str = "") -> None:
        self.low = low
        self.high = high
        self.unit = unit

    @property
    def says(self) -> str:
        return "a whole number" + (f" of {self.unit}" if self.unit else "") + _bounds(self.low, self.high)

    def read(self, node: Node, findings: Findings) -> Any:
        return _number(node, self, findings, int, self.low, self.high)

    def schema(self) -> dict[str, Any]:
        return _ranged({"type": "integer"}, self.low, self.high)


class Float(Type):
    """A number in [low, high]."""

    __slots__ = ("high", "low", "unit")

    def __init__(self, low: float | None = None, high: float | None = None, unit: str = "") -> None:
        self.low = low
        self.high = high
        self.unit = unit

    @property
    def says(self) -> str:
        return "a number" + (f" in {self.unit}" if self.unit else "") + _bounds(self.low, self.high)

    def read(self, node: Node, findings: Findings) -> Any:
        return _number(node, self, findings, float, self.low, self.high)

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
    findings: Findings,
    make: type[int] | type[float],
    low: float | None,
    high: float | None,
) -> Any:
    scalar = _scalar(node, want, findings)
    if scalar is None:
        return BAD
    number = _NUMBER.fullmatch(scalar.value)
    if number is None or (make is int and number[1]):
        if scalar.plain and trick(scalar.value) in ("true or false", "a number to the base of sixty"):
            findings.add(node, "R106", f"YAML reads {scalar.value} as {trick(scalar.value)}; wants {want.says}")
        else:
            findings.add(node, "R105", f"{shown(node)} stands here; wants {want.says}")
        return BAD
    if not scalar.plain:
        findings.add(node, "R105", f"text stands here; wants {want.says}: take the quotes off")
        return BAD
    value = make(scalar.value)
    if (low is not None and value < low) or (high is not None and value > high):
        findings.add(node, "R107", f"{scalar.value} is out of range; wants {want.says}")
        return BAD
    return value


class Duration(Type):
    """A time span such as 45s, 30m, 2h, 1h30m; read as seconds."""

    __slots__ = ()

    @property
    def says(self) -> str:
        return "a duration such as 45s, 30m or 2h"

    def read(self, node: Node, findings: Findings) -> Any:
        scalar = _scalar(node, self, findings)
        if scalar is None:
            return BAD
        parts = _DURATION.fullmatch(scalar.value)
        if parts is None:
            if scalar.plain and trick(scalar.value) == "a number to the base of sixty":
                findings.add(
                    node, "R106", f"YAML reads {scalar.value} as a number to the base of sixty; wants {self.says}"
                )
            elif trick(scalar.value) == "a number":
                findings.add(node, "R105", f"{scalar.value} has no unit; wants {self.says}")
            else:
                findings.add(node, "R105", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        hours, minutes, seconds = (int(p) if p else 0 for p in parts.groups())
        return hours * 3600 + minutes * 60 + seconds

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^(?=[0-9])([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$"}


class Clock(Type):
    """A time of the day, "HH:MM" or "HH:MM:SS" in quotes; read as seconds since midnight, or as HH:MM:SS."""

    __slots__ = ("text",)

    def __init__(self, text: bool = False) -> None:
        self.text = text

    @property
    def says(self) -> str:
        return 'a time of day in quotes, such as "22:30"'

    def read(self, node: Node, findings: Findings) -> Any:
        text = text_of(node, self, findings)
        if text is None:
            return BAD
        parts = _CLOCK.fullmatch(text)
        if parts is None or (parts[1] == "24" and (parts[2] != "00" or (parts[3] or "00") != "00")):
            findings.add(node, "R105", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        if self.text:
            return f"{parts[1]}:{parts[2]}:{parts[3] or '00'}"
        return int(parts[1]) * 3600 + int(parts[2]) * 60 + int(parts[3] or 0)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$"}


class Flag(Type):
    """true or false, spelt so."""

    __slots__ = ()

    @property
    def says(self) -> str:
        return "true or false"

    def read(self, node: Node, findings: Findings) -> Any:
        scalar = _scalar(node, self, findings)
        if scalar is None:
            return BAD
        if scalar.plain and scalar.value in ("true", "false"):
            return scalar.value == "true"
        if scalar.plain and scalar.value.lower() in _BOOL:
            meant = "true" if scalar.value.lower() in ("yes", "on", "true", "y") else "false"
            findings.add(node, "R106", f"{scalar.value} means different things to different readers; write {meant}")
        else:
            findings.add(node, "R105", f"{shown(node)} stands here; wants true or false")
        return BAD

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Field:
    """A declared key: its type, what it means, and its default; without a default it must be given."""

    type: Type
    doc: str
    default: Any = BAD
