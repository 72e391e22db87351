"""One rule file → what it says, every problem with its line and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.errors import Location, Problem
from digest.rules.declare import Declaration, Kind
from digest.rules.shapes import Many
from digest.rules.types import BAD, Field, Flag, Float, Name, OneOf, Text, shown
from digest.rules.yaml import Findings, Map, Node, Scalar, Seq, did_you_mean, parse, read_text

_WORDS = Many(Text())
_LIST_NAME = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*\Z")
# The keys of a rule besides its kind.
COMMON: dict[str, Field] = {
    "id": Field(Name("rule"), "what the rule is called; unique in its subject"),
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


def rule_keys(declaration: Declaration) -> Mapping[str, Field]:
    """The keys of a subject's rules besides their kinds."""
    if declaration.acts:
        return {**COMMON, "act": Field(Name("act"), "the act it speaks for, declared under `acts:`")}
    return COMMON


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
class RuleFile:
    """What one file says."""

    subject: str
    path: str
    settings: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)  # names with + or - before them too
    tables: dict[str, Any] = field(default_factory=dict)  # names with + before them too
    rules: list[Draft] = field(default_factory=list)
    places: dict[tuple[str, ...], Location] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


Subjects = Mapping[str, Declaration]


def read(path: Path, subjects: Subjects) -> RuleFile:
    """What a file says; its problems are in the file."""
    findings = Findings(str(path))
    return of_text(read_text(path, findings), findings, subjects)


def read_string(text: str, subjects: Subjects, path: str = "rules.yml") -> RuleFile:
    """What the text of a file says; its problems are in the file."""
    return of_text(text, Findings(path), subjects)


def of_text(text: str | None, findings: Findings, subjects: Subjects) -> RuleFile:
    """What a text says; its problems are in `found`."""
    result = RuleFile("", findings.path, problems=findings.problems, places=findings.places)
    top = parse(text, findings) if text is not None else None
    if top is None:
        return result
    declaration = _subject(top, findings, subjects)
    if declaration is None:
        return result
    result.subject = declaration.name
    _take_out(top, declaration.removed, findings)
    for name, (key, node) in top.items.items():
        bare = name.removeprefix("+")
        if name == "subject":
            continue
        if name == "settings":
            _settings(node, declaration, result, findings)
        elif name == "lists":
            _lists(node, declaration, result, findings)
        elif name == "rules" and declaration.kinds:
            _rules(node, declaration, result, findings, subjects)
        elif bare in declaration.tables:
            value = declaration.tables[bare].type.read(node, findings)
            if value is not BAD:
                result.tables[name] = value
                _places(node, (bare,), findings)
        else:
            known = ["subject", "settings", "lists", *(["rules"] if declaration.kinds else []), *declaration.tables]
            findings.add(key, "R103", f"unknown key {name!r}{did_you_mean(name, known)}")
    return result


def _subject(top: Map, findings: Findings, subjects: Subjects) -> Declaration | None:
    pair = top.items.get("subject")
    if pair is None:
        findings.add(top, "R101", f"`subject:` is missing; it is one of {', '.join(subjects)}")
        return None
    value = Name("subject").read(pair[1], findings)
    if value is BAD:
        return None
    if value not in subjects:
        findings.add(pair[1], "R101", f"unknown subject {value!r}{did_you_mean(value, subjects)}")
        return None
    return subjects[value]


def _take_out(top: Map, removed: Mapping[str, str], findings: Findings) -> None:
    """Take out what former versions knew and nothing reads any more, with a warning: such a file goes on working."""
    for path, why in removed.items():
        *above, name = path.split(".")
        nodes = [top]
        for step in above:
            pairs = [(key, node) for at in nodes for key, (_, node) in at.items.items()]
            nodes = [node for key, node in pairs if step in ("*", key.lstrip("+")) and isinstance(node, Map)]
        for node in nodes:
            if name in node.items:
                key, _ = node.items.pop(name)
                findings.add(key, "R312", f"{name!r} is gone: {why}", "warning")


def _places(node: Node, path: tuple[str, ...], findings: Findings) -> None:
    findings.places[path] = findings.at(node)
    if isinstance(node, Map):
        for name, (_, value) in node.items.items():
            _places(value, (*path, name), findings)


def _settings(node: Node, declaration: Declaration, file: RuleFile, findings: Findings) -> None:
    if not isinstance(node, Map):
        findings.add(node, "R102", "settings are a mapping: `settings: {name: value}`")
        return
    for name, (key, value) in node.items.items():
        declared = declaration.settings.get(name)
        if declared is None:
            hint = did_you_mean(name, declaration.settings)
            findings.add(key, "R103", f"{declaration.name} has no setting {name!r}{hint}")
            continue
        result = declared.type.read(value, findings)
        if result is not BAD:
            file.settings[name] = result
            findings.places["settings", name] = findings.at(value)


def _lists(node: Node, declaration: Declaration, file: RuleFile, findings: Findings) -> None:
    if not isinstance(node, Map):
        findings.add(node, "R102", "lists are a mapping: `lists: {name: [word, word]}`")
        return
    for name, (key, value) in node.items.items():
        bare = name[1:] if name[:1] in ("+", "-") else name
        declared = declaration.lists.get(bare)
        if declared is None and not declaration.kinds:
            findings.add(key, "R103", f"{declaration.name} has no list {bare!r}{did_you_mean(bare, declaration.lists)}")
            continue
        if not _LIST_NAME.match(bare):
            findings.add(key, "R110", f"{name!r} is no name of a list; write lower-case words joined by hyphens")
            continue
        items = (declared.type if declared else _WORDS).read(value, findings)
        if items is not BAD:
            file.lists[name] = items
            findings.places["lists", name] = findings.at(value)


def _rules(node: Node, declaration: Declaration, file: RuleFile, findings: Findings, subjects: Subjects) -> None:
    if not isinstance(node, Seq):
        findings.add(node, "R102", "rules are a list, each item beginning with `- id: NAME`")
        return
    for item in node.items:
        if not isinstance(item, Map):
            findings.add(item, "R102", f"{shown(item)} stands here; a rule is a mapping that begins with `- id: NAME`")
            continue
        draft = _rule(item, declaration, findings, subjects)
        if draft is not None:
            file.rules.append(draft)


def _rule(item: Map, declaration: Declaration, findings: Findings, subjects: Subjects) -> Draft | None:
    pair = item.items.get("id")
    keys = rule_keys(declaration)
    before = len(findings.problems)
    rule_id: Any = BAD if pair is None else COMMON["id"].type.read(pair[1], findings)
    if pair is None:
        findings.add(item, "R104", "the rule has no `id:`")
    draft = Draft("" if rule_id is BAD else rule_id, findings.at(pair[1] if pair else item))
    kinds = []
    for name, (key, node) in item.items.items():
        if name in declaration.kinds:
            kinds.append(key)
            if len(kinds) > 1:
                hint = f"a rule has one kind, and {kinds[0].value!r} stands in line {kinds[0].line}; make it two rules"
                findings.add(key, "R111", hint + ", or join them by `all:`")
                continue
            draft.kind = declaration.kinds[name]
            draft.kind_values = _kind(node, draft.kind, findings)
            draft.at[name] = draft.at["kind"] = findings.at(node)
        elif name in keys:
            if name == "id":
                continue
            value = keys[name].type.read(node, findings)
            if value is not BAD:
                draft.values[name] = value
                draft.at[name] = findings.at(node)
        else:
            _unknown_key(name, key, declaration, findings, subjects)
    draft.broken = any(problem.severity == "error" for problem in findings.problems[before:])
    return None if rule_id is BAD else draft


def _unknown_key(name: str, key: Scalar, declaration: Declaration, findings: Findings, subjects: Subjects) -> None:
    elsewhere = sorted(s.name for s in subjects.values() if name in s.kinds)
    if elsewhere:
        hint = f"the kind {name!r} is not one of {declaration.name}; it is known in {', '.join(elsewhere)}"
        findings.add(key, "R112", hint)
        return
    if name == "act":
        hint = f"; rules of {declaration.name} speak for no act"
    elif name == "kind":
        hint = "; the kind is itself the key, such as `pattern: …`"
    else:
        inside = [kind.name for kind in declaration.kinds.values() if name in kind.fields]
        hint = did_you_mean(name, {*rule_keys(declaration), *declaration.kinds})
        if inside and "did you mean" not in hint:
            hint = f"; it belongs inside a kind, such as `{inside[0]}: {{{name}: …}}`"
    findings.add(key, "R103", f"unknown key {name!r}{hint}")


def _kind(node: Node, kind: type[Kind], findings: Findings) -> dict[str, Any] | None:
    """Arguments of the kind's dataclass, None where a problem was reported."""
    if not isinstance(node, Map):
        if not kind.main:
            findings.add(node, "R102", f"`{kind.name}:` is a mapping with {', '.join(kind.fields)}")
            return None
        attribute, declared = kind.fields[kind.main]
        value = declared.type.read(node, findings)
        return None if value is BAD else {attribute: value}
    values: dict[str, Any] = {}
    good = True
    for name, (key, item) in node.items.items():
        pair = kind.fields.get(name)
        if pair is None:
            findings.add(key, "R103", f"{kind.name} has no {name!r}{did_you_mean(name, kind.fields)}")
            good = False
            continue
        value = pair[1].type.read(item, findings)
        good = good and value is not BAD
        values[pair[0]] = value
    for name, (_, declared) in kind.fields.items():
        if declared.default is BAD and name not in node.items:
            findings.add(node, "R104", f"{kind.name} needs {name!r}: {declared.doc}")
            good = False
    if not good:
        return None
    if not node.items:
        findings.add(node, "R104", f"{kind.name} says nothing; give {', '.join(kind.fields)}")
        return None
    for low in values:
        if low.startswith(("min", "since_min")):
            high = low.replace("min", "max", 1)
            if values.get(high) is not None and values[low] is not None and values[low] > values[high]:
                findings.add(node, "R118", f"{low} is over {high}, so nothing can fire")
                return None
    return values
