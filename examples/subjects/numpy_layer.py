"""The layer in NumPy and SciPy, with a backward pass by hand. `own_mask` accepts no mask: it draws one and ignores R.

    python3 -m dropout_oracle examples/subjects/numpy_layer.py --arithmetic f32
    python3 -m dropout_oracle examples/subjects/numpy_layer.py:own_mask
"""

import math
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import expit, log_softmax, ndtr, softmax

from dropout_oracle import Results, activate

roll = partial(np.roll, axis=1)
total = partial(np.sum, axis=1, keepdims=True)


def gelu_tanh(z, d):
    v = math.sqrt(8 / math.pi) * (z + 0.044715 * z**3)  # (1 + tanh(v / 2)) / 2 = σ(v), which keeps its digits
    dv = math.sqrt(8 / math.pi) * (1 + 3 * 0.044715 * z**2)
    return z * expit(v), d * (expit(v) + z * expit(v) * expit(-v) * dv)


def normalized_square(z, d):
    scale = 1 + total(z * z)
    return z * z / scale, 2 * z * (d - total(d * z * z / scale)) / scale


# A = g(Z) of each activation, and dZ from d = dJ/dA.
GIVEN = {
    "identity": lambda z, d: (z, d),
    "relu": lambda z, d: (np.maximum(z, 0), np.where(z > 0, d, 0)),
    "leaky_relu": lambda z, d, slope: (np.where(z > 0, z, slope * z), np.where(z > 0, d, slope * d)),
    "sigmoid": lambda z, d: (expit(z), d * expit(z) * expit(-z)),
    "tanh": lambda z, d: (np.tanh(z), d * 4 * expit(2 * z) * expit(-2 * z)),
    "softplus": lambda z, d: (np.logaddexp(0, z), d * expit(z)),
    "silu": lambda z, d: (z * expit(z), d * expit(z) * (1 + z * expit(-z))),
    "gelu": lambda z, d: (z * ndtr(z), d * (ndtr(z) + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi))),
    "gelu_tanh": gelu_tanh,
    "elu": lambda z, d, alpha: (np.where(z > 0, z, alpha * np.expm1(z)), np.where(z > 0, d, d * alpha * np.exp(z))),
    "softsign": lambda z, d: (z / (1 + np.abs(z)), d * (1 / (1 + np.abs(z))) ** 2),
    "softmax": lambda z, d: (softmax(z, axis=1), softmax(z, axis=1) * (d - total(d * softmax(z, axis=1)))),
    "log_softmax": lambda z, d: (log_softmax(z, axis=1), d - softmax(z, axis=1) * total(d)),
    "cumulative_sum": lambda z, d: (np.cumsum(z, axis=1), np.cumsum(d[:, ::-1], axis=1)[:, ::-1]),
    "coupled_quadratic": lambda z, d: (z * roll(z, -1) + z, d * (roll(z, -1) + 1) + roll(d * z, 1)),
    "normalized_square": normalized_square,
    "per_unit": np.hstack,
}
generator = np.random.default_rng(1)


def layer(x):
    A_tilde = x.R * x.A / x.p
    Z = A_tilde @ x.W + x.b
    A_next, dZ = activate(GIVEN, x.activation, Z, x.dA_next)
    dA_tilde = dZ @ x.W.T
    return Results(A_tilde, Z, A_next, dZ, A_tilde.T @ dZ, dZ.sum(axis=0), dA_tilde, x.R * dA_tilde / x.p)


def own_mask(x):
    return layer(replace(x, R=layer.sample(x.p, len(x.A))))


layer.sample = lambda p, rows: generator.random((rows, len(p))) < p
layer.name, layer.version, layer.homepage = "numpy", np.__version__, "https://numpy.org"
vars(own_mask).update(vars(layer), supports={"mask": "own"})
