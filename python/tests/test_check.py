"""The judge as a function: the verdicts and the text of the command line."""

import json
import re

import layers
import numpy as np
import pytest

import dropout_oracle as oracle

ACTIVATIONS = list(layers.GIVEN)


def comparable(text: str) -> str:
    """A report without the lines that repeat a run, each in its own way."""
    lines = text.rstrip("\n").splitlines()
    return "\n".join(line for line in lines if "dropout-oracle check" not in line and "    check(" not in line)


@pytest.mark.parametrize("layer", ["right", "unscaled_backward", "raising"])
@pytest.mark.parametrize("arithmetic", ["f64", "f32"])
def test_the_text_is_that_of_the_command_line(command_line, layer, arithmetic):
    status = 0 if layer == "right" else 1
    shown = command_line.check(layer, arithmetic, status=status)
    report = oracle.check(getattr(layers, layer), arithmetic=arithmetic)
    assert report.passed == (status == 0)
    if layer == "raising":
        # Here the error has its traceback, there it is one line.
        assert "RuntimeError: no kernel here" in shown and "RuntimeError: no kernel here" in str(report)
        assert 'raise RuntimeError("no kernel here")' in str(report)
        tail = "not good: "
        assert str(report).partition(tail)[2] == shown.rstrip("\n").partition(tail)[2]
    else:
        assert comparable(str(report)) == comparable(shown)


@pytest.mark.parametrize("layer", ["right", "unscaled_backward"])
def test_one_case_shows_the_wrong_result_beside_the_right_one(command_line, layer):
    shown = command_line.check(layer, "f64", "--select", "exact/relu-2x3x4", status=0 if layer == "right" else 1)
    report = oracle.check(getattr(layers, layer), select="exact/relu-2x3x4")
    assert comparable(str(report)) == comparable(shown)
    assert ("yours | right" in str(report)) == (layer != "right")


def test_a_run_that_judges_nothing_does_not_pass(command_line):
    shown = command_line.check("right", "f64", "--select", "exact/by-hand", status=1)
    report = oracle.check(layers.right, select="exact/by-hand")
    assert not report.passed and comparable(str(report)) == comparable(shown)


def test_a_drawn_problem_is_that_of_the_command_line(command_line):
    options = ["--shape", "9x17x5", "--shape", "2x3x4", "--activation", "tanh", "--activation", "relu", "--seed", "3"]
    shown = command_line.check("unscaled_backward", "f32", *options, status=1)
    for shape in ([(9, 17, 5), (2, 3, 4)], ["9x17x5", [2, 3, 4]]):
        report = oracle.check(
            layers.unscaled_backward, arithmetic="f32", shape=shape, activation=["tanh", "relu"], seed=3
        )
        assert comparable(str(report)) == comparable(shown)


@pytest.mark.parametrize("shape", ["2x3x4", (2, 3, 4), [2, 3, 4], np.array([2, 3, 4]), ["2x3x4"], [(2, 3, 4)]])
def test_one_shape_is_one_however_it_is_given(shape):
    assert len(oracle.check(layers.right, shape=shape).data["cases"]) == 1


def test_the_reports_for_programs_are_those_of_the_command_line(command_line, tmp_path):
    files = [tmp_path / "report.json", tmp_path / "report.xml"]
    options = [word for file in files for word in ("--report", str(file))]
    command_line.check("unscaled_backward", "f32", *options, status=1)
    report = oracle.check(layers.unscaled_backward, arithmetic="f32")
    data = json.loads(files[0].read_text())
    for case in (*data["cases"], *report.data["cases"]):
        case.pop("reproduce", None)
    assert report.data == data
    without = lambda text: re.sub(r"(dropout-oracle check|check\().*?<", "<", text.replace("&quot;", '"'))
    assert without(report.junit) == without(files[1].read_text())


def test_known_failures_are_those_of_the_command_line(command_line, tmp_path):
    file = tmp_path / "known.txt"
    file.write_text("# a head\n")
    options = ["--expect-failures", str(file)]
    command_line.check("unscaled_backward", "f32", *options, "--fix-expectations")
    fixed = file.read_text()
    report = oracle.check(layers.unscaled_backward, arithmetic="f32")
    assert not report.passed and "# a head\n" + report.expectations == fixed
    report = oracle.check(layers.unscaled_backward, arithmetic="f32", expect_failures=file)
    assert report.passed and report.failures == ()
    file.write_text(fixed.replace("exact/relu-2x3x4 dA\n", "exact/relu-2x3x4 dW\n") + "exact/none dA\n")
    shown = command_line.check("unscaled_backward", "f32", *options, status=1)
    report = oracle.check(layers.unscaled_backward, arithmetic="f32", expect_failures=file)
    assert comparable(str(report)) == comparable(shown)
    assert "fails with dA but is listed with dW" in str(report)


def test_a_folder_of_fixtures(command_line, pytestconfig):
    folder = pytestconfig.rootpath.parent / "fixtures"
    report = oracle.check(layers.right, fixtures=folder, select="exact/*")
    shown = command_line.check("right", "f64", "--fixtures", str(folder), "--select", "exact/*")
    assert str(report) == shown.rstrip("\n")


def test_a_problem_of_ones_own():
    drawn = oracle.problem((4, 3, 2), activation="tanh", seed=1)
    assert oracle.check(layers.right, problem=drawn).passed
    report = oracle.check(layers.unscaled_backward, problem=drawn)
    assert [case.id for case in report.failures] == ["shape/tanh-4x3x2"]


def test_a_wrong_layer_is_named_and_shown():
    report = oracle.check(layers.unscaled_backward, arithmetic="f32")
    assert report.defects == ("unscaled-backward",)
    assert "[unscaled-backward]" in report.diagnosis[0]
    elements = {case["id"]: sum(result["elements"] for result in case["results"]) for case in report.data["cases"]}
    sizes = [elements[case.id] for case in report.failures]
    assert len(sizes) > 10 and sizes == sorted(sizes)
    case = report.failures[0]
    assert list(case.wrong) == ["dA"]
    wrong = case.wrong["dA"]
    assert wrong.got.shape == wrong.right.shape == wrong.where.shape
    assert np.array_equal(wrong.where, wrong.got != wrong.right)
    assert str(wrong).startswith("dA, ") and wrong.text in str(oracle.check(layers.unscaled_backward, arithmetic="f32", select=case.id))
    assert repr(report).startswith("<Report of unscaled_backward: not good, ")


def test_an_element_within_its_tolerance_is_not_among_the_wrong_ones():
    def layer(x):
        results = layers.right(x)
        results["dW"][0, 0] *= 1.001
        return results

    report = oracle.check(layer, arithmetic="f32", select=["activations/tanh-*", "shapes/tanh-*"])
    counted = {(case["id"], r["name"]): r["wrong"] for case in report.data["cases"] for r in case["results"]}
    shown = {(case.id, name): wrong.where.sum() for case in report.failures for name, wrong in case.wrong.items()}
    assert shown == {key: count for key, count in counted.items() if count}
    ratios = [wrong.ratio for case in report.failures for wrong in case.wrong.values()]
    assert any(((ratio > 0) & (ratio <= 1)).any() for ratio in ratios)


def test_the_page_for_a_notebook_has_a_picture():
    page = oracle.check(layers.unscaled_backward, arithmetic="f32")._repr_html_()
    assert "[unscaled-backward]" in page and page.count("<svg") == 1 and 'fill="#c62828"' in page
    assert "<svg" not in oracle.check(layers.right)._repr_html_()


def test_nothing_that_a_layer_says_is_markup():
    class Hostile:
        name = "<script>alert(1)</script>"

        def step(self, x):
            raise RuntimeError("<img src=x>")

    page = oracle.check(Hostile(), select="exact/*")._repr_html_()
    assert "&lt;script&gt;" in page and "<script" not in page and "<img" not in page


def test_the_layer_decides_the_arithmetic_unless_the_call_does():
    assert "drawing 2.0, f64: " in str(oracle.check(layers.Drawing(), select="exact/*"))
    assert "drawing 2.0, f32: " in str(oracle.check(layers.Drawing(), arithmetic="f32", select="exact/*"))


def test_a_function_may_say_of_itself_what_an_object_does():
    def layer(x):
        return layers.right(x)

    layer.name, layer.version, layer.arithmetic = "mine", "3.1", "f32"
    layer.supports, layer.sample = {"activations": ["relu"]}, layers.own_mask.sample
    report = oracle.check(layer, select=["exact/relu-2x3x4", "activations/tanh-tiny", "sampler/judged"])
    assert report.passed and "mine 3.1, f32: " in str(report)
    assert [case.status for case in report.cases] == ["pass", "skipped", "pass"]


def test_masks_are_judged():
    select = ["exact/*", "mask/*", "sampler/*"]
    report = oracle.check(layers.own_mask, select=select)
    assert report.passed, report
    assert {case.status for case in report.cases if case.id == "sampler/judged"} == {"pass"}
    report = oracle.check(layers.named, select="sampler/*")
    assert report.data["totals"]["pass"] == len(report.cases) - 1


def test_each_arithmetic_gets_arrays_that_hold_its_numbers():
    seen = {}

    def layer(x):
        seen[arithmetic] = x.A.dtype
        raise oracle.Skip("enough")

    for arithmetic in oracle.ARITHMETICS:
        oracle.check(layer, arithmetic=arithmetic, select="exact/by-hand")
    names = {arithmetic: dtype.name for arithmetic, dtype in seen.items()}
    assert (names["f64"], names["f32/f64"], names["f16/f32"], names["bf16/f32"]) == ("float64", "float32", "float16", "float32")


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: oracle.check(layers.right, select="exakt/*"), "select exakt/*: matches no case; similar: "),
        (lambda: oracle.check(layers.right, arithmetic="f8"), 'arithmetic = "f8": known arithmetics'),
        (lambda: oracle.check(layers.right, profile="all"), 'profile = "all": known profiles: core, smoke, large'),
        (lambda: oracle.check(layers.right, seed=1), "seed is for problems that are drawn"),
        (lambda: oracle.check(layers.right, shape="1x1x1", profile="core"), "profile and shape exclude each other"),
        (lambda: oracle.check(layers.right, shape=["1x1x1", "1x1"]), "shape = '1x1': expected (m, n, n_next)"),
        (lambda: oracle.check(layers.right, shape=[]), "shape = []: expected (m, n, n_next)"),
        (lambda: oracle.check(layers.right, shape=7), "shape = 7: expected (m, n, n_next)"),
        (lambda: oracle.check(layers.right, shape="1x1"), "shape = '1x1': expected (m, n, n_next)"),
        (lambda: oracle.check(layers.right, outputs=["dw"]), 'supports.outputs[0] = "dw": there is no such result'),
        (lambda: oracle.check(layers.right, activation="relu"), "activation is for problems that are drawn"),
        (lambda: oracle.check(layers.right, colour="red"), "supports.colour is unknown"),
        (lambda: oracle.check(layers.right, bias=False, outputs=["db"]), "a layer without a bias has no db"),
    ],
)
def test_wrong_usage_is_a_value_error(call, says):
    with pytest.raises(ValueError) as error:
        call()
    assert says in str(error.value)


def test_what_is_no_layer_is_a_type_error():
    with pytest.raises(TypeError, match="layer is a int: must be a function, or have a method step"):
        oracle.check(5)
