"""The oracle: exact results, tolerances, problems that can reveal a defect, and the named masks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from . import _core
from ._arrays import Array, ArrayLike, doubles

Shape: TypeAlias = str | Sequence[int]
"""m, n and n_next, or these as in "8x64x32"."""

Activation: TypeAlias = Mapping[str, Any]
"""An activation as the protocol has it, such as `{"name": "leaky_relu", "slope": 0.25}`."""

OUTPUTS = ("A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA")
"""The names of the eight results, in the order of the equations."""

ACTIVATIONS = tuple(_core.activations())
"""The names of all activations."""

ARITHMETICS = tuple(_core.arithmetics())
"""The arithmetics that have tolerances: a format, or the format of the numbers and that of the sums."""

LIMIT = 180.0
"""The seconds that exact results may take, by an estimate that is made before."""


class Results(NamedTuple):
    """The eight results of a step.

    `A_tilde`, `dA_tilde` and `dA` are m × n, `Z`, `A_next` and `dZ` are m × n_next, `dW` is n × n_next, and `db` has n_next
    entries.
    """

    A_tilde: Array
    Z: Array
    A_next: Array
    dZ: Array
    dW: Array
    db: Array
    dA_tilde: Array
    dA: Array


@dataclass(frozen=True, eq=False)
class Problem:
    """The inputs of one step. A layer gets one for each case, in the format that it computes in.

    `p` are the probabilities to keep a unit, `R` is the mask of zeros and ones, and `dA_next` is the gradient of the next
    layer. bf16 is handed over as float32, which holds it exactly.
    """

    A: NDArray[Any]
    p: NDArray[Any]
    R: NDArray[Any]
    W: NDArray[Any]
    b: NDArray[Any]
    dA_next: NDArray[Any]
    activation: Activation
    id: str = "user/problem"
    dtype: str = "float64"
    """The format of the layer's numbers by the name that frameworks have for it, as in `getattr(torch, problem.dtype)`."""

    @property
    def inputs(self) -> tuple[NDArray[Any], ...]:
        """A, p, R, W, b and dA_next."""
        return (self.A, self.p, self.R, self.W, self.b, self.dA_next)

    def __iter__(self) -> Iterator[Any]:
        """A, p, R, W, b, dA_next and the activation, the arguments of `expected`."""
        return iter((*self.inputs, self.activation))


def expected(
    A: ArrayLike,
    p: ArrayLike,
    R: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    dA_next: ArrayLike,
    activation: str | Activation,
    *,
    limit: float | None = LIMIT,
) -> Results:
    """The eight results of a step, each number the double nearest to the exact one, with proof.

    >>> results = expected([[1.0, 2.0]], 0.5, [[1, 0]], [[3.0], [4.0]], [0.5], [[1.0]], "relu")
    >>> results.Z
    array([[6.5]])
    >>> results.dA
    array([[6., 0.]])

    A and R are m × n, W is n × n_next, dA_next is m × n_next, b has n_next entries, and p has n or is one number for all
    units. Each is an array or tensor of any framework, or nested lists. Whatever is wrong with them is listed in a
    `ValueError`.

    `limit` is the number of seconds that this may take by an estimate made before; None is no limit.
    """
    inputs = six(A, p, R, W, b, dA_next)
    return Results(*_core.expected(inputs, as_json(activation), limit))


def tolerance(
    A: ArrayLike,
    p: ArrayLike,
    R: ArrayLike,
    W: ArrayLike,
    b: ArrayLike,
    dA_next: ArrayLike,
    activation: str | Activation,
    *,
    arithmetic: str,
    limit: float | None = LIMIT,
) -> Results:
    """For each number of `expected`, how far a conforming implementation in this arithmetic may be off.

    >>> bounds = tolerance([[1.0, 2.0]], 0.5, [[1, 0]], [[3.0], [4.0]], [0.1], [[1.0]], "tanh", arithmetic="f32")
    >>> bool(0 < bounds.Z[0, 0] < 2e-6)
    True
    >>> bounds.A_tilde
    array([[0., 0.]])

    `arithmetic` is a format, such as "f32", or a format and that of the sums, such as "bf16/f32". 0 means that the number
    must be exact, and NaN that nothing is promised. The inputs count as they are, so round them to the format first.
    """
    inputs = six(A, p, R, W, b, dA_next)
    return Results(*_core.tolerance(inputs, as_json(activation), arithmetic, limit))


def problem(
    shape: Shape, *, activation: str = "softmax", dtype: str = "f64", seed: int = 0
) -> Problem:
    """A problem of this shape (m, n, n_next) that can reveal a defect, the same on every machine.

    >>> drawn = problem((4, 3, 2), activation="gelu", dtype="f32", seed=7)
    >>> drawn.A.shape, drawn.W.shape, drawn.activation
    ((4, 3), (3, 2), {'name': 'gelu'})
    >>> expected(*drawn).A_next.shape
    (4, 2)

    Every number is one of the format `dtype`: f64, f32, f16 or bf16. The arrays are doubles.
    """
    if seed not in range(1 << 64):
        raise ValueError(f"seed = {seed}: must be a whole number of 64 bits")
    inputs, drawn, id = _core.problem(sizes(shape), activation, dtype, seed)
    return Problem(*inputs, activation=json.loads(drawn), id=id)


def mask(p: ArrayLike, rows: int, *, key: bytes | str = bytes(32), stream: int = 0) -> Array:
    """The mask of the named generator, `rows` × len(p): 1 keeps a unit, with probability p.

    >>> mask([0.5, 0.9, 1], rows=2)
    array([[0., 1., 1.],
           [0., 1., 1.]])

    `key` has 32 bytes, or their 64 hexadecimal digits.
    """
    try:
        bytes_ = bytes.fromhex(key) if isinstance(key, str) else bytes(key)
    except ValueError as error:
        raise ValueError(f"key: {error}") from error
    if len(bytes_) != 32:
        raise ValueError(f"key has {len(bytes_)} bytes: must have 32, or 64 hexadecimal digits")
    for name, value, most in (("rows", rows, 1 << 63), ("stream", stream, 1 << 64)):
        if value not in range(most):
            raise ValueError(f"{name} = {value}: must be a whole number below {most}")
    return _core.mask(doubles("p", p, 1), rows, bytes_, stream)


def six(
    A: ArrayLike, p: ArrayLike, R: ArrayLike, W: ArrayLike, b: ArrayLike, dA_next: ArrayLike
) -> _core.Six:
    """The inputs as the core takes them."""
    a = doubles("A", A, 2)
    keep = doubles("p", p, 0, 1)
    if keep.ndim == 0:
        keep = np.full(a.shape[1], keep)
    return (a, keep, doubles("R", R, 2), doubles("W", W, 2), doubles("b", b, 1), doubles("dA_next", dA_next, 2))


def as_json(activation: str | Activation) -> str:
    """An activation as the core takes it."""
    named = {"name": activation} if isinstance(activation, str) else activation
    try:
        return json.dumps(named, default=float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"activation = {activation!r}: {error}") from error


def shapes(shape: Shape | Sequence[Shape]) -> list[tuple[int, int, int]]:
    """The sizes of one shape, or of several."""
    parts: tuple[Any, ...] = tuple(shape) if isinstance(shape, (list, tuple)) else ()
    several = any(isinstance(part, (str, Sequence)) for part in parts)
    return [sizes(one) for one in parts] if several else [sizes(cast("Shape", shape))]


def sizes(shape: Shape) -> tuple[int, int, int]:
    """m, n and n_next, also from "8x64x32"."""
    try:
        parts: Sequence[Any] = shape.split("x") if isinstance(shape, str) else shape
        m, n, n_next = (int(part) for part in parts)
    except (TypeError, ValueError):
        m = n = n_next = 0
    if not all(0 < size < 1 << 32 for size in (m, n, n_next)):
        raise ValueError(f"shape = {shape!r}: expected (m, n, n_next), three positive integers such as (3, 5, 4)")
    return m, n, n_next
