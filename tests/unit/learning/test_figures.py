"""Figures of found questions against published ones; where the shared scorer is at hand, they are its figures."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from digest.errors import UsageError
from digest.learning import records
from digest.learning.figures import (
    PRINTED,
    DayRecord,
    RecordedQuestion,
    RecordedTalk,
    change,
    counts,
    figures,
    matched,
    slips,
    talk_figures,
    windows,
)
from places import SHARED

GOLD = SHARED / "corpus" / "gold.json"
SCORER = SHARED / "bench" / "score.py"

PUBLISHED = (
    RecordedQuestion((10, 11), ((12,), (15, 16))),
    RecordedQuestion((20,), ((21,),)),
    RecordedQuestion((100,), ()),
)


def test_a_question_is_right_where_it_shares_a_message_and_each_is_taken_once() -> None:
    found = (
        RecordedQuestion((11,), score=0.5),
        RecordedQuestion((10,), score=0.9),
        RecordedQuestion((100,), score=0.1),
    )
    assert matched(found, PUBLISHED) == {1: 0, 2: 2}


def test_stretches_are_joined_where_they_stand_close() -> None:
    assert windows(PUBLISHED) == ((10, 21), (100, 100))


def test_a_question_outside_the_stretches_is_not_wrong_in_window() -> None:
    f = figures(
        [
            counts(
                (
                    RecordedQuestion((10,), score=0.9),
                    RecordedQuestion((60,), score=0.8),
                    RecordedQuestion((13,), score=0.7),
                ),
                PUBLISHED,
            )
        ]
    )
    assert (f.q_precision, f.window_precision, f.q_recall) == (1 / 3, 1 / 2, 1 / 3)
    assert f.r_precision == 1 / 3


def test_answers_of_missed_questions_are_missed_too() -> None:
    f = figures([counts((RecordedQuestion((10,), ((12,), (14,), (15,)), 0.9),), PUBLISHED)])
    assert f.link_precision == 2 / 3
    assert f.link_recall == 2 / 3


def test_a_printed_discussion_is_left_out_of_the_links() -> None:
    talk = (RecordedQuestion((1,), tuple((n,) for n in range(2, 2 + PRINTED + 1))),)
    c = counts((RecordedQuestion((1,), ((99,),), 0.5),), talk)
    assert (c.right, c.links_wrong, c.links_published) == (1, 0, 0)


def test_a_day_on_which_nothing_is_found_has_figures_too() -> None:
    f = figures([counts((), PUBLISHED)])
    assert (f.q_f1, f.window_f1, f.link_f1, f.r_precision, f.average_precision) == (0, 0, 0, 0, 0)


def test_what_the_editor_cut_from_a_talk_is_not_counted_against_it() -> None:
    gold = RecordedTalk("林山", (10, 12, 14))
    t = talk_figures([(RecordedTalk("林山", (10, 11, 12, 20)), gold), (None, None), (RecordedTalk("林山", (3,)), None)])
    assert (t.talks, t.talk_speaker, t.talkless, t.talk_false) == (1, 1, 2, 1)
    assert t.talk_f1 == pytest.approx(2 / 3)


def test_slips_name_what_was_missed_and_what_was_wrong() -> None:
    found = (RecordedQuestion((10,), ((12,), (14,)), 0.9), RecordedQuestion((60,), score=0.4))
    assert [(s.what, s.messages, s.of, s.inside) for s in slips(found, PUBLISHED)] == [
        ("answer wrong", (14,), (10,), True),
        ("answer missed", (15, 16), (10, 11), True),
        ("question missed", (20,), (), True),
        ("question wrong", (60,), (), False),
        ("question missed", (100,), (), True),
    ]


def test_a_change_tells_the_slips_that_are_new_and_those_that_are_gone() -> None:
    day = DayRecord("2024-02-29", "示例群", (PUBLISHED,))
    before = DayRecord(
        day.day, day.room, ((RecordedQuestion((10,), score=0.9),), (RecordedQuestion((13,), score=0.9),))
    )
    after = DayRecord(day.day, day.room, ((RecordedQuestion((10,), score=0.9),), (RecordedQuestion((20,), score=0.9),)))
    c = change(before, after, day)
    assert [s.messages for s in c.better] == [(13,), (20,)]
    assert [s.what for s in c.worse] == ["answer missed"]  # of the question that is found now
    assert c.after.q_f1 > c.before.q_f1


def test_records_come_back_from_json_as_they_were(tmp_path: Path) -> None:
    day = DayRecord(
        "2024-02-29",
        "示例群",
        (PUBLISHED, (RecordedQuestion((7,), text="渠道怎么选"),)),
        RecordedTalk("林山", (1, 2), "对账"),
        "a.md",
    )
    path = tmp_path / "gold.json"
    path.write_text(records.dumped([day]), encoding="utf-8")
    assert records.read(path) == (day,)


@pytest.mark.parametrize(
    "text", ["{", "{}", "[1]", '[{"day": "2024-02-29"}]', '[{"day": 1, "room": 2, "threads": 3}]', "[" * 9999]
)
def test_a_file_that_holds_no_records_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "gold.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as told:
        records.read(path)
    assert "\n" not in str(told.value)


# ---------------------------------------------------------------- the shared scorer


def _scorer() -> Any:
    spec = importlib.util.spec_from_file_location("shared_score", SCORER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _disturbed(day: DayRecord) -> DayRecord:
    """A prediction made from the published day: some questions gone, some elsewhere, answers shifted."""
    threads = []
    for n, q in enumerate(day.questions):
        if n % 4 == 3:
            continue
        messages = q.messages if n % 5 else tuple(m + 1 for m in q.messages)
        answers = tuple(a if k % 3 else tuple(m + 1 for m in a) for k, a in enumerate(q.answers))
        threads.append((RecordedQuestion(messages, answers, ((n * 7919) % 100) / 100),))
        if n % 3 == 0:
            threads.append((RecordedQuestion((messages[0] + 5,), answers[:2], ((n * 104729) % 100) / 100),))
    talk = day.talk and RecordedTalk(day.talk.speaker, tuple(m + len(threads) % 3 for m in day.talk.messages))
    return DayRecord(day.day, day.room, tuple(threads), talk)


@pytest.mark.corpus
def test_the_figures_are_those_of_the_shared_scorer() -> None:
    score = _scorer()
    raw = {(r["day"], r["room"]): r for r in json.loads(GOLD.read_text(encoding="utf-8"))}
    published = records.read(GOLD)
    found = [_disturbed(day) for day in published]
    told = json.loads(records.predictions(found))
    theirs = score.total([score.score_day(p["threads"], score.flat(raw[p["day"], p["room"]])) for p in told])
    ours = figures([counts(f.questions, p.questions) for f, p in zip(found, published, strict=True)])
    assert asdict(ours) == theirs
    keys = [raw[p["day"], p["room"]] for p in told]
    cleared = [score.cleared(p["threads"], score.flat(key), key["neutral"]) for p, key in zip(told, keys, strict=True)]
    theirs = score.total([score.score_day(c, score.flat(key)) for c, key in zip(cleared, keys, strict=True)])
    pairs = zip(found, published, strict=True)
    assert asdict(figures([counts(f.questions, p.questions, neutral=p.neutral) for f, p in pairs])) == theirs
    talks = score.score_talks([(p["talk"], raw[p["day"], p["room"]]["talk"]) for p in told])
    assert asdict(talk_figures((f.talk, p.talk) for f, p in zip(found, published, strict=True))) == talks


def test_where_the_editor_went_over_the_whole_day_what_is_not_kept_was_left_out_on_purpose() -> None:
    found = (RecordedQuestion((10,), score=0.9), RecordedQuestion((60,), score=0.8))
    assert figures([counts(found, PUBLISHED, whole=True)]).window_precision == 1 / 2
    assert all(s.inside for s in slips(found, PUBLISHED, whole=True))


def test_a_wrong_question_on_a_neutral_message_is_no_slip_and_changes_no_day() -> None:
    wrong = RecordedQuestion((60,), score=0.8)
    before, after = (DayRecord("2017-05-27", "room", (questions,)) for questions in ((), (wrong,)))
    published = DayRecord("2017-05-27", "room", (PUBLISHED,), whole=True, neutral=frozenset({60}))
    missed = {"question missed"}
    assert {s.what for s in slips((wrong,), PUBLISHED, neutral=published.neutral)} == missed
    assert {s.what for s in slips((wrong,), PUBLISHED)} == missed | {"question wrong"}
    difference = change(before, after, published)
    assert (difference.before, difference.worse, difference.better) == (difference.after, (), ())
