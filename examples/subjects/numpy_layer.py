"""The layer in NumPy, with a hand-written backward pass.

    dropout-oracle check -- python3 examples/subjects/numpy_layer.py --dtype float32
    dropout-oracle check -- python3 examples/subjects/numpy_layer.py --own-mask
    dropout-oracle check --shape 64x256x256 -- python3 examples/subjects/numpy_layer.py --tensors

With --own-mask, the layer accepts no mask: it draws one itself and ignores R. With --tensors, its inputs and results are
files.
"""

import argparse
import math

import numpy as np

from protocol import ACTIVATIONS, OUTPUTS, serve

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


def coupled_quadratic(z, d):
    after = np.roll(z, -1, axis=1)
    return z * after + z, d * (after + 1) + np.roll(d * z, 1, axis=1)


def normalized_square(z, d):
    total = 1 + (z * z).sum(axis=1, keepdims=True)
    a = z * z / total
    return a, 2 * z * (d - (d * a).sum(axis=1, keepdims=True)) / total


def activate(g, z, d):
    """A = g(Z), and dZ from d = dJ/dA."""
    name = g["name"]
    if name == "identity":
        return z, d
    if name == "relu":
        return np.maximum(z, 0), np.where(z > 0, d, 0)
    if name == "leaky_relu":
        return np.where(z > 0, z, g["slope"] * z), np.where(z > 0, d, g["slope"] * d)
    if name == "sigmoid":
        return sigmoid(z), d * sigmoid(z) * sigmoid(-z)
    if name == "softplus":
        return np.logaddexp(0, z), d * sigmoid(z)
    if name == "silu":
        return z * sigmoid(z), d * sigmoid(z) * (1 + z * sigmoid(-z))
    if name == "elu":
        alpha, low = g["alpha"], np.minimum(z, 0)
        return np.where(z > 0, z, alpha * np.expm1(low)), np.where(z > 0, d, d * alpha * np.exp(low))
    if name == "softsign":
        inverse = 1 / (1 + np.abs(z))
        return z / (1 + np.abs(z)), d * inverse * inverse
    if name == "cumulative_sum":
        return np.cumsum(z, axis=1), np.cumsum(d[:, ::-1], axis=1)[:, ::-1]
    if name == "per_unit":
        units = [activate(unit, z[:, j : j + 1], d[:, j : j + 1]) for j, unit in enumerate(g["units"])]
        return np.hstack([a for a, _ in units]), np.hstack([dz for _, dz in units])
    return {f.__name__: f for f in (tanh, gelu, gelu_tanh, softmax, log_softmax, coupled_quadratic, normalized_square)}[name](z, d)


def step(activation, inputs):
    A, p, R, W, b, dA_next = (np.array(inputs[name], dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
    if options.own_mask:
        R = rng.random(A.shape) < p
    A_tilde = R * A / p
    Z = A_tilde @ W + b
    A_next, dZ = activate(activation, Z, dA_next)
    dA_tilde = dZ @ W.T
    results = (A_tilde, Z, A_next, dZ, A_tilde.T @ dZ, dZ.sum(axis=0), dA_tilde, R * dA_tilde / p)
    assert all(result.dtype == dtype for result in results)
    return {name: result if options.tensors else result.tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    return (rng.random((rows, len(p))) < p).astype(int).tolist()


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float64", choices=["float64", "float32"])
parser.add_argument("--own-mask", action="store_true")
parser.add_argument("--tensors", action="store_true")
options = parser.parse_args()
dtype = np.dtype(options.dtype)
rng = np.random.default_rng(1)
np.seterr(all="ignore")  # infinities are valid answers, not worth a warning
arithmetic = {"float64": "f64", "float32": "f32"}[dtype.name]
about = {
    "name": f"numpy {dtype.name}",
    "version": np.__version__,
    "arithmetic": arithmetic,
    "accumulator": arithmetic,
    "homepage": "https://numpy.org",
    "supports": {
        "activations": ACTIVATIONS,
        "per_unit_p": True,
        "sample": True,
        "mask": "own" if options.own_mask else "given",
        "outputs": OUTPUTS,
    },
}
if options.tensors:
    about["supports"]["tensors"] = "safetensors"
serve(about, step, sample)
