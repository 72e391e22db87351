"""Values made of others: lists, mappings, records with declared keys, free-form data."""

from __future__ import annotations

import re
from typing import Any

from digest.rules.types import BAD, Field, Text, Type, plain_number, shown, text_of
from digest.rules.yaml import Findings, Map, Node, Scalar, Seq, did_you_mean

PLAIN_KEY = re.compile("[A-Za-z_][A-Za-z0-9_-]*")


class Many(Type):
    """A list of values of one type, read as a tuple; `single` lets one value stand for a list of one."""

    __slots__ = ("least", "of", "single")

    def __init__(self, of: Type, single: bool = False, least: int = 0) -> None:
        self.of = of
        self.single = single
        self.least = least

    @property
    def says(self) -> str:
        return f"a list, each {self.of.says}"

    def read(self, node: Node, findings: Findings) -> Any:
        if isinstance(node, Seq):
            values = [self.of.read(item, findings) for item in node.items]
            if len(values) < self.least:
                findings.add(node, "R105", "the list is empty; put something in it, or leave the key out")
                return BAD
            return BAD if BAD in values else tuple(values)
        if self.single and isinstance(node, Scalar):
            value = self.of.read(node, findings)
            return BAD if value is BAD else (value,)
        findings.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
        return BAD

    def schema(self) -> dict[str, Any]:
        many: dict[str, Any] = {"type": "array", "items": self.of.schema()}
        if self.least:
            many["minItems"] = self.least
        return {"anyOf": [self.of.schema(), many]} if self.single else many


class MapOf(Type):
    """Free keys, values of one type; read as a dict in file order. With `plain`, a key is a word of Latin letters."""

    __slots__ = ("of", "plain")

    def __init__(self, of: Type, plain: bool = False) -> None:
        self.of = of
        self.plain = plain

    @property
    def says(self) -> str:
        return f"a mapping, each value {self.of.says}"

    def read(self, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Map):
            findings.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        values = {}
        for name, (key, value) in node.items.items():
            if self.plain and not PLAIN_KEY.fullmatch(name):
                findings.add(key, "R110", f"{name!r} is no key here: write letters, digits, _ and -, a letter first")
            elif text_of(key, Text(), findings) is not None:
                values[name] = self.of.read(value, findings)
        return BAD if BAD in values.values() or len(values) < len(node.items) else values

    def filled(self, value: Any) -> Any:
        return {name: self.of.filled(item) for name, item in value.items()}

    def schema(self) -> dict[str, Any]:
        schema = {"type": "object", "additionalProperties": self.of.schema()}
        return {**schema, "propertyNames": {"pattern": f"^{PLAIN_KEY.pattern}$"}} if self.plain else schema


class Record(Type):
    """A mapping with declared keys; read as a dict of those given, `filled` adds the defaults of the others."""

    __slots__ = ("fields",)

    def __init__(self, fields: dict[str, Field]) -> None:
        self.fields = fields

    @property
    def says(self) -> str:
        return "a mapping with " + ", ".join(self.fields)

    def read(self, node: Node, findings: Findings) -> Any:
        if not isinstance(node, Map):
            findings.add(node, "R102", f"{shown(node)} stands here; wants {self.says}")
            return BAD
        values: dict[str, Any] = {}
        good = True
        for name, (key, value) in node.items.items():
            field = self.fields.get(name)
            if field is None:
                findings.add(key, "R103", f"unknown key {name!r}{did_you_mean(name, self.fields)}")
                good = False
            else:
                values[name] = field.type.read(value, findings)
                good = good and values[name] is not BAD
        for name, field in self.fields.items():
            if name not in node.items and field.default is BAD:
                findings.add(node, "R104", f"{name!r} is missing: {field.doc}")
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


class Anything(Type):
    """Free-form data: text, numbers, true and false, lists, mappings; as tuples and dicts. `plain` as in MapOf."""

    __slots__ = ("plain",)

    def __init__(self, plain: bool = False) -> None:
        self.plain = plain

    @property
    def says(self) -> str:
        return "a value"

    def read(self, node: Node, findings: Findings) -> Any:
        if isinstance(node, Seq):
            return Many(self).read(node, findings)
        if isinstance(node, Map):
            return MapOf(self, self.plain).read(node, findings)
        if node.plain:
            if node.value in ("true", "false"):
                return node.value == "true"
            if (number := plain_number(node.value)) is not None:
                return number
        text = text_of(node, self, findings)
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
