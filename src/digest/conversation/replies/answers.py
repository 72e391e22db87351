"""Links and acts → which turns answer which question.

Every turn after a question is weighed against the questions before it by the rules of answers.yml; a softmax
over them and "answers none" makes probabilities. What one person says on a question in several turns is one answer, as
editors print it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from digest.conversation.replies.compiled import CompiledRules
from digest.conversation.replies.kinds import PAIR_KINDS
from digest.conversation.replies.links import Choice, Example
from digest.conversation.replies.pairs import Pairs
from digest.conversation.replies.turn_features import TurnFeatures
from digest.model import Answer, Evidence, Link, Turn
from digest.rules.declare import Declaration, fraction, odds, span, whole


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How far answers reach and when they are published; from rules/answers.yml."""

    window: int = span("how long after a question an answer may come", 7200)
    turns: int = whole("how many turns after it", 150, 1, "turns")
    open: int = whole("so many questions compete for a turn, the latest first", 8, 1, "questions")
    addressed: int = whole("and so many earlier ones, where the turn names their asker", 4, 0, "questions")
    own: float = fraction("how far what the asker says after his question is part of it, for replies to that", 0.7)
    goes_on: int = whole("for so many turns after the question", 40, 0, "turns", name="goes-on")
    threshold: float = fraction("an answer is published where its probability is over this", 0.2)
    printed: float = fraction("a person's whole answer is printed over this probability; the best one always is", 0.4)
    doubtful: float = fraction("and one that is printed with less than this is to be checked first", 0.5)
    none: float = odds("score of answering no question", 0.0)


ANSWERS = Declaration(
    "answers",
    "which turns of a thread answer its question",
    AnswerSettings,
    PAIR_KINDS,
    looks_at="pair",
    acts_of="questions",
)


CERTAIN = 0.97  # probability of an answer that says itself which question it answers
SAYS_NOTHING = ("thanks", "laugh", "applause", "asks")  # acts of a reply that may be certain and answer nothing


@dataclass(frozen=True, slots=True)
class AnswerTurn:
    """A turn that answers a question, by the question's place."""

    turn: int
    question: int
    score: float  # probability
    evidence: tuple[Evidence, ...] = ()


def answer_turns(
    features: TurnFeatures,
    questions: Sequence[Sequence[int]],
    rules: CompiledRules,
    how: AnswerSettings,
    links: Sequence[Link],
    *,
    evidence: bool = False,
) -> tuple[AnswerTurn, ...]:
    """Turns that answer the questions, in order. A question is its turns; `links` are the day's reply links."""
    turns = []
    for pairs, choice in choices(features, questions, rules, how, links):
        for q, probability in choice.best(2):
            if probability > how.threshold:
                why = pairs.evidence(choice.candidates.index(q)) if evidence else ()
                turns.append(AnswerTurn(choice.child, q, probability, why))
    return tuple(uncontested(features, questions, _with_certain(features, questions, turns)))


def _with_certain(
    features: TurnFeatures, questions: Sequence[Sequence[int]], turns: Sequence[AnswerTurn]
) -> list[AnswerTurn]:
    """The answers, where a turn quotes a question, or its export says that it replies to it, with that one alone.

    No window and no competition overrules that, however late it comes. Thanks, laughter and a question of his own
    are weighed as ever.
    """
    owner = {t: q for q, question in enumerate(questions) for t in question}
    certain: dict[int, int] = {}
    for turn in features.turns:
        asked = [owner[parent] for parent in turn.quotes if parent in owner]
        if not asked or not turn.text or any(features.acts.has(turn.index, act) for act in SAYS_NOTHING):
            continue
        if turn.index not in owner and turn.speaker != features.turns[questions[asked[-1]][0]].speaker:
            certain[turn.index] = asked[-1]
    kept = [answer for answer in turns if certain.get(answer.turn, answer.question) == answer.question]
    weighed = {answer.turn: answer for answer in kept if answer.turn in certain}
    sure = [
        replace(weighed.get(turn, AnswerTurn(turn, question, 0.0)), score=CERTAIN) for turn, question in certain.items()
    ]
    return sorted((*(answer for answer in kept if answer.turn not in certain), *sure), key=lambda answer: answer.turn)


def uncontested(
    features: TurnFeatures, questions: Sequence[Sequence[int]], turns: Sequence[AnswerTurn]
) -> list[AnswerTurn]:
    """What an asker adds to his own question answers no other, unless that is likelier: then it adds nothing."""
    best: dict[int, float] = {}
    added: set[int] = set()
    for answer in turns:
        best[answer.turn] = max(best.get(answer.turn, 0.0), answer.score)
        if features.turns[answer.turn].speaker == features.turns[questions[answer.question][0]].speaker:
            added.add(answer.turn)
    return [answer for answer in turns if answer.turn not in added or answer.score == best[answer.turn]]


def with_fragments(
    features: TurnFeatures,
    questions: Sequence[Sequence[int]],
    turns: Sequence[AnswerTurn],
    fragments: Callable[[int], Sequence[int]],
) -> list[AnswerTurn]:
    """The answers with the turns beside them that finish their sentences; these add nothing to their probability.

    An asker's own turns are left as they are: they are part of his question.
    """
    whole = {(answer.turn, answer.question): answer for answer in turns}
    for answer in turns:
        if features.turns[answer.turn].speaker != features.turns[questions[answer.question][0]].speaker:
            for fragment in fragments(answer.turn):
                whole.setdefault((fragment, answer.question), AnswerTurn(fragment, answer.question, 0.0))
    return [whole[key] for key in sorted(whole)]


def answers(
    features: TurnFeatures, questions: Sequence[Sequence[int]], turns: Sequence[AnswerTurn]
) -> tuple[tuple[Answer, ...], ...]:
    """The answers of each question in the order in which their speakers first spoke, one for each speaker."""
    by_question: list[dict[int, list[AnswerTurn]]] = [{} for _ in questions]
    for answer in turns:
        by_question[answer.question].setdefault(features.turns[answer.turn].speaker, []).append(answer)
    return tuple(
        tuple(_answer(features, speaker, spoken) for speaker, spoken in group.items()) for group in by_question
    )


def _answer(features: TurnFeatures, speaker: int, spoken: Sequence[AnswerTurn]) -> Answer:
    missing = 1.0
    for answer in spoken:
        missing *= 1.0 - answer.score
    messages = tuple(m for answer in spoken for m in features.turns[answer.turn].messages)
    best = max(spoken, key=lambda answer: (answer.score, -answer.turn))
    return Answer(messages, speaker, (), 1.0 - missing, best.evidence)


def choices(
    features: TurnFeatures,
    questions: Sequence[Sequence[int]],
    rules: CompiledRules,
    how: AnswerSettings,
    links: Sequence[Link],
) -> Iterator[tuple[Pairs, Choice]]:
    """Each turn with the open questions before it and their scores; the rules may look at the answers chosen before."""
    if not questions:
        return
    pairs = Pairs(features, rules, questions)
    starts = [group[0] for group in questions]
    children = [
        (turn.index, candidates)
        for turn in features.turns[starts[0] + 1 :]
        if (features.sizes[turn.index] or turn.images or turn.links)
        and (candidates := _open(turn.index, questions, starts, features, how))
    ]
    pairs.features.ways = _ways(features.turns, questions, links, how, dict(children))
    for i, among, scores in pairs.scored(children):
        choice = Choice(i, tuple(among), tuple(scores), how.none)
        yield pairs, choice
        if pairs.looks_back:
            for q, probability in choice.best(2):
                if probability > how.threshold:
                    pairs.features.replies[q].append(i)


def _open(
    child: int, questions: Sequence[Sequence[int]], starts: Sequence[int], features: TurnFeatures, how: AnswerSettings
) -> list[int]:
    """Questions that a turn may answer, the latest first."""
    turns = features.turns
    turn = turns[child]
    near: list[int] = []
    addressed: list[int] = []
    for q in range(bisect_left(starts, child) - 1, -1, -1):
        group = questions[q]
        if child - group[0] > how.turns or turn.start - turns[group[0]].start > how.window:
            break
        if child in group:
            continue
        if len(near) < how.open:
            near.append(q)
        elif len(addressed) < how.addressed and turns[group[0]].speaker in turn.mentions:
            addressed.append(q)
    return near + addressed


def _ways(
    turns: Sequence[Turn],
    questions: Sequence[Sequence[int]],
    links: Sequence[Link],
    how: AnswerSettings,
    candidates: Mapping[int, Sequence[int]],
) -> list[dict[int, float]]:
    """For each turn those of its candidate questions that its reply links lead to, with the probability that they do.

    A turn's parents are alternatives, so the ways over them add up, each as likely as all its links are together.
    """
    owner = {t: q for q, group in enumerate(questions) for t in group}
    parents: list[list[Link]] = [[] for _ in turns]
    for link in links:
        parents[link.child].append(link)
    latest: dict[int, int] = {}  # asker → his latest question
    ways_of: list[dict[int, float]] = []
    # how far each turn is a part of the questions' threads; no turn so far back leads to an open question
    parts: dict[int, dict[int, float]] = {}
    first_open = 0
    for i, turn in enumerate(turns):
        while first_open < len(questions) and questions[first_open][0] < i - how.turns:
            first_open += 1
        parts.pop(i - how.turns - 1, None)
        ways: dict[int, float] = {}
        for link in parents[i]:
            for q, share in parts.get(link.parent, {}).items():
                if q >= first_open:
                    ways[q] = ways.get(q, 0.0) + link.score * share
        ways_of.append({q: ways[q] for q in candidates.get(i, ()) if q in ways})
        own = owner.get(i)
        if own is not None:
            latest[turn.speaker] = own
            parts[i] = {own: 1.0}
            continue
        question = latest.get(turn.speaker)
        if question is not None and i - questions[question][-1] <= how.goes_on:
            ways[question] = max(how.own, ways.get(question, 0.0))
        parts[i] = ways
    return ways_of


def examples(
    features: TurnFeatures,
    questions: Sequence[Sequence[int]],
    rules: CompiledRules,
    how: AnswerSettings,
    links: Sequence[Link],
    right: Mapping[int, frozenset[int]],
    published: frozenset[int],
) -> Iterator[Example]:
    """What `digest tune` learns from: each turn against the questions before it.

    `right` gives the questions that a turn answers, `published` those that were published. Whether a turn answers
    another question nobody knows, so where it answers none of these, all others count as right, and none (-1) too.
    """
    for pairs, choice in choices(features, questions, rules, how, links):
        want = right.get(choice.child, frozenset())
        place = {q: n for n, q in enumerate(choice.candidates)}
        good = frozenset(place[q] for q in want if q in place)
        if not good:
            good = frozenset(n for q, n in place.items() if q not in published) | {-1}
        fired = tuple(tuple(pairs.fired(n)) for n in range(len(choice.candidates)))
        yield Example(choice.child, choice.candidates, fired, good)
