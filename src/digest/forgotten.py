"""Who asked to be forgotten, and names as keyed hashes: a project's key and list lie in its private folder.

A name is kept as HMAC-SHA256 under the project's key, so the list itself tells nobody who is on it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from digest import files
from digest.errors import DigestError
from digest.labels import key
from digest.model import Log

KEY, LIST = "key", "forgotten"
KEY_BYTES = 32
SHORT = 8  # hexadecimal digits of a pseudonym


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The hashes of the labels of those who asked to be forgotten."""

    secret: bytes = b""
    hashes: frozenset[str] = frozenset()

    def __contains__(self, label: str) -> bool:
        return bool(self.hashes) and hashed(self.secret, label) in self.hashes


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
        hashes = json.loads(files.read_bytes(path))
        return Forgotten(secret(root), frozenset(str(h) for h in hashes))
    except (ValueError, TypeError):
        raise DigestError(
            f"{path}: damaged, so nobody on it could be left out. Bring it back, or forget them anew"
        ) from None


def add(root: Path, labels: Iterable[str]) -> None:
    """Put labels on the list."""
    known = forgotten(root)
    made = secret(root)
    hashes = sorted(known.hashes | {hashed(made, label) for label in labels})
    path = root / files.STATE / LIST
    files.write_atomic(path, json.dumps(hashes, indent=1) + "\n", within=root)
    path.chmod(0o600)


def without(log: Log, who: Forgotten) -> Log:
    """The log without the messages of those who are to be forgotten, and without what others quote of them."""
    if not who.hashes:
        return log
    seen: dict[str, bool] = {}

    def out(label: str) -> bool:
        if label not in seen:
            seen[label] = label in who
        return seen[label]

    kept = tuple(
        replace(m, quote=None) if m.quote and out(m.quote.name) else m
        for m in log.messages
        if not any(out(label) for label in (m.speaker, *m.also))
    )
    return replace(log, messages=kept)
