"""Who asked to be forgotten, and names as keyed hashes: a project's key and list lie in its private folder.

A name is kept as HMAC-SHA256 under the project's key, so the list itself tells nobody who is on it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from digest import files
from digest.conversation.people.labels import fold, key
from digest.conversation.people.people import own
from digest.errors import DigestError
from digest.model import Log, Message

KEY, LIST = "key", "forgotten"
KEY_BYTES = 32
SHORT = 8  # hexadecimal digits of a pseudonym
INSTEAD = "群友"  # stands where somebody was named
SHORTEST = 2  # characters of a name; a longer one is hardly the beginning of another
WORD = re.compile(r"[^\W_]+")
GOES_ON = re.compile(r"[\w~-]")


@dataclass(frozen=True)
class Forgotten:
    """The hashes of the labels of those who asked to be forgotten, and of the names by which others speak of them.

    Of a name its first two characters are hashed too, and its length is told: else every stretch of every message
    would have to be hashed to find it.
    """

    secret: bytes = b""
    hashes: frozenset[str] = frozenset()
    names: frozenset[tuple[str, int, str]] = frozenset()  # hash of the first two characters, length, hash

    def __contains__(self, label: str) -> bool:
        return bool(self.hashes) and hashed(self.secret, label) in self.hashes

    @cached_property
    def _lengths(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, set[int]] = {}
        for start, length, _ in self.names:
            found.setdefault(start, set()).add(length)
        return {start: sorted(lengths, reverse=True) for start, lengths in found.items()}

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(whole for _, _, whole in self.names)

    @cached_property
    def _starts(self) -> dict[str, Sequence[int]]:
        return {}  # two characters → lengths of the names that begin with them: texts hold the same ones over and over

    def hidden(self, text: str, others: re.Pattern[str] | None = None) -> str:
        """The text with other words where it names one of them; a mention goes whole.

        `others` finds words that only begin or end like such a name: these stay.
        """
        if not self.names:
            return text
        theirs = [found.span() for found in others.finditer(text)] if others else []
        parts: list[str] = []
        last = at = 0
        while at < len(text) - 1:
            start = text[at : at + 2]
            lengths = self._starts.get(start)
            if lengths is None:
                lengths = self._starts[start] = self._lengths.get(_start(self.secret, start), ())
            end = next((at + n for n in lengths if self._is_name(text, at, at + n)), 0)
            if not end or overlapped(at, end, theirs):
                at += 1
                continue
            mention = at > last and text[at - 1] == "@"
            parts.append(text[last : at - mention])
            parts.append("" if mention or text[at] == "@" else INSTEAD)
            mention = mention or text[at] == "@"
            last = at = end + (mention and text[end : end + 1] in ("\u2005", "?"))
        return "".join([*parts, text[last:]])

    def _is_name(self, text: str, start: int, end: int) -> bool:
        if end > len(text) or (_latin(text[start]) and start and _latin(text[start - 1])):
            return False
        if _latin(text[end - 1]) and end < len(text) and _latin(text[end]):
            return False  # `dio` is no part of `audio`
        if text[start] == "@" and GOES_ON.match(text, end):
            return False  # a longer label
        return hashed(self.secret, text[start:end]) in self._whole


def _start(secret: bytes, text: str) -> str:
    return hmac.new(secret, b"start:" + fold(text[:2]).encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:SHORT]


def longer(labels: Iterable[str], is_name: Callable[[str], bool]) -> re.Pattern[str] | None:
    """What finds the words of labels that hold a name of two characters and more: 小石头, where 小石 is forgotten."""
    words = {word for label in labels for word in WORD.findall(label) if len(word) > SHORTEST}
    held = sorted(
        (w for w in words if any(is_name(w[i : i + SHORTEST]) for i in range(len(w) - 1))), key=lambda w: (-len(w), w)
    )
    return re.compile("|".join(map(re.escape, held))) if held else None


def overlapped(start: int, end: int, words: Iterable[tuple[int, int]]) -> bool:
    """Whether a stretch is a part of one of the words, or runs over an edge of it; a word within it is none."""
    return any(a < end and start < b and not (start <= a and b <= end) for a, b in words)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def secret(root: Path) -> bytes:
    """The project's key, made where there is none; readable by its owner alone."""
    path = root / files.STATE / KEY
    if path.exists() or path.is_symlink():
        found = files.read_bytes(path, limit=4096)
        if len(found) != KEY_BYTES:
            raise DigestError(
                f"{path}: not a key of digest's. Bring the right one back; a new one changes every pseudonym"
            )
        return found
    made = os.urandom(KEY_BYTES)
    files.write_atomic(path, made, within=root)
    path.chmod(0o600)
    return made


def hashed(secret: bytes, label: str) -> str:
    """A label's keyed hash; two spellings of a label share it."""
    return hmac.new(secret, key(label).encode(), hashlib.sha256).hexdigest()


def pseudonym(secret: bytes, label: str) -> str:
    """A name that stands for a label: the same in every export of this project, unlike in any other's.

    >>> pseudonym(b"k" * 32, "Ada")
    'u-a8b373bd'
    """
    return f"u-{hashed(secret, label)[:SHORT]}"


def forgotten(root: Path) -> Forgotten:
    """Who is to be left out of this project."""
    path = root / files.STATE / LIST
    if not path.exists():
        return Forgotten()
    try:
        kept = json.loads(files.read_bytes(path))
        labels, names = (kept["labels"], kept["names"]) if isinstance(kept, dict) else (kept, [])
        known = frozenset((str(start), int(length), str(whole)) for start, length, whole in names)
        return Forgotten(secret(root), frozenset(str(h) for h in labels), known)
    except (ValueError, TypeError, KeyError):
        raise DigestError(
            f"{path}: damaged, so nobody on it could be left out. Bring it back, or forget them anew"
        ) from None


def add(root: Path, labels: Iterable[str], names: Iterable[str] = ()) -> None:
    """Put labels on the list, and the names by which others speak of them."""
    known = forgotten(root)
    made = secret(root)
    hashes = known.hashes | {hashed(made, label) for label in labels}
    called = known.names | {(_start(made, name), len(name), hashed(made, name)) for name in names if len(name) > 1}
    path = root / files.STATE / LIST
    text = json.dumps({"labels": sorted(hashes), "names": sorted(called)}, indent=1)
    files.write_atomic(path, text + "\n", within=root)
    path.chmod(0o600)


def without(log: Log, who: Forgotten) -> Log:
    """The log without the messages of those who are to be forgotten, and without what others quote and say of them."""
    if not who.hashes:
        return log
    seen: dict[str, bool] = {}
    others = _others(log, who)

    def out(label: str) -> bool:
        if label not in seen:
            seen[label] = label in who
        return seen[label]

    def kept(message: Message) -> Message:
        quote = message.quote
        if quote and out(quote.name):
            quote = None
        elif quote:
            said = who.hidden(quote.text, others)
            quote = quote if said == quote.text else replace(quote, text=said)
        text = who.hidden(message.text, others)
        if text != message.text:
            written[message.position] = message.text
        elif quote is message.quote:
            return message
        return replace(message, quote=quote, text=text, raw=who.hidden(message.raw, others))

    written: dict[int, str] = {}
    stay = (m for m in log.messages if not any(out(label) for label in own(m.speaker, m.also)))
    return replace(log, messages=tuple(kept(m) for m in stay), written=written)


def _others(log: Log, who: Forgotten) -> re.Pattern[str] | None:
    """What finds the longer names of who else speaks."""
    if not who.names:
        return None
    speakers = dict.fromkeys(label for m in log.messages for label in (m.speaker, *m.also))
    return longer((label for label in speakers if label not in who), lambda name: who.hidden(name) != name)
