"""What each subject of the rules declares: its settings, lists, tables and kinds.

A stage that needs a setting adds one line here; `rules/<subject>.yml` may then give it, and gets the default otherwise.
Defaults of durations are in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from digest.rules.kinds import PAIR_KINDS, TURN_KINDS, Kind
from digest.rules.values import Anything, Duration, Field, Float, Int, Many, Mapping, Probability, Record, Text


@dataclass(frozen=True, slots=True)
class Declaration:
    """A subject: what its files may hold. `acts`: a rule of it names an act that the `acts:` table declares."""

    name: str
    doc: str
    kinds: Map[str, type[Kind]] = field(default_factory=dict)
    settings: Map[str, Field] = field(default_factory=dict)
    lists: Map[str, str] = field(default_factory=dict)  # name → what it is for
    tables: Map[str, Field] = field(default_factory=dict)
    acts: bool = False


ACTS = Field(
    Mapping(
        Record(
            {
                "bias": Field(Float(unit="log-odds"), "where the score starts, before any rule", 0.0),
                "threshold": Field(Float(unit="log-odds"), "the act is taken where its score is over this", 0.0),
                "doc": Field(Text(), "what the act is", ""),
            }
        )
    ),
    "the acts that rules may give a turn",
    {},
)

_ALL = (
    Declaration(
        "segment",
        "which messages make a turn",
        kinds=PAIR_KINDS,
        settings={
            "window": Field(Duration(), "longest pause inside a turn", 120),
            "threshold": Field(Float(unit="log-odds"), "a message joins the turn where its score is over this", 0.0),
            "bias": Field(Float(unit="log-odds"), "where the score starts", 0.0),
        },
    ),
    Declaration(
        "people",
        "who is who",
        kinds=TURN_KINDS,
        settings={"likeness": Field(Probability(), "how alike two labels of one person are, at least", 0.8)},
        tables={"persons": Field(Anything(), "known persons and their other names", {})},
    ),
    Declaration(
        "questions",
        "the acts of turns: question, answer, notice, …",
        kinds=TURN_KINDS,
        settings={
            "window": Field(Duration(), "how far a question's surroundings reach", 1800),
            "threshold": Field(Probability(), "a question is kept where its probability is over this", 0.5),
        },
        tables={"acts": ACTS},
        acts=True,
    ),
    Declaration(
        "links",
        "which turn a turn replies to",
        kinds=PAIR_KINDS,
        settings={
            "window": Field(Duration(), "how far back a parent is looked for", 7200),
            "candidates": Field(Int(1), "how many earlier turns are looked at", 60),
            "threshold": Field(Probability(), "a link is taken where its probability is over this", 0.5),
            "bias": Field(Float(unit="log-odds"), "score of a pair of which no rule knows anything", 0.0),
            "none": Field(Float(unit="log-odds"), "score of having no parent", 0.0),
        },
    ),
    Declaration(
        "answers",
        "which turns of a thread answer its question",
        kinds=PAIR_KINDS,
        settings={
            "window": Field(Duration(), "how long after a question an answer may come", 7200),
            "threshold": Field(Probability(), "an answer is published where its probability is over this", 0.5),
            "bias": Field(Float(unit="log-odds"), "score of a pair of which no rule knows anything", 0.0),
        },
    ),
    Declaration(
        "talk",
        "the guest's talk",
        kinds=TURN_KINDS,
        settings={"threshold": Field(Float(unit="log-odds"), "a day has a talk where its score is over this", 0.0)},
    ),
    Declaration(
        "topics",
        "topics and their titles",
        kinds=TURN_KINDS,
        tables={"lexicon": Field(Anything(), "words of the field that belong together", {})},
    ),
    Declaration("clean", "what is taken out of a published text", kinds=TURN_KINDS),
    Declaration(
        "layout",
        "the digest's sections and headings",
        tables={"headings": Field(Anything(), "headings of sections", {})},
    ),
)

SUBJECTS: dict[str, Declaration] = {declaration.name: declaration for declaration in _ALL}
LISTS = Many(Text())
