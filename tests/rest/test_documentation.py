"""The examples of docs/api.md, run as they stand there: each `curl` line ends in the status that it is answered with."""

from __future__ import annotations

import hashlib
import hmac
import re
import shlex
from pathlib import Path
from typing import Any

from kernel.interfaces.sending import signature
from tests.rest.conftest import DESK, MakeProgram, Program

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
LINE = re.compile(r"^(curl .*?)\s+# (\d{3})$", re.MULTILINE)


def asked(line: str, program: Program, person: str) -> Any:
    """Do what a line of curl does."""
    known = {"$TOKEN": program.token, "$SITE": "", "$PERSON": person}
    for name, value in known.items():
        line = line.replace(name, value)
    method, body, headers, address = "GET", None, {}, ""
    words = iter(shlex.split(line)[1:])
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-d":
            body = next(words).encode()
        elif word == "-H":
            name, _colon, value = next(words).partition(": ")
            headers[name] = value
        else:
            address = word
    bare = Program(program.wsgi, program.host, "", program.actor)
    return bare.ask(method, address, body, **headers)


def test_every_example_is_answered_as_it_says(program: MakeProgram) -> None:
    caller = program("caller", {**DESK, ("party", "merge"): "all"})
    lines = LINE.findall(TEXT)
    assert len(lines) == len(re.findall(r"^curl ", TEXT, re.MULTILINE)) > 10
    person = ""
    for line, status in lines:
        answer = asked(line, caller, person)
        assert answer.status_code == int(status), (line, answer.text)
        if status == "201":
            person = str(answer.json["id"])


def test_the_receivers_check_is_the_senders_signature() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    scope: dict[str, Any] = {"hmac": hmac, "hashlib": hashlib}
    exec(code, scope)
    body = b'{"id": 1}'
    headers = {"Peyvand-Timestamp": "17", "Peyvand-Signature": f"v1=x,v1={signature('s', 17, body)}"}
    assert scope["is_ours"]("s", headers, body)
    assert not scope["is_ours"]("other", headers, body)
    assert not scope["is_ours"]("s", {**headers, "Peyvand-Timestamp": "18"}, body)
