"""Layers for the tests, and what they have in common: a right one for each activation that needs one line."""

import numpy as np

from dropout_oracle import Problem, Skip

GIVEN = {
    "identity": (lambda z: z, np.ones_like),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0).astype(z.dtype)),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2),
}


def right(x: Problem) -> dict:
    if x.activation["name"] not in GIVEN:
        raise Skip(f"does not support {x.activation['name']}")
    value, slope = GIVEN[x.activation["name"]]
    A_tilde = x.R * x.A / x.p
    Z = A_tilde @ x.W + x.b
    dZ = x.dA_next * slope(Z)
    dA_tilde = dZ @ x.W.T
    return {
        "A_tilde": A_tilde,
        "Z": Z,
        "A_next": value(Z),
        "dZ": dZ,
        "dW": A_tilde.T @ dZ,
        "db": dZ.sum(axis=0),
        "dA_tilde": dA_tilde,
        "dA": x.R * dA_tilde / x.p,
    }


def unscaled_backward(x: Problem) -> dict:
    return right(x) | {"dA": x.R * (x.dA_next * GIVEN[x.activation["name"]][1](right(x)["Z"]) @ x.W.T)}


def raising(x: Problem) -> dict:
    if x.activation["name"] == "relu" and x.A.shape == (2, 3):
        raise RuntimeError("no kernel here")
    return right(x)


class Drawing:
    """Draws its own masks, and masks of the named generator if asked for."""

    name = "drawing"
    version = "2.0"
    arithmetic = "f64"

    def __init__(self, **supports: object) -> None:
        self.supports = {"activations": list(GIVEN), **supports}
        self.generator = np.random.default_rng(1)

    def step(self, x: Problem) -> dict:
        R = (self.generator.random(x.A.shape) < x.p).astype(x.A.dtype)
        return right(Problem(x.A, x.p, R, x.W, x.b, x.dA_next, x.activation, x.id))

    def sample(self, p: np.ndarray, rows: int, **named: object) -> np.ndarray:
        if named:
            import dropout_oracle

            return dropout_oracle.mask(p, rows, **named)
        return self.generator.random((rows, len(p))) < p


own_mask = Drawing(mask="own")
named = Drawing(sample="named")
