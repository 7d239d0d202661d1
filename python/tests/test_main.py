"""`python3 -m dropout_oracle`: the options and the exit status of `dropout-oracle check`."""

import json
import subprocess
import sys
from pathlib import Path

import layers

import dropout_oracle as oracle

HERE = Path(__file__).resolve().parent


def run(*arguments, status=0):
    done = subprocess.run(
        [sys.executable, "-m", "dropout_oracle", *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout if status < 2 else done.stderr


def test_it_prints_the_report():
    shown = run(f"{HERE}/layers.py:right", "--arithmetic", "f32")
    assert shown.rstrip("\n") == str(oracle.check(layers.right, arithmetic="f32"))
    shown = run(f"{HERE}/layers.py:unscaled_backward", "--select", "exact/*", "--list-failures", status=1)
    assert shown.rstrip("\n") == str(oracle.check(layers.unscaled_backward, select="exact/*", list_failures=True))
    shapes = ["--shape", "4x5x6", "--shape", "2x3x4"]
    shown = run(f"{HERE}/layers.py:right", *shapes, "--activation", "tanh", "--seed", "1")
    assert shown.rstrip("\n") == str(oracle.check(layers.right, shape=["4x5x6", "2x3x4"], activation="tanh", seed=1))
    assert " 2 cases\n" in shown


def test_it_writes_reports_and_known_failures(tmp_path):
    known, report = tmp_path / "known.txt", tmp_path / "report.json"
    layer = f"{HERE}/layers.py:unscaled_backward"
    select = ["--select", "exact/*", "--expect-failures", known]
    run(layer, *select, "--fix-expectations", "--report", report)
    assert "exact/relu-2x3x4 dA\n" in known.read_text()
    assert json.loads(report.read_text())["totals"]["fail"] > 0
    run(layer, *select)


def test_wrong_usage_exits_with_2(tmp_path):
    assert "has no layer" in run(f"{HERE}/layers.py", status=2)
    assert "matches no case" in run(f"{HERE}/layers.py:right", "--select", "none/*", status=2)
    assert "requires --expect-failures" in run(f"{HERE}/layers.py:right", "--fix-expectations", status=2)
    assert "No such file" in run(tmp_path / "none.py", status=2)


def test_a_report_that_cannot_be_written_costs_no_verdict(tmp_path):
    (tmp_path / "file").write_text("")
    arguments = [f"{HERE}/layers.py:right", "--select", "exact/*", "--report", tmp_path / "file/report.json"]
    done = subprocess.run(
        [sys.executable, "-m", "dropout_oracle", *map(str, arguments)], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2 and str(tmp_path / "file") in done.stderr, done.stderr
    assert done.stdout.rstrip("\n") == str(oracle.check(layers.right, select="exact/*"))
    run(*arguments[:3], "--report", tmp_path / "new/report.json")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.json"]
