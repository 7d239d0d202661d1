"""A layer under test: what it says of itself, and how it is asked."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, TypedDict

import numpy as np

from . import _core
from ._arrays import Array, doubles
from ._oracle import OUTPUTS, Problem

# The longest traceback that a report shows.
_LONGEST = 4096

_DTYPES = {"f64": "float64", "f32": "float32", "f16": "float16", "bf16": "bfloat16"}


class Skip(Exception):
    """Raised by a layer that does not support a step; its text is the reason."""


class Stepping(Protocol):
    """A layer as an object.

    Beside `step` it may have the attributes `name`, `version`, `homepage`, `arithmetic` and `supports`, and a method
    `sample(p, rows)`, which draws a mask from its own generator. With `supports["sample"]` "named", the method gets the
    `key` and `stream` of the named generator, too. A layer that is a function may have the same attributes.
    """

    def step(self, problem: Problem, /) -> Any: ...


Layer: TypeAlias = Callable[[Problem], Any] | Stepping
"""A function of a problem, or an object with `step(problem)`, that returns results by name."""


class Supports(TypedDict, total=False):
    """What a layer supports, if that is not everything; the protocol has the same keys."""

    activations: Collection[str]
    """The activations that it has, also as the table of functions for `activate`."""
    per_unit_p: bool
    """Whether units may have different keep probabilities."""
    bias: bool
    """Whether it has a bias."""
    sample: bool | Literal["named"]
    """Whether its method `sample` draws masks, and from which generator."""
    mask: Literal["given", "own"]
    """The mask that it uses: R, or one that it draws itself."""
    outputs: Sequence[str]
    """Which of the eight results it returns."""
    deterministic: bool
    """Whether the same problem always gets the same results, bit for bit."""


def name_of(layer: Layer) -> str:
    """The name of a layer in reports."""
    for of, attribute in ((layer, "name"), (layer, "__name__"), (type(layer), "__name__")):
        name = getattr(of, attribute, None)
        if isinstance(name, str):
            return name
    return "layer"


def arithmetic_of(layer: Layer, given: str | None) -> str:
    """The arithmetic that a layer is judged in."""
    return given or getattr(layer, "arithmetic", None) or "f64"


def about(layer: Layer, arithmetic: str, supports: Supports) -> str:
    """A layer's description of itself, as the protocol has it."""
    own: Mapping[str, Any] = getattr(layer, "supports", {})
    merged = {key: _plain(value) for key, value in {**own, **supports}.items()}
    if "sample" not in merged and callable(getattr(layer, "sample", None)):
        merged["sample"] = True
    stored, summed = _core.storage(arithmetic)
    described = {"name": name_of(layer), "arithmetic": stored, "accumulator": summed, "supports": merged}
    for key in ("version", "homepage"):
        if getattr(layer, key, None) is not None:
            described[key] = str(getattr(layer, key))
    return json.dumps(described)


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, bool)) else list(value)


class Asked:
    """A layer as the core asks it. Whatever the layer raises is its answer, unless it ends the program, such as Ctrl-C."""

    def __init__(self, layer: Layer, arithmetic: str) -> None:
        step = getattr(layer, "step", layer)
        if not callable(step):
            raise TypeError(f"layer is a {type(layer).__name__}: must be a function, or have a method step(problem)")
        self._step = step
        self._sample = getattr(layer, "sample", None)
        self._dtype = _DTYPES[_core.storage(arithmetic)[0]]
        # NumPy has no bf16, and float32 holds it.
        self._array = np.dtype("float32" if self._dtype == "bfloat16" else self._dtype)

    def step(self, id: str, activation: str, inputs: _core.Six) -> tuple[str, Any]:
        """The answer to a step."""
        A, p, R, W, b, dA_next = (array.astype(self._array, copy=False) for array in inputs)
        problem = Problem(A, p, R, W, b, dA_next, json.loads(activation), id, self._dtype)
        return _answer(lambda: _results(self._step(problem)))

    def sample(self, p: Array, rows: int, named: tuple[list[int], int] | None) -> tuple[str, Any]:
        """The answer to a request for a mask."""
        sample = self._sample
        if sample is None:
            return "errored", "has no method sample(p, rows)"
        options = {} if named is None else {"key": bytes(named[0]), "stream": named[1]}
        return _answer(lambda: doubles("R", sample(p, rows, **options), 2))


def _answer(ask: Callable[[], Any]) -> tuple[str, Any]:
    try:
        # Infinities are valid answers, not worth a warning.
        with np.errstate(all="ignore"):
            return "result", ask()
    except Skip as reason:
        return "skipped", str(reason)
    except Exception as error:  # only this case is lost
        return "errored", _trace(error)


def _trace(error: Exception) -> str:
    """The traceback, without the frames of this file at its head."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename == __file__ and frames.tb_next:
        frames = frames.tb_next
    text = "".join(traceback.format_exception(type(error), error, frames)).strip()
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 4]}\n…\n{text[-_LONGEST * 3 // 4 :]}"
    return text


def _results(answer: Any) -> dict[str, Array]:
    """What a step returned, as arrays by name."""
    named: Any = answer._asdict() if hasattr(answer, "_asdict") else answer
    if not isinstance(named, Mapping):
        found = f"a step returned a {type(answer).__name__}"
        raise TypeError(f'{found}: must be results by name, such as {{"A_next": …, "dW": …, "db": …, "dA": …}}')
    results: dict[Any, Any] = dict(named)  # pyright: ignore[reportUnknownArgumentType]
    unknown = [name for name in results if name not in OUTPUTS]
    if unknown:
        raise ValueError(f"{unknown[0]} is unknown: results are {', '.join(OUTPUTS)}")
    there = {name: value for name, value in results.items() if value is not None}
    return {name: doubles(name, value, 1 if name == "db" else 2) for name, value in there.items()}
