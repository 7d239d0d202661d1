"""The texts: what they show runs, and prints what they say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(path, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / path).read_text(encoding="utf-8"), re.DOTALL)


def test_the_first_lines_of_the_readme_run(capsys):
    numpy, torch = blocks("README.md", "python")[:2]
    exec(numpy, {})
    assert "pass, 0 fail, " in capsys.readouterr().out
    pytest.importorskip("torch")
    exec(torch, {})
    assert "pass, 0 fail, " in capsys.readouterr().out


def test_the_tests_of_the_tutorial_print_what_it_says(pytester):
    [test] = [block for block in blocks("python/TUTORIAL.md", "python") if "TestMyLayer" in block]
    [shown] = blocks("python/TUTORIAL.md", "text")
    pytester.makepyfile(test_layer=test)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-k", "exact")
    # Its length depends on the terminal.
    squeezed = [re.sub(r"_{3,}|={3,}", "*", line) for line in shown.splitlines()]
    result.stdout.fnmatch_lines([line.replace("[", "[[]") for line in squeezed])


def test_a_module_of_torch_in_the_tutorial(capsys):
    torch = pytest.importorskip("torch")
    [autograd] = [block for block in blocks("python/TUTORIAL.md", "python") if "torch.relu" in block]
    exec(autograd, {"torch": torch})
    assert "pass, 0 fail, " in capsys.readouterr().out
