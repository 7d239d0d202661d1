"""The layer as Triton kernels, forward and backward by hand, in f32; masks for `sample` are drawn by tl.rand.

Without a GPU, the kernels run in Triton's interpreter, which executes them with NumPy. Triton has no expm1 and log1p
outside of a GPU's libdevice, so they are computed from exp and log such that nothing cancels.

    dropout-oracle check -- python3 examples/subjects/triton_layer.py
"""

import os

import torch

device = "cuda" if torch.cuda.is_available() else "cpu"
os.environ.setdefault("TRITON_INTERPRET", "0" if device == "cuda" else "1")

import triton
from triton import language as tl

from protocol import ACTIVATIONS, OUTPUTS, serve

TILE = tl.constexpr(16)


@triton.jit
def mask_kernel(x, p, r, y, n, BLOCK: tl.constexpr):
    """A row of y = x r / p."""
    k = tl.arange(0, BLOCK)
    at = tl.program_id(0) * n + k
    factor = tl.load(r + at, k < n, 0.0) / tl.load(p + k, k < n, 1.0)
    tl.store(y + at, tl.load(x + at, k < n) * factor, k < n)


@triton.jit
def matmul_kernel(x, w, b, y, rows, n, m, x_row, x_column, w_row, w_column):
    """A tile of y = x w + b, of any strides; y is rows × m, and n is the length of the sums."""
    i, j = tl.program_id(0) * TILE + tl.arange(0, TILE), tl.program_id(1) * TILE + tl.arange(0, TILE)
    total = tl.zeros((TILE, TILE), tl.float32)
    for start in range(0, n, TILE):
        k = start + tl.arange(0, TILE)
        left = tl.load(x + i[:, None] * x_row + k[None, :] * x_column, (i < rows)[:, None] & (k < n)[None, :], 0.0)
        right = tl.load(w + k[:, None] * w_row + j[None, :] * w_column, (k < n)[:, None] & (j < m)[None, :], 0.0)
        total = tl.dot(left, right, total, input_precision="ieee")
    total += tl.load(b + j, j < m, 0.0)[None, :]
    tl.store(y + i[:, None] * m + j[None, :], total, (i < rows)[:, None] & (j < m)[None, :])


@triton.jit
def sum_kernel(x, y, rows, m, BLOCK: tl.constexpr):
    """The sum of a column of x."""
    i, j = tl.arange(0, BLOCK), tl.program_id(0)
    tl.store(y + j, tl.sum(tl.load(x + i * m + j, i < rows, 0.0)))


@triton.jit
def expm1(x):
    e = tl.exp(x)
    return tl.where(e == 1, x, tl.where(e < 0.5, e - 1, (e - 1) * x / tl.log(tl.where(e == 1, 2.0, e))))


@triton.jit
def log1p(x):
    """ln(1 + x) for 0 ≤ x ≤ 1."""
    s = 1 + x
    return tl.where(s == 1, x, tl.log(s) * x / tl.where(s == 1, 1.0, s - 1))


@triton.jit
def activation_kernel(z_, d_, a_, dz_, row, n, parameter, NAME: tl.constexpr, BLOCK: tl.constexpr):
    """A row of a = g(z), and of dz from d = dJ/da."""
    k = tl.arange(0, BLOCK)
    first = tl.program_id(0) * row
    z, d = tl.load(z_ + first + k, k < n, 0.0), tl.load(d_ + first + k, k < n, 0.0)
    if NAME == "identity":
        a, dz = z, d
    elif NAME == "relu":
        a, dz = tl.maximum(z, 0.0), tl.where(z > 0, d, 0.0)
    elif NAME == "leaky_relu":
        a, dz = tl.where(z > 0, z, parameter * z), tl.where(z > 0, d, parameter * d)
    elif NAME == "sigmoid":
        a, dz = tl.sigmoid(z), d * tl.sigmoid(z) * tl.sigmoid(-z)
    elif NAME == "tanh":
        t = expm1(-2 * tl.abs(z))
        a, dz = tl.where(z < 0, t, -t) / (t + 2), d * 4 * tl.sigmoid(2 * z) * tl.sigmoid(-2 * z)
    elif NAME == "softplus":
        a, dz = tl.maximum(z, 0.0) + log1p(tl.exp(-tl.abs(z))), d * tl.sigmoid(z)
    elif NAME == "silu":
        a, dz = z * tl.sigmoid(z), d * tl.sigmoid(z) * (1 + z * tl.sigmoid(-z))
    elif NAME == "gelu":
        phi = 0.5 * (1 + tl.erf(z * 0.7071067811865476))
        a, dz = z * phi, d * (phi + z * tl.exp(-0.5 * z * z) * 0.3989422804014327)
    elif NAME == "gelu_tanh":  # (1 + tanh u) / 2 = σ(2u)
        u = 0.7978845608028654 * (z + 0.044715 * z * z * z)
        du = 0.7978845608028654 * (1 + 3 * 0.044715 * z * z)
        a, dz = z * tl.sigmoid(2 * u), d * tl.sigmoid(2 * u) * (1 + 2 * z * tl.sigmoid(-2 * u) * du)
    elif NAME == "elu":
        below = tl.minimum(z, 0.0)
        a, dz = tl.where(z > 0, z, parameter * expm1(below)), d * tl.where(z > 0, 1.0, parameter * tl.exp(below))
    elif NAME == "softsign":
        share = 1 / (1 + tl.abs(z))
        a, dz = z * share, d * share * share
    elif NAME == "softmax":
        a = tl.softmax(tl.where(k < n, z, float("-inf")))
        dz = a * (d - tl.sum(a * d))
    elif NAME == "log_softmax":
        z = tl.where(k < n, z, float("-inf"))
        shifted = z - tl.max(z)
        a, dz = shifted - tl.log(tl.sum(tl.exp(shifted))), d - tl.softmax(z) * tl.sum(d)
    elif NAME == "cumulative_sum":
        a, dz = tl.cumsum(z), tl.cumsum(d, reverse=True)
    elif NAME == "coupled_quadratic":
        after = tl.load(z_ + first + (k + 1) % n)
        before, d_before = tl.load(z_ + first + (k + n - 1) % n), tl.load(d_ + first + (k + n - 1) % n)
        a, dz = z * after + z, d * (after + 1) + d_before * before
    elif NAME == "normalized_square":
        total = 1 + tl.sum(z * z)
        a = z * z / total
        dz = 2 * z * (d - tl.sum(a * d)) / total
    tl.store(a_ + first + k, a, k < n)
    tl.store(dz_ + first + k, dz, k < n)


@triton.jit
def draw_kernel(p, r, n, total, seed, BLOCK: tl.constexpr):
    """A block of a mask, across its rows."""
    at = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    tl.store(r + at, tl.where(tl.rand(seed, at) < tl.load(p + at % n), 1.0, 0.0), at < total)


def block(n):
    return triton.next_power_of_2(n)


def masked(x, p, R):
    y = torch.empty_like(x)
    mask_kernel[(len(x),)](x, p, R, y, x.shape[1], BLOCK=block(x.shape[1]))
    return y


def product(x, w, b=None):
    (rows, n), m = x.shape, w.shape[1]
    y, b = torch.empty((rows, m), device=device), torch.zeros(m, device=device) if b is None else b
    tiles = (triton.cdiv(rows, TILE.value), triton.cdiv(m, TILE.value))
    matmul_kernel[tiles](x, w, b, y, rows, n, m, *x.stride(), *w.stride())
    return y


def activate(g, z, d, a, dz):
    if g["name"] == "per_unit":
        for j, unit in enumerate(g["units"]):
            activate(unit, *(x[:, j : j + 1] for x in (z, d, a, dz)))
        return
    parameter = g.get("slope", g.get("alpha", 0.0))
    activation_kernel[(len(z),)](z, d, a, dz, z.stride(0), z.shape[1], parameter, g["name"], block(z.shape[1]))


def step(activation, inputs):
    A, p, R, W, b, dA_next = (torch.tensor(inputs[name], device=device) for name in ("A", "p", "R", "W", "b", "dA_next"))
    A_tilde = masked(A, p, R)
    Z = product(A_tilde, W, b)
    A_next, dZ, db = torch.empty_like(Z), torch.empty_like(Z), torch.empty_like(b)
    activate(activation, Z, dA_next, A_next, dZ)
    sum_kernel[(len(b),)](dZ, db, *Z.shape, BLOCK=block(len(Z)))
    dW, dA_tilde = product(A_tilde.T, dZ), product(dZ, W.T)
    results = (A_tilde, Z, A_next, dZ, dW, db, dA_tilde, masked(dA_tilde, p, R))
    return {name: result.tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    R = torch.empty((rows, len(p)), device=device)
    blocks = (triton.cdiv(R.numel(), 1024),)
    draw_kernel[blocks](torch.tensor(p, device=device), R, len(p), R.numel(), next(seeds), BLOCK=1024)
    return R.int().tolist()


seeds = iter(range(1_000_000))
about = {
    "name": "triton" + " in its interpreter" * (device == "cpu"),
    "version": triton.__version__,
    "arithmetic": "f32",
    "accumulator": "f32",
    "homepage": "https://triton-lang.org",
    "supports": {"activations": ACTIVATIONS, "per_unit_p": True, "sample": True, "outputs": OUTPUTS},
}
serve(about, step, sample)
