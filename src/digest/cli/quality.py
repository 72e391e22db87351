"""`digest eval` and `digest tune`: how far the program agrees with its editors, and how it learns from them."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from digest import files
from digest.cli import options, output, tables
from digest.errors import UsageError
from digest.learning import records
from digest.rules import edit
from digest.text import count
from digest.workflows import project, published

Gold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="JSON of published questions, instead of digests.")
]
Digests = Annotated[
    Path | None, typer.Option("--digests", metavar="DIR", help="Folder of the published digests; default: digests.")
]
Days = Annotated[
    list[str] | None,
    typer.Argument(metavar="DAY", help="Only these days, such as 2017-05-27.", show_default=False),
]


class TunedSubject(StrEnum):
    """What `tune` fits."""

    questions = "questions"
    links = "links"
    answers = "answers"
    all = "all"


class TunedAim(StrEnum):
    """What thresholds are chosen for."""

    window = "window"
    day = "day"
    both = "both"


def eval_(
    days: Days = None,
    digests: Digests = None,
    gold: Gold = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    room: options.Room = None,
    misses: Annotated[bool, typer.Option("--misses", help="List what was missed and what was wrongly kept.")] = False,
    by_day: Annotated[bool, typer.Option("--by-day", help="Add the figures of each day.")] = False,
    by_rule: Annotated[bool, typer.Option("--by-rule", help="Add what each rule does.")] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="DIR", help="Compare with these rules, day by day: what they gain and lose."),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="FILE", help="Also write what was found as JSON.")
    ] = None,
    force: options.Force = False,
    json: options.AsJson = False,
) -> None:
    """Measure how far what is found agrees with what was published.

    The yardstick is what you published: digests beside the logs they came from, or a JSON file of traced ones.
    """
    settings = project.settings(logs=logs, rules=rules)
    stages = project.stages(settings)
    sources = published.sources(settings, gold, digests, days or [], room, _warn)
    other = None
    with output.progress() as progress:
        work = published.measured(sources, stages, progress.show)
        if against:
            stages_against = project.stages(project.settings(logs=logs, rules=against))
            other = published.measured(sources, stages_against, progress.show)
    if predictions is not None:
        project.write(settings, predictions, records.predictions([m.found for m in work]), force=force)
    report = tables.EvalReport(
        tuple(work),
        tuple(other) if other is not None else None,
        stages,
        misses=misses,
        by_day=by_day,
        by_rule=by_rule,
    )
    if json:
        print(tables.as_json(report), end="")
        return
    for line in tables.lines(report):
        print(line)


def tune(
    days: Days = None,
    digests: Digests = None,
    gold: Gold = None,
    logs: options.Logs = None,
    rules: options.Rules = None,
    room: options.Room = None,
    subject: Annotated[TunedSubject, typer.Option("--subject", help="What is fitted.")] = TunedSubject.all,
    folds: Annotated[
        int, typer.Option("--folds", metavar="N", min=2, help="Parts into which the days are dealt.")
    ] = 10,
    strength: Annotated[
        float, typer.Option("--strength", metavar="X", min=0.01, help="How strongly weights are held back.")
    ] = 30.0,
    window_weight: Annotated[
        float,
        typer.Option(
            "--window-weight",
            metavar="X",
            min=0.0,
            max=1.0,
            help="What a turn counts that no digest took up the part of.",
        ),
    ] = 0.15,
    aim: Annotated[TunedAim, typer.Option("--aim", help="The F1 that thresholds are chosen for.")] = TunedAim.both,
    keep: Annotated[
        bool, typer.Option("--keep", help="Hold weights near what they are, not near 0; for few days.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the figures, and write nothing.")] = False,
    json: options.AsJson = False,
) -> None:
    """Fit the rules' weights and thresholds to what was published.

    The new numbers are written into your rules folder, comments and layout kept; the packaged rules are never touched.
    The figures come from cross-validation: each day is measured with numbers that were fitted without it.
    """
    # start-up: this command alone needs scipy, which an extra brings
    from digest.learning import tune as tuning

    settings = project.settings(logs=logs, rules=rules)
    folder = project.own_rules(settings, rules) if not dry_run else settings.rules[-1]
    sources = published.sources(settings, gold, digests, days or [], room, _warn)
    if len(sources) < folds:
        few = f"{count(len(sources), 'published day')} {'is' if len(sources) == 1 else 'are'} too few"
        if len(sources) == 1:
            raise UsageError(
                f"{few}: a day is measured with what others taught. Edit or write the digest of another day"
            )
        most = f"2 to {len(sources)}" if len(sources) > 2 else "2"
        raise UsageError(f"{few} for {folds} folds. Edit or write more digests, or give --folds {most}")
    how = tuning.Fitting(folds, strength, window_weight, keep, aim.value)
    chosen = tuning.SUBJECTS if subject is TunedSubject.all else (subject.value,)
    known = project.stages(settings).rules
    quotes = published.quoting(settings, room) if "links" in chosen else ()
    with output.progress() as progress:
        made = tuning.tune(sources, known, chosen, how, lambda what, n, of: progress.show(n, of, what), quotes)
    texts = edit.rewritten(known, (*settings.rules[:-1], folder), made.settings)
    if not dry_run:
        with files.lock(settings.root):
            for path, text in sorted(texts.items()):
                files.write_atomic(path, text, within=folder)
    if json:
        print(tables.tuned_json(made), end="")
        return
    for line in tables.tuned(made, [project.shown(p) for p in sorted(texts)], dry_run=dry_run):
        print(line)


def _warn(text: str) -> None:
    print(f"digest: warning: {text}", file=sys.stderr)
