"""A digest as the Markdown that editors publish: front matter, talk, Q&A, free discussion.

Templates give the form. Whatever they print that is not the program's own passes `escape` in its place on the line, so
a template's author can neither forget it nor switch it off.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from digest import files
from digest.errors import DigestError
from digest.masks import mask
from digest.model import Digest, Earlier, Entry, Line, Log, Question
from digest.page import grammar
from digest.page.escape import image, inline, link, plain_title
from digest.page.grammar import EARLIER, ENTRY_LETTERS, SECTION, TOPIC, day_label, numeral, safe_id
from digest.page.limits import Overtime, limited
from digest.project.folders import safe_folder
from digest.rules.declare import Declaration, names, setting, table, whole
from digest.rules.shapes import PLAIN_KEY, Anything, MapOf
from digest.rules.types import Clock, Text

TEMPLATES = Path(__file__).parent / "templates"
PARTICLES = frozenset("的了吗呢吧啊呀嘛哦么哈")  # sent by itself it belongs to the word before
ASKS = re.compile(r"(?:吗|(?<![什怎那这多])么)$")
CLOSERS = "，。、；：！？）》”,;:!?)"
STOPS = "。！？；：，、…!?;:,~～"
COMMAS = "，,、"
LARGEST = 1_000_000  # bytes of a template
TOLD = 80  # characters of a question on another day's page
SECONDS = 10  # that a template may take
MEMORY = 1 << 30  # bytes more than before that a template may take
MOST_BITS = 4096  # of a number that a template makes
MOST_TIMES = 12  # in a mark: enough to find a thread in its log

CHAT = re.compile("\ue000([^\ue000\ue001\n]*)\ue001")
MARKERS = re.compile("[\ue000\ue001]")


class TemplateError(DigestError):
    """A template of the user's that can't be used."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a page is laid out; rules/layout.yml fills it."""

    time: str = setting(Clock(text=True), "time of day in the front matter's date", "12:00:00")
    image_hosts: tuple[str, ...] = names("a picture from elsewhere is shown as text")
    short: int = whole("shorter messages are joined by a comma, longer ones by a full stop", 16, 0, "characters")
    paragraph: int = whole("after so much the next message begins a paragraph", 160, 1, "characters")
    front: Mapping[str, Any] = table(
        Anything(plain=True), "front matter besides title and date", {"layout": "post", "tag": ("publish",)}
    )
    headings: Mapping[str, str] = table(MapOf(Text()), "headings of sections, where the day gives none", {})


LAYOUT = Declaration("layout", "the digest's sections and headings", Layout)


@dataclass(frozen=True, slots=True)
class Page:
    """The Markdown, and what was masked in it by kind."""

    text: str
    masked: Mapping[str, int]


class Ours(str):
    """Text of the program's own making: it goes out as it is."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A paragraph: words of chat (`text`), then what is Markdown already (`md`: a link, a picture); one may be ""."""

    kind: str
    text: str
    md: str = Ours("")


def markdown(digest: Digest, log: Log, layout: Layout | None = None, templates: Sequence[Path] = ()) -> str:
    """The page of a digest."""
    return page(digest, log, layout or Layout(), templates).text


def page(digest: Digest, log: Log, layout: Layout, templates: Sequence[Path] = ()) -> Page:
    """The page of a digest, and the count of what was masked.

    `log` gives the times; a file in one of the `templates` folders stands in for those of the same name in later
    ones and in the packaged one.
    """
    masked: Counter[str] = Counter()
    return rendered("digest.md.j2", _context(digest, log, layout, masked), templates, masked)


def rendered(
    name: str, context: Mapping[str, Any], templates: Sequence[Path] = (), masked: Counter[str] | None = None
) -> Page:
    """A page by the template of that name; whatever in `context` is not `Ours` is masked and escaped in its place."""
    import jinja2

    masked = Counter() if masked is None else masked
    try:
        with limited(SECONDS, MEMORY):
            raw = _environment(tuple(templates)).get_template(name).render(context)
    except (MemoryError, Overtime) as error:
        limit = f"{SECONDS} seconds" if isinstance(error, Overtime) else f"{MEMORY >> 20} MB"
        raise TemplateError(
            f"{_place(error) or name}: takes more than {limit}. Mend the template, or take the folder away to use ours."
        ) from None
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(
            f"{error.filename or error.name}:{error.lineno}: {error.message}. Mend the template."
        ) from error
    except (
        jinja2.TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        where = _place(error)
        if not where:
            raise
        raise TemplateError(f"{where}: {error}. Mend the template, or take the folder away to use ours.") from error
    return Page(_finished(raw, masked), dict(sorted(masked.items())))


def source_line(digest: Digest) -> str:
    """The line that says where a digest comes from, where the digest holds none."""
    day = f"{digest.day.year}年{digest.day.month}月{digest.day.day}日"
    room = f"“{digest.room}”的" if digest.room else ""
    return digest.source or f"本文档从{room}{day}聊天记录整理出来。"


def paragraphs(lines: Sequence[Line], layout: Layout) -> tuple[tuple[str, str, str], ...]:
    """Lines as (kind, text, url): messages run on in one paragraph until it is long; pictures and links stand alone.

    No paragraph ends with a comma where words follow, nor does the last one.
    """
    rows: list[tuple[str, str, str]] = []
    for line in lines:
        text = line.text.strip()
        if line.kind != "text":
            rows.append((line.kind, text, line.url))
        elif not text:
            continue
        elif (
            rows
            and rows[-1][0] == "text"
            and (len(rows[-1][1]) + len(text) <= layout.paragraph or rows[-1][1][-1] in COMMAS)
        ):
            rows[-1] = ("text", _joined(rows[-1][1], text, layout.short), "")
        else:
            rows.append(("text", text, ""))
    if rows and rows[-1][0] in ("text", "item"):
        kind, text, url = rows[-1]
        rows[-1] = (kind, text.rstrip(COMMAS) or text, url)
    return tuple(rows)


def _joined(before: str, text: str, short: int) -> str:
    last = re.split(f"[{STOPS}]", before)[-1]
    if text in PARTICLES or text[0] in CLOSERS:
        return before + text
    if ASKS.search(before):
        return before + "？" + text
    if before[-1] in STOPS:
        return before + (" " if before[-1].isascii() else "") + text
    return before + ("，" if len(last) < short else "。") + text


def _context(digest: Digest, log: Log, layout: Layout, masked: Counter[str]) -> dict[str, Any]:
    sections: list[dict[str, Any]] = []
    kinds: Counter[str] = Counter()
    for section in digest.sections:
        topics = [_topic(topic.id, topic.title, topic.entries, log, layout, masked) for topic in section.topics]
        topics = [topic for topic in topics if topic["entries"]]
        if not topics:
            continue
        kinds[section.kind] += 1
        mark = section.kind if kinds[section.kind] == 1 else f"{section.kind}-{kinds[section.kind]}"
        sections.append(
            {
                "kind": section.kind,
                "mark": marked(SECTION, mark),
                "number": Ours(numeral(len(sections) + 1)),
                "title": section.title or layout.headings.get(section.kind, section.kind),
                "topics": topics,
            }
        )
    return {
        "front": _front(digest, layout, masked),
        "source": source_line(digest),
        "title": digest.title,
        "room": digest.room,
        "day": Ours(digest.day.isoformat()),
        "sections": sections,
    }


def _front(digest: Digest, layout: Layout, masked: Counter[str]) -> Ours:
    title, counts = mask(digest.title)
    masked.update(counts)
    stamp = f"{digest.day:%Y%m%d}"
    title = plain_title(title)
    values: dict[str, Any] = {
        "title": title if title.startswith(stamp) else f"{stamp}-{title}" if title else stamp,
        "date": f"{digest.day.isoformat()} {layout.time}",
    }
    ordered = {"layout": layout.front.get("layout", "post"), **values}
    ordered.update((key, value) for key, value in layout.front.items() if key not in ordered)
    return front_matter(ordered)


def front_matter(values: Mapping[str, Any]) -> Ours:
    """Front matter for a template: what rules say passes the same door as the title."""
    return Ours(grammar.front_matter(_plain_values(values)))


def _plain_values(value: Any) -> Any:
    """The value with its texts as plain as a title, without keys that would be more than a word."""
    if isinstance(value, str):
        return plain_title(value)
    if isinstance(value, Mapping):
        return {key: _plain_values(inner) for key, inner in value.items() if PLAIN_KEY.fullmatch(str(key))}
    return [_plain_values(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _topic(
    identity: str, title: str, entries: Sequence[Entry], log: Log, layout: Layout, masked: Counter[str]
) -> dict[str, Any]:
    views = [_entry(entry, log, layout, masked) for entry in entries]
    views = [view for view in views if view["pieces"] or view["questions"]]
    return {"id": Ours(safe_id(identity)), "mark": marked(TOPIC, identity), "title": title, "entries": views}


def _entry(entry: Entry, log: Log, layout: Layout, masked: Counter[str]) -> dict[str, Any]:
    questions = [_question(entry, place, layout, masked) for place in range(len(entry.questions))]
    indices = [line.message for line in entry.lines]
    for question in entry.questions:
        indices += [*question.messages, *(index for answer in question.answers for index in answer.messages)]
    return {
        "kind": Ours(entry.kind),
        "mark": marked(ENTRY_LETTERS[entry.kind], entry.id, _times(indices, log, entry.kind == "talk")),
        "title": entry.title,
        "questions": questions,
        "pieces": _pieces(entry.lines, layout, masked, joined=entry.kind != "talk"),
        "earlier": [_earlier(entry, earlier, log) for earlier in entry.earlier],
    }


def _earlier(entry: Entry, earlier: Earlier, log: Log) -> dict[str, Any]:
    text = " ".join(earlier.text.split())
    return {
        "mark": marked(EARLIER, f"{safe_id(entry.id)}-{safe_id(earlier.id)}"),
        "link": page_link(earlier.day, earlier.room, log.room),
        "day": Ours(earlier.day.isoformat()),
        "text": f"{text[:TOLD]}…" if len(text) > TOLD else text,
    }


def page_link(day: dt.date | str, room: str, here: str) -> Ours:
    """A link to a day's digest, from a page that lies among those of the room `here`, or above all rooms where that
    is ""."""
    up = "../" if here and here != room else ""
    folder = f"{quote(safe_folder(room))}/" if room and here != room else ""
    return Ours(f"[{day}]({up}{folder}{day}.md)")


def _question(entry: Entry, place: int, layout: Layout, masked: Counter[str]) -> dict[str, Any]:
    question: Question = entry.questions[place]
    pieces = ((answer.day, _pieces(answer.lines, layout, masked)) for answer in question.answers)
    answers = [(day, printed) for day, printed in pieces if printed]
    return {
        "pieces": _pieces(question.lines, layout, masked),
        "day": Ours(day_label(question.day)),
        "answers": [
            {"number": Ours(number if len(answers) > 1 else ""), "day": Ours(day_label(day)), "pieces": pieces}
            for number, (day, pieces) in enumerate(answers, start=1)
        ],
        "open": place > entry.last_answered,
    }


def _pieces(lines: Sequence[Line], layout: Layout, masked: Counter[str], joined: bool = True) -> list[Piece]:
    rows = paragraphs(lines, layout) if joined else [(line.kind, line.text.strip(), line.url) for line in lines]
    pieces = []
    for kind, text, url in rows:
        if kind == "image":
            label, counts = mask(text)
            masked.update(counts)
            pieces.append(Piece(kind, "", Ours(image(url, label, layout.image_hosts))))
        elif kind == "link":
            url, counts = mask(url)
            masked.update(counts)
            pieces.append(Piece(kind, text, Ours(" " * bool(text) + link(url))))
        elif text:
            pieces.append(Piece(kind, text))
    return pieces


def _times(indices: Sequence[int], log: Log, stretch: bool) -> tuple[str, ...]:
    clocks = [log.messages[index].clock for index in sorted(set(indices))]
    clocks = list(dict.fromkeys(clocks))
    if stretch and len(clocks) > 2:
        return (clocks[0], "-", clocks[-1])
    if len(clocks) > MOST_TIMES:
        return (*clocks[: MOST_TIMES - 2], "-", clocks[-1])
    return tuple(clocks)


def marked(letter: str, identity: str, times: Sequence[str] = ()) -> Ours:
    """The mark of a block for a template."""
    return Ours(grammar.mark(letter, identity, times))


def _finished(raw: str, masked: Counter[str]) -> str:
    def placed(match: re.Match[str]) -> str:
        text, counts = mask(match[1])
        masked.update(counts)
        start = raw.rfind("\n", 0, match.start()) + 1
        before = MARKERS.sub("", raw[start : match.start()])
        after = raw[match.end() : match.end() + 1].strip("\ue000") or "x"
        return inline(text, before, after)

    rows = (row.rstrip(" \t") for row in MARKERS.sub("", CHAT.sub(placed, raw)).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(rows)).strip("\n") + "\n"


def _chat(value: Any) -> str:
    """What a template prints: ours as it is, anything else marked as chat, for `_finished` to escape in its place."""
    if isinstance(value, Ours):
        return str(value)
    text = MARKERS.sub("", str(value)).replace("\n", " ")
    return f"\ue000{text}\ue001"


def _place(error: BaseException) -> str:
    """`file:line` of the template's line that failed; "" where the failure is none of a template's."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return where or str(getattr(error, "name", "") or "")


def _small(left: Any, operator: str, right: Any) -> bool:
    """Whether a product or a power stays within bounds: of numbers their bits, of texts and lists their length."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
        return bits <= MOST_BITS
    for many, times in ((left, right), (right, left)):
        if isinstance(times, int) and hasattr(many, "__len__"):
            return len(many) * times <= LARGEST
    return True


@lru_cache(maxsize=4)
def _environment(templates: tuple[Path, ...]) -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Bounded(ImmutableSandboxedEnvironment):
        """Refuses sums that would take for ever before a limit of time could end them."""

        intercepted_binops = frozenset(["*", "**"])

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            if not _small(left, operator, right):
                raise ValueError(f"{operator} makes more than {LARGEST:,} of anything")
            return super().call_binop(context, operator, left, right)

    folders = (*templates, TEMPLATES)

    def source(name: str) -> tuple[str, str, Any] | None:
        parts = jinja2.loaders.split_template_path(name)  # refuses what leaves the folder
        for path in (folder.joinpath(*parts) for folder in folders):
            if files.lies(path):
                return files.read_text(path, limit=LARGEST), str(path), lambda: True
        return None

    return Bounded(
        loader=jinja2.FunctionLoader(source),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_chat,
        autoescape=False,  # this is no HTML: `_chat` and `_finished` escape for Markdown
    )
