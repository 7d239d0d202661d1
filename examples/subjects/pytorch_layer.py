"""The layer in PyTorch: the usual forward pass, and the backward pass by autograd.

torch.nn.Dropout has a single p for all units and draws its own mask, so the mask is applied as a factor r / p. With
--compile both passes are compiled as a whole by torch.compile, which needs a C++ compiler and takes minutes.

    dropout-oracle check -- python3 examples/subjects/pytorch_layer.py --dtype bfloat16
"""

import argparse
import functools
import json

import torch
from torch.nn import functional as F

from protocol import ACTIVATIONS, OUTPUTS, serve


def coupled_quadratic(z, _):
    return z * z.roll(-1, dims=1) + z


def normalized_square(z, _):
    return z**2 / (1 + (z**2).sum(dim=1, keepdim=True))


def per_unit(z, g):
    return torch.stack([activate(unit, z[:, j]) for j, unit in enumerate(g["units"])], dim=1)


GIVEN = {
    "identity": lambda z, g: z.clone(),
    "relu": lambda z, g: F.relu(z),
    "leaky_relu": lambda z, g: F.leaky_relu(z, g["slope"]),
    "sigmoid": lambda z, g: F.sigmoid(z),
    "tanh": lambda z, g: F.tanh(z),
    "softplus": lambda z, g: F.softplus(z),
    "silu": lambda z, g: F.silu(z),
    "gelu": lambda z, g: F.gelu(z),
    "gelu_tanh": lambda z, g: F.gelu(z, approximate="tanh"),
    "elu": lambda z, g: F.elu(z, g["alpha"]),
    "softsign": lambda z, g: F.softsign(z),
    "softmax": lambda z, g: F.softmax(z, dim=1),
    "log_softmax": lambda z, g: F.log_softmax(z, dim=1),
    "cumulative_sum": lambda z, g: z.cumsum(dim=1),
    "coupled_quadratic": coupled_quadratic,
    "normalized_square": normalized_square,
    "per_unit": per_unit,
}


def activate(g, z):
    return GIVEN[g["name"]](z, g)


def forward(activation, A, p, R, W, b, at_A_tilde, at_Z):
    """The forward pass; zeros are added to A_tilde and Z, whose gradients are those of the two."""
    A_tilde = A * (R / p) + at_A_tilde
    Z = F.linear(A_tilde, W.T, b) + at_Z
    return A_tilde, Z, activate(activation, Z)


@functools.cache
def compiled(activation):
    return torch.compile(functools.partial(forward, json.loads(activation)), dynamic=True, fullgraph=True)


def step(activation, inputs):
    A, p, R, W, b, dA_next = (torch.tensor(inputs[name], dtype=dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
    leaves = at_Z, W, b, at_A_tilde, A = torch.zeros_like(dA_next), W, b, torch.zeros_like(A), A
    for leaf in leaves:
        leaf.requires_grad_()
    run = compiled(json.dumps(activation)) if chosen.compile else functools.partial(forward, activation)
    A_tilde, Z, A_next = run(A, p, R, W, b, at_A_tilde, at_Z)
    A_next.backward(dA_next)
    results = (A_tilde, Z, A_next, *(leaf.grad for leaf in leaves))
    assert all(result.dtype == dtype for result in results)
    return {name: result.tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    return torch.bernoulli(torch.tensor(p, dtype=torch.float64).expand(rows, -1)).int().tolist()


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float64", choices=["float64", "float32", "bfloat16", "float16"])
parser.add_argument("--compile", action="store_true")
chosen = parser.parse_args()
dtype = getattr(torch, chosen.dtype)
torch.set_num_threads(1)
if chosen.compile:  # once for each activation and each set of dimensions that are 1
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 100_000
torch.manual_seed(1)
# On a CPU, products and reductions of the short formats accumulate in float32.
arithmetic, accumulator = {
    "float64": ("f64", "f64"),
    "float32": ("f32", "f32"),
    "bfloat16": ("bf16", "f32"),
    "float16": ("f16", "f32"),
}[chosen.dtype]
about = {
    "name": f"pytorch {chosen.dtype}" + ", compiled" * chosen.compile,
    "version": torch.__version__,
    "arithmetic": arithmetic,
    "accumulator": accumulator,
    "homepage": "https://pytorch.org",
    "supports": {"activations": ACTIVATIONS, "per_unit_p": True, "sample": True, "outputs": OUTPUTS},
}
serve(about, step, sample)
