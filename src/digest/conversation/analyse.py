"""A log → its Conversation: the order of the stages that find out who said what to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from digest.conversation import questions as questions_stage
from digest.conversation import turns as segment
from digest.conversation.acts.acts import ActScorer
from digest.conversation.acts.model import DayTurns
from digest.conversation.conversation import Conversation
from digest.conversation.lexicon import FieldWords
from digest.conversation.people import people as people_stage
from digest.conversation.people.people import Known
from digest.conversation.questions import Candidate, QuestionSettings
from digest.conversation.replies import answers as answers_stage
from digest.conversation.replies import links as links_stage
from digest.conversation.replies import threads as threads_stage
from digest.conversation.replies.answers import AnswerSettings
from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.fragments import Fragments
from digest.conversation.replies.links import LinkSettings
from digest.conversation.replies.turn_features import TurnFeatures, turn_features
from digest.conversation.silent import without_silent
from digest.conversation.talk import talk as talk_stage
from digest.conversation.talk.rules import Talking, talking
from digest.conversation.turns import TurnSettings
from digest.model import Answer, Link, Log, People
from digest.rules.model import Rules

if TYPE_CHECKING:
    from digest.words import Vocabulary


@dataclass(frozen=True)
class ConversationStages:
    """What each stage takes from the rules, made when it is first needed."""

    rules: Rules

    @property
    def known(self) -> Known:
        return self.rules.settings(Known)

    @property
    def turn_settings(self) -> TurnSettings:
        return self.rules.settings(TurnSettings)

    @cached_property
    def talking(self) -> Talking:
        return talking(self.rules)

    @property
    def question_settings(self) -> QuestionSettings:
        return self.rules.settings(QuestionSettings)

    @property
    def link_settings(self) -> LinkSettings:
        return self.rules.settings(LinkSettings)

    @property
    def answer_settings(self) -> AnswerSettings:
        return self.rules.settings(AnswerSettings)

    @cached_property
    def link_rules(self) -> CompiledRules:
        return CompiledRules(self.rules.subject("links"))

    @cached_property
    def answer_rules(self) -> CompiledRules:
        return CompiledRules(self.rules.subject("answers"))

    @property
    def vocabulary(self) -> Vocabulary:
        return self.rules.settings(FieldWords).vocabulary


def analyse(
    log: Log, stages: ConversationStages, *, evidence: bool = True, people: People | None = None
) -> Conversation:
    """Everything that is found in a log, before it is curated. Without `evidence` links and answers say no reasons.

    `people` are the log's, where they are known already. The conversation's log is without what nobody said.
    """
    spoken = without_silent(log, stages.known, stages.turn_settings)
    if spoken is not log:
        log, people = spoken, None
    people = people or people_stage.people(log, stages.known)
    weighed = talk_stage.weighed_log(log, people, stages.talking)
    talk = talk_stage.talk(weighed)
    turns = links_stage.quoted(log, segment.turns(log, people, stages.turn_settings))
    states = talk_stage.state(log, talk)
    day_turns = DayTurns(
        turns,
        tuple((states[t.messages[0]].phase, states[t.messages[0]].since) for t in turns),
        frozenset({talk.speaker}) if talk else frozenset(),
        frozenset(talk_stage.hosts(weighed)),
    )
    scorer = ActScorer(day_turns, stages.rules.subject("questions"))
    # who replies hangs on what has the form of a question, and whether a turn is a question on who replies to it
    features = turn_features(day_turns, scorer.before_links(), stages.vocabulary)
    links = links_stage.links(features, stages.link_rules, stages.link_settings, evidence=evidence)
    acts = scorer.after_links(links)
    candidates = questions_stage.candidates(day_turns, acts, stages.question_settings)
    whole, answers, follows, beside = _with_answers(replace(features, acts=acts), candidates, links, stages, evidence)
    return Conversation(log, people, day_turns, acts, talk, whole, answers, follows, links, beside)


def _with_answers(
    features: TurnFeatures,
    candidates: Sequence[Candidate],
    links: Sequence[Link],
    stages: ConversationStages,
    evidence: bool,
) -> tuple[tuple[Candidate, ...], tuple[tuple[Answer, ...], ...], tuple[int | None, ...], frozenset[int]]:
    """The candidates with what their askers added, the answers to each, the candidate that each follows up, and the
    messages that stand there only beside others.

    Only what is published competes for answers.
    """
    turns, settings = features.turns, stages.question_settings
    published = [i for i, c in enumerate(candidates) if c.score >= settings.threshold]
    questions = [candidates[i].turns for i in published]
    owned = {t for question in questions for t in question}
    of_rules = answers_stage.answer_turns(
        features, questions, stages.answer_rules, stages.answer_settings, links, evidence=evidence
    )
    used = owned | {answer.turn for answer in of_rules}
    fragments = Fragments(features, used, stages.turn_settings.beside, settings.remark)
    finished = answers_stage.with_fragments(features, questions, of_rules, fragments.of_answer)
    by_speaker = answers_stage.answers(features, questions, finished)
    beside = {answer.turn for answer in finished} - {answer.turn for answer in of_rules}
    by_question: list[list[int]] = [[] for _ in questions]
    for answer in of_rules:
        by_question[answer.question].append(answer.turn)
    followed = threads_stage.follows(questions, by_question, links, turns, settings.follows, settings.pause)
    whole = list(candidates)
    answers: list[tuple[Answer, ...]] = [() for _ in candidates]
    follows: list[int | None] = [None for _ in candidates]
    for place, i in enumerate(published):
        asker = turns[candidates[i].main].speaker
        answers[i] = tuple(a for a in by_speaker[place] if a.speaker != asker)
        # what the asker says on his own question explains it
        own = candidates[i].turns
        added = [t for t in by_question[place] if turns[t].speaker == asker and t not in owned]
        more = [j for t in (*own, *added) for j in fragments.of_question(t)]
        beside.update(more)
        whole[i] = replace(candidates[i], turns=tuple(sorted({*own, *added, *more})))
        above = followed[place]
        follows[i] = None if above is None else published[above]
    return tuple(whole), tuple(answers), tuple(follows), frozenset(m for t in beside for m in turns[t].messages)
