"""What each subject of the rules declares: its settings, lists, tables and kinds.

A stage that needs a setting adds one line here; `rules/<subject>.yml` may then give it, and gets the default otherwise.
Defaults of durations are in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from importlib import import_module

from digest.rules.declare import Kind
from digest.rules.shapes import Anything, Many, Mapping, Record
from digest.rules.types import Clock, Duration, Field, Flag, Float, Int, Probability, Regex, Text, Type, Weighed

# the kinds stand where they are evaluated, above this room, until the subjects move up as well
TURN_KINDS: dict[str, type[Kind]] = import_module("digest.conversation.acts.kinds").TURN_KINDS
PAIR_KINDS: dict[str, type[Kind]] = import_module("digest.conversation.replies.kinds").PAIR_KINDS


@dataclass(frozen=True, slots=True)
class Declaration:
    """A subject: what its files may hold. Where it has a table `acts`, each of its rules names one of them."""

    name: str
    doc: str
    kinds: Map[str, type[Kind]] = field(default_factory=dict)
    settings: Map[str, Field] = field(default_factory=dict)
    lists: Map[str, Field] = field(default_factory=dict)
    tables: Map[str, Field] = field(default_factory=dict)
    weighs: bool = True  # whether a rule's weight adds to a score, so that it must be given

    @property
    def acts(self) -> bool:
        return "acts" in self.tables


def number(doc: str, default: float, low: float | None = None, high: float | None = None, unit: str = "") -> Field:
    return Field(Float(low, high, unit), doc, default)


def whole(doc: str, default: int, low: int | None = 0, unit: str = "") -> Field:
    return Field(Int(low, None, unit), doc, default)


def share(doc: str, default: float) -> Field:
    return Field(Probability(), doc, default)


def odds(doc: str, default: float) -> Field:
    return Field(Float(unit="log-odds"), doc, default)


def span(doc: str, default: int) -> Field:
    """A duration, the default in seconds."""
    return Field(Duration(), doc, default)


def clock(doc: str, default: int) -> Field:
    """A time of day, the default in seconds since midnight."""
    return Field(Clock(), doc, default)


def words(doc: str) -> Field:
    return Field(Many(Text()), doc, ())


def patterns(doc: str) -> Field:
    return Field(Many(Regex()), doc, ())


def table(type_: Type, doc: str) -> Field:
    return Field(type_, doc, () if isinstance(type_, Many) else {})


ACTS = table(
    Mapping(
        Record(
            {
                "bias": odds("where the score starts, before any rule", 0.0),
                "threshold": odds("the act is taken where its score is over this", 0.0),
                "doc": Field(Text(), "what the act is", ""),
            }
        )
    ),
    "the acts that rules may give a turn",
)

_ALL = (
    Declaration(
        "segment",
        "which messages make a turn",
        settings={
            "gap": span("silence that ends a turn", 180),
            "beside": span("what the same person says so soon before or after is printed with a published turn", 120),
        },
        lists={"new-start": patterns("a message that opens like this starts a turn of its own")},
    ),
    Declaration(
        "people",
        "who is who",
        settings={
            "me": words("how others mention the exporter, whose own label is 我"),
            "owners": words("who runs the group and announces talks"),
            "agreed": words("persons who agreed to be named in a digest"),
        },
        lists={"common": words("cities, roles, trades: shared by many, so no sign of one person")},
        tables={"persons": table(Many(Many(Text(), least=1)), "labels of one person each, the name first")},
    ),
    Declaration(
        "lexicon",
        "the field's words",
        lists={
            "terms": words("cut as one word"),
            "same": words("words that mean the same, joined by spaces, the first being the name"),
            "common": Field(Many(Weighed()), "a word that is everywhere, and how much of its weight it keeps", ()),
            "stop": words("words that carry no content"),
        },
    ),
    Declaration(
        "questions",
        "the acts of turns: question, answer, notice, …",
        kinds=TURN_KINDS,
        settings={
            "threshold": share("a question is published where its probability is over this", 0.3),
            "floor": share("a turn under this probability is no candidate at all", 0.03),
            "joined": span("within this the asker goes on with the same question", 180),
            "remark": whole("characters under which another's words don't part a question", 12),
            "opened": span("within this an announced question must stand", 300),
            "follows": share("a reply link over this probability makes a question a follow-up", 0.5),
            "pause": span("after so long a silence in a thread a question starts one of its own", 1200),
        },
        tables={"acts": ACTS},
    ),
    Declaration(
        "links",
        "which turn a turn replies to",
        kinds=PAIR_KINDS,
        settings={
            "window": span("how far back a parent is looked for", 3600),
            "near": whole("so many earlier turns are candidates whatever they say", 15, 1, "turns"),
            "candidates": whole("so many more, where they share words", 40, 1, "turns"),
            "addressed": whole("so many earlier turns are candidates where the turn names who spoke", 60, 1, "turns"),
            "threshold": share("a link is taken where its probability is over this", 0.3),
            "none": odds("score of having no parent", 0.0),
        },
    ),
    Declaration(
        "answers",
        "which turns of a thread answer its question",
        kinds=PAIR_KINDS,
        settings={
            "window": span("how long after a question an answer may come", 7200),
            "turns": whole("how many turns after it", 150, 1, "turns"),
            "open": whole("so many questions compete for a turn, the latest first", 8, 1, "questions"),
            "addressed": whole("and so many earlier ones, where the turn names their asker", 4, 0, "questions"),
            "own": share("how far what the asker says after his question is part of it, for replies to that", 0.7),
            "goes-on": whole("for so many turns after the question", 40, 0, "turns"),
            "threshold": share("an answer is published where its probability is over this", 0.2),
            "none": odds("score of answering no question", 0.0),
        },
    ),
    Declaration(
        "talk",
        "the guest's talk",
        kinds={"pattern": TURN_KINDS["pattern"]},
        settings={
            "bias": odds("log-odds that a stretch is a talk before anything is known of it", -4.0),
            "threshold": odds("it is taken as one over this", 0.0),
            "full": whole("characters of a message that is worth the most; shorter ones in proportion", 300, 1),
            "worth": number("what such a message adds", 6.0),
            "picture": number("what a picture adds", 0.6),
            "reply": share("share of its worth that a message keeps right after somebody else's sentence", 0.5),
            "aside": number("what a message adds that answers or addresses somebody", -0.4),
            "sentence": whole("characters from which another person's words are an interruption, no mere remark", 8),
            "interruption": number("what an interruption takes away", 0.8),
            "remark": number("what a remark takes away", 0.3),
            "patience": span("silence that costs nothing", 480),
            "silence": number("what each minute beyond it takes away", 0.25),
            "longest_silence": number("the most that silence takes away", 6.0),
            "least": number("a stretch worth less is no talk", 4.0),
            "volume": odds("each doubling of the worth over `least`", 1.2),
            "few": odds("a stretch of fewer messages than `few_messages`", -1.5),
            "few_messages": whole("how many messages are few", 3),
            "wordless": odds("a stretch of pictures with fewer than `words` characters", -2.5),
            "words": whole("characters below which a stretch is one of pictures", 150),
            "evening": odds("it begins between `evening_from` and `evening_to`, against it otherwise", 0.6),
            "evening_from": clock("when the evening begins", 15 * 3600),
            "evening_to": clock("when the evening ends", 23 * 3600),
            "audience": odds("enough people sign in or clap before", 0.8),
            "audience_people": whole("how many are enough", 4),
            "audience_within": span("how long before", 2400),
            "thanked": odds("enough people thank or clap after", 1.0),
            "thanked_people": whole("how many are enough", 3),
            "thanked_within": span("how long after", 1200),
            "named": odds("the announcement names the speaker", 2.5),
            "unnamed": odds("there is an announcement, whom it names stays unclear", 0.5),
            "other": odds("the announcement names somebody else who speaks today", -1.5),
            "before": span("greeting and call to begin are looked for so long before the stretch", 1200),
            "after": span("closing words so long after it", 600),
            "opening": share("a call to begin may stand in this first share of the talk", 0.25),
            "closing": share("closing words count after this share of the talk", 0.55),
            "preamble": whole("characters; a greeting longer than this is already the talk", 180),
            "farewell": whole("characters; closing words longer than this are still the talk", 80),
            "more": share("who says more than this share after closing words, unasked, has not closed", 0.15),
            "joined": whole("characters; a shorter piece that stays open is joined with the next", 60),
        },
        tables={"acts": ACTS},
        weighs=False,
    ),
    Declaration(
        "topics",
        "topics and their titles",
        settings={
            "shortest": whole("characters of a title, at least; two Latin letters count as one", 4, 1),
            "longest": whole("characters of a title, at most", 16, 1),
            "window": span("questions further apart share a heading only on very strong evidence", 4 * 3600),
            "together": share("likeness from which two questions share a heading", 0.42),
            "largest": whole("questions under one heading", 8, 1),
            "weak": number("a title scored below this heads no single question", 7.0),
            "rest": Field(Text(), "the heading over such questions, last; empty: each keeps its own", "其他"),
        },
        lists={
            "patterns": words("what stands in a question => what of it makes the title, and its gain"),
            "nouns": words("nouns of the field"),
            "how": words("words for how"),
            "what": words("words for what"),
            "differ": words("words for a difference"),
            "and": words("words for and"),
            "of": words("words for of"),
            "is": words("words for to be"),
            "have": words("words for to have"),
            "do": words("words for to do"),
            "for": words("words for for"),
            "know": words("words for to know"),
            "fillers": words("may stand between the parts of a pattern, never in a title"),
            "never": words("no part of a title"),
            "first": words("no title begins with these"),
            "last": words("no title ends with these"),
            "heads": words("good ends of a title, though they weigh nothing themselves"),
        },
    ),
    Declaration(
        "clean",
        "what is taken out of a published text",
        lists={
            "emoji": words("WeChat's names between [ and ]"),
            "greetings": patterns("taken off the head of any text"),
            "openings": patterns("taken off the head of a question"),
            "fillers": patterns("taken off the head of a question or an answer"),
            "thanks": patterns("taken off the tail of any text, and off the head of a question or an answer"),
            "restated": patterns("taken off the head of an answer: the question it repeats"),
            "smileys": words("signs taken out before a stop or the end"),
            "unwanted": patterns("a notice or resource that says this is not printed"),
            "asides": patterns("a message that says this is part of no question and no answer"),
            "remarks": patterns("an answer that says no more than this is not printed"),
        },
    ),
    Declaration(
        "late",
        "open questions that are answered on a later day",
        settings={
            "days": whole("how many days later an answer may come; 0 looks for none", 3, 0, "days"),
            "threshold": odds("it is offered over this", 3.0),
            "quotes": odds("it quotes the question", 6.0),
            "names": odds("it names the asker, who has not spoken since the day of his question", 2.5),
            "others": odds("it names others as well", -1.0),
            "next_day": odds("it comes on the very next day", 0.5),
            "last_words": odds("the asker said nothing more after his question", 0.5),
            "words": odds("for each unit of rarity of a word that it shares with the question", 0.15),
            "words_most": odds("the most that shared words add", 2.0),
            "thanked": odds("the asker thanks soon after", 1.5),
            "asks": odds("it ends as a question", -2.0),
            "brief": odds("it has fewer characters than `brief_length`", -2.0),
            "brief_length": whole("characters of an answer that says something", 6, 0),
        },
        lists={
            "never": patterns("who says this answers nothing"),
            "thanks": patterns("an asker who says this was helped"),
        },
    ),
    Declaration(
        "before",
        "open questions that were answered on an earlier day",
        settings={
            "most": whole("so many earlier answers are shown under a question; 0 shows none", 1, 0, "answers"),
            "other_rooms": Field(Flag(), "whether answers of other rooms are shown", False),
            "likeness": share("how alike the two must be, by the sum of `same`", 0.4),
            "answered": share(
                "share of the question, by the weight of its words, that the earlier answers must hold", 0.3
            ),
        },
    ),
    Declaration(
        "same",
        "which questions are the same one, asked again",
        settings={
            "likeness": share("from this sum on the FAQ takes two questions for one", 0.4),
            "together": share("so much alike are the questions of a group on average", 0.3),
            "words": share("counts how far the words of two questions agree", 0.2),
            "characters": share("counts how far their pairs of characters agree", 0.28),
            "covered": share("counts how much of what one is about the other speaks of", 0.16),
            "weight": share("counts how much they share that tells what they are about", 0.15),
            "much": odds("so much weight of shared words counts whole", 15.0),
            "asked": share("both ask for the same kind of thing", 0.08),
            "difference": share("both ask for a difference", 0.16),
            "apart": share("taken away where each names something that the other doesn't", 0.06),
            "least": share("under this likeness in characters two questions are never one", 0.18),
            "one_word": share("nor under this in words and characters, where they share a single telling word", 0.35),
            "telling": odds("a word tells from this weight on: rare in the group and in the language", 2.4),
            "shortest": whole("characters, signs not counted, from which a question may say what it is about", 8),
        },
        lists={
            "asks": patterns("what says none of these asks nothing"),
            "never": patterns("what says this hangs on what was said around it, or on the day"),
            "kinds": patterns("kinds of things that are asked for, each its own"),
            "differences": patterns("what says this asks for a difference"),
        },
    ),
    Declaration(
        "layout",
        "the digest's sections and headings",
        settings={
            "time": Field(Clock(text=True), "time of day in the front matter's date", "12:00:00"),
            "image_hosts": words("a picture from elsewhere is shown as text"),
            "short": whole("shorter messages are joined by a comma, longer ones by a full stop", 16, 0, "characters"),
            "paragraph": whole("after so much the next message begins a paragraph", 160, 1, "characters"),
        },
        tables={
            "front": table(Anything(), "front matter besides title and date"),
            "headings": table(Mapping(Text()), "headings of sections, where the day gives none"),
        },
    ),
)

SUBJECTS: dict[str, Declaration] = {declaration.name: declaration for declaration in _ALL}
