"""Exact results for one training step of a dropout layer followed by a dense layer, and a judge for implementations of it.

    >>> import dropout_oracle as oracle
    >>> oracle.expected([[1.0, 2.0]], 0.5, [[1, 0]], [[3.0], [4.0]], [0.5], [[1.0]], "relu").dW
    array([[2.],
           [0.]])

`expected` and `tolerance` give the exact results and how far a layer may be off, `problem` and `mask` draw inputs, `check`
judges a layer, `from_autograd` makes a layer of a forward pass, `activate` calls the function of an activation, and
`dropout_oracle.pytest.conformance` makes each case a test.
"""

from ._activate import activate
from ._autograd import from_autograd
from ._check import check
from ._core import OracleBug
from ._layer import Layer, Skip, Stepping, Supports
from ._oracle import (
    ACTIVATIONS,
    ARITHMETICS,
    OUTPUTS,
    Activation,
    Problem,
    Results,
    expected,
    mask,
    problem,
    tolerance,
)
from ._report import Case, Report, Wrong

__all__ = [
    "ACTIVATIONS",
    "ARITHMETICS",
    "OUTPUTS",
    "Activation",
    "Case",
    "Layer",
    "OracleBug",
    "Problem",
    "Report",
    "Results",
    "Skip",
    "Stepping",
    "Supports",
    "Wrong",
    "activate",
    "check",
    "expected",
    "from_autograd",
    "mask",
    "problem",
    "tolerance",
]
