"""What the tests share: the command line, which every function is held to."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

HERE = Path(__file__).resolve().parent


class CommandLine:
    """The program `dropout-oracle`."""

    def __init__(self, program: list[str]) -> None:
        self.program = program

    def run(self, *arguments: str, given: str = "", status: int = 0) -> str:
        """What a command prints."""
        done = subprocess.run(
            [*self.program, *arguments], input=given, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def check(self, layer: str, arithmetic: str, *options: str, status: int = 0) -> str:
        """What `check` prints of a layer of layers.py behind the pipe."""
        subject = [sys.executable, str(HERE / "pipe_layer.py"), layer, arithmetic]
        return self.run("check", *options, "--", *subject, status=status)

    def evaluated(self, problem: object) -> dict:
        """The finished case of a problem."""
        return json.loads(self.run("eval", "-", given=json.dumps(problem)))


@pytest.fixture(scope="session")
def command_line() -> CommandLine:
    """The program that DROPOUT_ORACLE names, or the one on the path."""
    given = os.environ.get("DROPOUT_ORACLE")
    program = shlex.split(given) if given else [shutil.which("dropout-oracle") or ""]
    if not program[0]:
        pytest.skip("there is no program dropout-oracle; DROPOUT_ORACLE may name it")
    return CommandLine(program)
