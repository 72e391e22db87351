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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote

from digest import files
from digest.errors import DigestError
from digest.knowledge.schema import SHIFT
from digest.knowledge.search import positions
from digest.masks import mask
from digest.page.escape import inline
from digest.page.render import front_matter, rendered
from digest.project.folders import from_root, safe_folder
from digest.project.forgotten import pseudonym, secret

RECORD = "exports.json"
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # a cell that begins so is code to a spreadsheet


class Format(StrEnum):
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
class Wanted:
    """What to export, and where to; `out` is absolute."""

    format: Format
    out: str
    site: Site = Site.mkdocs
    since: str = ""
    until: str = ""
    room: str | None = None
    pseudonyms: bool = False
    files: tuple[str, ...] = ()  # what was written, below `out`


Names = Callable[[int | None], str]


def records(db: sqlite3.Connection, wanted: Wanted, named: Names) -> Iterator[dict[str, Any]]:
    """The published questions, talks, notices and resources, one record each, in order."""
    answers: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for question, speaker, messages, text in db.execute(
        "SELECT question, speaker, messages, text FROM answers ORDER BY id"
    ):
        who = named(speaker)
        answers[question].append(
            {"text": mask(text)[0], **({"by": who} if who else {}), "messages": list(positions(messages))}
        )
    for row, key, entry, kind, section, topic, state, speaker, messages, text, day, room, log in db.execute(
        "SELECT q.id, q.key, e.key, e.kind, e.section, coalesce(t.title, ''), q.state, q.speaker, q.messages, q.text,"
        " l.day, l.room, l.path FROM questions q JOIN entries e ON e.id = q.entry"
        f" JOIN logs l ON l.id = q.id >> {SHIFT}"
        " LEFT JOIN topics t ON t.id = e.topic WHERE e.kept AND l.day >= ? AND l.day <= ? AND (? IS NULL OR l.room = ?)"
        " ORDER BY l.day, l.room, q.id",
        (wanted.since, wanted.until or "9999", wanted.room, wanted.room),
    ):
        who = named(speaker)
        yield {
            "id": key,
            "entry": entry,
            "kind": kind,
            "section": mask(section)[0],
            "topic": mask(topic)[0],
            "state": state,
            "text": mask(text)[0],
            **({"by": who} if who else {}),
            "answers": answers[row],
            "source": {"day": day, "room": room, "log": Path(log).name, "messages": list(positions(messages))},
            "privacy": {"masked": True, "names": "pseudonyms" if wanted.pseudonyms else "agreed"},
        }


def namer(db: sqlite3.Connection, root: Path, pseudonyms: bool) -> Names:
    """What a person goes by outside: a pseudonym, or the name of who agreed to be named, or nothing."""
    if pseudonyms:
        key = secret(root)
        every = dict(db.execute("SELECT id, name FROM people"))
        return lambda person: pseudonym(key, every[person]) if person in every else ""
    agreed = dict(db.execute("SELECT id, name FROM people WHERE agreed"))
    return lambda person: agreed.get(person, "") if person is not None else ""


def written(
    db: sqlite3.Connection, root: Path, wanted: Wanted, front: Mapping[str, Any], templates: Sequence[Path] = ()
) -> tuple[Path, ...]:
    """The files of an export, written and noted, so that whoever is forgotten later goes from it too.

    A page that an earlier export wrote there and this one does not goes: nothing of its day is published any more.
    """
    found = list(records(db, wanted, namer(db, root, wanted.pseudonyms)))
    out = Path(wanted.out)
    if wanted.format is not Format.markdown:
        text = {Format.jsonl: _jsonl, Format.csv: _csv, Format.qa: _qa}[wanted.format](found)
        _remember(root, wanted)
        files.write_atomic(out, text)
        return (out,)
    pages = _pages(found, wanted.site, front, templates)
    before = {name for w in remembered(root) if w.out == wanted.out for name in w.files}
    _remember(root, replace(wanted, files=tuple(sorted({*before, *pages}))))
    for name, page in pages.items():
        files.write_atomic(out / name, page, within=out)
    for name in sorted(before - set(pages)):
        files.remove(out / name, within=out)
    _remember(root, replace(wanted, files=tuple(sorted(pages))))
    return tuple(out / name for name in pages)


def _jsonl(found: Sequence[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in found)


def _csv(found: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    # spreadsheets know UTF-8 by its mark
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow(["id", "kind", "day", "room", "topic", "state", "question", "answers", "by", "log", "messages"])
    for r in found:
        source = r["source"]
        answers = "\n".join(f"{a['by']}: {a['text']}" if "by" in a else a["text"] for a in r["answers"])
        cells = [r["id"], r["kind"], source["day"], source["room"], r["topic"], r["state"], r["text"], answers]
        cells += [r.get("by", ""), source["log"], " ".join(map(str, source["messages"]))]
        rows.writerow([f"'{cell}" if str(cell).startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()


def _qa(found: Sequence[Mapping[str, Any]]) -> str:
    """Pairs for fine-tuning or retrieval: the question, and all that was answered, as a chat of two."""
    rows = []
    for r in found:
        if r["kind"] == "thread" and r["answers"]:
            said = "\n".join(a["text"] for a in r["answers"])
            pair = [{"role": "user", "content": r["text"]}, {"role": "assistant", "content": said}]
            rows.append({"messages": pair, "id": r["id"], "source": r["source"], "privacy": r["privacy"]})
    return _jsonl(rows)


def _pages(
    found: Sequence[Mapping[str, Any]], site: Site, front: Mapping[str, Any], templates: Sequence[Path]
) -> dict[str, str]:
    """A page a day, laid out as the site's program wants it, and an index; by their places."""
    pages: dict[str, str] = {}
    days: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for record in found:
        days[record["source"]["day"], record["source"]["room"]].append(record)
    places = []
    for (day, room), rows in sorted(days.items()):
        place = _place(site, day, room)
        title = f"{day} {room}".strip()
        fields = {**front, "title": title, "date": day} if site is not Site.mkdocs else {"title": title}
        page = rendered(
            "export.md.j2", {"front": front_matter(fields), "title": title, "sections": _sections(rows)}, templates
        )
        pages[place] = page.text
        places.append((title, place))
    if site is Site.mkdocs:
        rows_ = "".join(
            f"- [{inline(title, '- [', ']')}]({quote(place.removeprefix('docs/'))})\n" for title, place in places
        )
        pages["docs/index.md"] = f"# Digests\n\n{rows_}"
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
        {"title": title, "topics": [{"title": topic, "rows": rows_} for topic, rows_ in topics.items()]}
        for title, topics in sections.items()
    ]


# ---------------------------------------------------------------- what was exported where


def _remember(root: Path, wanted: Wanted) -> None:
    known = [w for w in remembered(root) if w.out != wanted.out]
    # below the project by its place there: a project may be moved
    rows = [{**asdict(w), "out": from_root(root.absolute(), Path(w.out))} for w in [*known, wanted]]
    files.write_atomic(root / files.STATE / RECORD, json.dumps(rows, ensure_ascii=False, indent=1) + "\n", within=root)


def remembered(root: Path) -> list[Wanted]:
    """The exports that were made and are still there."""
    path = root / files.STATE / RECORD
    if not path.exists():
        return []
    try:
        rows = json.loads(files.read_bytes(path))
        found = [
            Wanted(
                **{
                    **row,
                    "format": Format(row["format"]),
                    "out": str(root.absolute() / row["out"]),
                    "site": Site(row["site"]),
                    "files": tuple(map(str, row.get("files", ()))),
                }
            )
            for row in rows
        ]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise DigestError(
            f"{path}: damaged, so nobody knows what was exported where. Remove it, and export anew what is in use"
        ) from None
    return [w for w in found if Path(w.out).exists()]
