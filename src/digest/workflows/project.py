"""What a command works with: the project's settings with the options over them, the rules, an analysed day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest import files
from digest.errors import DigestError, UsageError
from digest.model import Digest, Log, People, Question
from digest.project import folders
from digest.project import settings as config
from digest.project.folders import DayLog
from digest.project.settings import Settings

if TYPE_CHECKING:
    from digest.conversation.conversation import Conversation
    from digest.rules.model import Rules
    from digest.stages import Stages


@dataclass(frozen=True, slots=True)
class AnalysedDay:
    """A day gone through all stages."""

    log: Log
    conversation: Conversation
    questions: tuple[Question, ...]
    digest: Digest
    stages: Stages


class Project:
    """A folder with logs, rules and digests: what a program works with that is no terminal."""

    def __init__(self, root: str | Path = ".", settings: Settings | None = None) -> None:
        """Raises SettingsError where the folder's digest.toml can't be used."""
        self.settings = settings or config.settings(Path(root))

    @cached_property
    def stages(self) -> Stages:
        """What each stage takes from the rules. Raises RulesError with every problem of every file."""
        return stages(self.settings)

    def days(self, room: str | None = None) -> tuple[DayLog, ...]:
        """Every log below the logs folder, by day, then room."""
        return folders.days(self.settings, room)

    def log(self, day: str | DayLog, room: str | None = None) -> Log:
        """A day's messages, without those of who asked to be forgotten. Raises UsageError where it has no log."""
        return read(find(self.settings, day, room) if isinstance(day, str) else day, self.settings)

    def analysed(self, day: str | DayLog, room: str | None = None) -> AnalysedDay:
        """The day gone through all stages, with the reasons of every link and answer."""
        return analysed(self.log(day, room), self.stages, evidence=True)

    def conversation(self, day: str | DayLog, room: str | None = None) -> Conversation:
        """Who said what to whom on a day."""
        return self.analysed(day, room).conversation

    def page(self, day: str | DayLog, room: str | None = None) -> str:
        """The Markdown that the rules make of a day, before anything that an editor did to it."""
        from digest.page import render  # start-up: brings the templates' engine

        work = self.analysed(day, room)
        return render.page(work.digest, work.log, self.stages.layout, self.settings.templates).text


def settings(
    *,
    logs: Path | None = None,
    rules: Sequence[Path] | None = None,
    out: Path | None = None,
    templates: Path | None = None,
    encoding: str | None = None,
) -> Settings:
    """The settings of the project in the working folder, the command's options over them."""
    base = config.settings()
    changes: dict[str, Any] = {}
    if logs is not None:
        changes["logs"] = _folder(logs, "--logs")
    if rules:
        packaged = config.packaged_rules()
        own = tuple(_folder(path, "--rules") for path in rules)
        changes["rules"] = (packaged, *(path for path in own if path.resolve() != packaged.resolve()))
    if templates is not None:
        changes["templates"] = (_folder(templates, "--templates"), config.packaged_templates())
    if out is not None:
        changes["out"] = out.absolute()
        changes["elsewhere"] = out.resolve() != base.out.resolve()
    if encoding is not None:
        changes["encoding"] = encoding
    return replace(base, **changes) if changes else base


def _folder(path: Path, option: str) -> Path:
    if not path.is_dir():
        raise UsageError(f"{path}: no such folder. Give {option} a folder that is there")
    return path.absolute()


def stages(settings: Settings) -> Stages:
    """The stages by the project's rules, and by what its settings say beside them."""
    from digest.stages import Stages
    from digest.subjects import load

    return Stages(with_settings(load(rule_folders(settings)), settings))


def rule_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of rules, as their problems shall name them."""
    return tuple(Path(shown(folder)) for folder in settings.rules)


def with_settings(rules: Rules, settings: Settings) -> Rules:
    """The rules with what digest.toml adds: who exported the logs, who may be named, whose pictures are shown."""
    # start-up: a command that reads no rules needs no stage
    from digest.conversation.people.people import Known
    from digest.page.render import Layout

    known, hosts = rules.settings(Known), rules.settings(Layout).image_hosts
    me = (*known.me, *((settings.me,) if settings.me else ()))
    agreed = (*known.agreed, *settings.agreed)
    rules = rules.with_settings("people", me=tuple(dict.fromkeys(me)), agreed=tuple(dict.fromkeys(agreed)))
    return rules.with_settings("layout", image_hosts=tuple(dict.fromkeys((*hosts, *settings.image_hosts))))


def own_rules(settings: Settings, options: Sequence[Path] | None) -> Path:
    """The user's folder of rules, which may be written to. Raises UsageError where there is none."""
    last = settings.rules[-1]
    packaged = config.packaged_rules().resolve()
    if options:
        return options[-1].absolute()
    if last.resolve() != packaged or last.resolve().parent == settings.root.resolve():
        return last
    raise UsageError(
        "There are only the packaged rules, and they stay as they are. Make a folder of your own: mkdir rules"
    )


def find(settings: Settings, day: str, room: str | None) -> DayLog:
    """The log of the day that the user named."""
    return folders.find_log(settings, folders.parse_day(day), room)


def read(day_log: DayLog, settings: Settings) -> Log:
    """A log found below the logs folder, without the messages of who asked to be forgotten."""
    from digest.project import forgotten

    return forgotten.without(whole(day_log, settings), forgotten.forgotten(settings.root))


def whole(day_log: DayLog, settings: Settings) -> Log:
    """A log found below the logs folder, as it stands in its file."""
    from digest import importers

    return importers.read(day_log.path, day=day_log.day, room=day_log.room, encoding=settings.encoding)


def analysed(
    log: Log, stages: Stages, *, evidence: bool = False, people: People | None = None, left_out: bool = True
) -> AnalysedDay:
    """The log gone through all stages; with `evidence`, links and answers say which rules made them.

    Without `left_out`, questions that aren't published have no lines and don't say why.
    """
    from digest import stages as pipeline

    conversation = pipeline.analyse(log, stages, evidence=evidence, people=people)
    questions = pipeline.questions(conversation, stages, 0.0 if left_out else 1.0)
    return AnalysedDay(
        conversation.log, conversation, questions, pipeline.digest(conversation, questions, stages), stages
    )


def opened(settings: Settings, day: str, room: str | None) -> AnalysedDay:
    """The day that the user named, gone through all stages."""
    log = read(find(settings, day, room), settings)
    if not log.messages:
        raise DigestError(f"{log.path}: no messages that day. Choose another day")
    return analysed(log, stages(settings), evidence=True)


def shown(path: Path | str) -> str:
    """A path as the user would write it: relative to the working folder where it lies below."""
    try:
        return str(Path(path).absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def write(settings: Settings, path: Path, data: str | bytes, *, force: bool = False) -> tuple[Path, ...]:
    """Put a file where the user named it; the backup of what stood there and wasn't ours.

    Raises UsageError where something stands there that isn't ours, unless forced.
    """
    if not path.absolute().parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder. Make it, or choose another place")
    with files.lock(settings.root):
        from digest.page import outputs  # start-up: most commands write where they always do

        return outputs.write(settings, path, data, force=force)
