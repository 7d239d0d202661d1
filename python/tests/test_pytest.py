"""Each case as a test: run by pytest, in files of its own."""

import itertools
import shutil
from pathlib import Path

import layers
import pytest

import dropout_oracle as oracle

HERE = Path(__file__).resolve().parent
SUITE = """
    import layers
    from dropout_oracle.pytest import conformance

    Test{name} = conformance(layers.{layer}, arithmetic="f32", select={select!r}{more})
"""


@pytest.fixture
def suite(pytester):
    """Runs the tests of a layer."""
    shutil.copy(HERE / "layers.py", pytester.path)

    def run(*options, layer="unscaled_backward", select=("exact/*",), more=""):
        name = "".join(word.title() for word in layer.split("_"))
        text = SUITE.format(name=name, layer=layer, select=list(select), more=more)
        pytester.makepyfile(test_layer=text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)

    return run


def counts(layer, select="exact/*"):
    totals = oracle.check(layer, arithmetic="f32", select=select).data["totals"]
    return {
        name: count
        for name, count in (
            ("passed", totals["pass"]),
            ("failed", totals["fail"] + totals["errored"]),
            ("skipped", totals["skipped"] + totals["not judged"]),
        )
        if count
    }


def test_the_verdicts_are_those_of_check(suite):
    for layer in ("right", "unscaled_backward", "raising"):
        assert suite(layer=layer).parseoutcomes() == counts(getattr(layers, layer))


def test_a_test_is_named_by_its_case(suite):
    listed = suite("--collect-only", "-q").outlines
    assert "test_layer.py::TestUnscaledBackward::test[exact/by-hand]" in listed
    one = "test_layer.py::TestUnscaledBackward::test[exact/relu-2x3x4]"
    result = suite(one)
    assert result.parseoutcomes() == {"failed": 1}
    result.stdout.no_fnmatch_line("*diagnosis of*")
    assert suite("-k", "relu and 2x3x4").parseoutcomes()["failed"] == 1


def test_a_failure_prints_what_the_report_does(suite):
    result = suite("test_layer.py::TestUnscaledBackward::test[exact/relu-2x3x4]")
    report = oracle.check(layers.unscaled_backward, arithmetic="f32", select="exact/relu-2x3x4")
    printed = {line.rstrip() for line in result.outlines}
    begin = str(report).index("exact/relu-2x3x4  fail")
    block = [line for line in str(report)[begin:].split("\nnot good")[0].splitlines() if line and "check(" not in line]
    assert len(block) > 5 and "yours | right" in str(block)
    assert [line for line in block if line.rstrip() not in printed and "    " + line.rstrip() not in printed] == []
    assert "Traceback" not in result.stdout.str() and "pytest.py" not in result.stdout.str()


def test_an_exception_is_shown_with_its_traceback(suite):
    result = suite(layer="raising")
    result.stdout.fnmatch_lines(["*Traceback (most recent call last):", "*RuntimeError: no kernel here"])


@pytest.mark.parametrize("on_ci", [False, True])
def test_the_diagnosis_comes_at_the_end(suite, monkeypatch, on_ci):
    # Where CI is set, pytest repeats each failure in full, after the diagnosis.
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)
    if on_ci:
        monkeypatch.setenv("CI", "true")
    for options in ([], ["-x"], ["-n2"]):
        if "-n2" in options:
            pytest.importorskip("xdist")
        diagnosis = section_of(suite(*options).outlines, "diagnosis of test_layer.py::TestUnscaledBackward")
        assert any("[unscaled-backward]" in line for line in diagnosis), options
        assert all("exact/" not in line or " like " in line for line in diagnosis), options
    suite(layer="right").stdout.no_fnmatch_line("*diagnosis of*")


def section_of(lines, title):
    """The lines below a title, up to the next one."""
    [at] = [at for at, line in enumerate(lines) if f" {title} " in line]
    return list(itertools.takewhile(lambda line: not line.startswith("==="), lines[at + 1 :]))


def test_pytest_xdist_and_last_failed(suite, pytester):
    pytest.importorskip("xdist")
    assert suite("-n2").parseoutcomes() == counts(layers.unscaled_backward)
    failed = counts(layers.unscaled_backward)["failed"]
    for _ in range(2):
        pytester.runpytest_subprocess()
    assert pytester.runpytest_subprocess("--lf").parseoutcomes()["failed"] == failed


def test_known_failures_are_expected_to_fail(suite, pytester):
    failing = [case.id for case in oracle.check(layers.unscaled_backward, arithmetic="f32", select="exact/*").failures]
    known = pytester.path / "known.txt"
    known.write_text("".join(f"{id} dA\n" for id in failing))
    more = ', expect_failures="known.txt"'
    result = suite("-rx", more=more)
    outcomes = result.parseoutcomes()
    assert outcomes["xfailed"] == len(failing) and "failed" not in outcomes
    result.stdout.fnmatch_lines(["*known failure: dA*"])
    # Another result than is listed, a pass, and a skip: each is a failure.
    known.write_text(f"{failing[0]} dW\nexact/by-hand\n" + "".join(f"{id}\n" for id in failing[1:]))
    result = suite(more=more)
    assert result.parseoutcomes()["failed"] == 2, result.stdout.str()
    result.stdout.fnmatch_lines(["*fails with dA but is listed with dW*"])
    result.stdout.fnmatch_lines(["*is skipped but is listed as a failure*"])
    result = suite(layer="right", more=more)
    assert result.parseoutcomes()["failed"] == 1 + len(failing)
    result.stdout.fnmatch_lines(["*XPASS(strict)*"])
    known.write_text("exact/none dA\n")
    result = suite(more=more)
    result.stdout.fnmatch_lines(["*ValueError: exact/none: listed as a known failure, but does not exist"])


def test_known_failures_of_a_layer_with_its_own_masks_may_pass(suite, pytester):
    (pytester.path / "known.txt").write_text("exact/relu-2x3x4 dA\n")
    outcomes = suite(layer="own_mask", select=["exact/*"], more=', expect_failures="known.txt"').parseoutcomes()
    assert "failed" not in outcomes and outcomes["xpassed"] == 1


def test_whole_run_checks_are_tests(suite):
    outcomes = suite(layer="right", select=["exact/*", "activations/*", "shapes/*", "range/*", "run/*"])
    assert "failed" not in outcomes.parseoutcomes()
    listed = suite("--collect-only", "-q", layer="named", select=["sampler/*", "run/*"]).outlines
    assert any("sampler/judged" in line for line in listed) and any("run/rounding-bias" in line for line in listed)


def test_a_run_without_such_tests_does_not_load_the_package(pytester):
    pytester.makepyfile("import sys\ndef test(): assert 'dropout_oracle' not in sys.modules")
    assert pytester.runpytest_subprocess().parseoutcomes() == {"passed": 1}
