"""YAML text → nodes with line and column: the safe part of YAML only.

Built from the parser's events, so that an alias bomb or a thousand brackets end at the first event too many, before
anything is composed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.errors import Location, Problem

SIZE_CAP = 1 << 20  # bytes of one file; the packaged files are a hundredth of it
DEPTH_CAP = 12
NODE_CAP = 100_000
# a Chinese keyboard's colon, or one that the value follows at once; `https://…` is neither
BAD_COLON = re.compile(r"\s*(?:- +)?(?P<key>[a-z_]{2,12})(?P<colon>：|:(?=[^\s:/]))")


@dataclass(slots=True)
class Scalar:
    """One value; `plain` where it stands without quotes, so that YAML would guess its type."""

    line: int
    column: int
    value: str
    plain: bool


@dataclass(slots=True)
class Seq:
    line: int
    column: int
    items: list[Node]


@dataclass(slots=True)
class Map:
    """Keys in file order; a key that stood twice was reported and kept once."""

    line: int
    column: int
    items: dict[str, tuple[Scalar, Node]]


Node = Scalar | Seq | Map


class Findings:
    """The problems of one file, collected while it is read; `places` remembers where settings and tables stand."""

    __slots__ = ("path", "places", "problems")

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.places: dict[tuple[str, ...], Location] = {}

    def add(self, node: Node | None, code: str, message: str, severity: str = "error") -> None:
        where = Location(self.path, node.line, node.column) if node is not None else Location(self.path)
        self.problems.append(Problem(where, code, message, severity))

    def at(self, node: Node) -> Location:
        return Location(self.path, node.line, node.column)


def did_you_mean(word: str, known: Any) -> str:
    """` (did you mean 'x'?)`, or what is known where nothing is near and the list is short."""
    from difflib import get_close_matches

    names = sorted(known)
    close = get_close_matches(word.replace("_", "-"), names, n=1, cutoff=0.6) or get_close_matches(
        word.replace("-", "_"), names, n=1, cutoff=0.6
    )
    if close:
        return f" (did you mean {close[0]!r}?)"
    return f" (known: {', '.join(names)})" if 0 < len(names) <= 20 else ""


def read_text(path: Path, findings: Findings) -> str | None:
    """The file's text, None where it can't be had; the reason is then in `found`."""
    try:
        # O_NONBLOCK: opening a FIFO must not wait for a writer
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        findings.add(None, "R001", f"can't be read: {error.strerror}")
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        findings.add(None, "R001", "is not a regular file")
        return None
    with os.fdopen(handle, "rb") as file:
        data = file.read(SIZE_CAP + 1)
    if len(data) > SIZE_CAP:
        findings.add(None, "R001", f"is over {SIZE_CAP >> 20} MB; split it by subject")
        return None
    return decode(data, findings)


def decode(data: bytes, findings: Findings) -> str | None:
    """Text of a UTF-8 file, the BOM dropped; None and a problem with the place where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        findings.problems.append(
            Problem(Location(findings.path, line, column), "R002", "is not UTF-8; save the file as UTF-8")
        )
        return None


class _Stop(Exception):
    """The file can't be read further."""


def parse(text: str, findings: Findings) -> Map | None:
    """The file's top mapping, None where it can't be had; the reason is then in `found`."""
    import yaml

    try:
        return _document(_events(getattr(yaml, "CSafeLoader", yaml.SafeLoader), text), findings)
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = Location(findings.path, mark.line + 1, mark.column + 1) if mark else Location(findings.path)
        hint = _colon(findings, text, last=mark.line + 1 if mark else None)
        if hint is None:
            hint = Problem(where, "R003", f"not YAML: {_hint(error.problem or error.context or '')}")
        findings.problems.append(hint)
    except yaml.YAMLError as error:
        position = getattr(error, "position", None)
        where = Location(findings.path)
        if isinstance(position, int):
            before = text[:position]
            where = Location(findings.path, before.count("\n") + 1, position - before.rfind("\n"))
        reason = getattr(error, "reason", "") or "the parser gave up"
        findings.problems.append(Problem(where, "R003", f"not YAML: {reason}"))
    except ValueError as error:  # a lone surrogate in an escape, a line number past C's int
        findings.add(None, "R003", f"not YAML: {error}")
    return None


def _colon(findings: Findings, text: str, first: int = 1, last: int | None = None) -> Problem | None:
    """The first key whose colon YAML doesn't take for one, up to line `last`: the parser stumbles only further down.

    `first` is the line at which the text begins.
    """
    for number, line in enumerate(text.splitlines()[:last], start=first):
        if bad := BAD_COLON.match(line):
            wanted = f"`{bad['key']}: …`"
            said = (
                f"a full-width colon; write {wanted}" if bad["colon"] == "：" else f"no space after it; write {wanted}"
            )
            return Problem(Location(findings.path, number, bad.start("colon") + 1), "R003", f"not YAML: {said}")
    return None


def _hint(problem: str) -> str:
    if "cannot start any token" in problem:
        return f"{problem}; a tab indents nothing, and a value that starts with @, ` or % needs quotes"
    if "mapping values are not allowed" in problem:
        return f"{problem}; a value that holds ': ' needs quotes"
    return problem


def _events(make: Any, text: str) -> Iterator[Any]:
    """The parser's events; what `yaml.parse` does, without asking before each whether there is one."""
    import yaml

    loader = make(text)
    try:
        event = loader.get_event()
        while type(event) is not yaml.StreamEndEvent:
            yield event
            event = loader.get_event()
    finally:
        loader.dispose()


def _document(events: Any, findings: Findings) -> Map | None:
    import yaml

    stack: list[Node] = []
    keys: list[Scalar | None] = []  # the key that waits for its value, for each open mapping
    root: Node | None = None
    count = documents = 0

    def put(node: Node, event: Any) -> None:
        nonlocal root, count
        count += 1
        if count > NODE_CAP:
            findings.add(node, "R006", f"more than {NODE_CAP} values; split the file by subject")
            raise _Stop
        if not stack:
            root = node
            return
        parent = stack[-1]
        if isinstance(parent, Seq):
            parent.items.append(node)
            return
        assert isinstance(parent, Map)
        key = keys[-1]
        if key is None:
            if not isinstance(node, Scalar):
                findings.add(node, "R102", "a key is a single word; a list or mapping can't be one")
                node = Scalar(node.line, node.column, "", plain=False)
            keys[-1] = node
            return
        keys[-1] = None
        if key.value in parent.items:
            first = parent.items[key.value][0]
            findings.add(key, "R007", f"{key.value!r} stands twice, first in line {first.line}; keep one")
        elif key.value or isinstance(node, Scalar):
            parent.items[key.value] = (key, node)

    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent or kind is yaml.SequenceStartEvent or kind is yaml.MappingStartEvent:
            mark = event.start_mark
            line, column = mark.line + 1, mark.column + 1
            if event.anchor is not None:
                findings.add(Scalar(line, column, "", True), "R004", f"&{event.anchor}: anchors are not used in rules")
            if event.tag is not None:
                findings.add(Scalar(line, column, "", True), "R005", f"{event.tag}: tags are not used in rules")
            if kind is yaml.ScalarEvent:
                put(Scalar(line, column, event.value, not event.style), event)
                continue
            node: Node = Seq(line, column, []) if kind is yaml.SequenceStartEvent else Map(line, column, {})
            if len(stack) >= DEPTH_CAP:
                findings.add(node, "R006", f"nests more than {DEPTH_CAP} levels deep")
                raise _Stop
            put(node, event)
            stack.append(node)
            keys.append(None)
        elif kind is yaml.SequenceEndEvent or kind is yaml.MappingEndEvent:
            stack.pop()
            keys.pop()
        elif kind is yaml.AliasEvent:
            mark = event.start_mark
            node = Scalar(mark.line + 1, mark.column + 1, "", plain=False)
            findings.add(node, "R004", f"*{event.anchor}: aliases are not used in rules; quote it where it is text")
            put(node, event)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                node = Scalar(event.start_mark.line + 1, event.start_mark.column + 1, "", plain=True)
                findings.add(node, "R008", "a second document starts here; write one file a subject")
                raise _Stop
    if root is None:
        findings.add(None, "R008", "is empty; it starts with `subject: NAME`")
        return None
    if not isinstance(root, Map):
        if isinstance(root, Scalar) and (bad := _colon(findings, root.value, root.line)):
            findings.problems.append(bad)
            return None
        findings.add(root, "R008", "is no mapping; it starts with `subject: NAME`")
        return None
    return root
