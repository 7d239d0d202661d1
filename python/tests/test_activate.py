"""The function of an activation, out of a table: in NumPy by hand, in PyTorch and JAX by autograd."""

import importlib

import numpy as np
import pytest

import dropout_oracle as oracle

GIVEN = {
    "relu": lambda z, d: (np.maximum(z, 0), d * (z > 0)),
    "leaky_relu": lambda z, d, slope: (np.where(z > 0, z, slope * z), np.where(z > 0, d, slope * d)),
    "per_unit": np.hstack,
}
LEAKY = {"name": "leaky_relu", "slope": 0.25}
UNITS = {"name": "per_unit", "units": [{"name": "relu"}, LEAKY, {"name": "relu"}, {"name": "leaky_relu", "slope": 0.5}]}
DRAWN = oracle.problem((5, 3, 4), dtype="f32", seed=1)
PROBLEM = oracle.Problem(*DRAWN.inputs, UNITS)


def by_hand(x):
    A_tilde = x.R * x.A / x.p
    Z = A_tilde @ x.W + x.b
    A_next, dZ = oracle.activate(GIVEN, x.activation, Z, x.dA_next)
    dA_tilde = dZ @ x.W.T
    return oracle.Results(A_tilde, Z, A_next, dZ, A_tilde.T @ dZ, dZ.sum(axis=0), dA_tilde, x.R * dA_tilde / x.p)


def test_parameters_are_keywords():
    A_next, dZ = oracle.activate(GIVEN, LEAKY, np.array([[-8.0, 2.0]]), np.array([[4.0, 4.0]]))
    assert (A_next.tolist(), dZ.tolist()) == ([[-2, 2]], [[1, 4]])


def test_each_unit_has_its_own_function_and_parameters():
    assert oracle.check(by_hand, problem=PROBLEM).passed


def test_a_function_of_a_unit_gets_its_columns_alone():
    seen = []

    def relu(z, d):
        seen.append((z.tolist(), d.tolist()))
        return z, d

    Z, D = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]])
    units = {"name": "per_unit", "units": [{"name": "relu"}] * 2}
    A_next, dZ = oracle.activate({"relu": relu, "per_unit": np.hstack}, units, Z, D)
    assert seen == [([[1], [3]], [[5], [7]]), ([[2], [4]], [[6], [8]])]
    assert np.array_equal(A_next, Z) and np.array_equal(dZ, D)


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_gradients_pass_through_the_units(framework):
    module = pytest.importorskip(framework)
    if framework == "jax":
        module.config.update("jax_enable_x64", True)
    xp = importlib.import_module("jax.numpy" if framework == "jax" else "torch")
    functions = {
        "relu": lambda z: xp.where(z > 0, z, 0),
        "leaky_relu": lambda z, slope: xp.where(z > 0, z, slope * z),
        "per_unit": xp.hstack,
    }
    passes = (
        lambda x: x.A * x.R / x.p,
        lambda x, A_tilde: A_tilde @ x.W + x.b,
        lambda x, Z: oracle.activate(functions, x.activation, Z),
    )
    layer = oracle.from_autograd(*passes, framework=framework, arithmetic="f64")
    report = oracle.check(layer, problem=PROBLEM)
    assert report.passed, report


@pytest.mark.parametrize(
    ("missing", "activation"), [("relu", {"name": "relu"}), ("relu", UNITS), ("leaky_relu", UNITS), ("per_unit", UNITS)]
)
def test_an_activation_without_a_function_is_skipped(missing, activation):
    functions = {name: function for name, function in GIVEN.items() if name != missing}
    with pytest.raises(oracle.Skip, match=f"^does not support {missing}$"):
        oracle.activate(functions, activation, np.ones((2, 4)), np.ones((2, 4)))


def test_the_judge_counts_such_a_case_as_skipped():
    report = oracle.check(by_hand, select=["exact/relu-*", "exact/cumulative_sum-*"])
    assert {case.id.partition("-")[0]: case.status for case in report.cases} == {
        "exact/relu": "pass",
        "exact/cumulative_sum": "skipped",
    }
    assert report.passed and "skipped: does not support cumulative_sum" in str(report)


def test_a_table_of_functions_says_which_activations_a_layer_supports():
    select = ["exact/relu-*", "exact/cumulative_sum-*"]
    listed = oracle.check(by_hand, activations=list(GIVEN), select=select)
    assert oracle.check(by_hand, activations=GIVEN, select=select).data == listed.data
    with pytest.raises(ValueError, match='supports.activations.0. = "rleu"'):
        oracle.check(by_hand, activations={"rleu": np.abs})
    report = oracle.check(lambda x: {}, activations=GIVEN, select=select)
    assert 'activations=["relu", "leaky_relu", "per_unit"], select="exact/relu-2x3x4")' in str(report)
