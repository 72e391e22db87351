"""Chat texts as editors print them: what is not content goes, and nothing is added.

Cleaning only deletes. The characters that stay keep their order, so every published sentence stands in the log;
runs of spaces become one space and doubled question marks one. What counts as a greeting, an opening, thanks or a
filler stands in rules/clean.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from digest.model import Image, Line, Mention
from digest.rules.declare import Declaration, patterns, words

Role = Literal["question", "answer", "talk"]

ROUNDS = 6  # an opening may hide behind a greeting behind an opening; no one stacks more of them

BRACKETED = re.compile(r"\[([^\[\]\n]{1,16})\]")
# pictographs, their skin tones and joiners; ordinary symbols such as → or ① stay
PICTOGRAPH = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0e\ufe0f\u200d\u20e3\U000e0020-\U000e007f]+")
# a card that nobody could be found for, with the lost space after it or its parts joined; no code
_CARD = r"[^\s?？，,。:：；;!！@「」\\/()\[\]^$*={}]{1,40}"
LEFT_OVER_MENTION = re.compile(
    rf"(?<![A-Za-z0-9._%+\])*@-])@(?=[^\s?@]{{0,40}}[\u3400-\u9fff])(?:{_CARD}[?\u2005]|[^-\s]{{0,20}}(?: ?-{_CARD})+)"
)
ASKED_TWICE = re.compile(r"([吗呢么嘛吧])\?{2,}")
LOST_EMOJI = re.compile(r"\?(?: ?\?)+")
LOST_BULLET = re.compile(r"(?<=[0-9][.、)）])\? ?")
MARKS = re.compile(r"？[？?]+")
BLANKS = re.compile(r"[^\S\n]+")
AROUND_STOPS = re.compile(r" ?([，。；：？！、]) ?")
STOPS = frozenset("，。；：？！、")
TONE = re.compile(r"(?<=[\u4e00-\u9fff])[~～]+(?=[\s，。！？；、,!?;]|$)")
COUNT_BLANK = re.compile(r"(?:(?<=^)|(?<=[\s。；;：:，,]))([0-9]{1,2}[.)]) +(?=[\u4e00-\u9fff“《【「（])")
# the account that an exporter writes over what it sent on
ACCOUNT = re.compile(r"(?:wxid_[0-9a-z]+|(?=[A-Za-z_-]{0,19}[0-9])[A-Za-z][0-9A-Za-z_-]{5,19})[:：]")
URL = re.compile(r"https?://[^\s\u3000-\u303f\u4e00-\u9fff\uff00-\uffef<>\"]+", re.IGNORECASE)
TITLED_LINK = re.compile(r"\[([^\[\]\n]{1,200})\] ?\( ?(https?://[^\s()]{1,2000}) ?\)", re.IGNORECASE)

# a list in one line: what counts, and how much an item says at least: 一、二、三类户 lists nothing
COUNTED = (
    re.compile(r"(?<![0-9A-Za-z.（(])([1-9][0-9]?) ?(?:[.．、](?![0-9])|[)）])"),
    re.compile(r"[（(]([1-9][0-9]?)[)）]"),
    re.compile(r"([①-⑳])"),
    re.compile(r"(?:(?<=[。；;：:，, ])|^)([一二三四五六七八九])、"),
)
SECOND = re.compile("[2②二]")  # stands in whatever counts two items
NUMERALS = "一二三四五六七八九"
ITEM = 4

_OWN_HEADS: tuple[tuple[Role, str], ...] = (("question", "openings"), ("answer", "restated"))
BEFORE_TEXT = " ，,。、；;：:！!~～?？"
DOTS = re.compile(r"(?:\.{2,}|…+)[ ，,。]*")
SEPARATOR = "[\\s，,。、；;：:！!~～…]"


@dataclass(frozen=True)
class Cleaning:
    """What the rules say is no content: WeChat's emoji names, and RE2 patterns by where they stand."""

    emoji: tuple[str, ...] = words("WeChat's names between [ and ]")
    spoken: tuple[str, ...] = words("of the emoji, names that stay inside a sentence, as those in Latin letters do")
    greetings: tuple[str, ...] = patterns("taken off the head of any text")
    openings: tuple[str, ...] = patterns("taken off the head of a question")
    fillers: tuple[str, ...] = patterns("taken off the head of a question or an answer")
    thanks: tuple[str, ...] = patterns("taken off the tail of any text, and off the head of a question or an answer")
    restated: tuple[str, ...] = patterns("taken off the head of an answer: the question it repeats")
    smileys: tuple[str, ...] = words("signs taken out before a stop or the end")
    unwanted: tuple[str, ...] = patterns("a notice or resource that says this is not printed")
    asides: tuple[str, ...] = patterns("a message that says this is part of no question and no answer")
    remarks: tuple[str, ...] = patterns("an answer that says no more than this is not printed")

    # made once each and kept here: as arguments of a cached function all these words would be hashed for every message

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(name.strip("[]") for name in self.emoji)

    @cached_property
    def heads(self) -> dict[Role, Any]:
        """What goes off the head of a text, by its role; over bytes."""
        # thanks at the head are thanks for something else where the sentence begins after them
        thanks = tuple(f"(?:{pattern}){SEPARATOR}" for pattern in self.thanks)
        made: dict[Role, Any] = {"talk": _compiled("(?:{})", self.greetings)}
        for role, own in _OWN_HEADS:
            patterns = (*self.greetings, *getattr(self, own), *self.fillers, *thanks)
            made[role] = _compiled("(?:{})", patterns)
        return made

    @cached_property
    def tails(self) -> Any:
        # over bytes. Group 2 starts where the deletion starts: a stop before the thanks belongs to the sentence before
        frame = f"(?:^|([。？！?!])|{SEPARATOR})({SEPARATOR}*(?:{{}}){SEPARATOR}*)$"
        return _compiled(frame, self.thanks, groups=True)

    @cached_property
    def signs(self) -> re.Pattern[str] | None:
        signs = sorted(self.smileys, key=lambda sign: (-len(sign), sign))
        if not signs:
            return None
        return re.compile(f" ?(?:{'|'.join(map(re.escape, signs))})(?=[，,。；;！!？?]|$)")

    @cached_property
    def sign_ends(self) -> re.Pattern[str]:
        """What a row with a sign of these holds; to look for it takes a third of the time."""
        return re.compile(f"[{re.escape(''.join(sorted({sign[-1:] for sign in self.smileys})))}](?:[，,。；;！!？?]|$)")

    @cached_property
    def never(self) -> Any:
        return _compiled("(?:{})", self.unwanted)

    @cached_property
    def elsewhere(self) -> Any:
        return _compiled("(?:{})", self.asides)

    @cached_property
    def empty(self) -> Any:
        return _compiled("^(?:{})[。.！!~～…，, ]*$", self.remarks)


CLEAN = Declaration("clean", "what is taken out of a published text", Cleaning)


def clean(text: str, cleaning: Cleaning, role: Role = "answer", *, alone: bool = True) -> str:
    """The text an editor would print; "" where it held nothing but emoji.

    Lines stay lines. A text that is all greeting or thanks keeps its words: an answer "谢谢" is not an empty one. Where
    it is not `alone`, but one of several messages, such a text goes.
    """
    rows = [row for row in (_tidy(row, cleaning) for row in text.split("\n")) if row]
    if not rows:
        return ""
    rows[0] = _head(rows[0], cleaning, role)
    if not rows[0]:
        rows = rows[1:]
    if rows:
        rows[-1] = _tail(rows[-1], cleaning)
    kept = [row for row in rows if _says_something(row)]
    if kept or not alone:
        return "\n".join(kept)
    plain = (_tidy(row, cleaning) for row in text.split("\n"))
    return "\n".join(row for row in plain if _says_something(row))


def without(text: str, mentions: Iterable[Mention]) -> str:
    """The text with the mentions' spans cut out; the spans are in `text`, in any order."""
    for mention in sorted(mentions, key=lambda m: m.start, reverse=True):
        before, after = text[: mention.start], text[mention.end :]
        # two words that a mention parted must not become one
        parted = before[-1:].isalnum() and before[-1:].isascii() and after[:1].isalnum() and after[:1].isascii()
        text = before + (" " if parted else "") + after
    return text


def lines(
    text: str,
    message: int,
    cleaning: Cleaning,
    role: Role = "answer",
    images: Iterable[Image] = (),
    *,
    alone: bool = True,
) -> tuple[Line, ...]:
    """What a message gives to print: its cleaned rows, links that stand alone, and its pictures.

    `text` is free of mentions; `message` is the index that every line carries; `alone` as in `clean`.
    """
    found: list[Line] = []
    for row in clean(text, cleaning, role, alone=alone).split("\n"):
        if titled := TITLED_LINK.fullmatch(row):
            found.append(Line(titled[1].strip(), message, "link", titled[2]))
        elif URL.fullmatch(row):
            found.append(Line("", message, "link", row))
        elif row:
            found.extend(Line(part, message, "item" if item else "text") for part, item in items(row))
    found.extend(Line(image.label, message, "image", image.url) for image in images)
    return tuple(found)


def items(row: str) -> list[tuple[str, bool]]:
    """A row cut before the items that it counts, each with whether it is an item: 有两种：1、查 2、等 are three."""
    if "://" in row or not SECOND.search(row):
        return [(row, False)]
    best: list[int] = []
    for style in COUNTED:
        starts: list[int] = []
        end = 0
        for mark in style.finditer(row):
            if _number(mark[1]) != len(starts) + 1:
                continue
            if starts and mark.start() - end < ITEM:
                starts, end = ([mark.start()], mark.end()) if _number(mark[1]) == 1 else ([], 0)
                continue
            starts.append(mark.start())
            end = mark.end()
        if len(starts) > max(1, len(best)) and len(row) - end >= ITEM:
            best = starts
    if not best:
        return [(row, False)]
    parts = [(row[: best[0]].strip(), False)]
    parts += [(row[a:b].strip(), True) for a, b in zip(best, [*best[1:], len(row)], strict=True)]
    return [part for part in parts if part[0]]


def _number(mark: str) -> int:
    if mark.isascii():
        return int(mark)
    return NUMERALS.index(mark) + 1 if mark in NUMERALS else ord(mark) - ord("①") + 1


def _tidy(row: str, cleaning: Cleaning) -> str:
    # most rows hold few of these signs: to look for one is a tenth of an expression over the row
    if "[" in row:
        row = _without_emoji(row, cleaning)
    if "@" in row:
        row = LEFT_OVER_MENTION.sub(" ", row)
    if "?" in row and "://" not in row:
        row = ASKED_TWICE.sub(r"\1?", row)
        row = LOST_BULLET.sub("", LOST_EMOJI.sub("", row))
    if "？" in row:
        row = MARKS.sub("？", row)
    if not row.isascii():
        row = PICTOGRAPH.sub("", row)
    if "  " in row or not row.isprintable():
        row = BLANKS.sub(" ", row)
    row = row.strip()
    if row.endswith((":", "：")) and ACCOUNT.fullmatch(row):
        return ""
    if "~" in row or "～" in row:
        row = TONE.sub("", row)
    if ". " in row or ") " in row:
        # 1. 一 would be a list's item to a renderer: the dot had to be escaped
        row = COUNT_BLANK.sub(r"\1", row)
    if cleaning.smileys and cleaning.sign_ends.search(row) and cleaning.signs is not None:
        row = cleaning.signs.sub("", row)
    # spaces around full-width stops are typing habits; a link must not grow together with what follows
    at = row.find(" ")
    while at >= 0:
        if row[at - 1] in STOPS or row[at + 1 : at + 2] in STOPS:
            return row if "://" in row else AROUND_STOPS.sub(r"\1", row)
        at = row.find(" ", at + 1)
    return row


def _without_emoji(row: str, cleaning: Cleaning) -> str:
    """The row without the emoji codes that stand as such.

    Inside a sentence, a name that is a word too may be what is spoken of: `返回 [OK] 和 [NO]`. It goes at an end, by
    a stop and among others of them; one in Latin letters stays at a clause's head, too.
    """
    codes = [m.span() for m in BRACKETED.finditer(row) if m[1] in cleaning.names]
    starts = {start for start, _ in codes}
    kept, end, gone = [], 0, -1
    for start, stop in codes:
        before, after = row[:start].rstrip(" "), row[stop:].lstrip(" ")
        among = gone == len(before) > 0 or len(row) - len(after) in starts
        name = row[start + 1 : stop - 1]
        inside = (after[:1].isalnum() or after[:1] == "[") and (
            name.isascii() or (name in cleaning.spoken and before[-1:].isalnum())
        )
        if among or not inside:
            kept.append(row[end:start])
            if row[stop : stop + 1].isalnum() and "".join(kept)[-1:].isalnum():
                kept.append(" ")
            end = gone = stop
    return "".join([*kept, row[end:]])


def _head(row: str, cleaning: Cleaning, role: Role) -> str:
    pattern = cleaning.heads[role]
    rest = row.lstrip(BEFORE_TEXT)
    if role != "talk" and (dots := DOTS.match(rest)):
        rest = rest[dots.end() :]
    for _ in range(ROUNDS):
        data = rest.encode("utf-8", "replace")
        match = pattern.match(data) if pattern is not None else None
        if not match or not match.end():
            break
        rest = data[match.end() :].decode().lstrip(BEFORE_TEXT)
    return rest


def _tail(row: str, cleaning: Cleaning) -> str:
    pattern = cleaning.tails
    for _ in range(ROUNDS):
        data = row.encode("utf-8", "replace")
        match = pattern.search(data) if pattern is not None else None
        if not match:
            break
        row = row[: len(data[: match.start(2)].decode())].rstrip(" ，,、；;：:")
    return row


def unwanted(text: str, cleaning: Cleaning) -> bool:
    """Whether a notice or resource was for the day itself, and says nothing to a reader."""
    return _holds(cleaning.never, text)


def aside(text: str, cleaning: Cleaning) -> bool:
    """Whether a message was for the room, such as who speaks tonight or who hires: no question and no answer."""
    return _holds(cleaning.elsewhere, text)


def remark(text: str, cleaning: Cleaning) -> bool:
    """Whether a cleaned text is no more than a remark on who spoke, or a joke."""
    return _holds(cleaning.empty, text.strip())


def _holds(pattern: Any, text: str) -> bool:
    return pattern is not None and bool(pattern.search(text.encode("utf-8", "replace")))


def _says_something(row: str) -> bool:
    return any(map(str.isalnum, row))


def _compiled(frame: str, patterns: tuple[str, ...], groups: bool = False) -> Any:
    """The patterns as one expression over bytes: over text it takes three times as long.

    Its groups are kept only where `groups` asks for them.
    """
    if not patterns:
        return None
    import re2  # RE2 alone runs a user's patterns: it cannot blow up

    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = not groups
    return re2.compile(frame.format("|".join(f"(?:{pattern})" for pattern in patterns)).encode(), options)
