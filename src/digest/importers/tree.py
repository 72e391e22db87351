"""Folders and zip files as sources: a Source for each plain file below, nothing outside, and no more than a limit."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from digest.errors import LogError
from digest.importers.source import LONGEST_FILE, Source

ZIP = b"PK\x03\x04"
_MOST_FILES = 100_000
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError, OSError, NotImplementedError, KeyError)


@dataclass(frozen=True)
class TextSource(Source):
    """A source whose bytes are there already: a file of a zip, or a text that was mended."""

    content: bytes = b""

    @cached_property
    def data(self) -> bytes:
        """The bytes."""
        return self.content


def is_tree(head: bytes, path: Path) -> bool:
    """Whether a folder or a zip file lies at `path`."""
    return path.is_dir() or head.startswith(ZIP)


def with_data(source: Source, path: Path, data: bytes) -> TextSource:
    """A source like `source` that holds `data`."""
    return TextSource(path, source.encoding, source.day, source.year, data)


class Tree:
    """The files below a folder or in a zip, by their path from there."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._zip = None if source.path.is_dir() else _names_in_zip(source.path)
        names = self._zip if self._zip is not None else _names_below(source.path)
        self.names = sorted(names)
        self._left = LONGEST_FILE

    def source(self, name: str) -> Source:
        """The file of that name."""
        path = self._source.path / name
        if self._zip is None:
            return replace(self._source, path=path)
        try:
            with zipfile.ZipFile(self._source.path) as archive, archive.open(self._zip[name]) as file:
                data = file.read(self._left + 1)
        except _BROKEN as error:
            raise LogError(f"{path}: a zip that can't be read ({error}). Export or copy it again") from None
        self._left -= len(data)
        if self._left < 0:
            raise LogError(f"{self._source.path}: holds more than {LONGEST_FILE:,} bytes. Unpack it and give its parts")
        return with_data(self._source, path, data)


def _names_in_zip(path: Path) -> dict[str, zipfile.ZipInfo]:
    if path.is_symlink() or not path.is_file():
        raise LogError(f"{path}: no plain file")
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except _BROKEN as error:
        raise LogError(f"{path}: a zip that can't be read ({error}). Export or copy it again") from None
    if len(infos) > _MOST_FILES:
        raise LogError(f"{path}: more than {_MOST_FILES:,} files. Unpack it and give its parts")
    return {info.filename: info for info in infos if not info.is_dir() and _inside(info.filename)}


def _inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not name.startswith("/") and "\0" not in name and "\\" not in name


def _names_below(path: Path) -> list[str]:
    names = [str(file.relative_to(path)) for file in _files(path)]
    if len(names) > _MOST_FILES:
        raise LogError(f"{path}: more than {_MOST_FILES:,} files. Give its parts")
    return names


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path
