"""`peyvand new-plugin` makes a distribution that passes at once: its own tests, the conformance suite, lint, texts."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from kernel.cli.main import main
from kernel.i18n.missing import translations_for, untranslated
from kernel.scaffold import ScaffoldError, make_plugin
from tests.lifecycle.driving import pip_install
from tests.scaffold.authors_tests import QUICK, run_tests


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The distribution, made by the command line."""
    into = tmp_path_factory.mktemp("made")
    arguments = ["new-plugin", "gym", "--title", "Gym", "--persian", "باشگاه", "--into", str(into)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "pip install" in done.output
    return into / "gym"


@pytest.fixture(scope="module")
def environment(made: Path) -> Path:
    """A folder that pip has installed the distribution into."""
    return pip_install(made, made.parent / "environment")


def test_its_tests_pass_at_once(made: Path, environment: Path) -> None:
    assert "passed" in run_tests(made, environment, "-m", "not long", "-k", QUICK)


@pytest.mark.long
def test_it_passes_the_whole_conformance_suite(made: Path, environment: Path) -> None:
    said = run_tests(made, environment)
    assert "passed" in said
    assert "skipped" not in said


def test_it_is_clean_and_says_everything_in_persian(made: Path) -> None:
    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *arguments, "."],
            cwd=made,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
    package = made / "gym"
    assert list(untranslated(package, translations_for(package, "fa"))) == []
    assert 'msgid "Gym"\nmsgstr "باشگاه"' in (package / "translations/fa/LC_MESSAGES/gym.po").read_text(
        "utf-8"
    )


def test_nothing_of_the_template_is_left(made: Path, environment: Path) -> None:
    files = [path for path in made.rglob("*") if path.is_file()]
    assert len(files) > 18
    assert not [path for path in files if b"trade" in path.read_bytes() or "trade" in path.name]
    carried = {
        path.relative_to(environment / "gym").as_posix() for path in (environment / "gym").rglob("*.*")
    }
    assert {"templates/gym/close.html", "translations/fa/LC_MESSAGES/gym.po"} <= carried


@pytest.mark.parametrize("licence", ["mit", "none"])
def test_the_licence_may_be_chosen(tmp_path: Path, licence: str) -> None:
    folder = make_plugin("workshop", tmp_path, licence=licence)
    described = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert described["license"] == {"mit": "MIT", "none": "LicenseRef-Proprietary"}[licence]
    assert (folder / "LICENSE").read_text("utf-8").startswith({"mit": "MIT", "none": "All rights"}[licence])


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Gym", "small Latin letters"),
        ("my_gym", "No underscores"),
        ("9lives", "begins with a letter"),
        ("باشگاه", "small Latin letters"),
        ("g" * 31, "at most 30"),
        ("", "small Latin letters"),
        ("class", "means something else"),
        ("select", "means something else"),
        ("party", "means something else"),
        ("medical", "There is a plugin named"),
        ("json", "Python has a module"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_words(tmp_path: Path, name: str, why: str) -> None:
    done = CliRunner().invoke(main, ["new-plugin", name, "--into", str(tmp_path)])
    assert done.exit_code == 1
    assert why in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_title_or_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    for title in ('Gym"', "a\nb", "{x}", "x" * 61, "\\"):
        with pytest.raises(ScaffoldError, match="cannot be a title"):
            make_plugin("gymnasium", tmp_path, title=title)
    assert list(tmp_path.iterdir()) == []
    make_plugin("gymnasium", tmp_path)
    with pytest.raises(ScaffoldError, match="is there already"):
        make_plugin("gymnasium", tmp_path)
