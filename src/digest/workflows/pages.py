"""Pages made of many days: the FAQ, the roundup of a month or a week; merged with edits as any digest is."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest import files
from digest.knowledge import roundups
from digest.knowledge.likeness import Sameness
from digest.knowledge.schema import reading
from digest.page import render
from digest.project import folders
from digest.project.settings import Settings
from digest.subjects import load
from digest.workflows.write import Written, write_digest

LIMIT = 100  # questions of the FAQ


@dataclass(frozen=True, slots=True)
class ManyDays:
    """Which page is meant: `faq`, a month such as `2017-05`, a week such as `2017-W21`; of one room or of all.

    An FAQ may be narrowed to some days, and to so many questions.
    """

    name: str
    room: str | None = None
    since: str = ""
    until: str = ""
    limit: int = LIMIT

    def path(self, settings: Settings) -> Path:
        """Where the page lies."""
        return folders.page_path(settings, self.name, self.room or "")


def contents(settings: Settings, page: ManyDays) -> dict[str, Any]:
    """What the store holds for a page, as its template takes it."""
    front, alike = front_matter(settings), load(settings.rules).settings(Sameness)
    with reading(folders.store_path(settings.root)) as db:
        if page.name == "faq":
            return roundups.faq(db, front, alike, page.room, page.since, page.until, page.limit)
        period = roundups.week(page.name) if "W" in page.name else roundups.month(page.name)
        return roundups.roundup(db, period, front, alike, page.room)


def text(settings: Settings, page: ManyDays, context: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    template = "faq.md.j2" if page.name == "faq" else "roundup.md.j2"
    return render.rendered(template, context, settings.templates).text


def write(
    settings: Settings, page: ManyDays, context: Mapping[str, Any], *, fresh: bool = False, dry_run: bool = False
) -> Written:
    """Bring the page's file up to date, every edit kept."""
    markdown = text(settings, page, context)
    with nullcontext() if dry_run else files.lock(settings.root):
        return write_digest(settings, page.path(settings), markdown, fresh=fresh, dry_run=dry_run)


def front_matter(settings: Settings) -> dict[str, Any]:
    """The front matter that the rules ask for, besides title and date."""
    front = load(settings.rules).settings(render.Layout).front
    return {key: value for key, value in front.items() if key not in ("title", "date")}
