"""What leaves a project, and what must not: exports, and one person taken out of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digest.errors import DigestError
from digest.forgetting import forget as forgetting
from digest.forgetting.forget import PersonTraces, RedactedFile
from digest.knowledge import export as exports
from digest.knowledge.export import Exported, ExportFormat, ExportRequest, Site
from digest.knowledge.schema import StoreError, reading
from digest.project import folders
from digest.project.settings import Settings
from digest.stages import Stages
from digest.workflows.index import index
from digest.workflows.pages import front_matter

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ForgetReport:
    """What forgetting a person did: files redacted, days indexed anew, exports written anew, and what is left.

    `remaining` are places that name the person and are the user's own to change, `failed` what could not be done.
    """

    files: tuple[RedactedFile, ...]
    days: int
    exports: tuple[Path, ...]
    remaining: tuple[str, ...]
    failed: tuple[str, ...]


def export(settings: Settings, request: ExportRequest, *, force: bool = False, leave: bool = False) -> Exported:
    """Write an export; its files. Hold the lock around it.

    Files that aren't ours: `force` puts them into a backup, `leave` passes over them, else nothing is written.
    """
    plain = request.format is not ExportFormat.markdown or request.site is Site.mkdocs
    with reading(folders.store_path(settings.root)) as db:
        front = {} if plain else front_matter(settings)
        return exports.write(db, settings, request, front, force=force, leave=leave)


def forget(settings: Settings, stages: Stages, person: PersonTraces, progress: Progress) -> ForgetReport:
    """Take a person out of digests, what they were built from, the store and exports. Hold the lock around it."""
    again = exports.past_exports(settings.root)  # known before anything is changed
    store = folders.store_path(settings.root)
    # the store alone knows whose a short answer is; what can't be read of it, a full disk left
    try:
        entries = forgetting.entries(store, person)
    except StoreError:
        index(settings, lambda: stages, rebuild=True, progress=progress)
        entries = forgetting.entries(store, person)
    redacted, failed = forgetting.forget(settings, person, entries)
    report = index(settings, lambda: stages, rebuild=True, progress=progress)
    failed += report.failed
    changed: list[Path] = []
    for request in again:
        try:
            changed += export(settings, request, leave=True).left
        except DigestError as error:
            failed.append(str(error))
    places = tuple(Path(request.out) for request in again)
    remaining = (
        *(f"{folders.from_root(settings.root, path)}: changed since it was exported" for path in changed),
        *forgetting.remaining(settings, person),
    )
    return ForgetReport(tuple(redacted), report.written, places, remaining, tuple(failed))
