"""From a log to its digest: the order of the stages, and what each takes from the rules. Nothing else knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.conversation.analyse import ConversationStages, analyse
from digest.conversation.conversation import Conversation
from digest.editorial import compose, select
from digest.editorial.clean import Cleaning
from digest.editorial.headings.topics import TopicRules
from digest.model import Digest, Question
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
    printed_from = stages.answer_settings.printed
    return select.questions(day, stages.cleaning, stages.question_settings.threshold, least, printed_from)


def digest(day: Conversation, candidates: Sequence[Question], stages: Stages) -> Digest:
    """The digest of an analysed day."""
    return compose.digest(day, candidates, stages.cleaning, stages.talking, stages.vocabulary, stages.topics)
