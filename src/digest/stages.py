"""From a log to its digest: the order of the stages, and what each takes from the rules. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from digest.conversation.analyse import ConversationStages, analyse
from digest.conversation.conversation import Conversation
from digest.editorial import curate
from digest.editorial.clean import Cleaning
from digest.editorial.headings import topics
from digest.editorial.headings.topics import ThreadText, TopicRules
from digest.model import Digest, Entry, Question, Topic
from digest.page.render import Layout

__all__ = ["Stages", "analyse", "digest", "questions"]


@dataclass(frozen=True)
class Stages(ConversationStages):
    """What every stage takes from the rules, made when it is first needed."""

    @property
    def cleaning(self) -> Cleaning:
        return self.rules.settings(Cleaning)

    @property
    def topics(self) -> TopicRules:
        return self.rules.settings(TopicRules)

    @property
    def layout(self) -> Layout:
        return self.rules.settings(Layout)


def questions(day: Conversation, stages: Stages, least: float = 0.0) -> tuple[Question, ...]:
    """Every candidate question, the kept ones marked; with printed lines where it is kept or at least so likely."""
    return curate.questions(day, stages.cleaning, stages.question_settings.threshold, least)


def digest(day: Conversation, asked: Sequence[Question], stages: Stages) -> Digest:
    """The digest of an analysed day."""
    kept = [q for q in asked if q.kept]
    spoken = curate.spoken(day, stages.cleaning, stages.talking)
    used = frozenset(m for q in kept for m in (*q.messages, *(x for a in q.answers for x in a.messages)))
    extra = curate.resources(day, used, stages.cleaning)
    subjects: list[tuple[topics.TopicGroup, tuple[topics.ThreadText, ...]]] = []

    def grouped(entries: Sequence[Entry]) -> tuple[Topic, ...]:
        threads = [_thread_text(entry, day) for entry in entries]
        groups = topics.topics(threads, stages.vocabulary, stages.topics)
        subjects.extend((g, tuple(threads)) for g in groups)
        return tuple(Topic(entries[g.members[0]].id, g.title, tuple(entries[m] for m in g.members)) for g in groups)

    made = curate.digest(day, kept, spoken, extra, grouped, "")
    title = topics.day_title(
        [g for g, _ in subjects], subjects[0][1] if subjects else (), day.talk.title if day.talk else ""
    )
    return replace(made, title=title)


def _thread_text(entry: Entry, day: Conversation) -> ThreadText:
    first, *more = (curate.words(q.lines) for q in entry.questions)
    answers = tuple(curate.words(a.lines) for q in entry.questions for a in q.answers)
    return ThreadText(first, answers, day.log.messages[entry.questions[0].messages[0]].second, tuple(more))
