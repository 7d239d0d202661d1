"""Whatever holds numbers, as NumPy arrays of doubles: without a copy where it is one already."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]


@runtime_checkable
class _HasArray(Protocol):
    def __array__(self) -> Any: ...


@runtime_checkable
class _HasDLPack(Protocol):
    def __dlpack__(self) -> Any: ...
    def __dlpack_device__(self) -> tuple[int, int]: ...


ArrayLike: TypeAlias = Any
"""An array or tensor of any framework, nested lists of numbers, or a number."""

_CPU = 1


def _as_numpy(value: Any) -> NDArray[Any]:
    """An array of whatever type the value has."""
    if isinstance(value, np.ndarray):
        return cast(NDArray[Any], value)
    if hasattr(value, "detach") and hasattr(value, "double"):
        # A tensor of PyTorch, which hands out neither what needs a gradient, nor what is on a device, nor bf16.
        value = value.detach().cpu().double()
    if isinstance(value, _HasArray):
        return np.asarray(value)
    if isinstance(value, _HasDLPack):
        tensor: Any = value
        if value.__dlpack_device__()[0] == _CPU:
            return np.from_dlpack(tensor)
        return np.from_dlpack(tensor, device="cpu", copy=True)
    return np.asarray(value)


def doubles(name: str, value: ArrayLike, *dimensions: int) -> Array:
    """The value as an array of doubles of so many dimensions; each number of a shorter format is one."""
    try:
        array = _as_numpy(value)
    except (TypeError, ValueError, BufferError, RuntimeError) as error:
        raise ValueError(f"{name} cannot be read as an array: {error}") from error
    # ml_dtypes are of kind "V", like records, but they convert to doubles.
    if array.dtype.kind not in "fiubV" or array.dtype.names is not None:
        raise ValueError(f"{name} has the dtype {array.dtype}: must be real numbers")
    if dimensions and array.ndim not in dimensions:
        wanted = {0: "a number", 1: "a vector", 2: "a matrix"}[dimensions[-1]]
        raise ValueError(f"{name} has the shape {array.shape}: must be {wanted}")
    try:
        return array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} has the dtype {array.dtype}: {error}") from error
