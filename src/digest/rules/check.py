"""Rules → what is worth a look, and what their own examples say.

`lint` warns; `test` runs every `match` and `no_match`; both work on rules that loaded without an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from digest.errors import Location, Problem, RulesError
from digest.rules.declare import Declaration, Kind
from digest.rules.kinds import All, Length, TextPattern, WordList
from digest.rules.load import load
from digest.rules.match import TextRules, expression
from digest.rules.model import Rule, Rules, Subject
from digest.rules.regex import Matcher

TEXT_KINDS = (TextPattern, WordList, Length)


@dataclass(frozen=True, slots=True)
class ExamplesReport:
    """What the rules' own examples said: how many of what ran, and the failures."""

    rules: int
    examples: int
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        return not self.problems


def check(folders: Sequence[Path], declarations: Iterable[Declaration]) -> tuple[Rules | None, tuple[Problem, ...]]:
    """All that can be said of the folders: what keeps them from loading, else failing examples and warnings."""
    try:
        rules = load(folders, declarations)
    except RulesError as error:
        return None, error.problems
    return rules, tuple(sorted({*test(rules).problems, *lint(rules), *rules.warnings}))


# ---- examples --------------------------------------------------------------------------------------------------


def test(rules: Rules) -> ExamplesReport:
    """Run each rule's examples: `match` must make it fire, `no_match` must not."""
    problems: list[Problem] = []
    count = tested = 0
    for subject in rules.subjects.values():
        if any(rule.match or rule.no_match for rule in subject.rules):
            listener = _Listener(subject)
            for rule in subject.rules:
                examples = len(rule.match) + len(rule.no_match)
                if examples:
                    tested += 1
                    count += examples
                    problems += _run(rule, listener)
    return ExamplesReport(tested, count, tuple(sorted(problems)))


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test where it is imported


class _Listener:
    """Tells which rules of a subject fire on a sentence alone."""

    def __init__(self, subject: Subject) -> None:
        self.by_id = subject.by_id
        self.rules = subject.rules
        self.text = TextRules(subject.rules, subject.lists)

    def hears(self, rule: Rule) -> bool:
        """Whether the rule looks at nothing but text."""
        if isinstance(rule.kind, All):
            parts = [self.by_id.get(name) for name in (*rule.kind.of, *rule.kind.not_)]
            return all(part is None or isinstance(part.kind, TEXT_KINDS) for part in parts)
        return isinstance(rule.kind, TEXT_KINDS)

    def fires(self, rule: Rule, sentence: str) -> bool:
        fired = {self.rules[place].id for place, _ in self.text.fired(sentence)}
        if isinstance(rule.kind, All):
            return fired.issuperset(rule.kind.of) and fired.isdisjoint(rule.kind.not_)
        return rule.id in fired


def _run(rule: Rule, listener: _Listener) -> Iterator[Problem]:
    if not listener.hears(rule):
        where = rule.at.get("match") or rule.at.get("no_match") or rule.where
        message = f"{rule.id}: {rule.kind.name} looks at more than the sentence; take the examples out"
        yield Problem(where, "R203", message)
        return
    for sentence in rule.match:
        if not listener.fires(rule, sentence):
            message = f"{rule.id} does not fire on {sentence!r}; change the rule or the example"
            yield Problem(rule.at.get("match", rule.where), "R201", message)
    for sentence in rule.no_match:
        if listener.fires(rule, sentence):
            message = f"{rule.id} fires on {sentence!r}; narrow the rule or take the example out"
            yield Problem(rule.at.get("no_match", rule.where), "R202", message)


# ---- warnings --------------------------------------------------------------------------------------------------


def lint(rules: Rules) -> tuple[Problem, ...]:
    """Warnings, in order of place."""
    problems: list[Problem] = []
    for subject in rules.subjects.values():
        problems += _subject(subject)
    return tuple(sorted(problems))


def _subject(subject: Subject) -> Iterator[Problem]:
    used = {name for rule in (*subject.rules, *subject.off) for name in _lists(rule.kind)}
    declaration = subject.declaration
    for name in subject.lists:
        if name not in used and name not in declaration.lists:
            where = subject.places.get(("lists", name)) or subject.places.get(("lists", f"+{name}")) or Location("")
            yield _warning(where, "R306", f"no rule uses the list {name!r}; use it or take it out")
    parts = {name for rule in subject.rules if isinstance(rule.kind, All) for name in (*rule.kind.of, *rule.kind.not_)}
    order = {act: n for n, act in enumerate(subject.settings.acts)} if declaration.acts else {}
    first: dict[tuple[str, Kind], Rule] = {}
    for rule in subject.rules:
        for act in rule.kind.acts():
            if order.get(act, -1) >= order.get(rule.act, 0):
                message = f"{rule.id} never sees {act}, which is not scored before {rule.act}; move it up under `acts:`"
                yield _warning(rule.at["kind"], "R313", message)
        yield from _rule(rule, subject, declaration.weighs and rule.id not in parts)
        twin = first.setdefault((rule.act, rule.kind), rule)
        if twin is not rule:
            message = f"{rule.id} says what {twin.id} says ({twin.where}), so it counts twice; take one out"
            yield _warning(rule.at["kind"], "R305", message)


def _rule(rule: Rule, subject: Subject, weighs: bool) -> Iterator[Problem]:
    if not rule.why:
        yield _warning(rule.where, "R301", f"{rule.id} has no `why:`; say in a line what it rests on")
    weight = rule.at.get("weight", rule.where)
    # a folder that sets the weight of a packaged rule to 0 does change something: so does `digest tune`
    own = weight.path == rule.at.get("kind", rule.where).path
    if rule.weight == 0 and weighs and own:
        yield _warning(weight, "R302", f"{rule.id} has the weight 0 and changes nothing; weigh it, or `off: true`")
    if (rule.sign == "positive" and rule.weight < 0) or (rule.sign == "negative" and rule.weight > 0):
        yield _warning(weight, "R309", f"{rule.id} is to be {rule.sign} and weighs {rule.weight:g}; change one of them")
    if isinstance(rule.kind, TextPattern):
        if not rule.match:
            yield _warning(rule.where, "R307", f"{rule.id} has no `match:`; give a sentence on which it fires")
        for code, message in _pattern(rule.kind):
            yield _warning(rule.at["kind"], code, f"{rule.id}: {message}")
    if isinstance(rule.kind, All):
        off = {r.id for r in subject.off}
        for name in (*rule.kind.of, *rule.kind.not_):
            if name in off:
                yield _warning(rule.at["kind"], "R310", f"{rule.id} builds on {name}, which is off; switch it off too")


def _warning(where: Location, code: str, message: str) -> Problem:
    return Problem(where, code, message, "warning")


def _lists(kind: Kind) -> list[str]:
    return [getattr(kind, attribute) for attribute in kind.names.get("list", ())]


def _pattern(kind: TextPattern) -> Iterator[tuple[str, str]]:
    if Matcher([expression(kind)]).fires(""):
        yield "R303", "the expression matches no text at all, so it fires on every turn; make a part of it needed"
    if place := _impossible(kind.pattern):
        yield "R304", f"nothing can match here: {place}"
    if "\\w" in kind.pattern or "\\W" in kind.pattern:
        yield "R308", r"\w knows ASCII only; write [\p{Han}\w] where Chinese is meant"
    elif re.search(r"\\b[\u3400-\u9fff]|[\u3400-\u9fff]\\b", kind.pattern):
        yield "R308", r"\b finds no edge beside a Chinese character; leave it out"
    if twice := _contained(kind.pattern):
        yield "R305", f"{twice[0]!r} already fires wherever {twice[1]!r} does; take the longer one out"


def _impossible(pattern: str) -> str:
    """The piece at which an anchor stands where none can hold: text right after `$`, or right before `^`."""
    bare = re.sub(r"\\.|\[\^?\]?[^\]]*\]", lambda found: "\0" * len(found[0]), pattern)  # escapes and classes out
    for i, char in enumerate(bare):
        after_end = char == "$" and _literal(bare[i + 1 : i + 2])
        if after_end or (char == "^" and _literal(bare[max(0, i - 1) : i])):
            return pattern[max(0, i - 5) : i + 6]
    return ""


def _literal(char: str) -> bool:
    return bool(char) and (char.isalnum() or ord(char) > 0x2E00)


def _contained(pattern: str) -> tuple[str, str] | None:
    """Two plain alternatives of which the first lies in the second."""
    if not re.fullmatch(r"[^\\\[\](){}.*+?^$]+", pattern):
        return None
    words = pattern.split("|")
    for i, long in enumerate(words):
        for j, short in enumerate(words):
            if i != j and short and short in long and (short != long or j < i):
                return short, long
    return None
