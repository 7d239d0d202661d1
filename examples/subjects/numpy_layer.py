"""The layer in NumPy, with a hand-written backward pass. `own_mask` accepts no mask: it draws one itself and ignores R.

    python3 -m dropout_oracle examples/subjects/numpy_layer.py --arithmetic f32
    python3 -m dropout_oracle examples/subjects/numpy_layer.py:own_mask
"""

import math

import numpy as np

erfc = np.vectorize(math.erfc, otypes=[float])  # NumPy has no erfc


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z > 0, 1, e) / (1 + e)


def gelu(z, d):
    keep = (erfc(-z / math.sqrt(2)) / 2).astype(z.dtype)
    return z * keep, d * (keep + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi))


def gelu_tanh(z, d):
    """(1 + tanh u) / 2 is σ(2u), which keeps its digits where tanh u nears −1."""
    u = math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)
    du = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z**2)
    return z * sigmoid(2 * u), d * (sigmoid(2 * u) + 2 * z * sigmoid(2 * u) * sigmoid(-2 * u) * du)


def tanh(z, d):
    e = np.exp(-2 * np.abs(z))
    return np.tanh(z), d * 4 * e / (1 + e) ** 2


def softmax(z, d):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    return s, s * (d - (d * s).sum(axis=1, keepdims=True))


def log_softmax(z, d):
    shifted = z - z.max(axis=1, keepdims=True)
    total = np.exp(shifted).sum(axis=1, keepdims=True)
    return shifted - np.log(total), d - np.exp(shifted) / total * d.sum(axis=1, keepdims=True)


def normalized_square(z, d):
    total = 1 + (z * z).sum(axis=1, keepdims=True)
    return z * z / total, 2 * z * (d - (d * z * z / total).sum(axis=1, keepdims=True)) / total


def per_unit(z, d, units):
    columns = [activate(unit, z[:, [j]], d[:, [j]]) for j, unit in enumerate(units)]
    return np.hstack([a for a, _ in columns]), np.hstack([dz for _, dz in columns])


GIVEN = {f.__name__: f for f in (gelu, gelu_tanh, tanh, softmax, log_softmax, normalized_square, per_unit)} | {
    "identity": lambda z, d: (z, d),
    "relu": lambda z, d: (np.maximum(z, 0), np.where(z > 0, d, 0)),
    "leaky_relu": lambda z, d, slope: (np.where(z > 0, z, slope * z), np.where(z > 0, d, slope * d)),
    "sigmoid": lambda z, d: (sigmoid(z), d * sigmoid(z) * sigmoid(-z)),
    "softplus": lambda z, d: (np.logaddexp(0, z), d * sigmoid(z)),
    "silu": lambda z, d: (z * sigmoid(z), d * sigmoid(z) * (1 + z * sigmoid(-z))),
    "elu": lambda z, d, alpha: (
        np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0))),
        np.where(z > 0, d, d * alpha * np.exp(np.minimum(z, 0))),
    ),
    "softsign": lambda z, d: (z / (1 + np.abs(z)), d * (1 / (1 + np.abs(z))) ** 2),
    "cumulative_sum": lambda z, d: (np.cumsum(z, axis=1), np.cumsum(d[:, ::-1], axis=1)[:, ::-1]),
    "coupled_quadratic": lambda z, d: (
        z * np.roll(z, -1, axis=1) + z,
        d * (np.roll(z, -1, axis=1) + 1) + np.roll(d * z, 1, axis=1),
    ),
}


def activate(g, z, d):
    """A = g(Z), and dZ from d = dJ/dA."""
    return GIVEN[g["name"]](z, d, **{key: x for key, x in g.items() if key != "name"})


class Layer:
    name, version, homepage = "numpy", np.__version__, "https://numpy.org"

    def __init__(self, **supports):
        self.supports, self.generator = supports, np.random.default_rng(1)

    def step(self, x):
        R = self.sample(x.p, len(x.A)) if self.supports else x.R
        A_tilde = R * x.A / x.p
        Z = A_tilde @ x.W + x.b
        A_next, dZ = activate(x.activation, Z, x.dA_next)
        dA_tilde = dZ @ x.W.T
        dW, db, dA = A_tilde.T @ dZ, dZ.sum(axis=0), R * dA_tilde / x.p
        return {"A_tilde": A_tilde, "Z": Z, "A_next": A_next, "dZ": dZ, "dW": dW, "db": db, "dA_tilde": dA_tilde, "dA": dA}

    def sample(self, p, rows):
        return self.generator.random((rows, len(p))) < p


layer, own_mask = Layer(), Layer(mask="own")
