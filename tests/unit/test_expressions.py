"""No expression that chat text meets on its way to a page takes more than linear time, whatever a line holds.

Those of importers/ and of pages read back are not in it yet.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections import deque
from collections.abc import Iterator
from itertools import permutations
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

import digest
from places import ROOT

SMALL, LARGE = 1_000, 4_000  # characters of a line
WORTH_A_LOOK = 0.002  # seconds for the large line: quadratic ones take more
GROWTH = 9.0  # for four times the length: linear is 4, quadratic 16


SOURCE = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
ROOMS = ("digest.masks", "digest.words", "digest.conversation.", "digest.editorial.", "digest.page.escape")
WHOLE = ("_PLACEHOLDERS",)  # expressions in a tuple that only whole texts are compared with


def at_one_place(name: str) -> bool:
    """Whether the project tries an expression at one place of a line only: not from each of them."""
    searched = re.search(rf"\b{name}\.(?:search|sub|subn|finditer|findall|split|pattern)\b", SOURCE)
    return name in WHOLE or (not searched and bool(re.search(rf"\b{name}\.(?:full)?match\b", SOURCE)))


def expressions() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every expression that stands in a module of the project, alone, in a tuple, a mapping or an object."""
    for module in pkgutil.walk_packages(digest.__path__, "digest."):
        if module.name.startswith(ROOMS):
            for name, value in vars(importlib.import_module(module.name)).items():
                yield from ((f"{module.name}.{name}", x) for x in patterns_in(value))


def patterns_in(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, (tuple, list)):
        for x in value:
            yield from patterns_in(x, depth + 1)
    elif depth < 3 and isinstance(value, dict):
        for x in value.values():
            yield from patterns_in(x, depth + 1)
    elif depth < 3 and hasattr(value, "__dataclass_fields__") and not isinstance(value, type):
        for x in value.__dataclass_fields__:
            yield from patterns_in(getattr(value, x, None), depth + 1)


def signs(parsed: Any) -> Iterator[str]:
    """Characters that parts of an expression take: its literals and one or two of each class."""
    for op, argument in parsed:
        if op in (_constants.LITERAL, _constants.NOT_LITERAL):
            yield chr(argument)
        elif op is _constants.ANY:
            yield "a"
        elif op is _constants.RANGE:
            yield chr(argument[0])
        elif op is _constants.CATEGORY:
            yield {_constants.CATEGORY_SPACE: " ", _constants.CATEGORY_DIGIT: "1"}.get(argument, "a")
        elif op is _constants.IN:
            yield from list(signs(argument))[:4]
        elif op is _constants.BRANCH:
            for branch in argument[1]:
                yield from signs(branch)
        elif op in (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT):
            yield from signs(argument[2])
        elif op is _constants.SUBPATTERN:
            yield from signs(argument[3])
        elif op in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from signs(argument[1])


def literals(parsed: Any) -> str:
    """The literals with which an expression begins."""
    text = ""
    for op, argument in parsed:
        if op is not _constants.LITERAL:
            break
        text += chr(argument)
    return text


def lines(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Units whose repetition makes lines that an expression finds hard."""
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = _parser.parse(text, pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags)
    found = [*dict.fromkeys(signs(parsed))][:24]
    yield from found
    yield from ("a", "1", " ", "一", "a.", "a1 ")
    yield from ("".join(pair) for pair in permutations(found[:8], 2))
    if begin := literals(parsed):
        yield begin
        yield from (begin + sign for sign in found[:8])


def seconds(pattern: re.Pattern[Any], unit: str, size: int, once: bool) -> float:
    line: Any = (unit * size)[:size]
    if isinstance(pattern.pattern, bytes):
        line = line.encode("utf-8")
    began = time.process_time()
    if once:
        pattern.match(line)
        pattern.fullmatch(line)
    else:
        deque(pattern.finditer(line), 0)
    return time.process_time() - began


def slow(pattern: re.Pattern[Any], once: bool = False) -> str:
    """The unit of a line on which an expression takes more than linear time; "" where there is none."""
    for unit in lines(pattern):
        if seconds(pattern, unit, LARGE, once) > WORTH_A_LOOK:
            # the best of some runs: the machine has other things to do
            large, small = (min(seconds(pattern, unit, size, once) for _ in range(3)) for size in (LARGE, SMALL))
            if large > WORTH_A_LOOK and large > GROWTH * small:
                return unit
    return ""


def test_the_measure_tells_linear_from_quadratic() -> None:
    assert slow(re.compile(r"[a-z.]+@[a-z]+"))
    assert slow(re.compile(r"\s+x"))
    assert not slow(re.compile(r"(?<![a-z.])[a-z.]{1,64}@[a-z]+"))


def test_every_expression_is_linear() -> None:
    every = dict.fromkeys(expressions())
    assert len(every) > 100
    once = {name: at_one_place(name.rpartition(".")[2]) for name, _ in every}
    of = {pattern: name for name, pattern in reversed(every) if not once[name]}
    of = {pattern: name for name, pattern in reversed(every)} | of  # imported elsewhere, it counts once
    assert not {name: unit for pattern, name in of.items() if (unit := slow(pattern, once[name]))}
