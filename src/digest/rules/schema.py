"""The JSON Schema of rule files, made from what the code declares, so that an editor completes and explains.

`digest init` and `digest rules schema` write it. A rule file names it in its first line:

    # yaml-language-server: $schema=schema.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from digest.rules.declare import Declaration, Kind
from digest.rules.read import rule_keys
from digest.rules.shapes import Many, described
from digest.rules.types import BAD, Text


def text(declarations: Sequence[Declaration]) -> str:
    """The schema as a file holds it."""
    return json.dumps(schema(declarations), ensure_ascii=False, indent=1) + "\n"


def schema(declarations: Sequence[Declaration]) -> dict[str, Any]:
    """The schema as plain data."""
    definitions: dict[str, Any] = {}
    for declaration in declarations:
        for name, kind in declaration.kinds.items():
            definitions[f"{declaration.looks_at}-{name}"] = _kind(kind)
    for declaration in declarations:
        if declaration.kinds:
            definitions[f"{declaration.name}-rule"] = _rule(declaration)
        definitions[declaration.name] = _file(declaration)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Rules of digest",
        "type": "object",
        "required": ["subject"],
        "properties": {
            "subject": {
                "description": "which part of the program this file speaks to",
                "enum": [declaration.name for declaration in declarations],
            }
        },
        "allOf": [
            {
                "if": {"properties": {"subject": {"const": declaration.name}}, "required": ["subject"]},
                "then": {"$ref": f"#/definitions/{declaration.name}"},
            }
            for declaration in declarations
        ],
        "definitions": definitions,
    }


def _file(declaration: Declaration) -> dict[str, Any]:
    lists: dict[str, Any] = {}
    for name, field in declaration.lists.items():
        lists[name] = described(field.type.schema(), field.doc)
        lists[f"+{name}"] = described(field.type.schema(), f"added: {field.doc}")
        lists[f"-{name}"] = described(field.type.schema(), f"taken out: {field.doc}")
    properties: dict[str, Any] = {
        "subject": {"const": declaration.name, "description": declaration.doc},
        "settings": _object(
            {n: described(f.type.schema(), f.doc, f.default) for n, f in declaration.settings.items()},
            "numbers and words that the program asks for",
        ),
        "lists": {
            "type": "object",
            "description": "named lists of words; `+name` adds to a list of the packaged rules, `-name` takes out",
            "properties": lists,
            "additionalProperties": Many(Text()).schema() if declaration.kinds else False,
        },
    }
    for name, field in declaration.tables.items():
        properties[name] = described(field.type.schema(), field.doc)
        properties[f"+{name}"] = described(field.type.schema(), f"added: {field.doc}")
    if declaration.kinds:
        properties["rules"] = {"type": "array", "items": {"$ref": f"#/definitions/{declaration.name}-rule"}}
    return _object(properties, declaration.doc)


def _rule(declaration: Declaration) -> dict[str, Any]:
    properties = {name: described(f.type.schema(), f.doc) for name, f in rule_keys(declaration).items()}
    for name, kind in declaration.kinds.items():
        properties[name] = {"$ref": f"#/definitions/{declaration.looks_at}-{name}", "description": kind.about()}
    rule = _object(properties, "one rule: an id, one kind, a weight, a reason, examples")
    rule["required"] = ["id"]
    return rule


def _kind(kind: type[Kind]) -> dict[str, Any]:
    whole = _object(
        {n: described(f.type.schema(), f.doc, f.default) for n, (_, f) in kind.fields.items()}, kind.about()
    )
    whole["required"] = [n for n, (_, f) in kind.fields.items() if f.default is BAD]
    if not kind.main:
        return whole
    main = kind.fields[kind.main][1]
    return {"description": kind.about(), "anyOf": [described(main.type.schema(), main.doc), whole]}


def _object(properties: dict[str, Any], doc: str) -> dict[str, Any]:
    return {"type": "object", "description": doc, "properties": properties, "additionalProperties": False}
