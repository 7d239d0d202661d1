"""The layer in Keras 3 on TensorFlow: the usual forward pass, and the backward pass by tf.GradientTape.

keras.layers.Dropout has a single rate for all units and draws its own mask, so the mask is applied as a factor r / p.

    dropout-oracle check -- python3 examples/subjects/keras_layer.py --dtype float32
"""

import argparse
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf
from keras import activations

from protocol import ACTIVATIONS, OUTPUTS, serve


def coupled_quadratic(z, _):
    return z * keras.ops.roll(z, -1, axis=1) + z


def normalized_square(z, _):
    return z**2 / (1 + keras.ops.sum(z**2, axis=1, keepdims=True))


def per_unit(z, g):
    return keras.ops.stack([activate(unit, z[:, j]) for j, unit in enumerate(g["units"])], axis=1)


GIVEN = {
    "identity": lambda z, g: tf.identity(z),  # a separate tensor, so that Z and A_next each have a gradient
    "relu": lambda z, g: activations.relu(z),
    "leaky_relu": lambda z, g: activations.leaky_relu(z, negative_slope=g["slope"]),
    "sigmoid": lambda z, g: activations.sigmoid(z),
    "tanh": lambda z, g: activations.tanh(z),
    "softplus": lambda z, g: activations.softplus(z),
    "silu": lambda z, g: activations.silu(z),
    "gelu": lambda z, g: activations.gelu(z),
    "gelu_tanh": lambda z, g: activations.gelu(z, approximate=True),
    "elu": lambda z, g: activations.elu(z, alpha=g["alpha"]),
    "softsign": lambda z, g: activations.softsign(z),
    "softmax": lambda z, g: activations.softmax(z),
    "log_softmax": lambda z, g: activations.log_softmax(z),
    "cumulative_sum": lambda z, g: keras.ops.cumsum(z, axis=1),
    "coupled_quadratic": coupled_quadratic,
    "normalized_square": normalized_square,
    "per_unit": per_unit,
}


def activate(g, z):
    return GIVEN[g["name"]](z, g)


def step(activation, inputs):
    A, p, R, W, b, dA_next = (tf.constant(inputs[name], dtype) for name in ("A", "p", "R", "W", "b", "dA_next"))
    with tf.GradientTape() as tape:
        tape.watch([A, W, b])
        A_tilde = A * (R / p)
        Z = keras.ops.matmul(A_tilde, W) + b
        A_next = activate(activation, Z)
    gradients = tape.gradient(A_next, [Z, W, b, A_tilde, A], output_gradients=dA_next)
    results = (A_tilde, Z, A_next, *gradients)
    assert all(result.dtype == dtype for result in results)
    return {name: result.numpy().tolist() for name, result in zip(OUTPUTS, results)}


def sample(p, rows):
    drawn = keras.random.uniform((rows, len(p)), dtype="float64", seed=generator)
    return tf.cast(drawn < p, tf.int32).numpy().tolist()


parser = argparse.ArgumentParser()
parser.add_argument("--dtype", default="float64", choices=["float64", "float32", "bfloat16"])
chosen = parser.parse_args().dtype
dtype = tf.as_dtype(chosen)
tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
generator = keras.random.SeedGenerator(1)
# On a CPU, products of bfloat16 accumulate in float32.
arithmetic, accumulator = {"float64": ("f64", "f64"), "float32": ("f32", "f32"), "bfloat16": ("bf16", "f32")}[chosen]
about = {
    "name": f"keras {chosen}",
    "version": f"{keras.__version__} on TensorFlow {tf.__version__}",
    "arithmetic": arithmetic,
    "accumulator": accumulator,
    "homepage": "https://keras.io",
    "supports": {"activations": ACTIVATIONS, "per_unit_p": True, "sample": True, "outputs": OUTPUTS},
}
serve(about, step, sample)
