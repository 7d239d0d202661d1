"""Layers of a forward pass alone, in PyTorch and JAX."""

import sys

import pytest

import dropout_oracle as oracle

SELECT = ["exact/*", "activations/tanh-*", "mask/*-tanh", "mask/*-relu"]


def dropout(x):
    return x.A * x.R / x.p


def dense(x, A_tilde):
    return A_tilde @ x.W + x.b


def torch_activate(x, Z):
    torch = sys.modules["torch"]
    functions = {"identity": lambda z: z, "relu": torch.relu, "tanh": torch.tanh}
    return oracle.activate(functions, x.activation, Z)


def jax_activate(x, Z):
    jax = sys.modules["jax"]
    functions = {"identity": lambda z: z, "relu": jax.nn.relu, "tanh": jax.numpy.tanh}
    return oracle.activate(functions, x.activation, Z)


ACTIVATE = {"torch": torch_activate, "jax": jax_activate}


@pytest.fixture(params=["torch", "jax"])
def framework(request):
    """A framework that is installed."""
    module = pytest.importorskip(request.param)
    if request.param == "jax":
        module.config.update("jax_enable_x64", True)
        module.config.update("jax_default_matmul_precision", "highest")
    return request.param


@pytest.mark.parametrize("arithmetic", ["f64", "f32", "bf16/f32"])
def test_three_passes_have_all_eight_results(framework, arithmetic):
    passes = (dropout, dense, ACTIVATE[framework])
    layer = oracle.from_autograd(*passes, framework=framework, arithmetic=arithmetic)
    report = oracle.check(layer, select=SELECT)
    assert report.passed, report
    assert report.data["totals"]["pass"] > 30
    judged = {result["name"] for case in report.data["cases"] for result in case["results"]}
    assert judged == set(oracle.OUTPUTS)


def test_one_pass_has_four_results(framework):
    def forward(x):
        return ACTIVATE[framework](x, dense(x, dropout(x)))

    layer = oracle.from_autograd(forward, framework=framework)
    report = oracle.check(layer, select=SELECT)
    assert report.passed and "forward " in str(report), report
    judged = {result["name"] for case in report.data["cases"] for result in case["results"]}
    assert judged == {"A_next", "dW", "db", "dA"}


def test_a_layer_without_a_bias(framework):
    def forward(x):
        return ACTIVATE[framework](x, dropout(x) @ x.W)

    layer = oracle.from_autograd(forward, framework=framework, bias=False)
    report = oracle.check(layer, select=SELECT)
    assert report.passed, report
    judged = {result["name"] for case in report.data["cases"] for result in case["results"]}
    assert judged == {"A_next", "dW", "dA"}


def test_a_wrong_forward_pass_is_named(framework):
    def unscaled(x):
        return x.A * x.R

    layer = oracle.from_autograd(unscaled, dense, ACTIVATE[framework], framework=framework)
    report = oracle.check(layer, select=SELECT)
    assert not report.passed and "1/p" in report.diagnosis[0], report


def test_a_module_of_torch_with_its_own_mask():
    torch = pytest.importorskip("torch")
    torch.manual_seed(1)

    def forward(x):
        model = torch.nn.Sequential(torch.nn.Dropout(1 - float(x.p[0])), torch.nn.Linear(*x.W.shape))
        return ACTIVATE["torch"](x, torch.func.functional_call(model, {"1.weight": x.W.T, "1.bias": x.b}, x.A))

    layer = oracle.from_autograd(forward, framework="torch", mask="own", per_unit_p=False)
    report = oracle.check(layer, select=SELECT)
    assert report.passed and report.data["totals"]["pass"] > 20, report


def test_a_function_without_gradient_is_errored(framework):
    layer = oracle.from_autograd(lambda x: x.A.detach() if framework == "torch" else 1.0, framework=framework)
    [case] = oracle.check(layer, select="exact/by-hand").cases
    assert case.status == "errored" and "Traceback" in case.text


def test_the_framework_is_imported_only_when_asked(pytester):
    pytester.makepyfile("import sys, dropout_oracle\ndef test(): assert not {'torch', 'jax'} & set(sys.modules)")
    assert pytester.runpytest_subprocess("-p", "no:xdist").parseoutcomes() == {"passed": 1}


@pytest.mark.parametrize(
    ("arguments", "options", "error", "says"),
    [
        ([len] * 2, {}, TypeError, "takes forward, or dropout, dense and activate"),
        ([len], {"framework": "keras"}, ValueError, "known frameworks"),
    ],
)
def test_wrong_usage(arguments, options, error, says):
    with pytest.raises(error, match=says):
        oracle.from_autograd(*arguments, **options)


def test_the_framework_must_be_clear(monkeypatch):
    for loaded, says in ((["torch", "jax"], "both torch and jax are imported"), ([], "neither torch nor jax is")):
        with monkeypatch.context() as patch:
            for name in ("torch", "jax"):
                patch.delitem(sys.modules, name, raising=False)
            for name in loaded:
                patch.setitem(sys.modules, name, sys)
            with pytest.raises(ValueError, match=says):
                oracle.from_autograd(len)
