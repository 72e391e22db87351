"""Rules as the stages see them: frozen, checked, merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from digest.errors import Location, Problem
from digest.rules.declare import Kind
from digest.rules.match import TextRules


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `weight` is in log-odds; `sign` is what `digest tune` may make of it: positive, negative or free.

    `act` is what it speaks for, one of the subject's table `acts`; "" where the subject has none.
    """

    id: str
    subject: str
    kind: Kind
    weight: float
    act: str = ""
    why: str = ""
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    sign: str = "free"
    off: bool = False
    where: Location = field(default_factory=lambda: Location(""))
    at: Mapping[str, Location] = field(default_factory=dict)  # where each of its keys' values stands


@dataclass(frozen=True)
class Subject:
    """What all files say on one subject. `rules` are those in force, in file order; `off` those switched off.

    `settings` holds every declared setting, durations in seconds; `tables` every declared table.
    """

    name: str
    settings: Mapping[str, Any]
    lists: Mapping[str, tuple[str, ...]]
    tables: Mapping[str, Any]
    rules: tuple[Rule, ...]
    off: tuple[Rule, ...] = ()
    files: tuple[str, ...] = ()
    places: Mapping[tuple[str, ...], Location] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def texts(self) -> TextRules:
        """The subject's rules that look at a text alone, compiled once."""
        return TextRules(self.rules, self.lists)

    def of_act(self, act: str) -> tuple[Rule, ...]:
        """The rules that give this act."""
        return tuple(rule for rule in self.rules if rule.act == act)

    def list(self, name: str) -> tuple[str, ...]:
        """Words of a list, none where no file gives it."""
        return self.lists.get(name, ())


@dataclass(frozen=True)
class Rules:
    """Every subject, also one that no file speaks to: it then has its defaults."""

    subjects: Mapping[str, Subject]
    warnings: tuple[Problem, ...] = ()

    def subject(self, name: str) -> Subject:
        return self.subjects[name]

    def find(self, rule: str) -> tuple[Rule, ...]:
        """The rules of this id in any subject, switched-off ones too."""
        return tuple(r for s in self.subjects.values() for r in (*s.rules, *s.off) if r.id == rule)
