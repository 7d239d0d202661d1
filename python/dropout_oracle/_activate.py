"""The function of an activation, out of those of all activations that a layer supports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ._layer import Skip
from ._oracle import Activation


def activate(functions: Mapping[str, Callable[..., Any]], activation: Activation, /, *arrays: Any) -> Any:
    """What the function of an activation returns for these arrays, such as Z, or Z and dA of the next layer.

    >>> import numpy as np
    >>> functions = {
    ...     "relu": lambda z: np.maximum(z, 0),
    ...     "leaky_relu": lambda z, slope: np.where(z > 0, z, slope * z),
    ...     "per_unit": np.hstack,
    ... }
    >>> Z = np.array([[-8.0, -2.0, 4.0]])
    >>> activate(functions, {"name": "relu"}, Z)
    array([[0., 0., 4.]])
    >>> leaky = {"name": "leaky_relu", "slope": 0.25}
    >>> activate(functions, {"name": "per_unit", "units": [{"name": "relu"}, leaky, leaky]}, Z)
    array([[ 0. , -0.5,  4. ]])

    `functions` has them by name, and each gets the parameters of its activation as keywords: `slope` or `alpha`. The
    function of a unit gets one column of each array, m × 1. That of `per_unit` gets a list of such columns and joins them:
    `numpy.hstack`, `torch.hstack` or `jax.numpy.hstack`. If functions return a tuple, such as A of the next layer and dZ,
    each of its arrays is joined.

    An activation without a function is a `Skip`: the layer does not support it.
    """
    name = activation["name"]
    if name not in functions:
        raise Skip(f"does not support {name}")
    function = functions[name]
    if name != "per_unit":
        return function(*arrays, **{key: value for key, value in activation.items() if key != "name"})
    columns = [
        activate(functions, unit, *(array[:, j : j + 1] for array in arrays))
        for j, unit in enumerate(activation["units"])
    ]
    if isinstance(columns[0], tuple):
        return tuple(function(list(of_all)) for of_all in zip(*columns))
    return function(columns)
