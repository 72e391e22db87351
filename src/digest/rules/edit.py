"""Rule files with single numbers changed: comments, order and layout stay as they are, byte for byte."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest import files
from digest.errors import DigestError, Location
from digest.rules.declare import Declaration
from digest.rules.load import load
from digest.rules.model import Rule, Rules, Subject

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_ID = re.compile(r"id[ \t]*:[ \t]*$")
_HEAD = "# Weights fitted by `digest tune`; each changes a rule of the folders below. Yours to edit.\nsubject: {}\n"


@dataclass(frozen=True, slots=True)
class Setting:
    """A new number: of a rule's weight (`path` is its id alone), else of a setting or a table's entry."""

    subject: str
    path: tuple[str, ...]
    value: float


def number(value: float) -> str:
    """A number as a person writes it: at least one digit after the point, at most two."""
    text = f"{value:.2f}".rstrip("0")
    text += "0" if text.endswith(".") else ""
    return "0.0" if text in ("-0.0", "0.0") else text


def rewritten(rules: Rules, folders: Sequence[Path], settings: Sequence[Setting]) -> dict[Path, str]:
    """The new texts of the files of the last folder that the numbers change; the other folders are left alone.

    A number that stands in that folder is changed where it stands; one that stands elsewhere becomes an entry of
    `tuned-<subject>.yml`. The result is loaded before it is given back.
    """
    folder = folders[-1]
    edits: dict[Path, list[tuple[int, int, str, bool]]] = {}  # line, column, text, whether it replaces a number
    added: dict[str, list[Setting]] = {}
    for setting in settings:
        subject = rules.subject(setting.subject)
        place, instead = _place(subject, setting, folder)
        if place is None:
            added.setdefault(setting.subject, []).append(setting)
            continue
        edits.setdefault(Path(place.path), []).append((place.line, place.column, number(setting.value), instead))
    made = {path: _edited(path, files.read_text(path), changes) for path, changes in edits.items()}
    for name, more in added.items():
        path = folder / f"tuned-{name}.yml"
        former = made.get(path) or (files.read_text(path) if path.is_file() else "")
        made[path] = _with_entries(name, former, more)
    _check(folders, [subject.declaration for subject in rules.subjects.values()], made, settings)
    return made


def _place(subject: Subject, setting: Setting, folder: Path) -> tuple[Location | None, bool]:
    """Where in `folder` the number stands (True), or the rule that it is to be put into (False)."""
    if len(setting.path) > 1:
        place = subject.places.get(setting.path)
        return (place, True) if place is not None and _inside(place, folder) else (None, True)
    rule: Rule = subject.by_id[setting.path[0]]
    place = rule.at.get("weight")
    if place is not None and _inside(place, folder):
        return place, True
    return (rule.where, False) if _inside(rule.where, folder) else (None, True)


def _inside(place: Location, folder: Path) -> bool:
    return Path(place.path).resolve().parent == folder.resolve()


def _edited(path: Path, text: str, changes: Sequence[tuple[int, int, str, bool]]) -> str:
    lines = text.split("\n")
    for line, column, value, instead in sorted(changes, reverse=True):
        row = lines[line - 1]
        start = column - 1
        if instead:
            found = _NUMBER.match(row, start)
            if found is None:
                raise DigestError(f"{path}:{line}:{column}: no plain number stands here. Write it without quotes")
            lines[line - 1] = row[:start] + value + row[found.end() :]
            continue
        end = start + len(re.match(r"[^\s,}#]*", row[start:])[0])  # type: ignore[index]
        before = row[:start]
        key = _ID.search(before)
        if "{" in before or key is None:
            lines[line - 1] = f"{row[:end]}, weight: {value}{row[end:]}"
        else:
            lines.insert(line, f"{' ' * key.start()}weight: {value}")
    return "\n".join(lines)


def _with_entries(subject: str, former: str, settings: Sequence[Setting]) -> str:
    text = former or _HEAD.format(subject)
    if text and not text.endswith("\n"):
        text += "\n"
    rules = [s for s in settings if len(s.path) == 1]
    for setting in settings:
        if len(setting.path) > 1:
            text = _with_setting(text, setting)
    if rules and "\nrules:" not in text:
        text += "rules:\n"
    return text + "".join(f"  - {{id: {s.path[0]}, weight: {number(s.value)}}}\n" for s in rules)


def _with_setting(text: str, setting: Setting) -> str:
    """The text with one more entry in a mapping at its top, `settings: {…}` on one line."""
    top, *inner = setting.path
    entry = number(setting.value)
    for n, name in enumerate(reversed(inner)):
        entry = f"{name}: {{{entry}}}" if n else f"{name}: {entry}"
    there = re.search(rf"^{re.escape(top)}: \{{.*\}}$", text, re.MULTILINE)
    if there:
        return f"{text[: there.end() - 1]}, {entry}{text[there.end() - 1 :]}"
    line = f"{top}: {{{entry}}}\n"
    rules = re.search(r"^rules:", text, re.MULTILINE)
    return text[: rules.start()] + line + text[rules.start() :] if rules else text + line


def _check(
    folders: Sequence[Path], declarations: Sequence[Declaration], made: Mapping[Path, str], settings: Sequence[Setting]
) -> None:
    """Load what was made, from a copy, and see that it says what it should."""
    *below, folder = folders
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in sorted(folder.glob("*.y*ml")):
            (copy / path.name).write_text(files.read_text(path), encoding="utf-8")
        for path, text in made.items():
            (copy / path.name).write_text(text, encoding="utf-8")
        rules = load([*below, copy], declarations)
    for setting in settings:
        if float(number(setting.value)) != rules.subject(setting.subject).number(setting.path):
            where = ".".join(setting.path)
            raise DigestError(
                f"{folder}: {setting.subject} {where} could not be written. Write {number(setting.value)} there"
            )
