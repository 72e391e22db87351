"""The program and its commands."""

from __future__ import annotations

import codecs
import gc
import os
import sys
from io import TextIOWrapper
from typing import Annotated

import typer

from digest.cli.boundary import Boundary, failed, quiet, stopped
from digest.cli.lazy import Command

COMMANDS = {
    "import": Command("importing:import_", "Write logs from what chat programs export."),
    "build": Command("build:build", "Write the digests of days."),
    "extract": Command("inspect:extract", "Print what is found in a log as JSON."),
    "explain": Command("inspect:explain", "Say why a message stands where it does, or why it doesn't."),
    "graph": Command(
        "inspect:graph", "Write a day's reply graph: turns in order of time, links to what they reply to, threads."
    ),
    "people": Command(
        "inspect:people", "List who spoke on a day under which names, and whom each mention was taken to mean."
    ),
    "status": Command(
        "review:status", "List the digests: which are edited, untouched, in conflict or damaged; which days have none."
    ),
    "diff": Command(
        "review:diff", "Show what you changed in a digest since it was built, and what a build would change now."
    ),
    "accept": Command(
        "review:accept", "Take what the rules propose for entries that you edited, one by one or all; or refuse it."
    ),
    "resolve": Command("review:resolve", "Settle the conflicts of a digest: what stands in it counts."),
    "restore": Command("review:restore", "Bring back an entry that you deleted from a digest."),
    "doctor": Command("review:doctor", "Mend what an interrupted run left, and tell what only you can mend."),
    "index": Command("knowledge:index", "Bring the knowledge base up to date with logs, rules and digests."),
    "search": Command("knowledge:search", "Find what was asked and answered before, best first."),
    "show": Command("knowledge:show", "Print an entry with its thread and its sources."),
    "faq": Command(
        "pages:faq", "Write the group's FAQ: questions that came back on several days, with all their answers by date."
    ),
    "month": Command(
        "pages:month",
        "Write a month's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named.",
    ),
    "week": Command(
        "pages:week",
        "Write a week's roundup: its talks, the best threads, what stayed open, thanks to who agreed to be named.",
    ),
    "export": Command(
        "sharing:export", "Write the published questions and answers for other programs, each with its source."
    ),
    "forget": Command(
        "sharing:forget",
        "Take a person out of everything: digests, what they were built from, conflicts, knowledge base, exports.",
    ),
    "privacy": Command(
        "sharing:privacy",
        "Report what personal data the logs hold and what was masked, by kind and place, never by value.",
    ),
    "rules": Command("rules:app", "Look at the rules, check them, run their examples."),
    "eval": Command("quality:eval_", "Measure how far what is found agrees with what was published."),
    "tune": Command("quality:tune", "Fit the rules' weights and thresholds to what was published."),
    "init": Command("init:init", "Make a folder ready: your own copy of the rules and templates, and digest.toml."),
}


AS_JSON = frozenset(["--json", "json", "extract", "schema"])  # words of commands that print JSON


class Commands(Boundary):
    table = COMMANDS


app = typer.Typer(
    name="digest",
    cls=Commands,
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


def _as_json(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that a stream of JSON can't hold: their UTF-16 units, escaped."""
    assert isinstance(error, UnicodeEncodeError)
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4)), error.end


def main() -> None:
    """Run the program and end the process with its status: 0 done, 1 findings or conflicts, 2 could not run."""
    # values here point in no circles (21 objects after a hundred days): to look for some took a sixth of a build's time
    gc.set_threshold(500_000)
    # numpy adds and looks up, it multiplies no matrices: to start its threads takes half of its import
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    codecs.register_error("json", _as_json)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # None where it was closed
            stream.reconfigure(errors="backslashreplace")  # Chinese in a terminal that knows ASCII is no failure
            if stream is sys.stdout and not AS_JSON.isdisjoint(sys.argv) and not stream.encoding.startswith("utf"):
                stream.reconfigure(encoding="ascii", errors="json")  # JSON in GBK would be none
    try:
        app(prog_name="digest")
    except KeyboardInterrupt:
        stopped()
    except BrokenPipeError:
        quiet()
    except OSError as error:
        failed(error)
