"""Rules as the stages see them: frozen, checked, merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

from digest.errors import Location, Problem
from digest.rules.declare import Declaration, Kind
from digest.rules.match import TextRules

S = TypeVar("S")


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

    `settings` is the declared class, with every setting (durations in seconds), list and table; `lists` holds also
    those lists that its rules alone name.
    """

    declaration: Declaration
    settings: Any
    lists: Mapping[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    off: tuple[Rule, ...] = ()
    files: tuple[str, ...] = ()
    places: Mapping[tuple[str, ...], Location] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.declaration.name

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

    def number(self, path: Sequence[str]) -> float:
        """A weight by its rule's id, a setting as ("settings", name), a table's entry as (table, key, …)."""
        if len(path) == 1:
            return self.by_id[path[0]].weight
        attribute, keys = self._attribute(path)
        value = getattr(self.settings, attribute)
        for key in keys:
            value = value[key]
        return float(value)

    def with_numbers(self, numbers: Mapping[Sequence[str], float]) -> Subject:
        """The subject with other numbers, each under its path as `number` takes it."""
        settings = self.settings
        for path, number in numbers.items():
            if len(path) > 1:
                attribute, keys = self._attribute(path)
                settings = replace(settings, **{attribute: _put(getattr(settings, attribute), keys, number)})
        rules = tuple(replace(rule, weight=numbers.get((rule.id,), rule.weight)) for rule in self.rules)
        subject = replace(self, settings=settings, rules=rules)
        # the expressions are the same; compiled once they serve every fold
        subject.__dict__["texts"] = self.texts
        return subject

    def _attribute(self, path: Sequence[str]) -> tuple[str, Sequence[str]]:
        """The attribute of `settings` that a path begins with, and the keys below it."""
        part, name, keys = ("settings", path[1], path[2:]) if path[0] == "settings" else ("tables", path[0], path[1:])
        return self.declaration.entries[part, name][0], keys


def _put(value: Any, keys: Sequence[str], new: float) -> Any:
    return {**value, keys[0]: _put(value[keys[0]], keys[1:], new)} if keys else new


@dataclass(frozen=True)
class Rules:
    """Every subject, also one that no file speaks to: it then has its defaults."""

    subjects: Mapping[str, Subject]
    warnings: tuple[Problem, ...] = ()

    def subject(self, name: str) -> Subject:
        return self.subjects[name]

    def settings(self, of: type[S]) -> S:
        """The settings of the subject that declares this class."""
        return next(s.settings for s in self.subjects.values() if isinstance(s.settings, of))

    def with_settings(self, name: str, **changes: object) -> Rules:
        """The rules with other values in a subject's settings."""
        subject = self.subjects[name]
        changed = replace(subject, settings=replace(subject.settings, **changes))
        return replace(self, subjects={**self.subjects, name: changed})

    def find(self, rule: str) -> tuple[Rule, ...]:
        """The rules of this id in any subject, switched-off ones too."""
        return tuple(r for s in self.subjects.values() for r in (*s.rules, *s.off) if r.id == rule)
