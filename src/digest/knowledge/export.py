"""The store's entries for other programs: JSON Lines, CSV, question–answer pairs, a folder of Markdown.

Every record tells where it comes from. Texts are masked as in the store; nobody is named but who agreed to it, or
everybody goes by a pseudonym.
"""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from digest import files
from digest.errors import DigestError
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import positions, stored_answers
from digest.masks import mask
from digest.page import outputs
from digest.page.escape import UNSEEN, inline
from digest.page.render import front_matter, rendered
from digest.project.folders import from_root, safe_folder
from digest.project.forgotten import pseudonym, secret
from digest.project.settings import Settings

RECORD = "exports.json"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # a cell that begins so is code to a spreadsheet


class ExportFormat(StrEnum):
    """What an export is written as."""

    jsonl = "jsonl"
    csv = "csv"
    qa = "qa"
    markdown = "markdown"


class Site(StrEnum):
    """Whose layout of a folder of Markdown."""

    mkdocs = "mkdocs"
    hugo = "hugo"
    jekyll = "jekyll"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and where to; `out` is absolute."""

    format: ExportFormat
    out: str
    site: Site = Site.mkdocs
    since: str = ""
    until: str = ""
    room: str | None = None
    pseudonyms: bool = False
    files: tuple[str, ...] = ()  # what was written, below `out`


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of an export, the backups of what stood in their place, and those left alone: others changed them."""

    paths: tuple[Path, ...]
    backups: tuple[Path, ...]
    left: tuple[Path, ...]


Names = Callable[[int | None], str]


def records(db: sqlite3.Connection, request: ExportRequest, name: Names) -> Iterator[dict[str, Any]]:
    """The published questions, talks, notices and resources, one record each, in order."""

    def words(text: str, speaker: int | None) -> dict[str, Any]:
        who = name(speaker)
        return {"text": mask(text)[0], **({"by": who} if who else {})}

    answers = stored_answers(db)
    for row, key, entry, kind, section, topic, state, speaker, messages, text, day, room, log in db.execute(
        "SELECT q.id, q.key, e.key, e.kind, e.section, coalesce(t.title, ''), q.state, q.speaker, q.messages, q.text,"
        " l.day, l.room, l.path FROM questions q JOIN entries e ON e.id = q.entry"
        f" JOIN logs l ON l.id = q.id >> {SHIFT}"
        " LEFT JOIN topics t ON t.id = e.topic WHERE e.kept AND l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)"
        " ORDER BY l.day, l.room, q.id",
        (request.since, request.until or "9999", request.room, request.room),
    ):
        yield {
            "id": key,
            "entry": entry,
            "kind": kind,
            "section": mask(section)[0],
            "topic": mask(topic)[0],
            "state": state,
            **words(text, speaker),
            "answers": [{**words(a.text, a.speaker), "messages": list(a.messages)} for a in answers[row]],
            "source": {"day": day, "room": room, "log": Path(log).name, "messages": list(positions(messages))},
            "privacy": {"masked": True, "names": "pseudonyms" if request.pseudonyms else "agreed"},
        }


def namer(db: sqlite3.Connection, root: Path, pseudonyms: bool) -> Names:
    """What a person goes by outside: a pseudonym, or the name of who agreed to be named, or nothing."""
    if pseudonyms:
        key = secret(root)
        every = dict(db.execute("SELECT id, name FROM people"))
        return lambda person: pseudonym(key, every[person]) if person in every else ""
    agreed = dict(db.execute("SELECT id, name FROM people WHERE agreed"))
    return lambda person: agreed.get(person, "") if person is not None else ""


def write(
    db: sqlite3.Connection,
    settings: Settings,
    request: ExportRequest,
    front: Mapping[str, Any],
    *,
    force: bool = False,
    leave: bool = False,
) -> Exported:
    """The files of an export, written and noted, so that whoever is forgotten later goes from it too.

    A page that an earlier export wrote there and this one does not goes: nothing of its day is published any more.
    `force` and `leave` say what becomes of files that aren't ours, as in `outputs.write`.
    """
    root, out = settings.root, Path(request.out)
    rows = list(records(db, request, namer(db, root, request.pseudonyms)))
    past = [each for each in past_exports(root) if each.out == request.out]
    before = {name for each in past for name in each.files}
    # of an export older than the record of hashes
    known = {outputs.place(out / name) for name in before} | {outputs.place(out) for _ in past}
    if request.format is not ExportFormat.markdown:
        text = {ExportFormat.jsonl: _jsonl, ExportFormat.csv: _csv, ExportFormat.qa: _qa}[request.format](rows)
        plan = outputs.plan(settings, {out: text}, force=force, leave=leave, known=known)
        _remember(root, request)
        return Exported((out,), outputs.carry_out(settings, plan), plan.left)
    pages = _pages(rows, request.site, front, settings.templates)
    contents = {out / name: pages.get(name) for name in (*pages, *sorted(before - set(pages)))}
    plan = outputs.plan(settings, contents, folder=out, force=force, leave=leave, known=known)
    _remember(root, replace(request, files=tuple(sorted({*before, *pages}))))
    backups = outputs.carry_out(settings, plan)
    _remember(root, replace(request, files=tuple(sorted(pages))))
    return Exported(tuple(out / name for name in pages), backups, plan.left)


def _jsonl(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    # spreadsheets know UTF-8 by its mark
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(["id", "kind", "day", "room", "topic", "state", "question", "answers", "by", "log", "messages"])
    for r in rows:
        source = r["source"]
        answers = "\n".join(f"{a['by']}: {a['text']}" if "by" in a else a["text"] for a in r["answers"])
        cells = [r["id"], r["kind"], source["day"], source["room"], r["topic"], r["state"], r["text"], answers]
        cells += [r.get("by", ""), source["log"], " ".join(map(str, source["messages"]))]
        cells = ["\n".join(UNSEEN.sub("", row) for row in str(cell).split("\n")) for cell in cells]
        table.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()


def _qa(rows: Iterable[Mapping[str, Any]]) -> str:
    """Pairs for fine-tuning or retrieval: the question, and all that was answered, as a chat of two."""
    pairs = []
    for r in rows:
        if r["kind"] == "thread" and r["answers"]:
            answers = "\n".join(a["text"] for a in r["answers"])
            pair = [{"role": "user", "content": r["text"]}, {"role": "assistant", "content": answers}]
            pairs.append({"messages": pair, "id": r["id"], "source": r["source"], "privacy": r["privacy"]})
    return _jsonl(pairs)


def _pages(
    rows: Iterable[Mapping[str, Any]], site: Site, front: Mapping[str, Any], templates: Sequence[Path]
) -> dict[str, str]:
    """A page a day, laid out as the site's program wants it, and an index; by their places."""
    pages: dict[str, str] = {}
    days: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        days[row["source"]["day"], row["source"]["room"]].append(row)
    places = []
    for (day, room), of_day in sorted(days.items()):
        place = _place(site, day, room)
        title = f"{day} {room}".strip()
        fields = {**front, "title": title, "date": day} if site is not Site.mkdocs else {"title": title}
        page = rendered(
            "export.md.j2", {"front": front_matter(fields), "title": title, "sections": _sections(of_day)}, templates
        )
        pages[place] = page.text
        places.append((title, place))
    if site is Site.mkdocs:
        links = "".join(
            f"- [{inline(title, '- [', ']')}]({quote(place.removeprefix('docs/'))})\n" for title, place in places
        )
        pages["docs/index.md"] = f"# Digests\n\n{links}"
    return pages


def _place(site: Site, day: str, room: str) -> str:
    folder = safe_folder(room) if room else ""
    if site is Site.jekyll:
        return f"_posts/{day}-{folder or 'digest'}.md"
    top = "docs" if site is Site.mkdocs else "content/posts"
    return "/".join(part for part in (top, folder, f"{day}.md") if part)


def _sections(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    sections: dict[str, dict[str, list[Mapping[str, Any]]]] = {}
    for row in rows:
        sections.setdefault(row["section"], {}).setdefault(row["topic"], []).append(row)
    return [
        {"title": title, "topics": [{"title": topic, "rows": entries} for topic, entries in topics.items()]}
        for title, topics in sections.items()
    ]


# ---------------------------------------------------------------- what was exported where


def _remember(root: Path, request: ExportRequest) -> None:
    others = [past for past in past_exports(root) if past.out != request.out]
    # below the project by its place there: a project may be moved
    rows = [{**asdict(each), "out": from_root(root.absolute(), Path(each.out))} for each in (*others, request)]
    files.write_atomic(root / files.STATE / RECORD, json.dumps(rows, ensure_ascii=False, indent=1) + "\n", within=root)


def past_exports(root: Path) -> list[ExportRequest]:
    """The exports that were made and are still there."""
    path = root / files.STATE / RECORD
    if not path.exists():
        return []
    try:
        exports = [
            ExportRequest(
                **{
                    **row,
                    "format": ExportFormat(row["format"]),
                    "out": str(root.absolute() / row["out"]),
                    "site": Site(row["site"]),
                    "files": tuple(map(str, row.get("files", ()))),
                }
            )
            for row in json.loads(files.read_bytes(path))
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DigestError(
            f"{path}: damaged, so nobody knows what was exported where. Remove it, and export anew what is in use"
        ) from None
    return [each for each in exports if Path(each.out).exists()]
