"""The reference of rules in Markdown, made from what the code declares and what the packaged rules say.

docs/rules.md ends with it, and a test holds the page to this; `digest rules reference` prints it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from digest.rules.declare import Declaration, Kind
from digest.rules.model import Rules
from digest.rules.types import BAD, Clock, Duration, Field

TITLES = {"turn": "Kinds that look at one turn", "pair": "Kinds that look at two turns"}
HEAD = ["| key | takes | meaning | default |", "|---|---|---|---|"]


def reference(rules: Rules) -> str:
    """Tables of all kinds, then of all subjects with the values that hold by these rules."""
    declarations = [subject.declaration for subject in rules.subjects.values()]
    lines = []
    for looks_at, title in TITLES.items():
        lines += [f"## {title}", ""]
        kinds: dict[str, type[Kind]] = {}
        for declaration in declarations:
            if declaration.looks_at == looks_at:
                kinds |= declaration.kinds
        for kind in kinds.values():
            lines += [f"### `{kind.name}`", "", kind.about(), "", *HEAD, *_kind(kind), ""]
    lines += ["## Subjects", ""]
    for subject in rules.subjects.values():
        declaration = subject.declaration
        lines += [
            f"### `{declaration.name}`: {declaration.doc}",
            "",
            *HEAD,
            *_entries(declaration, subject.settings),
            "",
        ]
    return "\n".join(lines)


def _kind(kind: type[Kind]) -> Iterable[str]:
    for name, (_, field) in kind.fields.items():
        main = " (may stand alone)" if name == kind.main else ""
        default = "needed" if field.default is BAD else _code(field, field.default)
        yield _row(f"`{name}`{main}", field.type.says, field.doc, default)


def _entries(declaration: Declaration, settings: Any) -> Iterable[str]:
    for part in ("settings", "lists", "tables"):
        for (where, name), (attribute, field) in declaration.entries.items():
            if where == part:
                key = f"`{name}`" if part == "tables" else f"`{part}: {name}`"
                value = getattr(settings, attribute)
                # words that a packaged file lists stand there to be read
                default = "" if part != "settings" or isinstance(value, tuple) else _code(field, value)
                yield _row(key, field.type.says, field.doc, default)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|').replace(chr(10), ' ') for cell in cells)} |"


def _code(field: Field, value: Any) -> str:
    return "" if value in (None, "", (), {}) else f"`{value_text(field, value)}`"


def value_text(field: Field, value: Any) -> str:
    """A value as a rule file writes it."""
    if isinstance(field.type, Duration) and isinstance(value, int):
        return duration(value)
    if isinstance(field.type, Clock) and isinstance(value, int):
        return f"{value // 3600:02d}:{value // 60 % 60:02d}"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def duration(seconds: int) -> str:
    """45s, 30m, 2h, 1h30m."""
    parts = ((seconds // 3600, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{n}{unit}" for n, unit in parts if n) or "0s"
