"""What was selected → sections, topics and entries of a digest, with its title."""

from __future__ import annotations

from collections.abc import Sequence

from digest.conversation.conversation import Conversation, identity
from digest.conversation.talk.rules import Talking
from digest.editorial import paragraphs, select
from digest.editorial.clean import Cleaning, clean, without
from digest.editorial.headings import topics
from digest.editorial.headings.topics import ThreadText, TopicRules
from digest.model import Digest, Entry, Line, Question, Section, Topic
from digest.words import Vocabulary

SESSION = 7200  # seconds after the talk in which a thread belongs to its Q&A, whoever answers


def digest(
    day: Conversation,
    questions: Sequence[Question],
    cleaning: Cleaning,
    talking: Talking,
    vocabulary: Vocabulary,
    topic_rules: TopicRules,
) -> Digest:
    """The day's digest: the talk, the questions after it, free discussion by topic, resources and notices."""
    kept = [q for q in questions if q.kept]
    used = frozenset(m for q in kept for m in (*q.messages, *(x for a in q.answers for x in a.messages)))
    talk_lines = talk_text(day, cleaning, talking)
    resources = select.resources(day, used, cleaning)
    log, talk = day.log, day.talk
    apart = talk.start if talk else None
    threads = select.each_message_once(select.joined(select.entries(kept, apart), apart))
    after: list[Entry] = []
    free: list[Entry] = []
    for entry in threads:
        first = entry.questions[0].messages[0]
        belongs = talk is not None and (first > talk.end or talk.start <= first) and _in_session(day, entry)
        (after if belongs else free).append(entry)
    texts = tuple(_thread_text(entry, day) for entry in free)
    groups = topics.topics(texts, vocabulary, topic_rules) if free else ()
    title = topics.day_title(groups, texts, talk.title if talk else "")
    sections = []
    if talk is not None and talk_lines:
        entry = Entry(
            id=identity(log, talk.messages[0], day.ordinals), kind="talk", lines=tuple(talk_lines), title=talk.title
        )
        heading = f"主题分享：{talk.title}" if talk.title else ""
        sections.append(Section("talk", heading, (Topic(entry.id, "", (entry,)),)))
    if after:
        sections.append(Section("qa", "", (Topic(after[0].id, "", tuple(after)),)))
    if free:
        by_topic = tuple(Topic(free[g.members[0]].id, g.title, tuple(free[m] for m in g.members)) for g in groups)
        sections.append(Section("discussion", "", by_topic))
    for kind in ("resource", "notice"):
        if chosen := tuple(e for e in resources if e.kind == kind):
            sections.append(Section(kind + "s", "", (Topic(chosen[0].id, "", chosen),)))
    return Digest(log.day, log.room, title, "", tuple(sections))


def talk_text(day: Conversation, cleaning: Cleaning, talking: Talking) -> tuple[Line, ...]:
    """What is printed of the talk, a Line a paragraph; empty where there was none."""
    if day.talk is None:
        return ()
    log, people = day.log, day.people
    names = day.names

    def said(index: int) -> str:
        text = without(log.messages[index].text, people.mentions[index])
        if names and not names.out(text).strip():
            return ""  # a heading of the pasted text: its speaker; elsewhere a guest may say who he is
        return clean(text, cleaning, "talk", alone=False)

    return paragraphs.paragraphs(day.talk, log, talking, said)


def _in_session(day: Conversation, entry: Entry) -> bool:
    """Whether a thread after the talk belongs to its Q&A: the guest answers in it, or it stands close behind."""
    state, since = day.day_turns.states[entry.questions[0].turn]
    if state == "talk":
        return True
    guests = day.day_turns.guests
    answered = any(a.speaker in guests for q in entry.questions for a in q.answers)
    return state == "after-talk" and (answered or since <= SESSION)


def _thread_text(entry: Entry, day: Conversation) -> ThreadText:
    first, *more = (select.words(q.lines) for q in entry.questions)
    answers = tuple(select.words(a.lines) for q in entry.questions for a in q.answers)
    return ThreadText(first, answers, day.log.messages[entry.questions[0].messages[0]].second, tuple(more))
