"""The layer in PyTorch: the usual forward pass, and the backward pass by autograd.

torch.nn.Dropout has a single p for all units and draws its own mask, so the mask is applied as a factor r / p.

    dropout-oracle check -- python3 examples/subjects/pytorch_layer.py --dtype bfloat16
"""

import argparse

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
    "identity": lambda z, g: z.clone(),  # a separate node, so that Z and A_next each have a gradient
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


def step(activation, inputs):
    A, p, R, W, b, dA_next = (torch.tensor(inputs[name], dtype=dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
    for leaf in (A, W, b):
        leaf.requires_grad_()
    A_tilde = A * (R / p)
    Z = F.linear(A_tilde, W.T, b)
    A_next = activate(activation, Z)
    A_tilde.retain_grad()
    Z.retain_grad()
    A_next.backward(dA_next)
    results = (A_tilde, Z, A_next, Z.grad, W.grad, b.grad, A_tilde.grad, A.grad)
    assert all(result.dtype == dtype for result in results)
    return {name: result.tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    return torch.bernoulli(torch.tensor(p, dtype=torch.float64).expand(rows, -1)).int().tolist()


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float64", choices=["float64", "float32", "bfloat16", "float16"])
chosen = parser.parse_args().dtype
dtype = getattr(torch, chosen)
torch.set_num_threads(1)
torch.manual_seed(1)
# On a CPU, products and reductions of the short formats accumulate in float32.
arithmetic, accumulator = {
    "float64": ("f64", "f64"),
    "float32": ("f32", "f32"),
    "bfloat16": ("bf16", "f32"),
    "float16": ("f16", "f32"),
}[chosen]
about = {
    "name": f"pytorch {chosen}",
    "version": torch.__version__,
    "arithmetic": arithmetic,
    "accumulator": accumulator,
    "homepage": "https://pytorch.org",
    "supports": {"activations": ACTIVATIONS, "per_unit_p": True, "sample": True, "outputs": OUTPUTS},
}
serve(about, step, sample)
