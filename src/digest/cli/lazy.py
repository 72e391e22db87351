"""Groups of commands that import a command's module only when it runs: `--help` reads their lines from a table."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer.main
from typer.models import CommandInfo

from digest.cli.quick import Quick


class Command(NamedTuple):
    """Where a command stands, as `module:function` below digest.cli, and the first sentence of its help."""

    place: str
    help: str


class LazyGroup(Quick):
    """A group whose commands stand in `table`, by name and in the order of the help."""

    table: ClassVar[dict[str, Command]] = {}

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands: dict[str, Any] = {**dict.fromkeys(self.table), **self.commands}  # None until it is used

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.table and self.commands[cmd_name] is None:
            module, _, function = self.table[cmd_name].place.partition(":")
            callback = getattr(import_module(f"digest.cli.{module}"), function)
            self.commands[cmd_name] = (
                typer.main.get_group(callback)
                if isinstance(callback, typer.Typer)
                else typer.main.get_command_from_info(
                    CommandInfo(name=cmd_name, callback=callback), pretty_exceptions_short=False, rich_markup_mode=None
                )
            )
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self.table.items()])
