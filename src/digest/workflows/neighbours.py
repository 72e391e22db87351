"""The days around the one that is built: late answers go both ways, and what was answered long before is told."""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from digest.conversation.silent import without_silent
from digest.editorial import late
from digest.editorial.late import Heard, Late, Waiting
from digest.errors import DigestError
from digest.model import Earlier, Log, People
from digest.project import folders
from digest.project.folders import DayLog
from digest.project.settings import Settings
from digest.text import count
from digest.workflows import project
from digest.workflows.project import AnalysedDay

if TYPE_CHECKING:
    from digest.page.render import Page
    from digest.stages import Stages

V = TypeVar("V")
KEPT = 16  # logs kept in memory, in a run over many days


@dataclass(frozen=True, slots=True)
class LateAnswers:
    """Answers that came on another day: `to_day` to its own open questions, `to_earlier` by it to earlier days'."""

    to_day: tuple[Late, ...] = ()
    to_earlier: tuple[Late, ...] = ()
    answered_before: tuple[Earlier, ...] = ()  # where its open questions were answered on earlier days
    warnings: tuple[str, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """How many there are, a line a day."""
        to_day = Counter(late.day for late in self.to_day)
        earlier = Counter(late.question.day for late in self.to_earlier)
        return (
            *(f"{count(n, 'answer')} given on {day}" for day, n in sorted(to_day.items())),
            *(f"{count(n, 'answer')} to what was asked on {day}" for day, n in sorted(earlier.items())),
        )


@dataclass(slots=True)
class AdjacentDays:
    """The logs around a day, read and analysed when they are first needed."""

    settings: Settings
    stages: Stages
    _how: late.Lateness = field(init=False)
    _store: Path | None = field(init=False)
    _heard: OrderedDict[Path, Heard | None] = field(default_factory=OrderedDict)
    _open: OrderedDict[Path, tuple[Waiting, ...]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._how = self.stages.rules.settings(late.Lateness)
        store = folders.store_path(self.settings.root)
        self._store = store if store.exists() else None  # a build without one never loads SQLite

    def page(self, day_log: DayLog, work: AnalysedDay) -> tuple[Page, LateAnswers]:
        """The page of a day with the late answers that concern it."""
        from digest.page import render  # start-up: brings the templates' engine

        offers = self.late_answers(day_log, work)
        digest = late.offered(work.digest, offers.to_day, offers.to_earlier)
        if self._store:
            from digest.workflows import earlier  # start-up: a build without a store loads no SQLite

            digest, warnings = earlier.with_pointers(digest, self._store, self.stages)
            offers = replace(offers, answered_before=earlier.pointers(digest), warnings=warnings)
            self._store = None if warnings else self._store  # what can't be used is told of once
        return render.page(digest, work.log, self.stages.layout, self.settings.templates), offers

    def people(self, day_log: DayLog, log: Log) -> People | None:
        """The people of a day that an earlier one was compared with, where its log is the same still."""
        heard = self._heard.get(day_log.path)
        return heard.people if heard and heard.log == log else None

    def late_answers(self, day_log: DayLog, work: AnalysedDay) -> LateAnswers:
        """The late answers that concern a day."""
        if not self._how.days:
            return LateAnswers()
        heard = self._heard_log(work.log)
        _keep(self._heard, day_log.path, heard)
        vars(heard).update(
            people=work.conversation.people, turns=work.conversation.turns
        )  # the day was analysed: nothing is read twice
        questions = _keep(
            self._open, day_log.path, late.waiting(work.digest, work.log, work.conversation.people.speaker)
        )
        to_day = self._answers(day_log, questions, self._how.days) if questions else ()
        to_earlier: list[Late] = []
        for back in range(self._how.days, 0, -1):
            earlier = self.near(day_log, -back)
            if earlier is not None and (questions := self._open_questions(earlier, heard)):
                to_earlier += (one for one in self._answers(earlier, questions, back) if one.day == day_log.day)
        return LateAnswers(to_day, tuple(to_earlier))

    def answered(self, day_log: DayLog, offers: LateAnswers | None) -> tuple[DayLog, ...]:
        """The earlier days whose open questions a day answered."""
        days = sorted({one.question.day for one in offers.to_earlier}) if offers else ()
        near = (self.near(day_log, (day - day_log.day).days) for day in days)
        return tuple(log for log in near if log is not None)

    def near(self, day_log: DayLog, days: int) -> DayLog | None:
        """The log of the same room so many days later, None where there is none."""
        try:
            day = day_log.day + dt.timedelta(days)
        except OverflowError:
            return None
        path = day_log.path.with_name(day_log.path.name.replace(day_log.day.isoformat(), day.isoformat()))
        return replace(day_log, day=day, path=path) if path.is_file() and path != day_log.path else None

    def _answers(self, day_log: DayLog, questions: tuple[Waiting, ...], days: int) -> tuple[Late, ...]:
        logs = (self.near(day_log, n) for n in range(1, days + 1))
        heard = [h for log in logs if log is not None and (h := self._hear(log)) is not None]
        return late.answers(questions, heard, self._how, self.stages.vocabulary, self.stages.cleaning)

    def _open_questions(self, earlier: DayLog, log: Heard) -> tuple[Waiting, ...]:
        """The open questions of an earlier day, where the log at hand might answer one."""
        if earlier.path in self._open:
            return self._open[earlier.path]
        heard = self._hear(earlier)
        if heard is None or not late.might_answer(heard.log, log, self._how, self.stages.vocabulary):
            return ()
        work = project.analysed(heard.log, self.stages, left_out=False)
        return _keep(self._open, earlier.path, late.waiting(work.digest, work.log, work.conversation.people.speaker))

    def _hear(self, day_log: DayLog) -> Heard | None:
        """A neighbour's log; None where it can't be read: the build of its own day tells."""
        if day_log.path not in self._heard:
            try:
                log = project.read(day_log, self.settings)
            except DigestError:
                return _keep(self._heard, day_log.path, None)
            _keep(self._heard, day_log.path, self._heard_log(log) if log.messages else None)
        return self._heard[day_log.path]

    def _heard_log(self, log: Log) -> Heard:
        log = without_silent(log, self.stages.known, self.stages.turn_settings)
        return Heard(log, self.stages.known, self.stages.turn_settings)


def _keep(kept: OrderedDict[Path, V], path: Path, value: V) -> V:
    kept[path] = value
    if len(kept) > KEPT:
        kept.popitem(last=False)
    return value
