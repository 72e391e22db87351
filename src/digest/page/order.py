"""In which order the blocks of a merged digest stand, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.page.grammar import SECTION, is_heading
from digest.page.read import NOTHING, Block, has_words


def ordered(
    kept: Sequence[Block], edited: Sequence[Block], base: Sequence[Block], rebuilt: Sequence[Block]
) -> list[Block]:
    """The blocks kept of `edited`, in the editor's order; where she left the base's alone, in the rebuilt digest's."""
    place = {block.key: i for i, block in enumerate(rebuilt)}
    shared = [block for block in kept if block.key in place]
    base_keys = {block.key for block in base}
    edited_keys = {block.key for block in edited}
    in_base = [block.key for block in base if block.key in edited_keys]
    if in_base != [block.key for block in edited if block.key in base_keys] or any(
        b.key not in base_keys for b in shared
    ):
        return list(kept)
    result = sorted(shared, key=lambda block: place[block.key])
    if result == shared:
        return list(kept)
    # the editor's own blocks follow the one they stood behind
    previous: Block | None = None
    for block in kept:
        if block.key not in place:
            result.insert(result.index(previous) + 1 if previous else 0, block)
        previous = block
    return result


def inserted(order: Sequence[Block], added: Sequence[Block], rebuilt: Sequence[Block]) -> list[Block]:
    """`order` with the new blocks, each behind its neighbour in the rebuilt digest, in its topic if possible."""
    result = list(order)
    keys = [block.key for block in rebuilt]
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
    under: set[str] = set()
    for key in reversed(keys):
        under.add(key)
        if is_heading(key):
            break
    return under


def _topic_of(blocks: Sequence[Block], at: int) -> str:
    return next((block.key for block in reversed(blocks[: at + 1]) if is_heading(block.key)), "")


def parted(
    order: Sequence[Block], edited: Sequence[Block], base: Sequence[Block], rebuilt: Sequence[Block]
) -> list[Block]:
    """The blocks with what stands between them: the editor's where she left any words, else the template's."""
    edited_gaps, base_gaps, rebuilt_gaps = (dict(_gaps(blocks)) for blocks in (edited, base, rebuilt))
    usual = {**_usual(base), **_usual(rebuilt)}
    result: list[Block] = []
    for block, after in zip(order, [*order[1:], None], strict=False):
        pair = (block.key, after.key if after else "")
        if has_words(block.gap):
            gap = block.gap
        elif pair in edited_gaps:
            untouched = base_gaps.get(pair) == edited_gaps[pair]
            gap = rebuilt_gaps[pair] if pair in rebuilt_gaps and untouched else edited_gaps[pair]
        else:
            gap = rebuilt_gaps.get(pair) or usual.get((pair[0][0], pair[1][:1]), NOTHING)
        result.append(replace(block, gap=gap))
    return result


def _gaps(blocks: Sequence[Block]) -> Iterable[tuple[tuple[str, str], str]]:
    for block, after in zip(blocks, [*blocks[1:], None], strict=False):
        yield (block.key, after.key if after else ""), block.gap


def _usual(blocks: Sequence[Block]) -> dict[tuple[str, str], str]:
    """What mostly stands between blocks of two kinds."""
    return {(a[0], b[:1]): gap for (a, b), gap in _gaps(blocks) if not has_words(gap)}
