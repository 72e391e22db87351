"""Folders of rule files → Rules, every problem of every file in one report.

How a later folder builds on an earlier one:

- A rule with an id that is there changes only the keys it gives (`weight: 1.5`, `off: true`); a new id is a new rule.
  A key replaces the whole former value; another kind (`length:` where `pattern:` was) replaces the kind.
- A setting replaces the setting.
- `lists: {name: [...]}` replaces the list, `+name: [...]` adds to it, `-name: [...]` takes words out of it.
- A table that is a mapping (`acts:`) is changed key by key, at every depth; one that is a list is replaced, and
  `+name:` adds to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from digest.errors import Location, Problem, RulesError
from digest.rules.declare import Declaration
from digest.rules.files import rule_files
from digest.rules.kinds import All
from digest.rules.model import Rule, Rules, Subject
from digest.rules.read import Draft, RuleFile, read
from digest.rules.yaml import did_you_mean


def load(folders: Sequence[Path], declarations: Iterable[Declaration]) -> Rules:
    """Rules of the folders, each building on those before it. Raises RulesError with all problems of all files."""
    subjects = {declaration.name: declaration for declaration in declarations}
    problems: list[Problem] = []
    layers: list[list[RuleFile]] = []
    for folder in folders:
        files = [read(path, subjects) for path in _files(folder, problems)]
        for file in files:
            problems += file.problems
        layers.append(files)
    return assemble(layers, problems, subjects)


def assemble(
    layers: Sequence[Sequence[RuleFile]], problems: list[Problem], declarations: Mapping[str, Declaration]
) -> Rules:
    """Rules of files, layer by layer; raises RulesError where `problems` or the merging hold any error."""
    subjects = {name: _Merged(declaration) for name, declaration in declarations.items()}
    for name, merged in subjects.items():
        for layer in layers:
            merged.build_on([file for file in layer if file.subject == name], problems)
    finished = {
        name: merged.finish(subjects[merged.declaration.acts_of or name].tables.get("acts", {}), problems)
        for name, merged in subjects.items()
    }
    errors = tuple(sorted({p for p in problems if p.severity == "error"}))
    if errors:
        raise RulesError(errors)
    return Rules(finished, tuple(sorted({p for p in problems if p.severity == "warning"})))


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return rule_files(folder)
    except OSError as error:
        problems.append(Problem(Location(str(folder)), "R001", f"the folder can't be read: {error.strerror}"))
        return []


class _Merged:
    """A subject while layer after layer is put on it."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.settings = {name: f.default for name, f in declaration.settings.items()}
        self.lists: dict[str, tuple[str, ...]] = {name: f.default for name, f in declaration.lists.items()}
        self.tables: dict[str, Any] = {name: f.default for name, f in declaration.tables.items()}
        self.drafts: dict[str, Draft] = {}
        self.files: list[str] = []
        self.places: dict[tuple[str, ...], Location] = {}

    def build_on(self, files: Sequence[RuleFile], problems: list[Problem]) -> None:
        here: dict[str, Location] = {}
        for file in files:
            self.files.append(file.path)
            self.settings.update(file.settings)
            self.places.update(file.places)
            for name, words in file.lists.items():
                self._list(name, words)
            for name, value in file.tables.items():
                bare = name.removeprefix("+")
                self.tables[bare] = _joined(self.tables[bare], value, name != bare)
            for draft in file.rules:
                if draft.id in here:
                    message = f"the rule {draft.id!r} stands twice, first at {here[draft.id]}; give one another id"
                    problems.append(Problem(draft.where, "R109", message))
                    continue
                here[draft.id] = draft.where
                former = self.drafts.get(draft.id)
                self.drafts[draft.id] = draft if former is None else _over(former, draft)

    def _list(self, name: str, words: tuple[str, ...]) -> None:
        if name.startswith("+"):
            self.lists[name[1:]] = tuple(dict.fromkeys((*self.lists.get(name[1:], ()), *words)))
        elif name.startswith("-"):
            self.lists[name[1:]] = tuple(w for w in self.lists.get(name[1:], ()) if w not in words)
        else:
            self.lists[name] = tuple(dict.fromkeys(words))

    def finish(self, acts: dict[str, Any], problems: list[Problem]) -> Subject:
        rules = []
        for draft in self.drafts.values():
            if not draft.broken:
                rule = _made(draft, self.declaration.name)
                before = len(problems)
                self._check(draft, rule, acts, problems)
                if len(problems) == before and rule is not None:
                    rules.append(rule)
        rules = _in_parts(rules)
        tables = {name: f.type.filled(self.tables[name]) for name, f in self.declaration.tables.items()}
        values = {"settings": self.settings, "lists": self.lists, "tables": tables}
        entries = self.declaration.entries.items()
        return Subject(
            self.declaration,
            self.declaration.settings_type(**{attr: values[part][name] for (part, name), (attr, _) in entries}),
            self.lists,
            tuple(rule for rule in rules if not rule.off),
            tuple(rule for rule in rules if rule.off),
            tuple(self.files),
            self.places,
        )

    def _check(self, draft: Draft, rule: Rule | None, acts: dict[str, Any], problems: list[Problem]) -> None:
        """Report what the rule lacks, and what it names that is not there."""

        def tell(key: str, code: str, message: str) -> None:
            problems.append(Problem(draft.at.get(key, draft.where), code, message))

        if rule is None:
            near = did_you_mean(draft.id, self.drafts.keys() - {draft.id})
            if draft.values.keys() <= {"weight", "off"}:  # as `tune` writes them
                gone = f"there is no rule {draft.id!r} to change{near}"
                tell("id", "R120", f"{gone}; if newer packaged rules are without it, take this entry out")
                return
            hint = f"; if it is to change another rule, none has its id{near}" if "did you" in near else ""
            tell("id", "R111", f"the rule {draft.id!r} has no kind: {', '.join(self.declaration.kinds)}{hint}")
            return
        if "weight" not in draft.values and self.declaration.weighs:
            tell("id", "R104", f"the rule {draft.id!r} has no `weight:`, what it adds in log-odds")
        if self.declaration.acts and not rule.act:
            tell("id", "R104", f"the rule {draft.id!r} has no `act:`, what it speaks for")
        elif self.declaration.acts and rule.act not in acts:
            tell("act", "R113", f"the act {rule.act!r} is not declared under `acts:`{did_you_mean(rule.act, acts)}")
        if lack := rule.kind.lacks():
            tell("kind", "R104", lack)
        for name in _named(rule, "act"):
            if name not in acts:
                tell("kind", "R113", f"the act {name!r} is not declared under `acts:`{did_you_mean(name, acts)}")
        for name in _named(rule, "list"):
            if name not in self.lists:
                tell("kind", "R114", f"no list {name!r} stands under `lists:`{did_you_mean(name, self.lists)}")
        for name in _named(rule, "rule"):
            other = self.drafts.get(name)
            if other is None or name == rule.id:
                near = did_you_mean(name, self.drafts.keys() - {rule.id})
                tell("kind", "R115", f"no other rule {name!r} stands in this subject{near}")
        if isinstance(rule.kind, All):
            for name in rule.kind.not_:
                if self._built(name):
                    tell("kind", "R117", f"{name!r} under `not:` is itself an `all` rule; name its parts")
            if rule.id not in rule.kind.of and rule.id in self._below(rule.id):
                tell("kind", "R119", f"the rule {rule.id!r} builds on itself; take one of the names out")

    def _built(self, name: str) -> bool:
        return name in self.drafts and self.drafts[name].kind is All

    def _below(self, name: str) -> set[str]:
        """The `all` rules that one builds on, however far down."""
        found: set[str] = set()
        left = [name]
        while left:
            values = self.drafts[left.pop()].kind_values or {}
            more = [part for part in values.get("of", ()) if self._built(part) and part not in found]
            found.update(more)
            left += more
        return found


def _in_parts(rules: Sequence[Rule]) -> list[Rule]:
    """The rules, an `all` rule that another names replaced there by its parts; one that is off stays named."""
    by_id = {rule.id: rule for rule in rules}

    def parts(kind: All) -> All:
        of: list[str] = []
        never = list(kind.not_)
        for name in kind.of:
            other = by_id.get(name)
            if other is not None and isinstance(other.kind, All) and not other.off:
                inner = parts(other.kind)
                of += inner.of
                never += inner.not_
            else:
                of.append(name)
        return All(tuple(dict.fromkeys(of)), tuple(dict.fromkeys(never)))

    return [replace(rule, kind=parts(rule.kind)) if isinstance(rule.kind, All) else rule for rule in rules]


def _named(rule: Rule, what: str) -> list[str]:
    """The acts, lists or rules that a rule's kind names."""
    names: list[str] = []
    for attribute in rule.kind.names.get(what, ()):
        value = getattr(rule.kind, attribute)
        names += [value] if isinstance(value, str) else value
    return [name for name in names if name]


def _joined(former: Any, new: Any, add: bool) -> Any:
    if isinstance(former, dict) and isinstance(new, dict):
        return {**former, **{k: _joined(former[k], v, add) if k in former else v for k, v in new.items()}}
    if add and isinstance(former, tuple) and isinstance(new, tuple):
        return former + tuple(item for item in new if item not in former)
    return new


def _over(former: Draft, new: Draft) -> Draft:
    """The former rule with what the new one gives."""
    kind_given = new.kind is not None
    return Draft(
        new.id,
        new.where,
        new.kind if kind_given else former.kind,
        new.kind_values if kind_given else former.kind_values,
        {**former.values, **new.values},
        {**former.at, **new.at},
        former.broken or new.broken,
    )


def _made(draft: Draft, subject: str) -> Rule | None:
    if draft.kind is None or draft.kind_values is None:
        return None
    values = draft.values
    weight = values.get("weight", 0.0)
    sign = values.get("sign") or ("positive" if weight > 0 else "negative" if weight < 0 else "free")
    return Rule(
        draft.id,
        subject,
        draft.kind(**draft.kind_values),
        weight,
        values.get("act", ""),
        values.get("why", ""),
        values.get("match", ()),
        values.get("no_match", ()),
        sign,
        values.get("off", False),
        draft.where,
        draft.at,
    )
