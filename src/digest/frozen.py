"""Frozen dataclasses that cost little at a start: `dataclass(frozen=True)` and `dataclass(frozen=True, slots=True)`.

The standard library compiles six methods for each class, 0.5 ms. A day's build makes a hundred classes before its first
line of work and calls few of those methods, so here the methods stand once for all classes, and each class's own
`__init__` is compiled when its first value is made. All else is as in the standard library: `fields`, `replace`,
`asdict`, matching, copying; to a type checker it is the standard library's.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen, slots=False):
        """A decorator that makes a class a frozen dataclass, with slots where they are asked for."""
        if not frozen:
            raise TypeError("only frozen dataclasses are made here; take dataclasses.dataclass")

        def made(cls):
            cls.__doc__ = cls.__doc__ or cls.__name__  # else dataclasses writes one, from a signature: dear
            cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
            own = cls.__dict__
            for name, method in _METHODS.items():
                if name not in own or (name == "__hash__" and own[name] is None):
                    setattr(cls, name, method)
            cls.__init__ = _first(cls)
            return cls

        return made


__all__ = ["dataclass"]

_put = object.__setattr__


def _first(cls: type[Any]) -> Any:
    """An `__init__` that compiles the class's own and gives way to it."""

    def __init__(self: Any, *values: Any, **named: Any) -> None:
        own = _init(cls)
        cls.__init__ = own
        own(self, *values, **named)

    return __init__


def _init(cls: type[Any]) -> Any:
    known: dict[str, Any] = {"_put": _put}
    parameters, body = ["self"], []
    for field in dataclasses.fields(cls):
        name = field.name
        if field.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"], known[f"_default_{name}"] = field.default_factory, dataclasses.MISSING
            body.append(f" if {name} is _default_{name}: {name} = _make_{name}()")
        elif field.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = field.default
        parameters.append(f"{name}=_default_{name}" if f"_default_{name}" in known else name)
        body.append(f" _put(self, {name!r}, {name})")
    exec(f"def __init__({', '.join(parameters)}):\n" + "\n".join(body or [" pass"]), known)
    init = known["__init__"]
    init.__qualname__ = f"{cls.__qualname__}.__init__"
    return init


def _values(value: Any) -> Any:
    cls = type(value)
    get = _getters.get(cls)
    if get is None:
        names = cls.__match_args__
        get = _getters[cls] = attrgetter(*names) if names else type
    return get(value)


_getters: dict[type[Any], Any] = {}


def _eq(self: Any, other: object) -> Any:
    return _values(self) == _values(other) if other.__class__ is self.__class__ else NotImplemented


def _hash(self: Any) -> int:
    return hash(_values(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({shown})"


def _refused(self: Any, name: str, value: object = None) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__match_args__]


def _restored(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        _put(self, name, value)


_METHODS = {
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refused,
    "__delattr__": _refused,
    "__getstate__": _state,  # copying would else assign the fields one by one
    "__setstate__": _restored,
}
