"""The order of the stages, and what each takes from the rules. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING

from digest import acts as acts_stage
from digest import answers as answers_stage
from digest import curate, segment
from digest import facts as facts_stage
from digest import links as links_stage
from digest import people as people_stage
from digest import questions as questions_stage
from digest import talk as talk_stage
from digest import threads as threads_stage
from digest.answers import Answering
from digest.clean import Cleaning
from digest.curate import Day
from digest.facts import Facts
from digest.links import Linking
from digest.model import Answer, Digest, Entry, Link, Log, Question, Topic
from digest.people import Known
from digest.questions import Asking
from digest.rules.model import Rules
from digest.segment import Segmenting
from digest.talk_rules import Talking, talking

if TYPE_CHECKING:
    from digest.render import Layout
    from digest.tokens import Vocabulary
    from digest.topics import ThreadText, TopicRules


@dataclass(frozen=True)
class Stages:
    """What each stage takes from the rules, made when it is first needed."""

    rules: Rules

    @cached_property
    def known(self) -> Known:
        subject = self.rules.subject("people")
        s = subject.settings
        common = subject.list("common")
        made = Known(
            aliases=tuple(tuple(labels) for labels in subject.tables.get("persons", ())),
            me=tuple(s["me"]),
            owners=tuple(s["owners"]),
            agreed=tuple(s["agreed"]),
        )
        return replace(made, common=common) if common else made

    @cached_property
    def segmenting(self) -> Segmenting:
        subject = self.rules.subject("segment")
        return Segmenting(subject.settings["gap"], subject.list("new-start"))

    @cached_property
    def talking(self) -> Talking:
        return talking(self.rules)

    @cached_property
    def asking(self) -> Asking:
        s = self.rules.subject("questions").settings
        return Asking(s["threshold"], s["floor"], s["joined"], s["remark"], s["opened"], s["follows"], s["pause"])

    @cached_property
    def cleaning(self) -> Cleaning:
        subject = self.rules.subject("clean")
        return Cleaning(**{f.name: subject.list(f.name) for f in fields(Cleaning)})

    @cached_property
    def linking(self) -> Linking:
        return links_stage.linking(self.rules)

    @cached_property
    def answering(self) -> Answering:
        return answers_stage.answering(self.rules)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        from digest.tokens import vocabulary

        return vocabulary(self.rules.subject("lexicon").lists)

    @cached_property
    def topics(self) -> TopicRules:
        from digest.topics import topic_rules

        subject = self.rules.subject("topics")
        return topic_rules(subject.settings, subject.lists)

    @cached_property
    def layout(self) -> Layout:
        from digest.render import Layout

        subject = self.rules.subject("layout")
        s, tables = subject.settings, subject.tables
        return Layout(
            tables.get("front") or Layout().front,
            s["time"],
            tables.get("headings", {}),
            tuple(s["image_hosts"]),
            s["short"],
            s["paragraph"],
        )


def analyse(log: Log, stages: Stages, *, evidence: bool = True) -> Day:
    """Everything that is found in a log, before it is curated. Without `evidence` links and answers say no reasons."""
    people = people_stage.people(log, stages.known)
    talk = talk_stage.talk(log, people, stages.talking)
    turns = links_stage.quoted(log, segment.turns(log, people, stages.segmenting))
    states = talk_stage.state(log, talk)
    scene = acts_stage.Scene(
        turns,
        tuple((states[t.messages[0]].phase, states[t.messages[0]].since) for t in turns),
        frozenset({talk.speaker}) if talk else frozenset(),
        frozenset(talk_stage.hosts(log, people, stages.talking)),
    )
    known: dict[str, Facts] = {}

    def linked(acts: acts_stage.Acts) -> tuple[Link, ...]:
        known["facts"] = facts_stage.facts(scene, acts, stages.vocabulary)
        return links_stage.links(known["facts"], stages.rules.subject("links"), stages.linking, evidence=evidence)

    found: list[Link] = []

    def links(acts: acts_stage.Acts) -> tuple[Link, ...]:
        found.extend(linked(acts))
        return tuple(found)

    acts = acts_stage.acts(scene, stages.rules.subject("questions"), links)
    if not known:
        links(acts)
    candidates = questions_stage.candidates(scene, acts, stages.asking)
    # what is not published competes for no answer, but shows who would have answered it
    parents = links_stage.taken(found, stages.linking)
    asked = [i for i, c in enumerate(candidates) if c.score >= stages.asking.threshold]
    owned = {t for i in asked for t in candidates[i].turns}
    groups = [candidates[i].turns for i in asked]
    given = answers_stage.given(
        known["facts"], groups, stages.rules.subject("answers"), stages.answering, parents, evidence=evidence
    )
    answered = answers_stage.answers(known["facts"], groups, given)
    by_turn: list[list[int]] = [[] for _ in groups]
    for one in given:
        by_turn[one.question].append(one.turn)
    above = threads_stage.follows(groups, by_turn, found, scene.turns, stages.asking.follows, stages.asking.pause)
    answers: list[tuple[Answer, ...]] = [() for _ in candidates]
    follows: list[int | None] = [None for _ in candidates]
    whole = list(candidates)
    for place, i in enumerate(asked):
        asker = scene.turns[candidates[i].main].speaker
        answers[i] = tuple(a for a in answered[place] if a.speaker != asker)
        # what the asker says on his own question explains it
        added = tuple(t for t in by_turn[place] if scene.turns[t].speaker == asker and t not in owned)
        whole[i] = replace(candidates[i], turns=(*candidates[i].turns, *added))
        up = above[place]
        follows[i] = None if up is None else asked[up]
    return Day(log, people, scene, acts, talk, tuple(whole), tuple(answers), tuple(follows), tuple(found))


def questions(day: Day, stages: Stages) -> tuple[Question, ...]:
    """Every candidate question with printed lines, the kept ones marked."""
    return curate.questions(day, stages.cleaning, stages.asking.threshold)


def digest(day: Day, asked: Sequence[Question], stages: Stages) -> Digest:
    """The digest of an analysed day."""
    from digest import topics

    kept = [q for q in asked if q.kept]
    spoken = curate.spoken(day, stages.cleaning, stages.talking)
    used = frozenset(m for q in kept for m in (*q.messages, *(x for a in q.answers for x in a.messages)))
    extra = curate.resources(day, used, stages.cleaning)
    texts: dict[str, topics.ThreadText] = {}

    def grouped(entries: Sequence[Entry]) -> tuple[Topic, ...]:
        threads = [_thread_text(entry, day) for entry in entries]
        groups = topics.topics(threads, stages.vocabulary, stages.topics)
        texts.update({e.id: t for e, t in zip(entries, threads, strict=True)})
        subjects.extend((g, tuple(threads)) for g in groups)
        return tuple(Topic(entries[g.members[0]].id, g.title, tuple(entries[m] for m in g.members)) for g in groups)

    subjects: list[tuple[topics.Group, tuple[topics.ThreadText, ...]]] = []
    made = curate.digest(day, kept, spoken, extra, grouped, "")
    title = topics.day_title(
        [g for g, _ in subjects], subjects[0][1] if subjects else (), day.talk.title if day.talk else ""
    )
    return replace(made, title=title)


def _thread_text(entry: Entry, day: Day) -> ThreadText:
    from digest.topics import ThreadText

    first, *more = (curate.words(q.lines) for q in entry.questions)
    answers = tuple(curate.words(a.lines) for q in entry.questions for a in q.answers)
    return ThreadText(first, answers, day.log.messages[entry.questions[0].messages[0]].second, tuple(more))
