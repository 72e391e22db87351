"""The program and its commands."""

from __future__ import annotations

import gc
import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from digest.cli import build, init, inspect, knowledge, pages, quality, review, rules, sharing
from digest.cli.boundary import Boundary, failed, quiet, stopped

app = typer.Typer(
    name="digest",
    cls=Boundary,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Write the digest of a technical group chat: its talk, its questions with their answers, free discussion.",
    epilog="Begin with: digest build 2017-05-27",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"digest {version('digest')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    if ctx.invoked_subcommand is None:
        print(ctx.get_help())


app.command("build")(build.build)
app.command("extract")(inspect.extract)
app.command("explain")(inspect.explain)
app.command("graph")(inspect.graph)
app.command("people")(inspect.people)
app.command("status")(review.status)
app.command("diff")(review.diff)
app.command("resolve")(review.resolve)
app.command("restore")(review.restore)
app.command("doctor")(review.doctor)
app.command("index")(knowledge.index)
app.command("search")(knowledge.search)
app.command("show")(knowledge.show)
app.command("faq")(pages.faq)
app.command("month")(pages.month)
app.command("week")(pages.week)
app.command("export")(sharing.export)
app.command("forget")(sharing.forget)
app.command("privacy")(sharing.privacy)
app.add_typer(rules.app, name="rules")
app.command("eval")(quality.eval_)
app.command("tune")(quality.tune)
app.command("init")(init.init)


def main() -> None:
    """Run the program and end the process with its status: 0 done, 1 findings or conflicts, 2 could not run."""
    # values here point in no circles (21 objects after a hundred days): to look for some took a sixth of a build's time
    gc.set_threshold(500_000)
    # numpy adds and looks up, it multiplies no matrices: to start its threads takes half of its import
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _only(sys.argv[1:2])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where it was closed
            stream.reconfigure(errors="backslashreplace")  # Chinese in a terminal that knows ASCII is no failure
    try:
        app(prog_name="digest")
    except KeyboardInterrupt:
        stopped()
    except BrokenPipeError:
        quiet()
    except OSError as error:
        failed(error)


def _only(asked: list[str]) -> None:
    """Leave the other commands out where one is asked for by name: to make two dozen takes half as long as typer."""
    commands = [command for command in app.registered_commands if command.name in asked]
    groups = [group for group in app.registered_groups if group.name in asked]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
