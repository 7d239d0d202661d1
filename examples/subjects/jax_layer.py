"""The layer in JAX: the forward pass as functions, the backward pass by jax.vjp.

flax.linen.Dropout has a single rate for all units and draws its own mask, so the mask is applied as a factor r / p.

    python3 -m dropout_oracle examples/subjects/jax_layer.py --arithmetic f32
"""

import itertools

import jax
from jax import nn
from jax import numpy as jnp

from dropout_oracle import activate, from_autograd

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_matmul_precision", "highest")  # otherwise an accelerator may round the factors

GIVEN = {
    "identity": lambda z: z,
    "relu": nn.relu,
    "leaky_relu": lambda z, slope: nn.leaky_relu(z, slope),
    "sigmoid": nn.sigmoid,
    "tanh": jnp.tanh,
    "softplus": nn.softplus,
    "silu": nn.silu,
    "gelu": lambda z: nn.gelu(z, approximate=False),
    "gelu_tanh": lambda z: nn.gelu(z, approximate=True),
    "elu": nn.elu,
    "softsign": nn.soft_sign,
    "softmax": lambda z: nn.softmax(z, axis=1),
    "log_softmax": lambda z: nn.log_softmax(z, axis=1),
    "cumulative_sum": lambda z: jnp.cumsum(z, axis=1),
    "coupled_quadratic": lambda z: z * jnp.roll(z, -1, axis=1) + z,
    "normalized_square": lambda z: z**2 / (1 + (z**2).sum(axis=1, keepdims=True)),
    "per_unit": jnp.hstack,
}

layer = from_autograd(
    lambda x: x.A * (x.R / x.p),
    lambda x, A_tilde: A_tilde @ x.W + x.b,
    lambda x, Z: activate(GIVEN, x.activation, Z),
    framework="jax",
)
keys = map(jax.random.key, itertools.count())
layer.sample = lambda p, rows: jax.random.bernoulli(next(keys), p, (rows, len(p)))
