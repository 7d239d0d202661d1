"""Layers that do what they should not: each gets a verdict, or the exception that its author expects."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import layers
import numpy as np
import pytest

import dropout_oracle as oracle

HERE = Path(__file__).resolve().parent
ONE = {"select": "exact/relu-2x3x4"}


def verdict(layer, **options):
    [case] = oracle.check(layer, **{**ONE, **options}).cases
    return case.status, case.text


def test_an_exception_is_the_error_of_its_case_with_its_traceback():
    status, text = verdict(layers.raising)
    assert status == "errored"
    assert text.startswith("Traceback (most recent call last):") and text.endswith("RuntimeError: no kernel here")
    assert "layers.py" in text and "_layer.py" not in text
    report = oracle.check(layers.raising, select="exact/*")
    assert {case.status for case in report.cases} == {"pass", "errored", "skipped"}


def test_a_long_traceback_is_cut():
    def layer(x):
        raise ValueError("x" * 100_000)

    status, text = verdict(layer)
    assert status == "errored" and 4000 < len(text) < 4200 and "…" in text


def test_an_exception_that_cannot_be_shown():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def layer(x):
        raise Mute

    status, text = verdict(layer)
    assert status == "errored" and "Mute: <exception str() failed>" in text


def test_endless_recursion():
    def layer(x):
        return layer(x)

    status, text = verdict(layer)
    assert status == "errored" and "RecursionError" in text


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "TypeError: a step returned a NoneType: must be results by name"),
        ([1, 2], "TypeError: a step returned a list: must be results by name"),
        ({"dw": 1}, "ValueError: dw is unknown: results are A_tilde, Z, "),
        ({3: 1}, "ValueError: 3 is unknown"),
        ({"dW": [1.0]}, "ValueError: dW has the shape (1,): must be a matrix"),
        ({"db": [[1.0]]}, "ValueError: db has the shape (1, 1): must be a vector"),
        ({"dW": [["a"]]}, "ValueError: dW has the dtype <U1: must be real numbers"),
        ({"dW": [[1.0], [2.0, 3.0]]}, "ValueError: dW cannot be read as an array: "),
        ({"dW": [[1j]]}, "ValueError: dW has the dtype complex128"),
        ({"dW": object()}, "ValueError: dW has the dtype object"),
    ],
)
def test_an_answer_that_is_none(answer, says):
    status, text = verdict(lambda x: answer)
    assert status == "errored" and says in text


def test_results_that_are_missing_misshapen_or_no_numbers():
    for change, says in [
        ({"dW": None}, "dW is missing"),
        ({"dW": np.ones((9, 9))}, "dW has the wrong shape: expected 3 × 4, got 9 × 9"),
        ({"dW": np.full((3, 4), np.nan)}, "dW[0][0] = NaN, expected "),
        ({"db": np.full(4, -np.inf)}, "db[0] = -inf, expected "),
        ({"dW": np.zeros((0, 0))}, "dW has the wrong shape: expected 3 × 4, got 0 × 0"),
        ({"dW": np.ones((3000, 3000))}, "dW has 9000000 numbers or rows; more than"),
    ]:
        status, text = verdict(lambda x: layers.right(x) | change)
        assert status in ("fail", "errored") and says in text, text


def test_a_named_tuple_is_results_by_name():
    status, _ = verdict(lambda x: oracle.Results(**layers.right(x)))
    assert status == "pass"


def test_inputs_that_are_changed_harm_only_the_layer():
    def layer(x):
        results = layers.right(x)
        for array in x.inputs:
            array[...] = 7
        return results

    assert oracle.check(layer, select="exact/*").passed


def test_results_that_are_changed_later_are_judged_as_they_were():
    kept = []

    def layer(x):
        for results in kept:
            for array in results.values():
                array[...] = 7
        kept.append(layers.right(x))
        return kept[-1]

    assert oracle.check(layer, select="exact/relu-*").passed


def test_state_is_noticed():
    counts = {}

    def layer(x):
        counts[x.id] = counts.get(x.id, 0) + 1
        return layers.right(x) | {"db": layers.right(x)["db"] + (counts[x.id] > 1)}

    report = oracle.check(layer, select=["exact/relu-*", "shapes/relu-*"])
    assert not report.passed and "the layer keeps state or is not deterministic" in str(report)


def test_warnings_of_infinities_are_no_errors():
    with np.errstate(all="raise"):
        assert oracle.check(layers.right, select=["exact/relu-*", "range/*-relu"]).passed


def test_an_exit_ends_the_call():
    class Exit(BaseException):
        pass

    def layer(x):
        raise Exit

    with pytest.raises(Exit):
        oracle.check(layer)


def test_a_layer_runs_on_the_thread_that_called():
    threads = set()

    def layer(x):
        threads.add(threading.get_ident())
        return layers.right(x)

    oracle.check(layer, select="exact/relu-*")
    assert threads == {threading.get_ident()}


def test_a_layer_may_call_the_oracle():
    def layer(x):
        return oracle.expected(*x)

    assert oracle.check(layer, select="exact/*").passed


def test_several_threads_may_judge_at_once():
    reports = []
    judge = lambda: reports.append(oracle.check(layers.right, select="exact/*"))
    threads = [threading.Thread(target=judge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.passed for report in reports] == [True] * 4


def test_other_threads_run_while_rust_works():
    drawn = oracle.problem((96, 128, 96))
    done = threading.Event()
    count = 0

    def counting():
        nonlocal count
        while not done.is_set():
            count += 1
            time.sleep(0.001)

    thread = threading.Thread(target=counting)
    thread.start()
    begun = time.monotonic()
    oracle.tolerance(*drawn, arithmetic="bf16")
    took = time.monotonic() - begun
    done.set()
    thread.join()
    assert count > 100 * took, f"{count} turns in {took} s"


class Alarm(Exception):
    pass


@pytest.fixture
def alarm():
    """Raises Alarm in half a second, wherever the main thread is then."""

    def ring(*_):
        raise Alarm("rings")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="has no alarm")
def test_a_signal_handler_that_raises_while_rust_works_ends_the_call(alarm):
    drawn = oracle.problem((400, 900, 900), activation="gelu")
    begun = time.monotonic()
    with pytest.raises(Alarm):
        for _ in range(100):
            oracle.tolerance(*drawn, arithmetic="bf16")
    assert time.monotonic() - begun < 1.5


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="has no alarm")
def test_a_layer_that_hangs_until_a_signal_handler_raises_is_errored(alarm):
    def layer(x):
        time.sleep(60)

    status, text = verdict(layer)
    assert status == "errored" and text.endswith("Alarm: rings")


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal elsewhere")
@pytest.mark.parametrize(
    "body",
    [
        "oracle.check(lambda x: time.sleep(60))",
        "oracle.check(lambda x: [time.sleep(0.01), {}][1])",
        "[oracle.tolerance(*drawn, arithmetic='bf16') for _ in range(1000)]",
    ],
    ids=["in-a-layer-that-hangs", "in-a-run", "in-the-oracle"],
)
def test_ctrl_c_ends_everything_within_a_second(body):
    # A process that was started in the background ignores Ctrl-C, and so do those that it starts.
    begin = "import signal, time, dropout_oracle as oracle; signal.signal(signal.SIGINT, signal.default_int_handler)"
    begin += "; drawn = oracle.problem((400, 900, 900)); print('ready', flush=True)"
    child = subprocess.Popen(
        [sys.executable, "-c", f"{begin}; {body}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    begun = time.monotonic()
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert time.monotonic() - begun < 2 and child.returncode == -signal.SIGINT, err
    assert err.rstrip().endswith("KeyboardInterrupt")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="does not fork")
def test_a_process_that_was_forked_works():
    # In a process of its own: other libraries of this one may have threads.
    body = """
        import os, sys, layers, dropout_oracle as oracle
        oracle.mask([0.5], 1)
        child = os.fork()
        if child == 0:
            os._exit(0 if oracle.check(layers.right, select="exact/*").passed else 1)
        sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(body)], cwd=HERE, timeout=60, check=False)
    assert done.returncode == 0


def test_a_process_that_flushes_subnormal_numbers_is_refused():
    pytest.importorskip("torch")
    body = """
        import torch, dropout_oracle as oracle
        if torch.set_flush_denormal(True):
            try:
                oracle.mask([0.5], 1)
            except ArithmeticError as error:
                assert "subnormal" in str(error)
            else:
                raise SystemExit("it was not noticed")
            torch.set_flush_denormal(False)
        oracle.mask([0.5], 1)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(body)], timeout=60, check=False)
    assert done.returncode == 0
