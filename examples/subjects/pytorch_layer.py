"""The layer in PyTorch: the usual forward pass, and the backward pass by autograd.

torch.nn.Dropout has a single p for all units and draws its own mask, so the mask is applied as a factor r / p. For
`compiled`, both passes are compiled as a whole by torch.compile, which needs a C++ compiler and takes minutes.

    python3 -m dropout_oracle examples/subjects/pytorch_layer.py --arithmetic bf16/f32
"""

import torch
from torch.nn import functional as F

from dropout_oracle import activate, from_autograd

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
    "elu": F.elu,
    "softsign": F.softsign,
    "softmax": lambda z: F.softmax(z, dim=1),
    "log_softmax": lambda z: F.log_softmax(z, dim=1),
    "cumulative_sum": lambda z: z.cumsum(dim=1),
    "coupled_quadratic": lambda z: z * z.roll(-1, dims=1) + z,
    "normalized_square": lambda z: z**2 / (1 + (z**2).sum(dim=1, keepdim=True)),
    "per_unit": torch.hstack,
}


def forward(x):
    return activate(GIVEN, x.activation, F.linear(x.A * (x.R / x.p), x.W.T, x.b))


layer = from_autograd(
    lambda x: x.A * (x.R / x.p),
    lambda x, A_tilde: F.linear(A_tilde, x.W.T, x.b),
    lambda x, Z: activate(GIVEN, x.activation, Z),
    framework="torch",
)
layer.sample = lambda p, rows: torch.bernoulli(torch.from_numpy(p).expand(rows, -1))
compiled = from_autograd(torch.compile(forward, dynamic=True, fullgraph=True), framework="torch")
compiled.name = "torch autograd"
# Compiled once for each activation and each set of dimensions that are 1.
torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 100_000
torch.set_num_threads(1)
