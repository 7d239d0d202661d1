"""The layer in PyTorch: the usual forward pass, and the backward pass by autograd.

torch.nn.Dropout has a single p for all units and draws its own mask, so the mask is applied as a factor r / p. For
`compiled`, both passes are compiled as a whole by torch.compile, which needs a C++ compiler and takes minutes.

    python3 -m dropout_oracle examples/subjects/pytorch_layer.py --arithmetic bf16/f32
"""

import functools
import json

import torch
from torch.nn import functional as F

from dropout_oracle import from_autograd

GIVEN = {
    "identity": lambda z: z,
    "relu": F.relu,
    "leaky_relu": lambda z, slope: F.leaky_relu(z, slope),
    "sigmoid": F.sigmoid,
    "tanh": F.tanh,
    "softplus": F.softplus,
    "silu": F.silu,
    "gelu": F.gelu,
    "gelu_tanh": lambda z: F.gelu(z, approximate="tanh"),
    "elu": lambda z, alpha: F.elu(z, alpha),
    "softsign": F.softsign,
    "softmax": lambda z: F.softmax(z, dim=1),
    "log_softmax": lambda z: F.log_softmax(z, dim=1),
    "cumulative_sum": lambda z: z.cumsum(dim=1),
    "coupled_quadratic": lambda z: z * z.roll(-1, dims=1) + z,
    "normalized_square": lambda z: z**2 / (1 + (z**2).sum(dim=1, keepdim=True)),
    "per_unit": lambda z, units: torch.stack([activate(g, z[:, j]) for j, g in enumerate(units)], dim=1),
}


def activate(g, z):
    return GIVEN[g["name"]](z, **{key: x for key, x in g.items() if key != "name"})


def forward(activation, A, p, R, W, b):
    return activate(activation, F.linear(A * (R / p), W.T, b))


@functools.cache
def compiled_forward(activation):
    # Once for each activation and each set of dimensions that are 1.
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 100_000
    return torch.compile(functools.partial(forward, json.loads(activation)), dynamic=True, fullgraph=True)


layer = from_autograd(
    lambda x: x.A * (x.R / x.p),
    lambda x, A_tilde: F.linear(A_tilde, x.W.T, x.b),
    lambda x, Z: activate(x.activation, Z),
    framework="torch",
)
layer.sample = lambda p, rows: torch.bernoulli(torch.from_numpy(p).expand(rows, -1))
compiled = from_autograd(lambda x: compiled_forward(json.dumps(x.activation))(*x.inputs[:5]), framework="torch")
torch.set_num_threads(1)
