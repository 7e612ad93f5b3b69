"""The interface against its own description: schemathesis calls it as an own-records user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from kernel.administration.api_tokens import REQUESTS
from plugins.medical.tests.conftest import Clinic
from tests.rest.conftest import OWN, MakeProgram, Program

MORE = {
    ("medical.appointment", "restore"): "own",
    ("party", "restore"): "own",
    ("party", "merge"): "own",
    ("interaction", "view"): "own",
    ("interaction", "create"): "own",
    ("interaction", "edit"): "own",
    **{("message", action): "own" for action in ("view", "send")},
    **{("inbound", action): "own" for action in ("view", "reply", "edit", "assign")},
    ("message_kind", "view"): "all",
    ("snippet", "view"): "all",
    ("snippet", "create"): "all",
    ("snippet", "edit"): "all",
    ("snippet", "delete"): "all",
}
USUAL = ["2xx", "3xx", "401", "403", "404", "409", "429", "5xx"]
RULES = ["400", "412", "422"]
"""Beyond the schema stand check digits, overlaps, choices that were retired, cursors: their refusals are described too."""


def settings(program: Program, examples: int, phases: dict[str, Any]) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": 7,
            "headers": {"Authorization": f"Bearer {program.token}", "Accept-Language": "fa"},
            "continue-on-failure": True,
            "generation": {
                "max-examples": examples,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
            },
            "phases": phases,
            "warnings": False,
            "checks": {
                # Its probe without a token cannot be sent by the test client; `test_tokens.py` asks every address so.
                "ignored_auth": {"enabled": False},
                "positive_data_acceptance": {"expected-statuses": [*USUAL, *RULES]},
                "negative_data_rejection": {
                    "expected-statuses": [
                        "400",
                        "401",
                        "403",
                        "404",
                        "406",
                        "409",
                        "412",
                        "413",
                        "415",
                        "422",
                        "428",
                        "429",
                    ]
                },
                "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "422", "428"]},
            },
        }
    )


def at_its_host(program: Program) -> Callable[..., Any]:
    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        environ["HTTP_HOST"] = program.host
        return program.wsgi(environ, start_response)

    return serve


def failures(
    program: Program, examples: int, phases: dict[str, Any], *, only: str = ""
) -> tuple[int, list[str]]:
    """Let schemathesis call everything; gives how many requests were made, and what it found."""
    config = settings(program, examples, phases)
    headers = {"Authorization": f"Bearer {program.token}"}
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", at_its_host(program), config=config, headers=headers
    )
    if only:
        schema = schema.include(path_regex=only)
    found: list[str] = []
    asked = 0
    for event in from_schema(schema).execute():
        if isinstance(event, events.NonFatalError):
            found.append(
                f"{event.label}: {event.info.format() if hasattr(event.info, 'format') else event.info}"
            )
        elif isinstance(event, events.FatalError):
            raise event.exception
        elif isinstance(event, events.ScenarioFinished):
            asked += len(event.recorder.interactions)
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info is not None:
                        failure = check.failure_info.failure
                        found.append(
                            f"{event.recorder.label}: {failure.title}: {failure.message}\n"
                            f"{check.failure_info.code_sample}"
                        )
    return asked, found


@pytest.fixture
def own(program: MakeProgram, clinic: Clinic, setting: Any) -> Program:
    setting(REQUESTS, 60_000)
    made = program("own", {**OWN, **MORE})
    for name in ("یک", "دو"):
        made.make("person", {"last_name": name, "mobile": "09121234567", "birth_date": "1990-03-21"})
    return made


def test_a_few_examples_of_every_address(own: Program) -> None:
    phases = {
        "examples": {"enabled": True},
        "coverage": {"enabled": False},
        "fuzzing": {"enabled": True},
        "stateful": {"enabled": False},
    }
    asked, found = failures(own, 4, phases)
    assert not found, f"{len(found)} of {asked}:\n" + "\n\n".join(found[:5])
    assert asked > 100


@pytest.mark.long
def test_many_examples_and_every_border_of_every_address(own: Program) -> None:
    phases = {
        "examples": {"enabled": True},
        "coverage": {"enabled": True},
        "fuzzing": {"enabled": True},
        "stateful": {"enabled": False},
    }
    asked, found = failures(own, 60, phases)
    assert not found, f"{len(found)} of {asked}:\n" + "\n\n".join(found[:5])
