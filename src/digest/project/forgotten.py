"""Who asked to be forgotten, and names as keyed hashes: a project's key and list lie in its private folder.

A name is kept as HMAC-SHA256 under the project's key, so the list itself tells nobody who is on it. The list holds a
check value of its key, and so does NOTICE, which goes with the project where its private folder does not: a copy of the
project can tell that it can't know whom to leave out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from digest import files
from digest.conversation.people.labels import fold, key
from digest.conversation.people.people import own
from digest.errors import DigestError
from digest.model import Log, Message

KEY, LIST = "key", "forgotten"
NOTICE = "forgotten.txt"  # beside digest.toml; it names nobody
KEY_BYTES = 32
SHORT = 8  # hexadecimal digits of a pseudonym
INSTEAD = "群友"  # stands where somebody was named
SHORTEST = 2  # characters of a name; a longer one is hardly the beginning of another
BRING = (
    "Bring it back from a backup or from where people were forgotten; where it is lost, remove the list and forget "
    "them anew"
)
TOLD = """\
People asked to be left out of what is made of these logs. Who they are is known where they were forgotten, by
.digest/forgotten and .digest/key together; without these two, digest refuses to read the logs. Keep this file.

"""
NOTICED = re.compile(r"^digest-forgotten: ([0-9a-f]{16})$", re.MULTILINE)
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
        by_start: dict[str, set[int]] = {}
        for start, length, _ in self.names:
            by_start.setdefault(start, set()).add(length)
        return {start: sorted(lengths, reverse=True) for start, lengths in by_start.items()}

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
        longer_names = [match.span() for match in others.finditer(text)] if others else []
        parts: list[str] = []
        last = at = 0
        while at < len(text) - 1:
            start = text[at : at + 2]
            lengths = self._starts.get(start)
            if lengths is None:
                lengths = self._starts[start] = self._lengths.get(_start(self.secret, start), ())
            end = next((at + n for n in lengths if self._is_name(text, at, at + n)), 0)
            if not end or overlapped(at, end, longer_names):
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
    holding = [word for word in words if any(is_name(word[i : i + SHORTEST]) for i in range(len(word) - 1))]
    holding.sort(key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, holding))) if holding else None


def overlapped(start: int, end: int, words: Iterable[tuple[int, int]]) -> bool:
    """Whether a stretch is a part of one of the words, or runs over an edge of it; a word within it is none."""
    return any(a < end and start < b and not (start <= a and b <= end) for a, b in words)


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def secret(root: Path) -> bytes:
    """The project's key, made where there is none; readable by its owner alone.

    Raises DigestError where a list was made with a key that is gone: a new one would match nobody on it.
    """
    path = root / files.STATE / KEY
    if path.exists() or path.is_symlink():
        stored = files.read_bytes(path, limit=4096)
        if len(stored) != KEY_BYTES:
            raise DigestError(
                f"{path}: not a key of digest's. Bring the right one back; a new one changes every pseudonym"
            )
        return stored
    if files.lies(root / files.STATE / LIST):
        raise DigestError(f"{path}: gone, so nobody on {path.with_name(LIST)} can be left out. {BRING}")
    new = os.urandom(KEY_BYTES)
    files.write_atomic(path, new, within=root)
    path.chmod(0o600)
    return new


def hashed(secret: bytes, label: str) -> str:
    """A label's keyed hash; two spellings of a label share it."""
    return hmac.new(secret, key(label).encode(), hashlib.sha256).hexdigest()


def pseudonym(secret: bytes, label: str) -> str:
    """A name that stands for a label: the same in every export of this project, unlike in any other's.

    >>> pseudonym(b"k" * 32, "Ada")
    'u-a8b373bd'
    """
    return f"u-{hashed(secret, label)[:SHORT]}"


def _checked(secret: bytes) -> str:
    """What tells a key without telling what it is."""
    return hmac.new(secret, b"check", hashlib.sha256).hexdigest()[:16]


def forgotten(root: Path) -> Forgotten:
    """Who is to be left out of this project. Raises DigestError where nobody can know."""
    path = root / files.STATE / LIST
    notice = root / NOTICE
    noticed = NOTICED.search(files.read_text(notice)) if files.lies(notice) else None
    if not files.lies(path):
        if noticed:
            raise DigestError(
                f"{path}: not here, but {notice} tells of people to be left out, and nobody can know whom. Bring "
                f"{files.STATE}/{LIST} and {files.STATE}/{KEY} from where they were forgotten, or forget them anew "
                f"with {NOTICE} taken away"
            )
        return Forgotten()
    try:
        stored = json.loads(files.read_bytes(path))
        labels, names = (stored["labels"], stored["names"]) if isinstance(stored, dict) else (stored, [])
        hashes = frozenset((str(start), int(length), str(whole)) for start, length, whole in names)
        # a list made before there was a check value has none
        checks = {str(stored["check"])} if isinstance(stored, dict) and "check" in stored else set()
    except (ValueError, TypeError, KeyError):
        raise DigestError(
            f"{path}: damaged, so nobody on it could be left out. Bring it back, or forget them anew"
        ) from None
    key = secret(root)
    if checks - {_checked(key)}:
        raise DigestError(f"{path}: made with another key than {path.with_name(KEY)}. {BRING}")
    if noticed and noticed[1] != _checked(key):
        raise DigestError(f"{path}: another list than the one that {notice} tells of. {BRING}")
    return Forgotten(key, frozenset(str(label) for label in labels), hashes)


def add(root: Path, labels: Iterable[str], names: Iterable[str] = ()) -> None:
    """Put labels on the list, and the names by which others speak of them."""
    former, key = forgotten(root), secret(root)
    hashes = former.hashes | {hashed(key, label) for label in labels}
    name_hashes = former.names | {(_start(key, name), len(name), hashed(key, name)) for name in names if len(name) > 1}
    path = root / files.STATE / LIST
    text = json.dumps({"check": _checked(key), "labels": sorted(hashes), "names": sorted(name_hashes)}, indent=1)
    files.write_atomic(path, text + "\n", within=root)
    path.chmod(0o600)
    notice = root / NOTICE
    if not files.lies(notice) or NOTICED.search(files.read_text(notice)):
        files.write_atomic(notice, f"{TOLD}digest-forgotten: {_checked(key)}\n", within=root)


def without(log: Log, who: Forgotten) -> Log:
    """The log without the messages of those who are to be forgotten, and without what others quote and say of them."""
    if not who.hashes:
        return log
    is_forgotten = cache(who.__contains__)
    others = _others(log, who)

    def redacted(message: Message) -> Message:
        quote = message.quote
        if quote and is_forgotten(quote.name):
            quote = None
        elif quote and (text := who.hidden(quote.text, others)) != quote.text:
            quote = replace(quote, text=text)
        text = who.hidden(message.text, others)
        if text != message.text:
            written[message.position] = message.text
        elif quote is message.quote:
            return message
        return replace(message, quote=quote, text=text, raw=who.hidden(message.raw, others))

    written: dict[int, str] = {}
    stay = (m for m in log.messages if not any(map(is_forgotten, own(m.speaker, m.also))))
    return replace(log, messages=tuple(map(redacted, stay)), written=written)


def _others(log: Log, who: Forgotten) -> re.Pattern[str] | None:
    """What finds the longer names of who else speaks."""
    if not who.names:
        return None
    speakers = dict.fromkeys(label for m in log.messages for label in (m.speaker, *m.also))
    return longer((label for label in speakers if label not in who), lambda name: who.hidden(name) != name)
