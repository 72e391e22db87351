"""Rules and kinds in words, for `digest rules list` and `digest rules show`."""

from __future__ import annotations

from typing import Any

from digest.rules.declare import Kind
from digest.rules.model import Rule
from digest.rules.subjects import Declaration
from digest.rules.types import BAD, Clock, Duration, Field


def condition(kind: Kind) -> str:
    """A kind in one line, what is left at its default left out: `follows: answers, within 30m, min 2`."""
    parts = []
    for name, (attribute, field) in kind.fields.items():
        value = getattr(kind, attribute)
        if field.default is BAD or value != field.default:
            shown = value_text(field, value)
            parts.append(shown if name == kind.main else f"{name} {shown}")
    return f"{kind.name}: {', '.join(parts)}" if parts else kind.name


def value_text(field: Field, value: Any) -> str:
    """A value as a rule file writes it."""
    if isinstance(field.type, Duration) and isinstance(value, int):
        return duration(value)
    if isinstance(field.type, Clock) and isinstance(value, int):
        return f"{value // 3600:02d}:{value // 60 % 60:02d}"
    if isinstance(value, tuple):
        return " ".join(str(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(seconds: int) -> str:
    """45s, 30m, 2h, 1h30m."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{n}{unit}" for n, unit in parts if n) or "0s"


def rule_lines(rule: Rule) -> tuple[str, ...]:
    """A rule in full, a line a fact."""
    lines = [
        f"{rule.id}  ({rule.subject}{', ' + rule.act if rule.act else ''}){'  off' if rule.off else ''}",
        f"  {condition(rule.kind)}",
        f"  weight {rule.weight:+g}, {rule.sign}",
    ]
    if rule.why:
        lines.append(f"  why: {rule.why}")
    lines += [f"  match: {sentence}" for sentence in rule.match]
    lines += [f"  no match: {sentence}" for sentence in rule.no_match]
    lines.append(f"  {rule.where}")
    return tuple(lines)


def kind_lines(kind: type[Kind]) -> tuple[str, ...]:
    """A kind with its fields, for who writes a rule."""
    lines = [f"{kind.name}  {kind.about()}"]
    for name, (_, field) in kind.fields.items():
        lines.append(f"  {name}: {field.doc}; {_wanted(field)}")
    return tuple(lines)


def subject_lines(declaration: Declaration) -> tuple[str, ...]:
    """What the files of a subject may hold."""
    lines = [f"{declaration.name}  {declaration.doc}"]
    for title, fields in (
        ("setting", declaration.settings),
        ("list", declaration.lists),
        ("table", declaration.tables),
    ):
        lines += [f"  {title} {name}: {field.doc}; {_wanted(field)}" for name, field in fields.items()]
    if declaration.kinds:
        lines.append(f"  kinds: {', '.join(declaration.kinds)}")
    return tuple(lines)


def _wanted(field: Field) -> str:
    if field.default is BAD:
        return f"{field.type.says}, needed"
    if field.default in (None, "", (), {}):
        return field.type.says
    return f"{field.type.says}, {value_text(field, field.default)} where left out"
