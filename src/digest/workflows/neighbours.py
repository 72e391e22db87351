"""The days around the one that is built: late answers go both ways, and what was answered long before is told."""

from __future__ import annotations

import datetime as dt
from collections import Counter, OrderedDict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from digest.editorial import late
from digest.editorial.late import Heard, Late, Waiting
from digest.errors import DigestError
from digest.model import Earlier, Log, People
from digest.project import folders
from digest.project.folders import DayLog
from digest.project.settings import Settings
from digest.reports.summary import count
from digest.workflows import project
from digest.workflows.project import Work

if TYPE_CHECKING:
    from digest.page.render import Page
    from digest.stages import Stages

V = TypeVar("V")
KEPT = 16  # logs kept in memory, in a run over many days


@dataclass(frozen=True, slots=True)
class Offers:
    """Late answers: `given` to open questions of the day itself, `to_earlier` by the day to those of earlier ones."""

    given: tuple[Late, ...] = ()
    to_earlier: tuple[Late, ...] = ()
    before: tuple[Earlier, ...] = ()  # where its open questions were answered on earlier days
    warnings: tuple[str, ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """What there is, by day, in words."""
        given = Counter(late.day for late in self.given)
        earlier = Counter(late.question.day for late in self.to_earlier)
        return (
            *(f"{count(n, 'answer')} given on {day}" for day, n in sorted(given.items())),
            *(f"{count(n, 'answer')} to what was asked on {day}" for day, n in sorted(earlier.items())),
        )


@dataclass(slots=True)
class Neighbours:
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

    def page(self, found: DayLog, work: Work) -> tuple[Page, Offers]:
        """The page of a day with the late answers that concern it."""
        from digest.page import render

        offers = self.offers(found, work)
        digest = late.offered(work.digest, offers.given, offers.to_earlier)
        if self._store:
            from digest.workflows import earlier as before

            digest, warnings = before.noted(digest, self._store, self.stages)
            offers = replace(offers, before=before.told(digest), warnings=warnings)
            self._store = None if warnings else self._store  # what can't be used is told of once
        return render.page(digest, work.log, self.stages.layout, self.settings.templates), offers

    def people(self, found: DayLog, log: Log) -> People | None:
        """The people of a day that an earlier one was compared with, where its log is the same still."""
        heard = self._heard.get(found.path)
        return heard.people if heard and heard.log == log else None

    def offers(self, found: DayLog, work: Work) -> Offers:
        """The late answers that concern a day."""
        if not self._how.days:
            return Offers()
        mine = self._made(work.log)
        _keep(self._heard, found.path, mine)
        vars(mine).update(people=work.day.people, turns=work.day.turns)  # known already
        open_ = _keep(self._open, found.path, late.waiting(work.digest, work.log, work.day.people.speaker))
        given = self._answers(found, open_, self._how.days) if open_ else ()
        to_earlier: list[Late] = []
        for before in range(self._how.days, 0, -1):
            earlier = self.near(found, -before)
            if earlier is not None and (asked := self._asked(earlier, mine)):
                to_earlier += (one for one in self._answers(earlier, asked, before) if one.day == found.day)
        return Offers(given, tuple(to_earlier))

    def answered(self, found: DayLog, offers: Offers | None) -> tuple[DayLog, ...]:
        """The earlier days whose open questions a day answered."""
        days = sorted({one.question.day for one in offers.to_earlier}) if offers else ()
        near = (self.near(found, (day - found.day).days) for day in days)
        return tuple(log for log in near if log is not None)

    def near(self, found: DayLog, days: int) -> DayLog | None:
        """The log of the same room so many days later, None where there is none."""
        try:
            day = found.day + dt.timedelta(days)
        except OverflowError:
            return None
        path = found.path.with_name(found.path.name.replace(found.day.isoformat(), day.isoformat()))
        return replace(found, day=day, path=path) if path.is_file() and path != found.path else None

    def _answers(self, found: DayLog, asked: tuple[Waiting, ...], days: int) -> tuple[Late, ...]:
        logs = (self.near(found, n) for n in range(1, days + 1))
        heard = [h for log in logs if log is not None and (h := self._hear(log)) is not None]
        return late.answers(asked, heard, self._how, self.stages.vocabulary, self.stages.cleaning)

    def _asked(self, earlier: DayLog, mine: Heard) -> tuple[Waiting, ...]:
        """The open questions of an earlier day, where the log at hand might answer one."""
        if earlier.path in self._open:
            return self._open[earlier.path]
        heard = self._hear(earlier)
        if heard is None or not late.might_answer(heard.log, mine, self._how, self.stages.vocabulary):
            return ()
        work = project.analysed(heard.log, self.stages, left_out=False)
        return _keep(self._open, earlier.path, late.waiting(work.digest, work.log, work.day.people.speaker))

    def _hear(self, found: DayLog) -> Heard | None:
        """A neighbour's log; None where it can't be read: the build of its own day tells."""
        if found.path not in self._heard:
            try:
                log = project.read(found, self.settings)
            except DigestError:
                return _keep(self._heard, found.path, None)
            _keep(self._heard, found.path, self._made(log) if log.messages else None)
        return self._heard[found.path]

    def _made(self, log: Log) -> Heard:
        return Heard(log, self.stages.known, self.stages.turn_settings)


def _keep(kept: OrderedDict[Path, V], path: Path, value: V) -> V:
    kept[path] = value
    if len(kept) > KEPT:
        kept.popitem(last=False)
    return value
