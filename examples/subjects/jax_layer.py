"""The layer in JAX: the forward pass as functions, the backward pass by jax.vjp, compiled together.

flax.linen.Dropout has a single rate for all units and draws its own mask, so the mask is applied as a factor r / p.

    dropout-oracle check -- python3 examples/subjects/jax_layer.py --dtype float32
"""

import argparse
import functools
import json

import jax
from jax import nn
from jax import numpy as jnp

from protocol import ACTIVATIONS, OUTPUTS, serve


def coupled_quadratic(z, _):
    return z * jnp.roll(z, -1, axis=1) + z


def normalized_square(z, _):
    return z**2 / (1 + (z**2).sum(axis=1, keepdims=True))


def per_unit(z, g):
    return jnp.stack([activate(unit, z[:, j]) for j, unit in enumerate(g["units"])], axis=1)


GIVEN = {
    "identity": lambda z, g: z,
    "relu": lambda z, g: nn.relu(z),
    "leaky_relu": lambda z, g: nn.leaky_relu(z, g["slope"]),
    "sigmoid": lambda z, g: nn.sigmoid(z),
    "tanh": lambda z, g: nn.tanh(z),
    "softplus": lambda z, g: nn.softplus(z),
    "silu": lambda z, g: nn.silu(z),
    "gelu": lambda z, g: nn.gelu(z, approximate=False),
    "gelu_tanh": lambda z, g: nn.gelu(z, approximate=True),
    "elu": lambda z, g: nn.elu(z, g["alpha"]),
    "softsign": lambda z, g: nn.soft_sign(z),
    "softmax": lambda z, g: nn.softmax(z, axis=1),
    "log_softmax": lambda z, g: nn.log_softmax(z, axis=1),
    "cumulative_sum": lambda z, g: jnp.cumsum(z, axis=1),
    "coupled_quadratic": coupled_quadratic,
    "normalized_square": normalized_square,
    "per_unit": per_unit,
}


def activate(g, z):
    return GIVEN[g["name"]](z, g)


@functools.partial(jax.jit, static_argnums=0)
def forward_and_backward(activation, A, p, R, W, b, dA_next):
    """The chain, cut at its joints so that each vjp exposes one intermediate gradient."""
    A_tilde, through_mask = jax.vjp(lambda A: A * (R / p), A)
    Z, through_dense = jax.vjp(lambda A_tilde, W, b: A_tilde @ W + b, A_tilde, W, b)
    A_next, through_activation = jax.vjp(functools.partial(activate, json.loads(activation)), Z)
    (dZ,) = through_activation(dA_next)
    dA_tilde, dW, db = through_dense(dZ)
    (dA,) = through_mask(dA_tilde)
    return A_tilde, Z, A_next, dZ, dW, db, dA_tilde, dA


def step(activation, inputs):
    given = (jnp.array(inputs[name], dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
    results = forward_and_backward(json.dumps(activation), *given)
    assert all(result.dtype == dtype for result in results)
    return {name: result.tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    global key
    key, fresh = jax.random.split(key)
    return jax.random.bernoulli(fresh, jnp.array(p, jnp.float64), (rows, len(p))).astype(int).tolist()


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float64", choices=["float64", "float32"])
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_default_matmul_precision", "highest")  # otherwise an accelerator may round the factors
dtype = jnp.dtype(parser.parse_args().dtype)
key = jax.random.key(1)
arithmetic = {"float64": "f64", "float32": "f32"}[dtype.name]
about = {
    "name": f"jax {dtype.name}",
    "version": jax.__version__,
    "arithmetic": arithmetic,
    "accumulator": arithmetic,
    "homepage": "https://docs.jax.dev",
    "supports": {"activations": ACTIVATIONS, "per_unit_p": True, "sample": True, "outputs": OUTPUTS},
}
serve(about, step, sample)
