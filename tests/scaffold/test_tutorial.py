"""The tutorial's files, written into an empty folder, are a plugin whose tests pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.lifecycle.driving import ROOT, pip_install
from tests.scaffold.authors_tests import QUICK, run_tests

TUTORIAL = (ROOT / "docs" / "plugins" / "tutorial.md").read_text("utf-8")
FILES = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
"""Language, path and content of each file in it."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tutorial") / "desk"
    for _language, path, content in FILES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, "utf-8")
    return folder


@pytest.fixture(scope="module")
def environment(desk: Path) -> Path:
    return pip_install(desk, desk.parent / "environment")


def test_every_block_is_a_file_or_a_command() -> None:
    assert len({path for _language, path, _content in FILES}) == len(FILES) >= 16
    blocks = re.findall(r"^```(\w*)([^\n]*)$", TUTORIAL, re.MULTILINE)
    opened = [(language, rest.strip()) for language, rest in blocks if language]
    assert [language for language, rest in opened if not rest] == ["sh", "sh"]


@pytest.mark.long
def test_what_it_builds_passes_its_tests(desk: Path, environment: Path) -> None:
    assert "passed" in run_tests(desk, environment, "-m", "not long", "-k", QUICK)


@pytest.mark.long
def test_what_it_builds_passes_the_whole_conformance_suite(desk: Path, environment: Path) -> None:
    said = run_tests(desk, environment)
    assert "passed" in said
    assert "skipped" not in said
