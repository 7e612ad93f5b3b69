"""The suite catches faults: plugins that are wrong in one thing each, and the one check that says so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from kernel.extension.discovery import GROUP
from kernel.scaffold import make_plugin
from tests.lifecycle.driving import ROOT
from tests.scaffold.authors_tests import environment_of

Edit = tuple[str, str, str]
"""A file, what stands in it, and what stands there in place of it; an empty second says: at the end."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, the test that must say so, and words of what it says."""

    check: str
    edits: tuple[Edit, ...]
    says: str
    also: tuple[str, ...] = ()
    """Tests that cannot pass either with this fault."""


VIEW = 'needs(CASE.permission, "edit")(close)'
LOADING = "    case = load(context, CASE, number)\n    form"
LOADING_AS_SYSTEM = """\
    with context.system("show it") as system:
        case = load(system, CASE, number)
    form"""
DIVIDING = """\
    context = current()
    context = context if 1 / (number % 999999999999999999) else context
"""
ROW_BY_ROW = """\
    for case in cases:
        context.session.scalar(select(Case.outcome).where(Case.id == case.id))
    body = fragment("""
FAULTS = {
    "no_summary": Fault(
        "manifest", (("plugin.py", '_("Cases of clients, from opening to closing.")', '""'),), "no summary"
    ),
    "engine": Fault(
        "importing",
        (
            (
                "models.py",
                "",
                'import sqlalchemy\n\nENGINE = sqlalchemy.create_engine("postgresql+psycopg://nowhere/x")\n',
            ),
        ),
        "makes a database engine",
    ),
    "patch": Fault(
        "importing",
        (("models.py", "", "import kernel.api\n\nkernel.api.Context.may = lambda *_rest: True\n"),),
        "changes kernel",
        ("routes", "imports"),
    ),
    "reaches": Fault(
        "imports",
        (("views.py", "", "from kernel.web.pages import words as words\n"),),
        "imports kernel.web.pages",
    ),
    "needs_what_may_be_absent": Fault(
        "imports",
        (
            ("plugin.py", '    name="{name}",\n', '    name="{name}",\n    works_with=("email",),\n'),
            ("views.py", "", "if not True:\n    from plugins.email.api import letters as letters\n"),
        ),
        "may be absent: import it in a function",
    ),
    "no_delete_rule": Fault(
        "schema",
        (
            (
                "models.py",
                'name="fk_client_case_party_id", ondelete="RESTRICT"',
                'name="fk_client_case_party_id"',
            ),
            (
                "migrations/versions/0001_cases.py",
                '_key("client_case", "party_id", "kernel.party.id", "RESTRICT")',
                'sa.ForeignKeyConstraint(["party_id"], ["kernel.party.id"], name="fk_client_case_party_id")',
            ),
        ),
        "without a delete rule",
    ),
    "no_policy": Fault(
        "policies",
        (
            (
                "policies.py",
                '    child(Profile, parent=Party, key="party_id", resource="{name}.profile"),\n',
                "",
            ),
        ),
        "Profile has no policy",
        ("life",),
    ),
    "no_column": Fault(
        "migrations",
        (("migrations/versions/0001_cases.py", '        sa.Column("wishes", sa.Text),\n', ""),),
        "no migration makes the column wishes",
        ("life", "walls", "oracle", "routes", "budget", "long_texts", "empty_pages", "failing_hooks"),
    ),
    "open_page": Fault(
        "routes",
        (("views.py", VIEW, "close"), ("views.py", LOADING, LOADING_AS_SYSTEM)),
        "shows what is not his",
    ),
    "breaks_down": Fault("routes", (("views.py", "    context = current()\n", DIVIDING),), "breaks down"),
    "question_per_row": Fault(
        "budget", (("blocks.py", "    body = fragment(", ROW_BY_ROW),), "statements with few rows"
    ),
    "untranslated": Fault(
        "texts",
        (("commands.py", "This case is closed already.", "Closed cases stay closed."),),
        "Closed cases stay",
    ),
}
"""By name; `{name}` in an edit stands for the plugin's own."""


def faulty(name: str, fault: Fault, into: Path) -> Path:
    """Make a sound plugin and put the fault into it."""
    folder = make_plugin(name, into)
    for path, before, after in fault.edits:
        file = folder / name / path
        content = file.read_text("utf-8")
        old, new = before.replace("{name}", name), after.replace("{name}", name)
        assert old in content, f"{path} has no {old!r}"
        file.write_text(content.replace(old, new, 1) if old else f"{content}\n{new}", "utf-8")
    about = folder / f"peyvand_{name}-1.0.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: peyvand-{name}\nVersion: 1.0.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {name}.plugin\n")
    return folder


def failing_tests(folder: Path, *options: str) -> tuple[set[str], str]:
    """Run the plugin's conformance suite; gives which rules' tests failed, and what was said."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-q",
            "--tb=short",
            "-rf",
            "tests/test_conformance.py",
            *options,
        ],
        cwd=folder,
        env=environment_of([str(folder), str(ROOT)]),
        capture_output=True,
        text=True,
        check=False,
    )
    return set(re.findall(r"^FAILED \S+::test_(\w+)", done.stdout, re.MULTILINE)), done.stdout + done.stderr


STATIC = ("manifest", "importing", "imports", "texts")
"""Rules that need no site: the gate tries their faults in one process, and `test-all` all of them by the suite's tests."""
LOOKING = """
import json, sys
from kernel.testing.conformance import code
from kernel.testing.conformance.examined import Examined
from kernel.testing.conformance.rules import report

said = {}
for name, watched in json.loads(sys.argv[1]).items():
    examined, said[name] = Examined.find(name), {}
    for rule in ("manifest", "imports", "texts", *(["importing"] if watched else [])):
        try:
            report(rule, getattr(code, rule)(examined))
        except AssertionError as error:
            said[name][rule] = str(error)
print(json.dumps(said))
"""


def test_faults_in_the_code_are_caught_and_told_in_words(tmp_path: Path) -> None:
    chosen = {called(fault): one for fault, one in FAULTS.items() if one.check in STATIC}
    folders = [str(faulty(name, one, tmp_path)) for name, one in chosen.items()]
    watched = json.dumps({name: one.check == "importing" for name, one in chosen.items()})
    done = subprocess.run(
        [sys.executable, "-c", LOOKING, watched],
        env=environment_of([*folders, str(ROOT)]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    for name, one in chosen.items():
        assert said[name].keys() - set(one.also) == {one.check}, said[name]
        assert one.says in said[name][one.check]
        assert f"docs/plugins/testing.md#{one.check}" in said[name][one.check]


def called(fault: str) -> str:
    return f"faulty{fault.replace('_', '')}"


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_fails_its_check_and_no_other(fault: str, tmp_path: Path) -> None:
    folder = faulty(called(fault), FAULTS[fault], tmp_path)
    failed, said = failing_tests(folder, "-m", "not long")
    assert FAULTS[fault].check in failed, said
    assert failed <= {FAULTS[fault].check, *FAULTS[fault].also}, said
    assert FAULTS[fault].says in said
