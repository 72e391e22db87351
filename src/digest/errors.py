"""What can go wrong, in words a user can act on. Nothing of ours is imported here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column count from 1, 0 where unknown."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.path, *(str(n) for n in (self.line, self.column) if n)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding in a user's file: `rules/questions.yml:3:8: error R103: unknown key …`."""

    where: Location
    code: str
    message: str
    severity: str = "error"  # or "warning"

    def __str__(self) -> str:
        return f"{self.where}: {self.severity} {self.code}: {self.message}"


class DigestError(Exception):
    """Bad input or a failing environment: one line for the user that ends with the next step, never a traceback."""

    exit_status = 2


class LogError(DigestError):
    """A log that can't be read as it stands."""


class RulesError(DigestError):
    """Rules that can't be used; carries every problem found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class ConflictError(DigestError):
    """The editor's file and the new digest can't both be kept as they are; nothing was lost."""

    exit_status = 1


class UsageError(DigestError):
    """A day, path or option that makes no sense."""


class MissingExtraError(DigestError):
    """A library that one of the package's extras brings is not installed."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed. Install it with pip install 'digest[{extra}]', and try again")
