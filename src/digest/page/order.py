"""In which order the blocks of a merged digest stand, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.page.grammar import SECTION, is_heading
from digest.page.read import NOTHING, Block, is_hers


def ordered(kept: Sequence[Block], mine: Sequence[Block], old: Sequence[Block], new: Sequence[Block]) -> list[Block]:
    """The blocks kept of `mine`, in the editor's order; where she left the base's alone, in the new digest's."""
    place = {block.key: i for i, block in enumerate(new)}
    shared = [block for block in kept if block.key in place]
    known = {block.key for block in old}
    in_base = [block.key for block in old if block.key in {b.key for b in mine}]
    if in_base != [block.key for block in mine if block.key in known] or any(b.key not in known for b in shared):
        return list(kept)
    result = sorted(shared, key=lambda block: place[block.key])
    if result == shared:
        return list(kept)
    # hers follow the block they stood behind
    previous: Block | None = None
    for block in kept:
        if block.key not in place:
            result.insert(result.index(previous) + 1 if previous else 0, block)
        previous = block
    return result


def inserted(order: Sequence[Block], added: Sequence[Block], new: Sequence[Block]) -> list[Block]:
    """`order` with the new blocks, each behind its nearest neighbour in the new digest, in its topic if possible."""
    result = list(order)
    keys = [block.key for block in new]
    for block in added:
        at = keys.index(block.key)
        present = {b.key: i for i, b in enumerate(result)}
        before = [key for key in reversed(keys[:at]) if key in present]
        siblings = _topic_before(keys[:at])
        near = next((key for key in before if key in siblings and _topic_of(result, present[key]) in siblings), None)
        if is_heading(block.key):
            # a new heading goes right before what it heads, unless that stands under a heading of the editor's choice
            follower = next((key for key in keys[at + 1 :] if key in present), None)
            if follower and follower == next(iter(keys[at + 1 : at + 2]), None) and follower[0] != SECTION:
                result.insert(present[follower], block)
                continue
        near = near or (before[0] if before else None)
        result.insert(present[near] + 1 if near else 0, block)
    return result


def _topic_before(keys: Sequence[str]) -> set[str]:
    """The last heading of `keys` and what stands under it."""
    found: set[str] = set()
    for key in reversed(keys):
        found.add(key)
        if is_heading(key):
            break
    return found


def _topic_of(blocks: Sequence[Block], at: int) -> str:
    return next((block.key for block in reversed(blocks[: at + 1]) if is_heading(block.key)), "")


def parted(order: Sequence[Block], mine: Sequence[Block], old: Sequence[Block], new: Sequence[Block]) -> list[Block]:
    """The blocks with what stands between them: the editor's where she left any words, else the template's."""
    own, was, now = (dict(_pairs(blocks)) for blocks in (mine, old, new))
    usual = {**_usual(old), **_usual(new)}
    result: list[Block] = []
    for block, after in zip(order, [*order[1:], None], strict=False):
        pair = (block.key, after.key if after else "")
        if is_hers(block.gap):
            gap = block.gap
        elif pair in own:
            gap = now[pair] if pair in now and was.get(pair) == own[pair] else own[pair]
        else:
            gap = now.get(pair) or usual.get((pair[0][0], pair[1][:1]), NOTHING)
        result.append(replace(block, gap=gap))
    return result


def _pairs(blocks: Sequence[Block]) -> Iterable[tuple[tuple[str, str], str]]:
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        yield (block.key, after.key if after else ""), block.gap


def _usual(blocks: Sequence[Block]) -> dict[tuple[str, str], str]:
    """What mostly stands between blocks of two kinds."""
    return {(a[0], b[:1]): gap for (a, b), gap in _pairs(blocks) if not is_hers(gap)}
