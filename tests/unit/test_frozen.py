"""Our frozen dataclasses against the standard library's: who uses one must not tell the difference."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from functools import cached_property

import pytest

from digest import frozen


@frozen.dataclass(frozen=True, slots=True)
class Slotted:
    """With slots."""

    name: str
    numbers: tuple[int, ...] = ()
    more: list[int] = dataclasses.field(default_factory=list)


@frozen.dataclass(frozen=True)
class Open:
    name: str

    @cached_property
    def twice(self) -> str:
        return 2 * self.name


def test_values_are_equal_by_their_fields_and_their_class() -> None:
    assert Slotted("a", (1,)) == Slotted("a", numbers=(1,))
    assert Slotted("a") != Slotted("b")
    assert Open("a") != Slotted("a")
    assert hash(Open("a")) == hash(Open("a"))
    assert repr(Slotted("a")) == "Slotted(name='a', numbers=(), more=[])"


def test_no_field_can_be_changed() -> None:
    value = Slotted("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        value.name = "b"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del value.name


def test_slots_are_made_where_they_are_asked_for() -> None:
    assert Slotted.__slots__ == ("name", "numbers", "more")
    assert Open("a").twice == "aa"


def test_each_value_has_a_default_of_its_own() -> None:
    one, other = Slotted("a"), Slotted("b")
    one.more.append(1)
    assert other.more == []


def test_a_missing_or_unknown_argument_is_refused() -> None:
    with pytest.raises(TypeError, match="name"):
        Slotted()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="age"):
        Slotted("a", age=3)  # type: ignore[call-arg]


@pytest.mark.parametrize("value", [Slotted("a", (1, 2)), Open("b")])
def test_what_dataclasses_offers_works(value: Slotted | Open) -> None:
    assert dataclasses.is_dataclass(value)
    assert dataclasses.replace(value, name="c").name == "c"
    assert dataclasses.asdict(value)["name"] == value.name
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(value)) == value


def test_a_pattern_matches_by_position() -> None:
    match Slotted("a", (1,)):
        case Slotted(name, numbers):
            assert (name, numbers) == ("a", (1,))
        case _:
            raise AssertionError
