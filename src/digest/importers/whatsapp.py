"""WhatsApp's text, of an iPhone (`[date, time] name: text`) or Android (`date, time - name: text`), or the zip of it.

The order of day, month and year is the phone's: what makes most dates real ones, and rising ones, over the whole file.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from digest.errors import DigestError
from digest.importers.base import Chat, Raw, Unreadable
from digest.importers.headed import HeadedText, headed_texts
from digest.importers.source import HEAD, Source
from digest.importers.tree import Tree, is_tree

_S = "[ \u00a0\u202f]"
_MARKS = "[\u200e\u200f\u202a-\u202c\u2066-\u2069]*"
_NOON = (
    f"[AaPp]\\.?{_S}?[Mm]\\.?|上午|下午|凌晨|早上|中午|晚上|午前|午後|오전|오후|"
    "μ\\.?μ\\.?|π\\.?μ\\.?|ص|م|de\\.?|du\\.?|ÖÖ|ÖS"
)
_HEADER = re.compile(
    rf"{_MARKS}(?P<open>\[)?{_MARKS}(?P<a>\d{{1,4}})(?:\.{_S}?|[/-])(?P<b>\d{{1,2}})(?:\.{_S}?|[/-])(?P<c>\d{{1,4}})\.?"
    rf",?{_S}(?:klo{_S}|um{_S}|at{_S}|kl\.?{_S}|à{_S}|às{_S})?(?:(?P<before>{_NOON}){_S}?)?"
    rf"(?P<hour>\d{{1,2}})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?(?:{_S}?(?P<after>{_NOON}))?(?:{_S}Uhr)?"
    rf"(?:\]{_S}?|{_S}[-–]{_S}|:{_S})(?P<rest>.*)"
)
_AFTERNOON = re.compile(r"(?i)p|下午|中午|晚上|午後|오후|π|م|ÖS")
_FORENOON = re.compile(r"(?i)a|上午|凌晨|早上|午前|오전|μ|ص|ÖÖ")
_EDITED = re.compile(
    "[ \u200e]*<[^<>\n]*(?:edited|bearbeitet|modifi|editad|edytowa|bewerkt|redigera|muokat|已编辑|已編輯|编辑|編輯|"
    "編集|수정|измен|відредаг|düzenlen|diedit)[^<>\n]*>$"
)
_DELETED = re.compile(
    "(?i)(?:you deleted this message|this message was deleted|diese nachricht wurde gelöscht|du hast diese nachricht "
    "gelöscht|(?:se eliminó este mensaje|eliminaste este mensaje|este mensaje fue eliminado)|ce message a été supprimé|"
    "vous avez supprimé ce message|(?:esta mensagem foi|mensagem) apagada|(?:questo messaggio è stato|hai) eliminato"
    ".*|dit bericht is verwijderd|此消息已(?:被)?删除|您删除了这条消息|你删除了(?:这|此)条?消息|"
    "此訊息已刪除|(?:您|你)已刪除此訊息|"
    "このメッセージは削除されました|삭제된 메시지입니다|(?:данное )?сообщение удалено|"
    "bu mesaj silindi|tämä viesti on poistettu)[.。]?"
)
_IMAGE = re.compile(r"(?i).*\.(?:jpe?g|png|gif|webp|heic|bmp)\b.*|.*PHOTO-.*")
_OTHER = re.compile(r"(?i).*\.(?:opus|m4a|mp3|mp4|3gp|mov|ogg|aac|vcf)\b.*|.*(?:AUDIO|VIDEO|STICKER|GIF)-.*")
_ATTACHED = re.compile(r"<[^<>:\n]{2,30}[:：] ?(?P<file>[^<>\n]+\.\w{2,5})>")  # <attached: …>, <附件：…>
_FILE = re.compile(r"(?P<file>[^\n]*?\.\w{2,5}) (?:\([^()\n]+\)|（[^（）\n]+）|<?已附加>?)")
_OMITTED = re.compile(r"<[^<>\n:]{2,60}>")
_LEFT_OUT = re.compile(
    "(?i)(?P<what>[^\n]{2,40}?) ?(?:omitted|weggelassen|ausgeschlossen|omitid[oa]s?|absente?s?|omis(?:es?)?|"
    "ocultad[oa]|oculto|omess[oaie]|weggelaten|utelämnad|utelatt|pominięto|atlandı|dahil edilmedi|"
    "略去|忽略|已省略|省略|생략됨|"
    "опущено|отсутствует|jätettiin pois)"
)
_PICTURE = re.compile(
    r"(?i)image|bild|imagen|imagem|immagine|afbeelding|photo|foto|图|圖|画像|사진|изображение|media|kuva"
)
_PHONE_FILE = re.compile(r"(?:WhatsApp Chat (?:with|mit)|Chat WhatsApp con|Conversa do WhatsApp com) (.+)")


def identify(head: bytes, path: Path) -> bool:
    """Whether the text begins with a header, or a zip holds such a text."""
    if is_tree(head, path):
        try:
            return not path.is_dir() and _text(Source.of(path)) is not None
        except (DigestError, OSError):
            return False
    return _begins(head)


def _begins(head: bytes) -> bool:
    text = head.decode("utf-8", errors="ignore").removeprefix("\ufeff").lstrip()
    match = _HEADER.fullmatch(text.partition("\n")[0].rstrip("\r"))
    return match is not None and _date(match, _ORDERS[0], strict=False) is not None


def _text(source: Source) -> Source | None:
    tree = Tree(source)
    for name in tree.names:
        if PurePosixPath(name).suffix == ".txt" and not name.startswith("__MACOSX"):
            inner = tree.source(name)
            if _begins(inner.head(HEAD)):
                return inner
    return None


def read(source: Source) -> Iterator[Chat]:
    """The one chat of the export."""
    if is_tree(source.head(4) if not source.path.is_dir() else b"", source.path):
        inner = _text(source)
        if inner is None:
            return
        source = inner
    blocks = list(headed_texts(source.lines(), lambda line, before, further: _HEADER.fullmatch(line)))
    order = _order([block.match for block in blocks if block.match])
    room = _PHONE_FILE.fullmatch(source.path.stem)
    yield Chat(room[1] if room else "", [record for block in blocks if (record := _record(block, order))])


_ORDERS = ("dmy", "mdy", "ymd", "ydm")


def _order(matches: list[re.Match[str]]) -> str:
    """The order of the parts of a date."""
    english = any(match["after"] and match["after"][0] in "AaPp" for match in matches)
    slashes = any("/" in match[0][:12] for match in matches)

    def faults(order: str) -> tuple[int, int, int, bool]:
        dates = [_date(match, order) for match in matches]
        real = [date for date in dates if date]
        back = sum(later < earlier for earlier, later in itertools.pairwise(real))
        span = (max(real) - min(real)).days if real else 0
        # where nothing else tells, an English clock of twelve hours goes with the month first
        usual = order == ("mdy" if english and slashes else "dmy")
        return dates.count(None), back, span // 400, not usual

    return min(_ORDERS, key=faults)


def _date(match: re.Match[str], order: str, *, strict: bool = True) -> dt.date | None:
    parts = [match["a"], match["b"], match["c"]]
    if len(parts[0]) >= 3:
        order = order if order in ("ymd", "ydm") else "ymd"
    elif len(parts[2]) >= 3 and order in ("ymd", "ydm"):
        order = "mdy" if order == "ydm" else "dmy"
        if strict:
            return None
    by_letter = dict(zip(order, map(int, parts), strict=True))
    year = by_letter["y"] + (2000 if by_letter["y"] < 100 else 0)
    try:
        return dt.date(year, by_letter["m"], by_letter["d"])
    except ValueError:
        return _date(match, "mdy", strict=False) if not strict and order == "dmy" else None


def _time(match: re.Match[str]) -> dt.time | None:
    hour, half = int(match["hour"]), match["before"] or match["after"] or ""
    if half and hour <= 12:
        if _AFTERNOON.match(half) and not (half == "中午" and hour == 11):
            hour = hour % 12 + 12
        elif _FORENOON.match(half):
            hour %= 12
    try:
        return dt.time(hour, int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return None


def _record(block: HeadedText, order: str) -> Raw | Unreadable | None:
    match = block.match
    if match is None:
        return Unreadable(block.line, "text before the first message", block.text) if block.text.strip() else None
    date, time = _date(match, order), _time(match)
    if date is None or time is None:
        return Unreadable(block.line, "no such time", match[0])
    at, minute = dt.datetime.combine(date, time), match["second"] is None
    name, colon, first = match["rest"].partition(": ")
    if not colon and match["rest"].rstrip().endswith(":"):
        name, colon = match["rest"].rstrip()[:-1], ":"
    text = "\n".join([first if colon else match["rest"], *block.body]).rstrip("\n")
    if not colon:
        return Raw(at, text, kind="system", minute=minute, line=block.line)
    marked = text.startswith("\u200e")
    words = text.strip("\u200e\u200f \n")
    edited = _EDITED.search(words)
    if edited:
        words = text = words[: edited.start()]
    kind, said = _kind(words, marked)
    if kind == "system":
        return Raw(at, said, kind=kind, minute=minute, line=block.line)
    said = text if kind == "text" and not edited else said
    return Raw(at, said, name=name.strip(), kind=kind, edited=bool(edited), minute=minute, line=block.line)


def _kind(words: str, marked: bool) -> tuple[str, str]:
    """The kind of a text, and what it says in words; WhatsApp marks its own words."""
    if _DELETED.fullmatch(words):
        return "system", words
    first, _, caption = words.partition("\n")
    if match := _ATTACHED.fullmatch(first.strip("\u200e ")) or _FILE.fullmatch(first.strip("\u200e ")):
        if caption.strip():
            return "text", caption
        file = match["file"].strip("\u200e ")
        return ("image", "") if _IMAGE.fullmatch(file) else ("other" if _OTHER.fullmatch(file) else "file", file)
    if _OMITTED.fullmatch(words):
        return "image", ""
    if marked:
        if match := _LEFT_OUT.fullmatch(words.strip(".。")):
            return ("image", "") if _PICTURE.search(match["what"]) else ("other", words)
        if not words.startswith(("POLL", "UMFRAGE", "ENCUESTA", "SONDAGE", "@", "\u2068")) and "\n" not in words:
            return "system", words
    return "text", words
