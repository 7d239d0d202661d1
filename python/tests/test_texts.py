"""The texts: what they show runs, and prints what they say."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import dropout_oracle

ROOT = Path(__file__).resolve().parents[2]


def blocks(path, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / path).read_text(encoding="utf-8"), re.DOTALL)


MODULES = [module.name for module in pkgutil.iter_modules(dropout_oracle.__path__) if module.name != "__main__"]


def test_the_examples_of_the_docstrings_run():
    modules = [dropout_oracle, *(importlib.import_module(f"dropout_oracle.{name}") for name in MODULES)]
    results = [doctest.testmod(module) for module in modules]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) > 10


def test_whatever_is_public_has_a_docstring():
    public = [getattr(dropout_oracle, name) for name in dropout_oracle.__all__]
    assert [item for item in public if callable(item) and not item.__doc__] == []


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
