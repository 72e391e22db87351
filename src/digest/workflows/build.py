"""Days → digests on disk: each day built, its late answers offered to the days before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

from digest import files
from digest.errors import DigestError, UsageError
from digest.project import fingerprint, folders
from digest.project.fingerprint import Fingerprint
from digest.project.folders import DayLog
from digest.project.settings import Settings
from digest.reports import extract, summary
from digest.reports.summary import Summary
from digest.stages import Stages
from digest.workflows import project, write
from digest.workflows.engine import Runner, serial
from digest.workflows.neighbours import AdjacentDays, LateAnswers
from digest.workflows.write import Written


@dataclass(frozen=True, slots=True)
class BuiltDay:
    """A day that was built; `written` is None where there was nothing to write.

    `late` says that it was built again because a later day answered one of its questions.
    """

    log: DayLog
    summary: Summary
    written: Written | None
    warnings: tuple[str, ...]
    offers: LateAnswers | None = None
    late: bool = False

    @property
    def exit_status(self) -> int:
        return 1 if self.written and (self.written.conflicts or self.written.held) else 0


@dataclass(frozen=True, slots=True)
class FailedDay:
    """A day that could not be built."""

    log: DayLog
    error: DigestError
    late: bool = False

    @property
    def exit_status(self) -> int:
        return self.error.exit_status


def between(settings: Settings, since: str | None, until: str | None, room: str | None) -> tuple[DayLog, ...]:
    """The logs from one day to another, both included, a bound of None being none. Raises UsageError without any."""
    first, last = (folders.parse_day(day) if day else None for day in (since, until))
    logs = tuple(
        log
        for log in folders.days(settings, room)
        if (first is None or log.day >= first) and (last is None or log.day <= last)
    )
    if not logs:
        where = project.shown(settings.logs)
        raise UsageError(f"{where}: no logs of those days. Put logs there, or name their folder with --logs")
    return logs


def which_day(settings: Settings, room: str | None) -> UsageError:
    """What to say where no day was named."""
    logs = folders.days(settings, room)
    if not logs:
        return UsageError(f"{project.shown(settings.logs)}: {folders.NO_LOGS}")
    latest = logs[-1].day
    return UsageError(f"Which day? The latest log is of {latest}. Try digest build {latest}, or --all")


def build(
    logs: Sequence[DayLog],
    settings: Settings,
    stages: Stages,
    *,
    as_json: bool = False,
    dry_run: bool = False,
    fresh: bool = False,
    engine: Runner = serial,
) -> Iterator[BuiltDay | FailedDay]:
    """What became of each day, in their order, each followed by the earlier days that it answers.

    The days are built as `engine` goes through them: none hangs on another's digest. Earlier days that aren't among
    them are built again here. The project is locked until the last one is taken; a dry run leaves no trace, not even
    the lock's file.
    """
    with nullcontext() if dry_run else files.lock(settings.root):
        builder = _Builder(settings, stages, as_json, dry_run, fresh)
        named = {log.path for log in logs}
        # which questions were left out is told where one day is built alone
        work = partial(builder.outcome, left_out=len(logs) == 1)
        for log, built in zip(logs, engine(work, logs), strict=True):
            yield built
            if isinstance(built, FailedDay):
                continue
            # an earlier day's digest learns of the answers that this one brought
            for earlier in builder.neighbours.answered(log, built.offers):
                page = folders.page_path(settings, earlier.day, earlier.room)
                if earlier.path not in named and page.exists():
                    yield builder.outcome(earlier, late=True)


@dataclass
class _Builder:
    """What the days of a run share."""

    settings: Settings
    stages: Stages
    as_json: bool
    dry_run: bool
    fresh: bool

    def __post_init__(self) -> None:
        self.neighbours = AdjacentDays(self.settings, self.stages)
        self.shared: Fingerprint = fingerprint.of_project(self.settings)

    def outcome(self, day_log: DayLog, *, left_out: bool = False, late: bool = False) -> BuiltDay | FailedDay:
        try:
            return self._built(day_log, left_out, late)
        except DigestError as error:
            return FailedDay(day_log, error, late)

    def _built(self, day_log: DayLog, left_out: bool, late: bool) -> BuiltDay:
        settings, stages, dry_run = self.settings, self.stages, self.dry_run
        log = project.read(day_log, settings)
        path = folders.page_path(settings, day_log.day, day_log.room)
        warnings = (*log.warnings, *write.shrunk(path, log, lambda: project.whole(day_log, settings)))
        if not log.messages:
            return BuiltDay(day_log, summary.empty(log), None, warnings, late=late)
        people = self.neighbours.people(day_log, log)
        left_out = left_out or self.as_json
        work = project.analysed(log, stages, evidence=self.as_json, people=people, left_out=left_out)
        page, offers = self.neighbours.page(day_log, work)
        if self.as_json:
            text = extract.text(extract.extract(work.conversation, work.questions, work.digest, stages.layout))
            written = write.write_data(settings, path.with_suffix(".json"), text, dry_run=dry_run)
        else:
            sources = str(self.shared.of_day(log=day_log.path))
            fresh = self.fresh and not late
            written = write.write_digest(settings, path, page.text, fresh=fresh, dry_run=dry_run, sources=sources)
        figures = summary.summary(
            work.conversation,
            work.questions,
            work.digest,
            page.masked,
            stages.question_settings,
            stages.answer_settings,
        )
        warnings = (*warnings, *offers.warnings)
        return BuiltDay(day_log, figures, written, warnings, None if self.as_json else offers, late)
