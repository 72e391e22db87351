"""Values of the command line made quickly.

Typer 0.29 imports pydantic to make a path of a string: 50 ms at every start, as much as typer itself. So the few types
that our commands take are made here; whatever is odd goes to typer, which knows how to complain.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from typer import BadParameter
from typer.core import TyperGroup

Make = Callable[[Any], Any]


class Quick(TyperGroup):
    """A group whose commands make texts, paths, flags and choices here; typer's checks of paths are not made."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        for parameter in self.params:
            _quicken(parameter, None)
        return super().parse_args(ctx, args)

    def get_help_option(self, ctx: Any) -> Any:
        return _quicken(super().get_help_option(ctx), None)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None and not hasattr(command, "commands"):
            hints = get_type_hints(command.callback)
            for parameter in command.params:
                bound = getattr(parameter, "min", None) is not None or getattr(parameter, "max", None) is not None
                _quicken(parameter, None if bound else _maker(hints.get(parameter.name)))
                if parameter.param_type_name == "argument":
                    told: Any = parameter
                    told.display_type_rich = lambda ctx: None  # `<list[str]>` tells nobody what to write
            helps = command.get_help_option
            command.get_help_option = lambda ctx: _quicken(helps(ctx), None)  # type: ignore[method-assign]
        if command is not None:
            # typer cuts these at the terminal's width, in the middle of what they say
            command.get_short_help_str = lambda limit=0: _first_sentence(command.help or "")  # type: ignore[method-assign]
        return command


def _first_sentence(text: str) -> str:
    paragraph = " ".join(text.partition("\n\n")[0].split())
    head, stop, _ = paragraph.partition(". ")
    return head + stop.rstrip()


def _quicken(parameter: Any, make: Make | None) -> Any:
    if parameter is not None and not isinstance(parameter.process_value, partial):
        parameter.process_value = partial(_value, parameter, parameter.process_value, make)
    return parameter


def _value(parameter: Any, typers: Callable[[Any, Any], Any], make: Make | None, ctx: Any, value: Any) -> Any:
    if value is None or value == ():
        if parameter.required:
            return typers(ctx, value)  # complains
        return parameter.callback(ctx, parameter, None) if parameter.callback else None
    if make is None or parameter.callback:
        return typers(ctx, value)
    try:
        return make(value)
    except ValueError:
        if isinstance(make, type) and issubclass(make, StrEnum):
            known = ", ".join(choice.value for choice in make)
            raise BadParameter(f"{value}. It is one of {known}", ctx=ctx, param=parameter) from None
        return typers(ctx, value)


def _maker(hint: Any) -> Make | None:
    """What makes a value of this type of what stands on the command line; None where only typer can."""
    options = [part for part in get_args(hint) if part is not type(None)]
    if isinstance(hint, UnionType) or len(options) < len(get_args(hint)):
        return _maker(options[0]) if len(options) == 1 else None
    if get_origin(hint) is list:
        inner = _maker(options[0])
        return None if inner is None else lambda values: [inner(value) for value in values]
    known = isinstance(hint, type) and (hint in (str, Path, bool, int) or issubclass(hint, StrEnum))
    return hint if known else None
