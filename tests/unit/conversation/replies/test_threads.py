"""Threads: connected pieces of the reply graph, and which question follows up which."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from digest.conversation.replies.threads import follows, threads
from digest.model import Link, Turn


def linked(*pairs: tuple[int, int]) -> list[Link]:
    return [Link(child, parent, 0.9) for child, parent in pairs]


def test_interleaved_threads_are_pulled_apart() -> None:
    assert threads(linked((2, 0), (3, 1), (4, 2), (5, 3))) == ((0, 2, 4), (1, 3, 5))


def test_a_turn_without_links_is_in_no_thread() -> None:
    assert threads(linked((2, 0))) == ((0, 2),)
    assert threads([]) == ()


def test_the_turns_of_a_question_stand_together() -> None:
    assert threads(linked((3, 0), (4, 1)), [(0, 1), (5,)]) == ((0, 1, 3, 4),)


def test_a_question_begins_a_thread_though_it_replies_to_another() -> None:
    assert threads(linked((1, 0), (2, 1), (3, 2)), [(2,)], {2}) == ((0, 1), (2, 3))


@st.composite
def forests(draw: st.DrawFn) -> list[Link]:
    size = draw(st.integers(0, 25))
    return linked(*((c, draw(st.integers(0, c - 1))) for c in range(1, size) if draw(st.booleans())))


@given(forests())
def test_every_linked_turn_stands_in_one_thread_with_what_it_replies_to(forest: list[Link]) -> None:
    found = threads(forest)
    turns = [t for thread in found for t in thread]
    assert sorted(turns) == sorted({t for link in forest for t in (link.child, link.parent)})
    place = {t: n for n, thread in enumerate(found) for t in thread}
    assert all(place[link.child] == place[link.parent] for link in forest)


def turn(index: int, speaker: int, minute: int) -> Turn:
    return Turn(index, speaker, (index,), (index,), 60 * minute, 60 * minute, "话")


def above(
    questions: list[tuple[int, ...]], answered: list[tuple[int, ...]], links: list[Link], who: str
) -> list[int | None]:
    """What each question follows up, where `who` names the speakers of turns a minute apart."""
    return list(follows(questions, answered, links, [turn(i, ord(c), i) for i, c in enumerate(who)]))


def test_who_asks_back_on_an_answer_follows_up_the_question() -> None:
    assert above([(0,), (2,)], [(1,), (3,)], [Link(1, 0, 0.9), Link(2, 1, 0.9), Link(3, 2, 0.9)], "abab") == [None, 0]


def test_a_question_of_somebody_new_follows_nothing() -> None:
    assert above([(0,), (2,)], [(1,), ()], [Link(1, 0, 0.9), Link(2, 1, 0.9)], "abc") == [None, None]


def test_a_question_that_is_an_answer_too_follows_up_what_it_answers() -> None:
    assert above([(0,), (1,)], [(1, 3), (2,)], [], "abac") == [None, 0]


def test_an_unlikely_link_makes_no_follow_up() -> None:
    assert above([(0,), (1,), (3,)], [(), (2,), ()], [Link(2, 1, 0.9), Link(3, 0, 0.2)], "abba") == [None] * 3


def test_who_asks_on_at_once_follows_up_himself() -> None:
    assert above([(0,), (2,)], [(1,), ()], [], "aba") == [None, 0]


def test_after_a_long_pause_a_question_stands_alone() -> None:
    turns = [turn(0, 1, 0), turn(1, 2, 1), turn(2, 1, 90)]
    assert follows([(0,), (2,)], [(1,), ()], [Link(2, 1, 0.9)], turns) == (None, None)
