"""What is printed with a published turn because the same person says it right before or after."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from digest.conversation import turns as segment
from digest.conversation.replies.turn_features import TurnFeatures

ASIDE = ("thanks", "laugh", "applause", "noise", "opening")  # acts of turns that are no part of what stands beside
FRAGMENT = 4  # nor is what has fewer characters


@dataclass(frozen=True, slots=True)
class Fragments:
    """The turns beside published ones; those that are `used` stand elsewhere."""

    features: TurnFeatures
    used: Set[int]
    seconds: int  # within which one goes on
    remark: int  # characters under which another's words stop nobody who answers

    def of_question(self, turn: int) -> list[int]:
        """What stands beside a turn of a question, in order."""
        return segment.beside(self.features.turns, turn, self.seconds, self._free, lambda _: False)

    def of_answer(self, turn: int) -> list[int]:
        """What stands beside a turn of an answer, in order; it may go on over another's remark."""
        return segment.beside(self.features.turns, turn, self.seconds, self._free, self._remark)

    def _free(self, turn: int) -> bool:
        """Whether a turn may be read with another: a picture, or words that are more than a courtesy."""
        if turn in self.used:
            return False
        acts = self.features.acts
        worded = self.features.sizes[turn] >= FRAGMENT and not any(acts.has(turn, act) for act in ASIDE)
        return worded or bool(self.features.turns[turn].images)

    def _remark(self, turn: int) -> bool:
        return self.features.sizes[turn] < self.remark and not self.features.acts.has(turn, "asks")
