"""Weights are fitted to published questions, stay readable, and are written without disturbing a rule file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from digest.conversation.questions import QUESTION
from digest.learning import fit, measure, tune
from digest.learning.figures import DayRecord, RecordedQuestion
from digest.model import Log, Message, Quote
from digest.project import settings as config
from digest.rules import edit as rewrite
from digest.rules.edit import Setting
from digest.rules.model import Rules
from digest.stages import Stages
from digest.subjects import load

PACKAGED = [r.id for r in load([config.packaged_rules()]).subject("questions").of_act(QUESTION)]
OWN = """\
# our own rules; keep me
subject: questions

settings:
  threshold: 0.3    # not less

acts:
  question: {bias: -5.4, doc: "ours"}

rules:
  - id: our-word
    act: question
    pattern: 对账单
    weight: 1.25     # by hand
    why: we talk of nothing else
  - {id: BEGS, off: true}   # never asked here
  - id: HOW
    # no weight of our own
    why: ours

# the end
""".replace("BEGS", PACKAGED[0]).replace("HOW", PACKAGED[1])


def rules_of(folder: Path) -> Rules:
    return load([config.packaged_rules(), folder])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "questions.yml").write_text(OWN, encoding="utf-8")
    return tmp_path


# ---------------------------------------------------------------- fitting


def rows(*fired: tuple[tuple[int, ...], bool]) -> fit.Table:
    return fit.table([f for f, _ in fired], [r for _, r in fired], [1.0] * len(fired), 3)


def test_a_rule_that_fires_on_what_is_right_gets_weight_and_one_that_does_not_loses_it() -> None:
    data = rows(*[((0,), True)] * 30, *[((1,), False)] * 30, *[((), n % 4 == 0) for n in range(40)])
    first, second, bias = fit.fitted(data, ["free", "free"], 1.0)
    assert first > 1
    assert second < -1
    assert bias < 0


def test_a_weight_keeps_the_sign_that_its_rule_asks_for() -> None:
    data = rows(*[((0,), False)] * 30, *[((1,), True)] * 30, *[((), n % 2 == 0) for n in range(40)])
    first, second, _ = fit.fitted(data, ["positive", "negative"], 1.0)
    assert (first, second) == (0, 0)


def test_a_strong_pull_leaves_weights_where_they_were() -> None:
    data = rows(*[((0,), True)] * 30, *[((1,), False)] * 30)
    weak = fit.fitted(data, ["free", "free"], 1e6, pull=fit.vector([0.5, -0.5, 0.0]))
    assert weak[:2] == pytest.approx([0.5, -0.5], abs=1e-3)


def test_a_choice_is_learnt_from_which_of_its_rows_is_right() -> None:
    # groups of three candidates and "none" (bias alone); the first rule marks the right one
    fired, right, starts, biased = [], [], [], []
    for n in range(40):
        starts.append(len(fired))
        fired += [(0,) if n % 3 == 0 else (), (0,) if n % 3 == 1 else (1,), (), ()]
        right += [n % 3 == 0, n % 3 == 1, False, n % 3 == 2]
        biased += [False, False, False, True]
    data = fit.table(fired, right, [1.0] * len(fired), 3, starts, biased)
    first, second, none = fit.fitted(data, ["free", "free"], 0.5)
    assert first > 1
    assert second < 0
    assert first > none


def test_joined_tables_are_one_table() -> None:
    parts = [fit.table([(0,), ()], [True, False], [1, 1], 2, [0], [False, True]) for _ in range(3)]
    whole = fit.joined(parts)
    assert whole.starts is not None
    assert list(whole.starts) == [0, 2, 4]
    assert fit.fitted(whole, ["free"], 1.0)[0] > 0


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("value", "text"), [(1.0, "1.0"), (0.35, "0.35"), (-2.5, "-2.5"), (-0.001, "0.0"), (0.0, "0.0"), (12, "12.0")]
)
def test_numbers_are_written_as_a_person_would(value: float, text: str) -> None:
    assert rewrite.number(value) == text


def test_only_the_number_changes_where_one_stands(own: Path) -> None:
    changes = (
        Setting("questions", ("our-word",), -0.5),
        Setting("questions", ("settings", "threshold"), 0.28),
        Setting("questions", ("acts", QUESTION, "bias"), -4.85),
    )
    made = rewrite.rewritten(rules_of(own), [config.packaged_rules(), own], changes)
    expected = OWN.replace("weight: 1.25 ", "weight: -0.5 ").replace("0.3    #", "0.28    #").replace("-5.4,", "-4.85,")
    assert made == {own / "questions.yml": expected}


def test_a_rule_changed_elsewhere_in_the_folder_gets_its_weight_there(own: Path) -> None:
    changes = (Setting("questions", (PACKAGED[1],), 1.05),)
    made = rewrite.rewritten(rules_of(own), [config.packaged_rules(), own], changes)
    assert made == {
        own / "questions.yml": OWN.replace(f"  - id: {PACKAGED[1]}\n", f"  - id: {PACKAGED[1]}\n    weight: 1.05\n")
    }


def test_packaged_rules_are_changed_by_entries_in_the_own_folder(own: Path) -> None:
    rules = rules_of(own)
    named = [r.id for r in rules.subject("questions").of_act(QUESTION) if Path(r.where.path).parent != own][:2]
    changes = [Setting("questions", (name,), 0.15) for name in named]
    folders = [config.packaged_rules(), own]
    made = rewrite.rewritten(rules, folders, changes)
    (path,) = made
    assert path == own / "tuned-questions.yml"
    path.write_text(made[path], encoding="utf-8")
    again = rewrite.rewritten(rules_of(own), folders, [Setting("questions", (named[0],), 0.2)])
    assert again == {path: made[path].replace("0.15", "0.2", 1)}


def test_settings_of_packaged_files_become_entries_of_one_mapping(own: Path) -> None:
    folders = [config.packaged_rules(), own]
    path = own / "tuned-answers.yml"
    for name, value in (("none", 3.5), ("threshold", 0.2)):
        made = rewrite.rewritten(rules_of(own), folders, [Setting("answers", ("settings", name), value)])
        path.write_text(made[path], encoding="utf-8")
    both = [Setting("answers", ("settings", name), 0.25) for name in ("none", "threshold")]
    assert rewrite.rewritten(rules_of(own), folders, both)[path].endswith("settings: {none: 0.25, threshold: 0.25}\n")
    path.unlink()
    assert rewrite.rewritten(rules_of(own), folders, both)[path].endswith("settings: {none: 0.25, threshold: 0.25}\n")


def test_a_number_that_is_no_plain_one_is_told_with_its_place(own: Path) -> None:
    (own / "questions.yml").write_text(OWN.replace("1.25", "!!float 1.25"), encoding="utf-8")
    with pytest.raises(Exception, match=r"questions\.yml:14"):
        rewrite.rewritten(rules_of(own), [config.packaged_rules(), own], (Setting("questions", ("our-word",), 1.0),))


# ---------------------------------------------------------------- the whole


def invented(number: int) -> tuple[Log, DayRecord]:
    """A day on which only what asks about 对账单 is published."""
    day = dt.date(2024, 2, 1) + dt.timedelta(days=number)
    said = []
    for n in range(12):
        said.append((f"甲{n}", "对账单怎么下载呢？" if n % 3 == 0 else "这个系统怎么部署的呢？"))
        said.append(("林山", f"按文档第{n}步做就可以，我们一直是这样做的"))
    messages = tuple(Message((i,), 36000 + 120 * i, who, text) for i, (who, text) in enumerate(said))
    log = Log(f"logs/{day}-chat.markdown", "示例群", day, messages, len(messages))
    asked = tuple((RecordedQuestion((2 * n,), ((2 * n + 1,),)),) for n in range(0, 12, 3))
    return log, DayRecord(day.isoformat(), "示例群", asked)


def test_tuning_finds_the_rule_that_the_editor_follows_and_is_the_same_each_time(own: Path) -> None:
    sources = [invented(n) for n in range(6)]
    rules = rules_of(own)
    how = tune.Fitting(folds=3, strength=1.0)
    made = tune.tune(sources, rules, ["questions"], how)
    assert made.after.window_f1 == 1
    assert made.after.window_f1 >= made.before.window_f1
    assert made.rules.subject("questions").by_id["our-word"].weight > 0
    assert tune.tune(sources, rules, ["questions"], how).settings == made.settings


def test_weights_come_in_readable_steps_and_keep_their_sign(own: Path) -> None:
    made = tune.tune([invented(n) for n in range(4)], rules_of(own), ["questions"], tune.Fitting(folds=2))
    before = rules_of(own).subject("questions").by_id
    for setting in made.settings:
        assert round(setting.value * 100) % (5 if setting.path[0] != "settings" else 1) == 0
        if len(setting.path) == 1:
            sign = before[setting.path[0]].sign
            assert sign == "free" or setting.value * (1 if sign == "positive" else -1) >= 0


def test_rules_of_other_acts_are_left_alone(own: Path) -> None:
    rules = rules_of(own)
    made = tune.tune([invented(n) for n in range(4)], rules, ["questions"], tune.Fitting(folds=2))
    others = {r.id for r in rules.subject("questions").rules if r.act != QUESTION}
    assert not others.intersection(s.path[0] for s in made.settings)


def test_a_rule_that_never_fired_keeps_its_weight(own: Path) -> None:
    (own / "more.yml").write_text(
        "subject: questions\nrules:\n  - {id: unheard, act: question, pattern: 量子纠缠, weight: 3.0}\n",
        encoding="utf-8",
    )
    made = tune.tune([invented(n) for n in range(4)], rules_of(own), ["questions"], tune.Fitting(folds=2))
    assert "unheard" not in {s.path[0] for s in made.settings}
    assert made.rules.subject("questions").by_id["unheard"].weight == 3.0


def test_numbers_put_into_rules_are_found_again(own: Path) -> None:
    changes = [Setting("questions", ("our-word",), 0.75), Setting("questions", ("acts", QUESTION, "bias"), -3.0)]
    changed = tune.with_numbers(rules_of(own), changes)
    assert [tune.value(changed, s) for s in changes] == [0.75, -3.0]
    assert changed.subject("questions").settings.acts[QUESTION]["doc"] == "ours"


def test_answers_are_learnt_from_those_that_were_published(own: Path) -> None:
    sources = [invented(n) for n in range(6)]
    made = tune.tune(sources, rules_of(own), ["questions", "answers"], tune.Fitting(folds=3, strength=1.0))
    assert made.after.link_f1 == 1
    assert [name for name, _ in made.thresholds] == ["questions", "answers"]
    assert {s.subject for s in made.settings} == {"questions", "answers"}


def quoting(number: int) -> Log:
    """A day on which members quote what they answer, two messages up."""
    day = dt.date(2024, 3, 1) + dt.timedelta(days=number)
    said: list[tuple[str, str, Quote | None]] = []
    for n in range(8):
        said.append((f"甲{n}", f"第{n}种渠道的对账单每天几点可以下载", None))
        said.append((f"乙{n}", f"今天食堂第{n}个窗口排队的人真多", None))
        said.append((f"丙{n}", f"第{n}种渠道一般早上十点", Quote(f"甲{n}", f"第{n}种渠道的对账单每天几点可以下载")))
    messages = tuple(Message((i,), 36000 + 30 * i, who, text, quote=q) for i, (who, text, q) in enumerate(said))
    return Log(f"logs/{day}-chat.markdown", "示例群", day, messages, len(messages))


def test_links_are_learnt_from_quotes_that_are_cut_away(own: Path) -> None:
    made = tune.tune(
        [invented(n) for n in range(3)],
        rules_of(own),
        ["links"],
        tune.Fitting(folds=3),
        logs=[quoting(n) for n in range(3)],
    )
    assert made.quotes is not None
    before, after, of = made.quotes
    assert of == 24
    assert after >= before
    assert {s.subject for s in made.settings} <= {"links"}


def test_links_are_learnt_from_published_answers_too(own: Path) -> None:
    made = tune.tune([invented(n) for n in range(6)], rules_of(own), ["links"], tune.Fitting(folds=3))
    assert made.quotes == (0, 0, 0)
    assert made.examples["links"] > 0


def test_what_follows_is_learnt_from_links_that_never_saw_the_day(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, float]] = []
    measured = measure.measured

    def watched(sources: Iterable[measure.Source], stages: Stages) -> Iterator[measure.Measured]:
        chosen = list(sources)
        weights = tuple(r.weight for r in stages.rules.subject("links").rules)
        seen.extend((published.day, sum(weights)) for _, published in chosen)
        return measured(chosen, stages)

    monkeypatch.setattr(measure, "measured", watched)
    days = [invented(n) for n in range(6)]
    tune.tune(days, rules_of(own), ["links", "questions"], tune.Fitting(folds=3, strength=1.0))
    # read, then linked anew, then measured, each time a fold's days by that fold's links
    anew, after = dict(seen[6:12]), dict(seen[12:])
    assert anew.keys() == after.keys() == {published.day for _, published in days}
    assert anew == after
    assert set(anew.values()).isdisjoint(weight for _, weight in seen[:6])
