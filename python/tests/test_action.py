"""The step of the GitHub action that judges, as a runner starts it."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
    import layers
    from dropout_oracle.pytest import conformance

    TestIt = conformance(layers.{layer}, select="exact/relu-*")
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="has no bash")
@pytest.mark.parametrize(("layer", "status"), [("right", 0), ("unscaled_backward", 1)])
def test_the_step_runs_the_suite_and_writes_the_report(tmp_path, layer, status):
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    script = textwrap.dedent(re.search(r"run: \|\n(.*)", action, re.DOTALL)[1])
    shutil.copy(ROOT / "python" / "tests" / "layers.py", tmp_path)
    (tmp_path / "test it.py").write_text(textwrap.dedent(SUITE.format(layer=layer)))
    inputs = {"PYTHON": sys.executable, "TESTS": "'test it.py' -p no:cacheprovider", "REPORT": "report.xml"}
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **inputs}, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert 'name="test[exact/relu-2x3x4]"' in (tmp_path / "report.xml").read_text()
