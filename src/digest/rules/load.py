"""Folders of rule files → Rules, every problem of every file in one report.

How a later folder builds on an earlier one:

- A rule with an id that is there changes only the keys it gives (`weight: 1.5`, `off: true`); a new id is a new rule.
  A key replaces the whole former value; another kind (`length:` where `pattern:` was) replaces the kind.
- A setting replaces the setting. Keys of a table and of the `acts:` table replace key by key.
- `lists: {name: [...]}` replaces the list, `+name: [...]` adds to it, `-name: [...]` takes words out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.errors import Location, Problem, RulesError
from digest.rules.kinds import All, Kind, Lexicon, PairActs, PairLexicon, Scored
from digest.rules.model import Rule, Rules, Subject
from digest.rules.nodes import Findings, Map, Node, Seq, did_you_mean, parse, read_text
from digest.rules.subjects import LISTS, SUBJECTS, Declaration
from digest.rules.values import BAD, Field, Flag, Float, Many, Name, OneOf, Text, shown

# The keys of a rule besides its kind.
COMMON: dict[str, Field] = {
    "id": Field(Name("a rule"), "what the rule is called; unique in its subject"),
    "act": Field(Name("an act"), "the act it speaks for, declared under `acts:`", ""),
    "weight": Field(
        Float(-20, 20, "log-odds"), "what it adds where it fires, in log-odds; below 0 speaks against", 0.0
    ),
    "why": Field(Text(), "the reason, in a line", ""),
    "match": Field(Many(Text(), single=True), "sentences on which it must fire; they are its tests", ()),
    "no_match": Field(Many(Text(), single=True), "sentences on which it must not fire", ()),
    "sign": Field(
        OneOf(("positive", "negative", "free")),
        "what `digest tune` may make of the weight; left out: it keeps its sign",
        "",
    ),
    "off": Field(Flag(), "true switches the rule off", False),
}


@dataclass(slots=True)
class Draft:
    """What the files say on a rule so far."""

    id: str
    where: Location
    kind: type[Kind] | None = None
    kind_values: dict[str, Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    at: dict[str, Location] = field(default_factory=dict)
    broken: bool = False  # a part of it was reported; what is missing is not


@dataclass(slots=True)
class Sheet:
    """What one file says."""

    subject: str
    path: str
    settings: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)  # names with + or - before them too
    tables: dict[str, Any] = field(default_factory=dict)
    rules: list[Draft] = field(default_factory=list)
    places: dict[tuple[str, ...], Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def packaged() -> Path:
    """The folder of the rules that come with the program."""
    here = Path(__file__).resolve().parent.parent
    installed = here / "defaults" / "rules"
    return installed if installed.is_dir() else here.parent.parent / "rules"


def load(folders: Sequence[Path]) -> Rules:
    """Rules of the folders, each building on those before it. Raises RulesError with all problems of all files."""
    problems: list[Problem] = []
    layers: list[list[Sheet]] = []
    for folder in folders:
        sheets = []
        for path in _files(folder, problems):
            sheet = read(path)
            problems += sheet.problems
            sheets.append(sheet)
        layers.append(sheets)
    return assemble(layers, problems)


def assemble(layers: Sequence[Sequence[Sheet]], problems: list[Problem]) -> Rules:
    """Rules of sheets, layer by layer; raises RulesError where `problems` or the merging hold any error."""
    subjects = {}
    for name, declaration in SUBJECTS.items():
        merged = _Merged(declaration)
        for layer in layers:
            merged.build_on([sheet for sheet in layer if sheet.subject == name], problems)
        subjects[name] = merged.finish(problems)
    errors = tuple(sorted({p for p in problems if p.severity == "error"}))
    if errors:
        raise RulesError(errors)
    return Rules(subjects)


def _files(folder: Path, problems: list[Problem]) -> list[Path]:
    try:
        return sorted(p for p in folder.iterdir() if p.suffix in (".yml", ".yaml") and not p.name.startswith("."))
    except OSError as error:
        problems.append(Problem(Location(str(folder)), "R001", f"the folder can't be read: {error.strerror}"))
        return []


# ---- one file --------------------------------------------------------------------------------------------------


def read(path: Path) -> Sheet:
    """What a file says; its problems are in the sheet."""
    found = Findings(str(path))
    text = read_text(path, found)
    return _sheet(text, found)


def read_string(text: str, path: str = "rules.yml") -> Sheet:
    """What the text of a file says; its problems are in the sheet."""
    return _sheet(text, Findings(path))


def _sheet(text: str | None, found: Findings) -> Sheet:
    sheet = Sheet("", found.path, problems=found.problems, places=found.places)
    top = parse(text, found) if text is not None else None
    if top is None:
        return sheet
    declaration = _subject(top, found)
    if declaration is None:
        return sheet
    sheet.subject = declaration.name
    for name, (key, node) in top.items.items():
        bare = name.removeprefix("+")
        if name == "subject":
            continue
        if name == "settings":
            _settings(node, declaration, sheet, found)
        elif name == "lists":
            _lists(node, sheet, found)
        elif name == "rules" and declaration.kinds:
            _rules(node, declaration, sheet, found)
        elif bare in declaration.tables:
            value = declaration.tables[bare].type.read(node, found)
            if value is not BAD:
                sheet.tables[bare] = value
                _places(node, (bare,), found)
        else:
            known = ["subject", "settings", "lists", *(["rules"] if declaration.kinds else []), *declaration.tables]
            found.add(key, "R103", f"unknown key {name!r}{did_you_mean(name, known)}")
    return sheet


def _subject(top: Map, found: Findings) -> Declaration | None:
    pair = top.items.get("subject")
    if pair is None:
        found.add(top, "R101", f"`subject:` is missing; it is one of {', '.join(SUBJECTS)}")
        return None
    value = Name("a subject").read(pair[1], found)
    if value is BAD:
        return None
    if value not in SUBJECTS:
        found.add(pair[1], "R101", f"unknown subject {value!r}{did_you_mean(value, SUBJECTS)}")
        return None
    return SUBJECTS[value]


def _places(node: Node, path: tuple[str, ...], found: Findings) -> None:
    found.places[path] = found.at(node)
    if isinstance(node, Map):
        for name, (_, value) in node.items.items():
            _places(value, (*path, name), found)


def _settings(node: Node, declaration: Declaration, sheet: Sheet, found: Findings) -> None:
    if not isinstance(node, Map):
        found.add(node, "R102", "settings are a mapping: `settings: {name: value}`")
        return
    for name, (key, value) in node.items.items():
        declared = declaration.settings.get(name)
        if declared is None:
            hint = did_you_mean(name, declaration.settings)
            found.add(key, "R103", f"{declaration.name} has no setting {name!r}{hint}")
            continue
        result = declared.type.read(value, found)
        if result is not BAD:
            sheet.settings[name] = result
            found.places["settings", name] = found.at(value)


def _lists(node: Node, sheet: Sheet, found: Findings) -> None:
    if not isinstance(node, Map):
        found.add(node, "R102", "lists are a mapping: `lists: {name: [word, word]}`")
        return
    for name, (key, value) in node.items.items():
        bare = name[1:] if name[:1] in ("+", "-") else name
        words = LISTS.read(value, found)
        if not bare or not all(c.isascii() and (c.islower() or c.isdigit() or c in "-.") for c in bare):
            found.add(key, "R110", f"{name!r} is no name of a list; write lower-case words joined by hyphens")
        elif words is not BAD:
            sheet.lists[name] = words
            found.places["lists", name] = found.at(value)


def _rules(node: Node, declaration: Declaration, sheet: Sheet, found: Findings) -> None:
    if not isinstance(node, Seq):
        found.add(node, "R102", "rules are a list, each item beginning with `- id: NAME`")
        return
    for item in node.items:
        if not isinstance(item, Map):
            found.add(item, "R102", f"{shown(item)} stands here; a rule is a mapping that begins with `- id: NAME`")
            continue
        draft = _rule(item, declaration, found)
        if draft is not None:
            sheet.rules.append(draft)


def _rule(item: Map, declaration: Declaration, found: Findings) -> Draft | None:
    pair = item.items.get("id")
    before = len(found.problems)
    rule_id: Any = BAD if pair is None else COMMON["id"].type.read(pair[1], found)
    if pair is None:
        found.add(item, "R104", "the rule has no `id:`")
    draft = Draft("" if rule_id is BAD else rule_id, found.at(pair[1] if pair else item))
    kinds = []
    for name, (key, node) in item.items.items():
        if name in declaration.kinds:
            kinds.append(key)
            if len(kinds) > 1:
                hint = f"a rule has one kind, and {kinds[0].value!r} stands in line {kinds[0].line}; make it two rules"
                found.add(key, "R111", hint + ", or join them by `all:`")
                continue
            draft.kind = declaration.kinds[name]
            draft.kind_values = _kind(node, draft.kind, found)
            draft.at[name] = draft.at["kind"] = found.at(node)
        elif name in COMMON:
            if name == "act" and not declaration.acts:
                found.add(key, "R103", f"rules of {declaration.name} speak for no act; leave `act:` out")
            elif name != "id":
                value = COMMON[name].type.read(node, found)
                if value is not BAD:
                    draft.values[name] = value
                    draft.at[name] = found.at(node)
        else:
            _unknown_key(name, key, declaration, found)
    draft.broken = len(found.problems) > before
    return None if rule_id is BAD else draft


def _unknown_key(name: str, key: Node, declaration: Declaration, found: Findings) -> None:
    elsewhere = sorted(s.name for s in SUBJECTS.values() if name in s.kinds)
    if elsewhere:
        hint = f"the kind {name!r} is not one of {declaration.name}; it is known in {', '.join(elsewhere)}"
        found.add(key, "R112", hint)
        return
    known = {n for n in COMMON if n != "act" or declaration.acts} | set(declaration.kinds)
    hint = did_you_mean(name, known)
    for kind in declaration.kinds.values():
        if name in kind.fields and "did you mean" not in hint:
            hint = f"; it belongs inside a kind, such as `{kind.name}: {{{name}: …}}`"
            break
    found.add(key, "R103", f"unknown key {name!r}{hint}")


def _kind(node: Node, kind: type[Kind], found: Findings) -> dict[str, Any] | None:
    """Arguments of the kind's dataclass, None where a problem was reported."""
    if not isinstance(node, Map):
        if not kind.main:
            found.add(node, "R102", f"`{kind.name}:` is a mapping with {', '.join(kind.fields)}")
            return None
        attribute, declared = kind.fields[kind.main]
        value = declared.type.read(node, found)
        return None if value is BAD else {attribute: value}
    values: dict[str, Any] = {}
    good = True
    for name, (key, item) in node.items.items():
        pair = kind.fields.get(name)
        if pair is None:
            found.add(key, "R103", f"{kind.name} has no {name!r}{did_you_mean(name, kind.fields)}")
            good = False
            continue
        value = pair[1].type.read(item, found)
        good = good and value is not BAD
        values[pair[0]] = value
    for name, (_, declared) in kind.fields.items():
        if declared.default is BAD and name not in node.items:
            found.add(node, "R104", f"{kind.name} needs {name!r}: {declared.doc}")
            good = False
    if not good:
        return None
    if not node.items:
        found.add(node, "R104", f"{kind.name} says nothing; give {', '.join(kind.fields)}")
        return None
    for low in values:
        if low.startswith(("min", "since_min")):
            high = low.replace("min", "max", 1)
            if values.get(high) is not None and values[low] is not None and values[low] > values[high]:
                found.add(node, "R118", f"{low} is over {high}, so nothing can fire")
                return None
    return values


# ---- files put together ----------------------------------------------------------------------------------------


class _Merged:
    """A subject while layer after layer is put on it."""

    def __init__(self, declaration: Declaration) -> None:
        self.declaration = declaration
        self.settings = {name: f.default for name, f in declaration.settings.items()}
        self.lists: dict[str, tuple[str, ...]] = {}
        self.tables: dict[str, Any] = {name: f.default for name, f in declaration.tables.items()}
        self.drafts: dict[str, Draft] = {}
        self.files: list[str] = []
        self.places: dict[tuple[str, ...], Location] = {}

    def build_on(self, sheets: Sequence[Sheet], problems: list[Problem]) -> None:
        here: dict[str, Location] = {}
        for sheet in sheets:
            self.files.append(sheet.path)
            self.settings.update(sheet.settings)
            self.places.update(sheet.places)
            for name, words in sheet.lists.items():
                self._list(name, words)
            for name, value in sheet.tables.items():
                former = self.tables[name]
                merge = isinstance(former, dict) and isinstance(value, dict)
                self.tables[name] = {**former, **value} if merge else value
            for draft in sheet.rules:
                if draft.id in here:
                    message = f"the rule {draft.id!r} stands twice, first at {here[draft.id]}; give one another id"
                    problems.append(Problem(draft.where, "R109", message))
                    continue
                here[draft.id] = draft.where
                former_draft = self.drafts.get(draft.id)
                self.drafts[draft.id] = draft if former_draft is None else _over(former_draft, draft)

    def _list(self, name: str, words: tuple[str, ...]) -> None:
        if name.startswith("+"):
            self.lists[name[1:]] = tuple(dict.fromkeys((*self.lists.get(name[1:], ()), *words)))
        elif name.startswith("-"):
            self.lists[name[1:]] = tuple(w for w in self.lists.get(name[1:], ()) if w not in words)
        else:
            self.lists[name] = tuple(dict.fromkeys(words))

    def finish(self, problems: list[Problem]) -> Subject:
        rules = []
        for draft in self.drafts.values():
            if not draft.broken:
                self._references(draft, problems)
                if draft.kind is not None and draft.kind_values is not None:
                    rules.append(_made(draft, self.declaration.name))
        return Subject(
            self.declaration.name,
            self.settings,
            self.lists,
            self.tables,
            tuple(rule for rule in rules if not rule.off),
            tuple(rule for rule in rules if rule.off),
            tuple(self.files),
            self.places,
        )

    def _references(self, draft: Draft, problems: list[Problem]) -> None:
        """Report what the rule lacks and what it names that is not there."""

        def tell(key: str, code: str, message: str) -> None:
            problems.append(Problem(draft.at.get(key, draft.where), code, message))

        if draft.kind is None:
            others = did_you_mean(draft.id, self.drafts.keys() - {draft.id})
            hint = f"if it changes another rule, its id is not there{others}" if "did you" in others else ""
            kinds = ", ".join(self.declaration.kinds)
            tell("id", "R111", f"the rule {draft.id!r} has no kind; give one of {kinds}{'; ' if hint else ''}{hint}")
        elif "weight" not in draft.values:
            tell("id", "R104", f"the rule {draft.id!r} has no `weight:`, what it adds in log-odds")
        if self.declaration.acts:
            acts: dict[str, Any] = self.tables["acts"]
            named = [("act", draft.values.get("act", ""))]
            if draft.kind is Scored and draft.kind_values:
                named.append(("kind", draft.kind_values["act"]))
            for key, act in named:
                if not act:
                    if draft.kind is not None:
                        tell("id", "R104", f"the rule {draft.id!r} has no `act:`, the act it speaks for")
                elif act not in acts:
                    tell(key, "R113", f"the act {act!r} is not declared under `acts:`{did_you_mean(act, acts)}")
        values = draft.kind_values or {}
        if draft.kind in (Lexicon, PairLexicon):
            name = values.get("list", "")
            if bool(name) == bool(values.get("words")):
                tell("kind", "R104", "a lexicon takes either `list:` or `words:`")
            elif name and name not in self.lists:
                hint = did_you_mean(name, self.lists)
                tell("kind", "R114", f"no list {name!r} stands under `lists:`{hint}")
        elif draft.kind is All:
            parts = (*values.get("of", ()), *values.get("not_", ()))
            if not values.get("of"):
                tell("kind", "R104", "`all:` names at least one rule that must fire, under `of:`")
            for part in parts:
                other = self.drafts.get(part)
                if other is None:
                    tell("kind", "R115", f"no rule {part!r} stands in this subject{did_you_mean(part, self.drafts)}")
                elif other.kind is All:
                    tell("kind", "R117", f"{part!r} is itself an `all` rule; name its parts")
        elif draft.kind is PairActs and not (values.get("parent") or values.get("child")):
            tell("kind", "R104", "`acts:` names the parent's act, the child's, or both")


def _over(former: Draft, new: Draft) -> Draft:
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


def _made(draft: Draft, subject: str) -> Rule:
    assert draft.kind is not None and draft.kind_values is not None
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
