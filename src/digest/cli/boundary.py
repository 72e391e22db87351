"""The boundary at which errors become one line and an exit status; bugs keep their traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from digest.cli.lazy import LazyGroup
from digest.cli.term import plain
from digest.errors import DigestError

INTERRUPTED = 130


class Boundary(LazyGroup):
    """Turns what goes wrong in a command into a line and an exit status; bugs keep their traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:  # it was closed: `>&-`
                sys.stdout.flush()
            return result
        except DigestError as error:
            tell(error)
            raise SystemExit(error.exit_status) from None
        except KeyboardInterrupt:
            stopped()
        except BrokenPipeError:
            quiet()
        except OSError as error:
            failed(error)


def failed(error: OSError) -> NoReturn:
    """Say what the disk or the system refused, where no stage of ours could say it better."""
    from digest import files

    if error.filename is None:  # then it is a stream, and that is where all output goes
        _let_go_of_stdout()
    tell(files.told(Path(os.fsdecode(error.filename or "standard output")), error, "read"))
    raise SystemExit(DigestError.exit_status) from None


def short(text: object) -> str:
    """A message on one line, paths as the user would write them, nothing in it that a terminal would obey."""
    try:
        here = f"{Path.cwd()}{os.sep}"
    except OSError:  # the working folder is gone
        return plain(str(text))
    return plain(str(text).replace(here, ""))


def tell(error: DigestError) -> None:
    """Say what is wrong: `digest: …`, or a line a problem and then how many there are."""
    problems = getattr(error, "problems", ())
    if not problems:
        print(f"digest: {short(error)}", file=sys.stderr)
        return
    for problem in problems:
        print(short(problem), file=sys.stderr)
    code = problems[0].code
    hint = f" Try digest rules explain {code}" if code.startswith("R") else " Mend them and run the command again"
    number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    print(f"digest: {number}, nothing was done.{hint}", file=sys.stderr)


def stopped() -> NoReturn:
    print("digest: stopped; nothing is half done. Run the command again to go on", file=sys.stderr)
    raise SystemExit(INTERRUPTED) from None


def quiet() -> NoReturn:
    """End without a word: whoever read our output (`| head`) has gone."""
    _let_go_of_stdout()
    raise SystemExit(0) from None


def _let_go_of_stdout() -> None:
    # else the interpreter complains when it flushes at exit
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
