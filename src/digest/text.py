"""Small pieces of English that several rooms say."""

from __future__ import annotations

from collections.abc import Mapping


def count(number: int, one: str, many: str = "") -> str:
    """`1 message`, `2 messages`, `1,453 messages`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(counts: Mapping[str, int]) -> str:
    """Counts by kind, the most first."""
    return ", ".join(f"{n:,} {kind}" for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))
