"""What of a day is printed, and where; on an invented day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from digest.conversation.acts.model import Acts, DayTurns
from digest.conversation.conversation import Conversation
from digest.conversation.questions import Candidate
from digest.editorial.clean import Cleaning
from digest.editorial.select import entries, joined, questions, resources, words
from digest.model import Act, Answer, Image, Log, Message, People, Person, Question, Talk, Turn

CLEANING = Cleaning(openings=("请教一个问题$",), thanks=("谢谢",))
ASKER, OTHER, GUEST = 0, 1, 2
SAID = (
    (GUEST, "账户要先分层"),
    (ASKER, "请教一个问题"),
    (ASKER, "日切是几点"),
    (OTHER, "", "a.png"),
    (OTHER, "零点，看这张图"),
    (OTHER, "节假日也一样"),
    (ASKER, "冲正的单子算哪天"),
    (GUEST, "算原交易那天"),
)


def day(follows: tuple[int | None, ...] = (None, 0), talk: Talk | None = None) -> Conversation:
    messages = tuple(
        Message((n,), 36000 + n, f"p{who}", text, images=tuple(Image(url, url) for url in pictures))
        for n, (who, text, *pictures) in enumerate(SAID)
    )
    log = Log("log", "", dt.date(2024, 2, 29), messages, len(messages))
    speakers = tuple(who for who, *_ in SAID)
    people = People(tuple(Person(n, f"p{n}") for n in range(3)), speakers, tuple(() for _ in SAID))
    groups = ((0,), (1, 2), (3, 4, 5), (6,), (7,))
    turns = tuple(
        Turn(n, speakers[g[0]], g, g, 36000 + g[0], 36000 + g[-1], "\n".join(messages[m].text for m in g))
        for n, g in enumerate(groups)
    )
    day_turns = DayTurns(turns, tuple(("day", 0) for _ in turns), frozenset(), frozenset())
    asked = tuple(Candidate((t,), t, 0.9, Act(t, "question", 2.0, True)) for t in (1, 3))
    answered = (
        (Answer((3, 4, 5), OTHER, (), 0.8), Answer((7,), GUEST, (), 0.9), Answer((0,), GUEST, (), 0.5)),
        (Answer((7,), GUEST, (), 0.6),),
    )
    return Conversation(log, people, day_turns, Acts({}, {}, {}, {}), talk, asked, answered, follows)


def printed(made: Question) -> list[str]:
    return [words(a.lines) for a in made.answers]


def test_an_opening_in_a_message_of_its_own_is_not_printed() -> None:
    first, _ = questions(day(), CLEANING, 0.5)
    assert words(first.lines) == "日切是几点"
    assert first.messages == (1, 2)


def test_in_a_thread_an_answer_stands_under_the_question_asked_last() -> None:
    first, second = questions(day(), CLEANING, 0.5)
    assert printed(second) == ["算原交易那天"]
    assert "算原交易那天" not in printed(first)


def test_two_threads_may_hold_the_same_answer() -> None:
    first, second = questions(day(follows=(None, None)), CLEANING, 0.5)
    assert "算原交易那天" in printed(first) and printed(second) == ["算原交易那天"]


def test_an_unlikely_answer_is_not_printed_but_kept_aside() -> None:
    first, _ = questions(day(follows=(None, None)), CLEANING, 0.5, printed_from=0.6)
    assert printed(first) == ["零点，看这张图 节假日也一样", "算原交易那天"]
    assert [words(answer.lines) for answer in first.unlikely] == ["账户要先分层"]


def test_a_question_whose_answers_are_all_unlikely_keeps_its_best_one() -> None:
    first, second = questions(day(follows=(None, None)), CLEANING, 0.5, printed_from=0.95)
    assert printed(first) == printed(second) == ["算原交易那天"]


def test_threads_with_the_same_answers_are_one_in_which_each_answer_stands_once() -> None:
    threads = entries([q for q in questions(day(follows=(None, None)), CLEANING, 0.5) if q.kept])
    assert len(threads) == 2
    (whole,) = joined(threads)
    assert [words(q.lines) for q in whole.questions] == ["日切是几点", "冲正的单子算哪天"]
    assert whole.id == threads[0].id
    first, second = whole.questions
    assert printed(second) == ["算原交易那天"]
    assert "算原交易那天" not in printed(first)


def test_a_thread_before_the_talk_is_not_joined_with_one_after_it() -> None:
    threads = entries([q for q in questions(day(follows=(None, None)), CLEANING, 0.5) if q.kept])
    assert joined(threads, apart=5) == threads


def test_what_was_said_in_the_talk_answers_nothing() -> None:
    talk = Talk(GUEST, "", (0,), 0, 0)
    first, _ = questions(day(talk=talk), CLEANING, 0.5)
    assert "账户要先分层" not in printed(first)


def test_what_was_said_to_the_room_is_no_part_of_an_answer() -> None:
    first, second = questions(day(), replace(CLEANING, asides=("节假日",), remarks=("算原交易那天",)), 0.5)
    answer = next(a for a in first.answers if a.speaker == OTHER)
    assert (words(answer.lines), answer.messages) == ("零点，看这张图", (3, 4))
    assert not second.answers


def test_a_question_of_words_to_the_room_alone_is_not_kept() -> None:
    first, second = questions(day(), replace(CLEANING, asides=("冲正",)), 0.5)
    assert (first.kept, second.kept, second.why_not) == (True, False, "without words to print")


def test_a_text_opens_with_words_and_its_picture_follows() -> None:
    first, _ = questions(day(), CLEANING, 0.5)
    lines = next(a.lines for a in first.answers if a.speaker == OTHER)
    assert [line.kind for line in lines] == ["text", "image", "text"]


def test_no_thread_goes_on_over_the_beginning_of_the_talk() -> None:
    first, second = questions(day(), CLEANING, 0.5)
    assert second.follows == first.id
    assert len(entries((first, second))) == 1
    assert len(entries((first, second), apart=4)) == 2
    assert len(entries((replace(second, follows=None),))) == 1


def test_a_link_that_was_sent_again_is_printed_once() -> None:
    made = day()
    texts = ("对账入门 https://example.org/a", "这篇讲对账 https://example.org/a", "日切 https://example.org/b")
    messages = tuple(replace(made.log.messages[n], text=text) for n, text in zip((0, 6, 7), texts, strict=True))
    log = replace(made.log, messages=(messages[0], *made.log.messages[1:6], *messages[1:]))
    turns = tuple(replace(t, text="\n".join(log.messages[m].text for m in t.messages)) for t in made.turns)
    sent = Acts({}, {"resource": [t.messages[0] in (0, 6, 7) for t in turns]}, {})
    found = resources(
        replace(made, log=log, day_turns=replace(made.day_turns, turns=turns), acts=sent), frozenset(), CLEANING
    )
    assert [e.lines[0].text for e in found] == [texts[0], texts[2]]
