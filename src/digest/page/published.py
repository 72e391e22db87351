"""A published digest → its questions, answers and talk as texts, whichever way its editor writes them.

Editors write `Q：`, `**Q:…**`, `Q1、`, `**1 Q：`, `问：`, `追问：`; answers as `A：`, `A2：`, `答：`, `网友回答：`,
or as a quote under the question. What stands before the first question, or under a heading that says so, is the talk.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.page.grammar import ANY_HEADING, COMMENT, MARK, OPEN, RULE, STAMP, any_label, split_front, times

_TALK = re.compile(r"分享|专题|主题|报告|[Kk]eynote")
_TALK_OVER = re.compile(
    r"[\s【（(]*(?:[一二三四五六七八九十0-9]+\s*[.、：:）)]?\s*)?"
    r"(?:Q\s*&?\s*A|在线问答|问答|自由|话题|其[他它]$|(?!专题|主题).{0,8}讨论|招聘|.{0,4}补充|资料|通知|公告|延伸|参考|.{0,6}提问)"
)
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)|https?://[^\s)>]+")
_TITLE = re.compile(r"title\s*:\s*[\"']?\s*([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_DATE = re.compile(r"date\s*:\s*[\"']?\s*([0-9]{4})-([0-9]{2})-([0-9]{2})")


@dataclass(frozen=True, slots=True)
class PublishedText:
    """Words of a digest; `times` are the clocks of the messages that they are from, where a mark tells them."""

    words: str
    times: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """A published question and its answers."""

    text: PublishedText
    answers: tuple[PublishedText, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedDigest:
    """A digest taken apart. `talk` are the paragraphs of the talk, or what may be one."""

    day: dt.date | None
    threads: tuple[tuple[PublishedQuestion, ...], ...]
    talk: tuple[PublishedText, ...] = ()
    talk_title: str = ""
    reviewed: bool = False  # our own program wrote it first, so what is not in it was left out by its editor


@dataclass(slots=True)
class _Piece:
    """A stretch of lines: `kind` is question, answer, text, heading, rule or mark, and other-question or other-answer
    where it was said on another day than the digest's."""

    kind: str
    lines: list[str]
    times: tuple[str, ...] = ()


def published(text: str) -> PublishedDigest:
    """What a digest says."""
    head, body = split_front(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    pieces = list(_pieces(body))
    threads, reviewed = _threads(pieces)
    talk, title = _talk(pieces)
    return PublishedDigest(_day(head), threads, talk, title, reviewed)


def plain(line: str) -> str:
    """A line's words: Markdown, comments, pictures and entities out."""
    line = _PICTURE.sub(" ", COMMENT.sub(" ", line))
    return html.unescape(line).replace("**", "").strip(" \t*>#-_\u3000")


def _day(head: str) -> dt.date | None:
    for pattern in (_TITLE, _DATE):
        if match := pattern.search(head):
            try:
                return dt.date(*map(int, match.groups()))
            except ValueError:
                continue
    return None


def _pieces(body: str) -> Iterator[_Piece]:
    current: _Piece | None = None
    for line in body.split("\n"):
        bare = line.strip()
        if not bare:
            if current is not None:
                current.lines.append("")
            continue
        single = _single(bare)
        if single is not None:
            if current is not None:
                yield current
            yield single
            current = None
            continue
        labelled = label(line)
        if labelled is None and current is not None:
            quoted = bare.startswith(">") and current.kind == "question"
            if not quoted:
                current.lines.append(line)
                continue
            labelled = ("answer", line)
        if current is not None:
            yield current
        current = _Piece(*_with(labelled, line))
    if current is not None:
        yield current


def _with(labelled: tuple[str, str] | None, line: str) -> tuple[str, list[str]]:
    return (labelled[0], [labelled[1]]) if labelled else ("text", [line])


def _single(bare: str) -> _Piece | None:
    """A line that stands for itself: a mark, a rule between entries, a heading without a question in it."""
    if mark := MARK.fullmatch(bare):
        return _Piece("mark", [mark[1]], times(bare))
    if STAMP.fullmatch(bare):
        return _Piece("mark", [""])
    if RULE.fullmatch(bare):
        return _Piece("rule", [])
    if (heading := ANY_HEADING.match(bare)) and label(bare) is None:
        return _Piece("heading", [heading[1]])
    return None


def label(line: str) -> tuple[str, str] | None:
    """The kind of piece that a line opens, and what follows its label; None where it has none."""
    opening = any_label(line)
    return (("other-" if opening[2] else "") + opening[0], opening[1]) if opening else None


def _text(piece: _Piece, times: tuple[str, ...] = ()) -> PublishedText:
    words = "\n".join(w for line in piece.lines if (w := plain(line)) and w != OPEN.strip("="))
    return PublishedText(words.replace(OPEN, "").strip(), times)


def _threads(pieces: Sequence[_Piece]) -> tuple[tuple[tuple[PublishedQuestion, ...], ...], bool]:
    threads: list[list[PublishedQuestion]] = [[]]
    times: tuple[str, ...] = ()
    reviewed = other = False
    for piece in pieces:
        if piece.kind in ("rule", "heading", "mark", "question"):
            other = False
        elif piece.kind == "other-question":
            other = True  # its answers are given today, but it stands in another day's log
        if piece.kind in ("rule", "heading", "mark"):
            if threads[-1]:
                threads.append([])
            times = piece.times if piece.kind == "mark" else ()
            reviewed = reviewed or piece.kind == "mark"
        elif piece.kind == "question":
            threads[-1].append(PublishedQuestion(_text(piece, times)))
        elif piece.kind == "answer" and threads[-1] and not other:
            last = threads[-1][-1]
            threads[-1][-1] = PublishedQuestion(last.text, (*last.answers, _text(piece, times)))
    kept = (tuple(q for q in thread if q.text.words or q.text.times) for thread in threads)
    return tuple(t for t in kept if t), reviewed


def _talk(pieces: Sequence[_Piece]) -> tuple[tuple[PublishedText, ...], str]:
    """Paragraphs that may be a talk's: before the first question, or under a heading that says so."""
    talk: list[PublishedText] = []
    title = ""
    open_, past_question = True, False
    for piece in pieces:
        if piece.kind == "heading":
            words = plain(piece.lines[0])
            if _TALK_OVER.match(words):
                open_ = False
            elif _TALK.search(words) and not talk:
                open_ = True
                title = title or re.split(r"[：:\-—]", words, maxsplit=1)[-1].strip()
        elif piece.kind.endswith(("question", "answer")):
            past_question = True
        if piece.kind == "mark" and piece.lines[0][:2] in ("q:", "t:", "n:", "r:"):
            open_ = False
        if piece.kind == "text" and open_ and not past_question:
            talk += (PublishedText(words) for line in piece.lines if (words := plain(line)))
    return tuple(talk), title
