"""Who is who, learned from all days of a project, as a file of rules that the editor can correct."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from digest import files
from digest.conversation.people.people import learn
from digest.errors import DigestError
from digest.model import Log
from digest.project import folders
from digest.project.settings import Settings
from digest.subjects import load
from digest.workflows import project

# persons-… stands behind people.yml in the order of names: what it adds is added to what that says
FILE = "persons-learned.yml"
ROUNDS = 5
_HEAD = """\
# Who is who, learned from many days by `digest people --learn`: the labels of one person each. Yours to correct.
# It only grows: a line that you change or write into people.yml is known from then on and not written again.
subject: people

"""


@dataclass(frozen=True, slots=True)
class LearnedAliases:
    """Persons with labels that were not known to be theirs, how others mention the exporter, and logs not read."""

    path: Path
    persons: tuple[tuple[str, ...], ...]
    me: tuple[str, ...]
    days: int
    failures: tuple[str, ...]


def learned(settings: Settings, folder: Path, room: str | None) -> LearnedAliases:
    """Write into `folder` what all days teach about labels; nothing is written where they teach nothing new."""
    known = before = project.stages(settings).known
    persons: tuple[tuple[str, ...], ...] = ()
    failures: dict[str, None] = {}
    days = folders.days(settings, room)

    def logs() -> Iterator[Log]:
        for day in days:
            try:
                yield project.read(day, settings)
            except DigestError as error:
                failures.setdefault(str(error))

    # a label that is known for somebody's tells of others: read again until nothing more comes
    for _ in range(ROUNDS):
        after = learn(logs(), known)
        new = tuple(row for row in after.aliases if not any(set(row) <= set(one) for one in known.aliases))
        persons += new
        known = replace(known, aliases=known.aliases + new, me=after.me)
        if not new:
            break
    me = tuple(label for label in known.me if label not in before.me)
    path = folder / FILE
    if persons or me:
        with files.lock(settings.root):
            files.write_atomic(path, _text(path, known.me if me else (), persons), within=folder)
            load((*settings.rules, folder))  # what was written can be read
    return LearnedAliases(path, persons, me, len(days) - len(failures), tuple(failures))


def _text(path: Path, me: tuple[str, ...], persons: tuple[tuple[str, ...], ...]) -> str:
    """The file with the new lines behind those that stand in it."""
    text = files.read_text(path) if path.is_file() else _HEAD
    if text and not text.endswith("\n"):
        text += "\n"
    if me:
        lines = [line for line in text.splitlines(keepends=True) if not line.startswith("settings:")]
        at = next((n + 1 for n, line in enumerate(lines) if line.startswith("subject:")), len(lines))
        lines.insert(at, f"settings: {{me: {_row(me)}}}\n")
        text = "".join(lines)
    if persons and "\n+persons:" not in text:
        text += "+persons:\n"
    return text + "".join(f"  - {_row(row)}\n" for row in persons)


def _row(labels: tuple[str, ...]) -> str:
    """A list of labels in YAML; a text in double quotes is written there as in JSON."""
    return json.dumps(list(labels), ensure_ascii=False)
