"""Turns → dialogue acts: each rule that fires adds its weight, an act is taken over its threshold.

Acts are scored in the order in which `rules/questions.yml` declares them, so a rule may look at acts declared before
its own. What a rule sees beside the turn's own words stands in `context`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

import numpy as np

from digest.conversation.acts.context import Context
from digest.conversation.acts.kinds import TurnKind
from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.arrays import Truths
from digest.model import Act, Link
from digest.rules.kinds import All, TextPattern, WordList
from digest.rules.match import TextRules
from digest.rules.model import Rule, Subject


def acts(day: DayTurns, subject: Subject, links: Sequence[Link] = ()) -> Acts:
    """Dialogue acts of a day's turns by the rules of `subject` (questions), where the reply links are known or none."""
    return ActScorer(day, subject).after_links(links)


def spans(act: Act, text: str, subject: Subject) -> Act:
    """The same act, each piece of evidence from a text rule with the span it fired on."""
    rules = [subject.by_id[e.rule] for e in act.evidence]
    span_of = dict(TextRules(rules, subject.lists).fired(text))
    return replace(act, evidence=tuple(replace(e, span=span_of.get(i)) for i, e in enumerate(act.evidence)))


class ActScorer:
    """Scores the acts of one day, in two steps: whether a turn is a question hangs on who replies to it, and who
    replies on what has the form of a question. So the reply links are found between the two.

    A rule's condition becomes a column: for each turn whether it holds.
    """

    def __init__(self, day: DayTurns, subject: Subject) -> None:
        self.subject = subject
        self.context = Context(day, Acts({}, {}, {}))
        self.columns: dict[str, Truths] = {}
        holders: dict[int, list[int]] = {}
        for i, turn in enumerate(day.turns):
            for place in subject.texts.fires(turn.text):
                holders.setdefault(place, []).append(i)
        for place, rule in enumerate(subject.rules):
            if isinstance(rule.kind, TextPattern | WordList):
                column = self.columns[rule.id] = self.context.none
                if held := holders.get(place):
                    column[held] = True

    def before_links(self) -> Acts:
        """The acts that need no links: those declared before the first one with a rule that looks at replies."""
        acts = self.subject.settings.acts
        self._score(takewhile(lambda act: not any(map(self._looks_at_replies, self.subject.of_act(act))), acts))
        scored = self.context.acts
        return Acts(dict(scored.scores), dict(scored.taken), dict(scored.fired), dict(scored.rules))

    def after_links(self, links: Sequence[Link]) -> Acts:
        """All acts."""
        self.context = replace(self.context, links=links)
        self._score(act for act in self.subject.settings.acts if act not in self.context.acts.scores)
        return self.context.acts

    def _looks_at_replies(self, rule: Rule) -> bool:
        if isinstance(rule.kind, All):
            parts = (self.subject.by_id.get(name) for name in (*rule.kind.of, *rule.kind.not_))
            return any(part is not None and self._looks_at_replies(part) for part in parts)
        return isinstance(rule.kind, TurnKind) and rule.kind.looks_at_replies

    def _score(self, names: Iterable[str]) -> None:
        scored, total = self.context.acts, len(self.context.turns)
        for act in names:
            about = self.subject.settings.acts[act]
            rules = self.subject.of_act(act)
            columns = [self._column(rule) for rule in rules]
            weights = np.array([rule.weight for rule in rules], dtype=np.float64)
            # most rules fire on few turns: what fires stands turn by turn, and adds up in the order of the rules
            on, fired = np.array(columns, dtype=np.bool_).reshape(len(rules), total).T.nonzero()
            sums = about["bias"] + np.bincount(on, weights[fired], total)
            ends, places = np.searchsorted(on, np.arange(total + 1)).tolist(), fired.tolist()
            scored.scores[act] = sums.tolist()
            scored.taken[act] = (sums > about["threshold"]).tolist()
            scored.fired[act] = [tuple(places[a:b]) for a, b in pairwise(ends)]
            scored.rules[act] = rules

    def _column(self, rule: Rule) -> Truths:
        """For each turn whether the rule's condition holds."""
        if rule.id not in self.columns:
            kind = rule.kind
            self.columns[rule.id] = self._together(kind) if isinstance(kind, All) else kind.holds(self.context)
        return self.columns[rule.id]

    def _together(self, kind: All) -> Truths:
        rules = self.subject.by_id
        if any(name not in rules for name in kind.of):  # one is switched off: it never fires
            return self.context.none
        fires = self.context.all_turns
        for name in kind.of:
            fires &= self._column(rules[name])
        for name in kind.not_:
            if name in rules:
                fires &= ~self._column(rules[name])
        return fires
