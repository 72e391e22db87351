"""How a page is written: front matter, headings, rules, marks, the stamp, labels. Its writers and readers share this.

A mark is a comment on a line of its own before each block; the stamp, a comment behind the last block, names the base
that the page was merged from. Both say only what the program knows: never a word of chat.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

ENTRY_LETTERS: Mapping[str, str] = {"thread": "q", "talk": "k", "notice": "n", "resource": "r"}
ENTRY_KINDS: Mapping[str, str] = {letter: kind for kind, letter in ENTRY_LETTERS.items()}
SECTION, TOPIC, EARLIER = "s", "t", "b"  # EARLIER: where an open question was answered before

_CLOCK = "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_LETTERS = SECTION + TOPIC + EARLIER + "".join(ENTRY_KINDS)
_NAME = rf"[{_LETTERS}]:[0-9a-z][0-9a-z-]*"
_SAFE_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,39}")
MARK = re.compile(rf"<!-- ({_NAME})((?: {_CLOCK}| -)*) -->[ \t]*")
STAMP = re.compile(r"<!-- digest:([0-9a-f]{16}) -->[ \t]*")
COMMENT = re.compile(r"<!--.*?-->")
# what is left of a comment of ours: text of chat can hold neither `<!` nor `--`, and an editor's own remark that names
# an entry does not begin with the name
_NAMED = rf"(digest:[0-9a-f]{{2,}}|[{_LETTERS}]:[0-9a-z](?:-?[0-9a-z])*)"
_REMAINS = re.compile(rf"(?:<!-{{0,2}}|--)\s*{_NAMED}|\A[\s<!-]*{_NAMED}(?: {_CLOCK}| -)*\s*--")

RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})")
HEADING = re.compile(r"(#{1,6})(?:[ \t]+(.*)|$)")
ANY_HEADING = re.compile(r"\s{0,3}#{1,6}\s*(.*)")  # some editors leave the space out
_FRONT = re.compile(r"\A---[ \t]*\n((?:[^\n]*\n){0,200}?)---[ \t]*(?:\n|\Z)")

NUMERALS = "〇一二三四五六七八九"
NUMBERED = re.compile(f"^[{NUMERALS}十]{{1,3}}、")

OPEN = "==待回复=="  # in the place of an answer
OPEN_LINE = re.compile(r"^\s*(?:=+\s*)?待回复\s*(?:=+\s*)?$")
_DAY = r"(?:（[0-9-]{10}）|（[0-9]{1,2}月[0-9]{1,2}日）)?"
QUESTION = re.compile(rf"^\s{{0,3}}(?:\*\*)?(?:Q|问)[0-9]{{0,2}}{_DAY}(?:\*\*)?[:：]\s*")
ANSWER = re.compile(rf"^\s{{0,3}}(?:\*\*)?(?:A|答)[0-9]{{0,2}}{_DAY}(?:\*\*)?[:：]\s*")
# as the merge tells a label from the sentence behind it
LABEL = re.compile(r"(?:[-*+>] +)*\*{0,2}(?:Q|A|问|答)[0-9]*[：:]\*{0,2}")
_ANY_LEAD = re.compile(r"[\s>*#+\-_—•·（(【\[]*(?:[0-9]{1,2}\s*[.、)）]?\s*)?[*_]*\s*")
_ANY_LABEL = re.compile(
    r"(?P<what>Q|A|S|q|a|问题?|答案?|追问|提问|补充提问|(?:网友|群友|嘉宾)?(?:回答|回复|补充))"
    r"\s*(?P<number>[0-9]{1,2}(?:\.[0-9]{1,2})?)?(?P<day>（[0-9]{1,2}月[0-9]{1,2}日）)?\s*[*_]*\s*[：:、]\s*[*_]*"
)
_ASKS = ("Q", "q", "问", "问题", "追问", "提问", "补充提问")


def mark(letter: str, identity: str, times: Sequence[str] = ()) -> str:
    """The mark of a block: `<!-- q:1f3a9c 11:44:38 -->`."""
    return " ".join(["<!--", f"{letter}:{safe_id(identity)}", *times, "-->"])


def safe_id(identity: str) -> str:
    """The id where it is fit for a mark, else its hash: chat text never enters a comment."""
    return identity if _SAFE_ID.fullmatch(identity) else hashlib.sha256(identity.encode()).hexdigest()[:10]


def times(text: str) -> tuple[str, ...]:
    """The clocks in the marks of a page, or in one mark, in order."""
    return tuple(clock for match in MARK.finditer(text) for clock in match[2].split() if clock != "-")


def is_heading(key: str) -> bool:
    """Whether the block of that key is a section's or a topic's heading."""
    return key[:1] in (SECTION, TOPIC)


def stamp(name: str) -> str:
    """The comment that names the base of a page by its hash."""
    return f"<!-- digest:{name} -->"


def stamped(text: str, name: str) -> str:
    """A page with the stamp of its base at its end."""
    return f"{text.rstrip(chr(10))}\n\n{stamp(name)}\n"


def unstamped(text: str) -> str:
    """The page without its stamp; as it is where it doesn't end in one."""
    body, _, last = text.rstrip().rpartition("\n\n")
    return f"{body}\n" if STAMP.fullmatch(last) else text


def is_damaged(row: str, keys: Collection[str]) -> bool:
    """Whether a line holds what is left of a stamp, or of a mark of one of those keys."""
    if ":" not in row or MARK.fullmatch(row) or STAMP.fullmatch(row):
        return False
    names = (match[1] or match[2] for match in _REMAINS.finditer(row))
    return any(name.startswith("digest:") or name in keys for name in names)


def front_matter(values: Mapping[str, Any]) -> str:
    """Front matter of any Markdown site."""
    # JSON is YAML, and leaves a value no way out of its quotes
    rows = [f"{key}: {json.dumps(value, ensure_ascii=False, default=str)}" for key, value in values.items()]
    return "\n".join(["---", *rows, "---", ""])


def split_front(text: str) -> tuple[str, str]:
    """The front matter's lines and the rest of a page."""
    match = _FRONT.match(text)
    return (match[1], text[match.end() :]) if match else ("", text)


def numeral(number: int) -> str:
    """A heading's number in Chinese, up to 99: 一, 十, 十二, 二十一."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return ("" if tens == 1 else NUMERALS[tens]) + "十" + (NUMERALS[ones] if ones else "")


def day_label(day: dt.date | None) -> str:
    """The day in a label where it isn't the digest's own: A（5月28日）."""
    return f"（{day.month}月{day.day}日）" if day else ""


def own_label(line: str) -> tuple[str, str] | None:
    """Question or answer, and what follows the label, as the program writes it; None where the line has none."""
    for kind, pattern in (("question", QUESTION), ("answer", ANSWER)):
        if match := pattern.match(line):
            return kind, line[match.end() :]
    return None


def any_label(line: str) -> tuple[str, str, bool] | None:
    """Question or answer, what follows the label, and whether it was said on another day; None where there is none.

    As any editor writes it: `**1 Q：`, `追问：`, `网友回答：`.
    """
    lead = _ANY_LEAD.match(line)
    match = _ANY_LABEL.match(line, lead.end() if lead else 0)
    if not match:
        return None
    return "question" if match["what"] in _ASKS else "answer", line[match.end() :], bool(match["day"])
