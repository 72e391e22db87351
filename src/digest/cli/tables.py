"""An evaluation as lines of a terminal, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from digest.cli.term import columns, cut, pad, width, wrapped
from digest.learning import figures, measure
from digest.learning.figures import Figures, Slip, TalkFigures
from digest.learning.measure import Measured
from digest.workflows.project import shown

if TYPE_CHECKING:
    from digest.learning.tune import Tuned
    from digest.stages import Stages

MOST_CHANGES = 24  # that are shown, the largest


@dataclass(frozen=True, slots=True)
class EvalReport:
    """What `digest eval` tells; `other` are the same days by the rules to compare with."""

    days: tuple[Measured, ...]
    other: tuple[Measured, ...] | None
    stages: Stages
    misses: bool = False
    by_day: bool = False
    by_rule: bool = False


def lines(report: EvalReport) -> Iterator[str]:
    """The report for a reader."""
    figures, talks = measure.total(report.days)
    published = _count(figures.questions, "question")
    yield f"{_count(figures.days, 'day')}: {published} published, {figures.predicted:,} found"
    yield ""
    if report.other is not None:
        yield from _beside(figures, talks, *measure.total(report.other))
    else:
        yield from _figures(figures, talks)
    if report.by_day:
        yield ""
        yield from _days(report.days)
    if report.other is not None:
        yield ""
        yield from _changes(report.days, report.other)
    if report.by_rule:
        yield ""
        yield from _rules(report)
    if report.misses:
        for day in report.days:
            yield from _misses(day)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> Iterator[str]:
    """Rows under their head; the first `left` columns start at the left, the others end at the right."""
    sizes = [max(width(row[k]) for row in (head, *rows)) for k in range(len(head))]
    for row in (head, *rows):
        cells = [
            pad(c, w) if k < left else " " * (w - width(c)) + c for k, (c, w) in enumerate(zip(row, sizes, strict=True))
        ]
        yield cut("  ".join(cells), columns()).rstrip()


def _prose(text: str) -> Iterator[str]:
    yield from wrapped(text, columns())


def _figures(f: Figures, t: TalkFigures) -> Iterator[str]:
    yield from table(
        ("", "precision", "recall", "F1"),
        (
            ("questions, in window", _n(f.window_precision), _n(f.q_recall), _n(f.window_f1)),
            ("questions, whole day", _n(f.q_precision), _n(f.q_recall), _n(f.q_f1)),
            ("links", _n(f.link_precision), _n(f.link_recall), _n(f.link_f1)),
            ("links, by message", _n(f.message_link_precision), "", _n(f.message_link_f1)),
        ),
    )
    yield ""
    yield from _prose(f"effort {_n(f.effort)}: operations from the draft to the editor's page, 1 being all by hand")
    yield f"R-precision {_n(f.r_precision)}, average precision {_n(f.average_precision)}"
    yield from _prose(_talk(t))


def _talk(t: TalkFigures) -> str:
    found = f"the right speaker on {t.talk_speaker} of {_count(t.talks, 'day')}, messages F1 {_n(t.talk_f1)}"
    claimed = f"claimed on {t.talk_false} of {_count(t.talkless, 'day')} without one"
    return "talk: " + "; ".join([found] * (t.talks > 0) + [claimed] * (t.talkless > 0))


def _pairs(f: Figures, g: Figures) -> list[tuple[str, float, float]]:
    """The figures that matter, side by side."""
    names = (
        ("questions F1, in window", "window_f1"),
        ("  precision", "window_precision"),
        ("  recall", "q_recall"),
        ("questions F1, whole day", "q_f1"),
        ("R-precision", "r_precision"),
        ("average precision", "average_precision"),
        ("links F1", "link_f1"),
        ("  precision", "link_precision"),
        ("  recall", "link_recall"),
        ("links F1, by message", "message_link_f1"),
        ("effort", "effort"),
    )
    return [(label, getattr(f, name), getattr(g, name)) for label, name in names]


def _beside(f: Figures, t: TalkFigures, g: Figures, u: TalkFigures) -> Iterator[str]:
    pairs = [*_pairs(f, g), ("talk, messages F1", t.talk_f1, u.talk_f1)]
    rows = [(label, _n(a), _n(b), _signed(b - a)) for label, a, b in pairs]
    rows.append(
        ("talk, right speaker", str(t.talk_speaker), str(u.talk_speaker), f"{u.talk_speaker - t.talk_speaker:+d}")
    )
    rows.append(("talk, claimed wrongly", str(t.talk_false), str(u.talk_false), f"{u.talk_false - t.talk_false:+d}"))
    yield from table(("", "these rules", "the others", "change"), rows)


def tuned(made: Tuned, written: Sequence[str], *, dry_run: bool) -> Iterator[str]:
    """What was fitted, for a reader."""
    learnt = ", ".join(f"{name} from {number:,} examples" for name, number in made.examples.items())
    yield from _prose(
        f"{_count(made.before.days, 'day')}: {_count(made.before.questions, 'question')} published; fitted {learnt}"
    )
    yield ""
    rows = [(label, _n(a), _n(b), _signed(b - a)) for label, a, b in _pairs(made.before, made.after)]
    yield from table(("", "before", "after", "change"), rows)
    yield ""
    yield from _prose(
        "after: by cross-validation, each day measured with numbers fitted without it. "
        "before: the rules as they are; where they were fitted to these very days, that figure flatters them."
    )
    if made.kept:
        yield "So it does the figure after, for weights were held near those (--keep)."
    if made.quotes is not None:
        was, now, of = made.quotes
        yield from _prose(
            f"links: of {of:,} quoted replies, the quote cut away, {was:,} find their parent before, {now:,} after"
        )
    for name, thresholds in made.thresholds:
        yield from _prose(f"threshold of {name}, by fold: {' '.join(f'{t:g}' for t in thresholds)}")
    if not made.settings:
        yield "No number changes."
        return
    yield ""
    changes = sorted(zip(made.settings, made.former, strict=True), key=lambda c: (-abs(c[0].value - c[1]), c[0].path))
    most = changes[:MOST_CHANGES]
    yield f"{len(changes)} numbers change" + (", the most:" if len(changes) > len(most) else ":")
    yield from table(
        ("", "", "before", "after"),
        [(s.subject, ".".join(s.path), f"{was:+.2f}", f"{s.value:+.2f}") for s, was in most],
        left=2,
    )
    yield ""
    yield from _prose(f"{'would be written' if dry_run else 'written'}: {', '.join(written)}")
    if not dry_run:
        yield "next: digest rules test, then digest eval --misses"


def tuned_json(made: Tuned) -> str:
    """What was fitted, for a program."""
    data = {
        "before": _rounded(asdict(made.before)),
        "after": _rounded(asdict(made.after)),
        "thresholds": {name: list(values) for name, values in made.thresholds},
        "quotes": None if made.quotes is None else dict(zip(("before", "after", "of"), made.quotes, strict=True)),
        "examples": dict(made.examples),
        "changes": [
            {"subject": s.subject, "name": ".".join(s.path), "before": was, "after": s.value}
            for s, was in zip(made.settings, made.former, strict=True)
        ],
    }
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _days(days: Sequence[Measured]) -> Iterator[str]:
    rows = []
    for day in days:
        f = figures.figures([day.counts])
        found, published = day.talks
        talk = (
            ""
            if not found and not published
            else "right"
            if found and published and found.speaker == published.speaker
            else "wrong"
        )
        rows.append(
            (
                _name(day),
                str(f.questions),
                str(f.predicted),
                _n(f.window_f1),
                _n(f.q_f1),
                _n(f.r_precision),
                _n(f.link_f1),
                talk,
            )
        )
    yield from table(("day", "given", "found", "F1 window", "F1 day", "R-prec", "F1 links", "talk"), rows)


def _changes(days: Sequence[Measured], others: Sequence[Measured]) -> Iterator[str]:
    rows, told = [], []
    for mine, other in zip(days, others, strict=True):
        c = figures.change(mine.found, other.found, mine.published)
        if not c.worse and not c.better:
            continue
        row = [_name(mine), _n(c.before.window_f1), _n(c.after.window_f1), _n(c.before.link_f1), _n(c.after.link_f1)]
        for kind in figures.SLIPS:
            gone, new = (sum(s.what == kind for s in part) for part in (c.better, c.worse))
            row.append(f"{-gone if gone else 0:+d}/{new:+d}" if gone or new else "")
        rows.append(row)
        told += [(mine, sign, slip) for sign, part in (("-", c.better), ("+", c.worse)) for slip in part]
    if not rows:
        yield "The rules differ on none of these days."
        return
    yield "What the others change, day by day; slips gone / slips new:"
    yield from table(("day", "F1 q", "→", "F1 link", "→", "missed q", "wrong q", "missed a", "wrong a"), rows)
    yield ""
    for day, sign, slip in told:
        if slip.inside:
            yield _slip(day, slip, f"{sign} {_name(day)} ")


def _rules(report: EvalReport) -> Iterator[str]:
    from digest.learning import shares

    acts = measure.shares(report.days, report.stages.question_settings)
    yield from _prose(
        "Rules for questions: turns on which each fired, those in stretches that were taken up, the share of "
        "these that was published, what F1 loses without it (in window, whole day; nothing fitted anew):"
    )
    yield from table(
        ("rule", "weight", "fired", "in window", "right", "F1 window", "F1 day"),
        [(*_share(s), _loss(s.window_f1), _loss(s.q_f1)) for s in acts if s.q_f1 is not None],
    )
    yield ""
    yield from _prose(
        "Rules for answers: pairs of a turn and a question on which each fired, those of published questions, the "
        "share of these that was published, what links F1 loses without it:"
    )
    yield from table(
        ("rule", "weight", "fired", "published", "right", "F1 links"),
        [(*_share(s), _loss(s.link_f1)) for s in shares.answers(report.days, report.stages)],
    )
    yield ""
    yield from _prose(
        "Rules for links, on quoted replies with the quote cut away: candidates on which each fired, the share of "
        "these that is the parent, the share of all quotes that lose their parent without it:"
    )
    rows = [(s, _share(s)) for s in shares.links(report.days, report.stages)]
    yield from table(
        ("rule", "weight", "fired", "right", "found"),
        [(told[0], told[1], told[2], told[4], _loss(s.link_f1)) for s, told in rows],
    )
    yield ""
    yield from _prose(
        "Rules for other acts: turns on which each fired, those in window, the share of these published as questions:"
    )
    others = [(s.act, *_share(s)) for s in acts if s.q_f1 is None]
    yield from table(("act", "rule", "weight", "fired", "in window", "questions"), others, left=2)


def _loss(value: float | None) -> str:
    return "" if value is None else f"{round(value, 4) + 0.0:+.4f}"


def _all_shares(report: EvalReport) -> Iterator[measure.Share]:
    from digest.learning import shares

    yield from measure.shares(report.days, report.stages.question_settings)
    yield from shares.answers(report.days, report.stages)
    yield from shares.links(report.days, report.stages)


def _share(s: measure.Share) -> tuple[str, str, str, str, str]:
    right = _n(s.right / s.inside) if s.inside else ""
    return s.rule, f"{s.weight:+.2f}", f"{s.fired:,}", f"{s.inside:,}", right


def _misses(day: Measured) -> Iterator[str]:
    found = day.slips
    if not found:
        return
    yield ""
    yield f"{_name(day)}  {shown(day.day.log.path)}"
    for slip in found:
        yield _slip(day, slip, "  ")


def _slip(day: Measured, slip: Slip, head: str) -> str:
    where = f"{day.clock(slip.messages[0])} {slip.what}" if slip.messages else slip.what
    about = f" of {day.clock(slip.of[0])}" if slip.of else f" {slip.score:.2f}" if slip.score else ""
    aside = "" if slip.inside else " (out of window)"
    return cut(f"{head}{where}{about}{aside}: {text_at(day, slip.messages)}", columns())


def text_at(day: Measured, positions: Sequence[int]) -> str:
    """The words of the messages at header positions."""
    wanted = set(positions)
    return " ".join(m.text for m in day.day.log.messages if not wanted.isdisjoint(m.positions))


def as_json(report: EvalReport) -> str:
    """The report for a program."""
    data: dict[str, Any] = _totals(report.days)
    data["by_day"] = [
        {"day": d.published.day, "room": d.published.room, **_rounded(asdict(figures.figures([d.counts])))}
        for d in report.days
    ]
    if report.by_rule:
        data["rules"] = [_rounded(asdict(s)) for s in _all_shares(report)]
    if report.misses:
        data["slips"] = [
            {"day": d.published.day, "room": d.published.room, **_told(d, s)} for d in report.days for s in d.slips
        ]
    if report.other is not None:
        data["against"] = _totals(report.other)
        changes = [
            (d, figures.change(d.found, o.found, d.published)) for d, o in zip(report.days, report.other, strict=True)
        ]
        data["changes"] = [
            {
                "day": c.day,
                "room": c.room,
                "better": [_told(d, s) for s in c.better],
                "worse": [_told(d, s) for s in c.worse],
            }
            for d, c in changes
            if c.better or c.worse
        ]
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _totals(days: Sequence[Measured]) -> dict[str, Any]:
    figures, talks = measure.total(days)
    return {"figures": _rounded(asdict(figures)), "talk": _rounded(asdict(talks))}


def _told(day: Measured, slip: Slip) -> dict[str, Any]:
    return {
        "what": slip.what,
        "time": day.clock(slip.messages[0]) if slip.messages else "",
        "messages": list(slip.messages),
        "of": list(slip.of),
        "score": round(slip.score, 4),
        "in_window": slip.inside,
        "text": text_at(day, slip.messages),
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 6) + 0.0 if isinstance(v, float) else v for k, v in values.items()}


def _name(day: Measured) -> str:
    return f"{day.published.day} {day.published.room}".strip()


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def _n(value: float) -> str:
    return f"{value:.3f}"


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:+.3f}"
