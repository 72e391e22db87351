"""What stands in the texts of wx-cli's exports: a quote's line comes below the own words.

[引用] own words
  ↳ name: quoted text, cut off and without line ends
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.importers import placeholders
from digest.importers.base import Parent, Raw
from digest.model import Quote

_QUOTE = re.compile(r"(?:\[引用\] ?)?(?P<own>.*)\n[ \t]*↳ ?(?P<quoted>[^\n]*)", re.DOTALL)
_SYSTEM = re.compile(r"\[(?:系统|撤回)\] ?")
_KINDS = {"文本": "text", "图片": "image", "文件": "file", "链接": "link", "系统": "system", "撤回": "system"}


def complete(record: Raw, type_: str = "", url: str = "") -> None:
    """Give a record whose text stands as exported its kind, own words and quote."""
    text = record.text
    system = _SYSTEM.match(text)
    if type_ in ("系统", "撤回") or (system and not type_):
        record.kind, record.text = "system", text[system.end() :] if system else text
        record.name = record.sender = ""
        return
    if text.startswith("[引用]"):
        match = _QUOTE.fullmatch(text)
        if match:
            record.text, record.quote = match["own"], Quote("", match["quoted"])
        elif type_ != "文本":
            record.text = text.removeprefix("[引用]").removeprefix(" ")
        return
    if type_ == "文本":
        return
    kind, words = placeholders.kind_of(text)
    given = _KINDS.get(type_, kind if kind != "text" else "other") if type_ else kind
    record.kind = kind if type_ == "链接/文件" and kind != "text" else "link" if type_ == "链接/文件" else given
    record.text = words if record.kind == kind else placeholders.words(record.kind, text)
    if record.kind == "link" and url and url not in record.text:
        record.text = f"{record.text} {url}".strip()


def find_parents(records: Iterable[Raw], senders: dict[str, str]) -> None:
    """Say of each quote whose words it holds; `senders` are ids by each label of a person."""
    records = list(records)
    labels = {label for record in records if (label := record.name.strip())} | {*senders}
    for record in records:
        if record.quote is None:
            continue
        line = record.quote.text
        colons = [match.start() for match in re.finditer(r"[:：]", line)]
        # a name may hold a colon
        split = next((at for at in colons if line[:at].strip() in labels), colons[0] if colons else -1)
        name, quoted = (line[:split].strip(), line[split + 1 :].strip()) if split >= 0 else ("", line)
        kind, words = placeholders.kind_of(quoted.removeprefix("[引用] "))
        words = words if kind != "image" else ""
        record.quote = Quote(name, quoted)
        sender = senders.get(name, "")
        record.reply_to = Parent(
            sender=sender, name="" if sender else name, text=words, kind=kind if kind != "text" and not words else ""
        )
