"""The boundary at which errors become one line and an exit status; bugs keep their traceback."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from digest.cli.quick import Quick
from digest.errors import DigestError

INTERRUPTED = 130


class Boundary(Quick):
    """Turns what goes wrong in a command into a line and an exit status; bugs keep their traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except DigestError as error:
            tell(error)
            raise SystemExit(error.exit_status) from None
        except KeyboardInterrupt:
            stopped()
        except BrokenPipeError:
            quiet()


def tell(error: DigestError) -> None:
    """Say what is wrong: `digest: …`, or a line a problem and then how many there are."""
    here = f"{Path.cwd()}{os.sep}"  # paths are shown as the user would write them
    problems = getattr(error, "problems", ())
    if not problems:
        print(f"digest: {error}".replace(here, ""), file=sys.stderr)
        return
    for problem in problems:
        print(str(problem).replace(here, ""), file=sys.stderr)
    code = problems[0].code
    hint = f" Try digest rules explain {code}" if code.startswith("R") else " Mend them and run the command again"
    number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    print(f"digest: {number}, nothing was done.{hint}", file=sys.stderr)


def stopped() -> NoReturn:
    print("digest: stopped; nothing is half done. Run the command again to go on", file=sys.stderr)
    raise SystemExit(INTERRUPTED) from None


def quiet() -> NoReturn:
    """End without a word: whoever read our output (`| head`) has gone."""
    # else the interpreter complains when it flushes at exit
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0) from None
