"""What a page, or the store's rows of a day, are made of: a hash for each part, so that a change says what it touches.

Parts are `program`, `settings.agreed` and the like, `rules.links` for each subject, `templates`, `forgotten` and, of a
day, its files: `log`, `digest`.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from digest import __version__, files
from digest.project import forgotten
from digest.project.settings import KEYS, Settings
from digest.rules.files import rule_files, subject_of

PART, WHOLE = 12, 24  # hexadecimal digits of the hash of a part, and of all parts together
CHOOSING = ("room",)  # settings that say which log is meant, and change nothing that is made of it


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A hash by part.

    >>> print(Fingerprint({"program": "9b21", "log": "0f3a"}))
    log=0f3a program=9b21
    """

    parts: Mapping[str, str]

    def __str__(self) -> str:
        return " ".join(f"{name}={part}" for name, part in sorted(self.parts.items()))

    @property
    def hash(self) -> str:
        """One hash of all parts."""
        return hashlib.sha256(str(self).encode()).hexdigest()[:WHOLE]

    def changed(self, written: str) -> frozenset[str]:
        """The parts that differ from a fingerprint as it was written down; all where that is of an older form."""
        former = dict(part.split("=", 1) for part in written.split() if "=" in part)
        return frozenset(name for name in {*former, *self.parts} if former.get(name) != self.parts.get(name))

    def without(self, *names: str) -> Fingerprint:
        """The fingerprint of the other parts."""
        return Fingerprint({name: part for name, part in self.parts.items() if name not in names})

    def of_day(self, **paths: Path | None) -> Fingerprint:
        """This of a project, and what a day's files hold beside it; a file is named by its part, None where missing."""
        day = {name: _hash([files.read_bytes(path)]) if path else "" for name, path in paths.items()}
        return Fingerprint({**self.parts, **day})


def of_project(settings: Settings) -> Fingerprint:
    """What all days have in common: the program, rules, templates, settings, and who is forgotten."""
    rules: dict[str, list[bytes]] = defaultdict(list)
    for folder in settings.rules:
        for path in rule_files(folder):
            content = files.read_bytes(path)
            rules[subject_of(content)].append(content)
    templates = [
        part
        for folder in settings.templates
        for path in sorted(folder.rglob("*.j2"))
        for part in (path.relative_to(folder).as_posix().encode(), files.read_bytes(path))
    ]
    names = settings.root / files.STATE / forgotten.LIST
    values = {name: getattr(settings, name) for name, key in KEYS.items() if not key.path and name not in CHOOSING}
    return Fingerprint(
        {
            "program": _hash([__version__.encode()]),
            **{f"settings.{name}": _hash([repr(value).encode()]) for name, value in values.items()},
            **{f"rules.{subject}": _hash(contents) for subject, contents in rules.items()},
            "templates": _hash(templates),
            "forgotten": _hash([files.read_bytes(names)] if names.exists() else []),
        }
    )


def _hash(contents: Iterable[bytes]) -> str:
    parts = (hashlib.sha256(content).digest() for content in contents)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:PART]
