"""`digest rules`: look at the rules, check them, run their examples."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import options, term
from digest.cli.quick import Quick
from digest.errors import Problem, UsageError
from digest.project.settings import packaged_rules
from digest.rules import codes
from digest.rules import schema as json_schema
from digest.rules.check import check
from digest.rules.check import test as run_examples
from digest.rules.model import Rule, Rules
from digest.rules.reference import reference as reference_tables
from digest.rules.yaml import did_you_mean
from digest.subjects import SUBJECTS, load
from digest.workflows import project

app = typer.Typer(
    cls=Quick, help="Look at the rules, check them, run their examples.", no_args_is_help=True, rich_markup_mode=None
)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="Folders of rules on top of the packaged ones; default: the project's."),
]
Packaged = Annotated[bool, typer.Option("--packaged/--alone", help="Build the folders on the packaged rules, or not.")]


@app.command("lint")
def lint(
    paths: Folders = None,
    packaged: Packaged = True,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as findings.")] = False,
) -> None:
    """Report everything that is wrong or odd in rule files, each with its line, column and next step.

    Exit status: 0 nothing, or warnings alone; 1 findings.
    """
    found, problems = check(_folders(paths, packaged), SUBJECTS)
    number = sum(len(s.rules) for s in found.subjects.values()) if found else None
    _report(problems, f"{number} rules" if number is not None else "the rules can't be used")
    if any(p.severity == "error" or strict for p in problems):
        raise typer.Exit(1)


@app.command("test")
def test(paths: Folders = None, packaged: Packaged = True) -> None:
    """Run the rules' own examples: `match` must make a rule fire, `no_match` must not.

    Exit status: 0 all passed; 1 some failed.
    """
    report = run_examples(load(_folders(paths, packaged)))
    _report(report.problems, f"{report.examples} examples of {report.rules} rules")
    if not report.passed:
        raise typer.Exit(1)


test.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test where it is imported


@app.command("list")
def list_(
    subject: Annotated[str | None, typer.Option("--subject", metavar="NAME", help="Only this subject's rules.")] = None,
    rules: options.Rules = None,
) -> None:
    """List the rules in force, by subject and act: weight, id, kind, reason."""
    loaded = load(project.rule_folders(project.settings(rules=rules)))
    if subject is not None and subject not in loaded.subjects:
        near = did_you_mean(subject, loaded.subjects) or f". Subjects are {', '.join(loaded.subjects)}"
        raise UsageError(f"{term.cut(subject, 40)}: no such subject{near}")
    columns = term.columns()
    for name, about in loaded.subjects.items():
        if (subject or name) != name or not (about.rules or about.off or subject):
            continue
        print(f"{name}: {len(about.rules)} rules" + (f", {len(about.off)} off" if about.off else ""))
        act = None
        wide = min(28, max((term.width(r.id) for r in about.rules), default=0))
        order = {a: n for n, a in enumerate(dict.fromkeys(r.act for r in (*about.rules, *about.off)))}
        for rule in sorted((*about.rules, *about.off), key=lambda r: order[r.act]):
            if rule.act != act:
                act = rule.act
                if act:
                    print(f"  {act}")
            weight = "   off" if rule.off else f"{rule.weight:+6.2f}"
            row = f"    {weight}  {term.pad(term.cut(rule.id, wide), wide)}  {rule.kind.name:<9}  {rule.why}"
            print(term.cut(row, columns).rstrip())


@app.command("show")
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The rule's id, such as polite-opening.")],
    rules: options.Rules = None,
) -> None:
    """Show one rule: where it stands, what it looks at, its weight, its examples."""
    loaded = load(project.rule_folders(project.settings(rules=rules)))
    found = loaded.find(id_)
    if not found:
        ids = [r.id for s in loaded.subjects.values() for r in (*s.rules, *s.off)]
        near = did_you_mean(id_, ids) or ". Try digest rules list"
        raise UsageError(f"{term.cut(id_, 40)}: no such rule{near}")
    for n, rule in enumerate(found):
        if n:
            print()
        _show(rule, loaded)


@app.command("explain")
def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A problem's code, such as R103.")]) -> None:
    """Say what a problem's code means."""
    said = codes.explain(code)
    if said is None:
        raise UsageError(f"{term.cut(code, 20)}: no such code. They are {', '.join(codes.CODES)}")
    for line in term.wrapped(f"{code.upper()}: {said}", term.columns()):
        print(line)


@app.command("schema")
def schema(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where to write it; default: standard output.")
    ] = None,
    force: options.Force = False,
) -> None:
    """Print the JSON Schema of rule files, by which an editor completes and explains."""
    if out is None:
        print(json_schema.text(SUBJECTS), end="")
    else:
        project.write(project.settings(), out, json_schema.text(SUBJECTS), force=force)
        print(f"→ {project.shown(out)}")


@app.command("reference", hidden=True)
def reference() -> None:
    """Print the tables of kinds and subjects with which docs/rules.md ends, by the packaged rules."""
    print(reference_tables(load([packaged_rules()])), end="")


def _folders(paths: Sequence[Path] | None, packaged: bool) -> tuple[Path, ...]:

    if not packaged and not paths:
        raise UsageError("--alone checks the folders that you name. Give a PATH")
    return project.rule_folders(project.settings(rules=paths)) if packaged else tuple(paths or ())


def _report(problems: Sequence[Problem], what: str) -> None:
    for problem in problems:
        print(problem)
    errors = sum(1 for p in problems if p.severity == "error")
    warnings = len(problems) - errors
    if not problems:
        print(f"{what}: all well")
        return
    code = problems[0].code
    parts = [f"{n} {name}{'s' if n != 1 else ''}" for n, name in ((errors, "error"), (warnings, "warning")) if n]
    print(f"{what}: {', '.join(parts)}. digest rules explain {code} says what a code means", file=sys.stderr)


def _show(rule: Rule, rules: Rules) -> None:
    columns = term.columns()
    about = rules.subject(rule.subject)
    rows = [
        ("rule", f"{rule.id}{'  (off)' if rule.off else ''}"),
        ("stands", str(rule.where)),
        ("subject", rule.subject + (f", act {rule.act}" if rule.act else "")),
        ("weight", f"{rule.weight:+g} (log-odds; {rule.sign})"),
        ("why", rule.why),
        ("kind", f"{rule.kind.name}: {rule.kind.about()}"),
    ]
    for name, (attribute, field) in rule.kind.fields.items():
        value = getattr(rule.kind, attribute)
        if value != field.default:
            rows.append((f"  {name}", ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)))
    for attribute in rule.kind.names.get("list", ()):
        if words := about.list(getattr(rule.kind, attribute)):
            rows.append(("  words", " ".join(words)))
    rows += [("match", sentence) for sentence in rule.match] + [("no match", sentence) for sentence in rule.no_match]
    for what, text in rows:
        for n, line in enumerate(term.wrapped(text, columns - 12)):
            print(f"{what if not n else '':<10}  {line}".rstrip())
