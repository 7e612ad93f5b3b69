"""Every address of the interface with every method, without a token and as users who see no record of others.

What is hidden and what is absent answer alike, nothing of a hidden record is in any answer, and nothing that is asked
changes one. Driven by the map of addresses and by the kinds and commands that there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.resources.fields import Link
from kernel.resources.runtime import Runtime
from kernel.web.rest.entry import JSON_TYPES
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.rest.conftest import DESK, MakeProgram, Program

SECRET = "پنهان‌زاده"
PHONE = "9127654321"
FAR = 99_999_999
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EVERY_ACTION = ("view", "create", "edit", "delete", "restore", "purge", "assign", "merge", "see_sensitive")
KINDS = (
    "party",
    "party_health",
    "party_family",
    "consent",
    "interaction",
    "call",
    "message",
    "medical.appointment",
)
RIGHTS = {
    **{(kind, action): ("own", "team") for kind in KINDS for action in EVERY_ACTION},
    **{("inbound", action): "own" for action in ("view", "reply", "edit", "assign")},
    ("message", "send"): "own",
}
GRANTED = ("person", "organisation", "party", "interaction", "medical.appointment")
"""Kinds of records that the user has rights on."""
BODIES: tuple[Any, ...] = (
    {},
    {"values": {"last_name": "x", "note": "x"}},
    {"values": {}, "parts": {"contacts": [], "addresses": []}},
    {"owner": None},
)


TURNS = [pytest.param(4, id="by turns"), pytest.param(1, id="all", marks=pytest.mark.long)]


def addresses(wsgi: PeyvandWSGI, site: Site, runtime: Runtime, number: int, turns: int = 1) -> Iterator[str]:
    """Each address, for each command, and for each kind of records: with `turns`, those with rights and every so many-th."""
    kinds = [name for place, name in enumerate(runtime.resources) if name in GRANTED or place % turns == 0]
    for rule in wsgi.application(site).url_map.iter_rules():
        if not rule.rule.startswith("/api/"):
            continue
        path = rule.rule.replace("<int:record_id>", str(number)).replace(
            "<any(restore, purge, assign):action>", "{a}"
        )
        actions = ("restore", "purge", "assign") if "{a}" in path else ("",)
        for action in actions:
            done = path.replace("{a}", action)
            if "<resource>" in done:
                yield from (done.replace("<resource>", kind) for kind in kinds)
            elif "<name>" in done:
                yield from (done.replace("<name>", command) for command in runtime.declared.commands)
            else:
                yield done


@pytest.fixture
def hidden(clinic: Clinic, program: MakeProgram) -> int:
    """A person of somebody else, with all that hangs on it."""
    desk = program("desk-program", DESK)
    number = desk.make(
        "person",
        {"first_name": "رویا", "last_name": SECRET, "mobile": f"0{PHONE}"},
        parts={"contacts": [{"kind": "mobile", "value": f"0{PHONE}"}]},
    )
    clinic.run(
        "medical.book",
        doctor=clinic.doctors[0],
        patient=number,
        service=clinic.services[0],
        starts_at="2026-11-21 9:00",
        note=SECRET,
    )
    return number


def marks(engines: Engines, site: Site, number: int) -> list[Any]:
    """All that stands in the hidden record."""
    statements = (
        "SELECT t::text FROM kernel.party t WHERE id = :id",
        "SELECT t::text FROM kernel.contact_point t WHERE party_id = :id ORDER BY id",
        "SELECT t::text FROM medical.appointment t WHERE patient_id = :id",
    )
    with engines.owner(site).connect() as owner:
        return [owner.execute(text(each), {"id": number}).scalars().all() for each in statements]


@pytest.mark.parametrize("turns", TURNS)
def test_without_a_token_nothing_answers(
    turns: int, program: MakeProgram, wsgi: PeyvandWSGI, site: Site, clinic: Clinic
) -> None:
    nobody = program("nobody", {})
    nobody.token = ""
    asked = 0
    for address in set(addresses(wsgi, site, clinic.runtime, clinic.persons[0], turns)):
        for method in METHODS:
            answer = nobody.ask(method, address, {} if method == "POST" else None)
            assert answer.status_code == 401, (method, address)
            asked += 1
    assert asked > 500 / turns


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("who", ["own", pytest.param("nothing", marks=pytest.mark.long)])
def test_no_address_tells_anything_of_records_of_others(
    who: str,
    turns: int,
    program: MakeProgram,
    wsgi: PeyvandWSGI,
    site: Site,
    engines: Engines,
    clinic: Clinic,
    hidden: int,
    setting: Any,
) -> None:
    setting("interfaces.requests_per_minute", 60_000)
    asks = program("asks", RIGHTS if who == "own" else {})
    before = marks(engines, site, hidden)
    problems: list[str] = []
    pairs = zip(
        addresses(wsgi, site, clinic.runtime, hidden, turns),
        addresses(wsgi, site, clinic.runtime, FAR, turns),
        strict=True,
    )
    for here, nowhere in pairs:
        for method, body in ways(here):
            problems += compare(asks, method, here, nowhere, body, hidden)
    problems += list(commands(asks, clinic.runtime, hidden))
    problems += list(searches(asks, hidden))
    assert not problems
    assert marks(engines, site, hidden) == before


def ways(address: str) -> Iterator[tuple[str, Any]]:
    """The methods and bodies to try: all of them where the user has rights, one of each elsewhere."""
    granted = re.search(rf"/({'|'.join(map(re.escape, GRANTED))})(/|$)", address)
    if "/commands/" in address:
        yield "POST", {}
        return
    for method in ("GET", "POST", "PATCH", "DELETE"):
        bodies = BODIES if granted else BODIES[:1]
        yield from ((method, body) for body in (bodies if method in ("POST", "PATCH") else (None,)))


def compare(asks: Program, method: str, here: str, nowhere: str, body: Any, number: int) -> Iterator[str]:
    """Ask for a hidden record and for none."""
    found = [asks.ask(method, address, body, If_Match='"1"') for address in (here, nowhere)]
    told = f"{method} {here} {body}"
    if found[0].status_code >= 500:
        yield f"{told} breaks down"
    if SECRET in found[0].text or PHONE in found[0].text:
        yield f"{told} shows what is hidden"
    if here != nowhere:
        plain = [re.sub(rf"\b({number}|{FAR})\b", "N", each.text) for each in found]
        if (found[0].status_code, plain[0]) != (found[1].status_code, plain[1]):
            yield f"{told} answers {found[0].status_code}, {found[1].status_code} for none, or in other words"


def commands(asks: Program, runtime: Runtime, number: int) -> Iterator[str]:
    """Run every command that is offered on the hidden record and on none."""
    for name, command in sorted(runtime.declared.commands.items()):
        parties = [item for item in command.fields or () if isinstance(item, Link)]
        links = [item.name for item in parties if item.to in ("party", "person")]
        for link in links:
            answers = []
            for wanted in (number, 1, FAR):
                answer = asks.ask("POST", f"/commands/{name}", {link: wanted})
                answers.append((answer.status_code, answer.text))
                if answer.status_code >= 500 or SECRET in answer.text:
                    yield f"{name} {link}={wanted}: {answer.status_code}"
            if answers[0] != answers[2]:
                yield f"{name} {link} tells a hidden record from none"


def searches(asks: Program, number: int) -> Iterator[str]:
    """Look for what is hidden by all ways of searching and filtering."""
    for question in (
        "q=پنهان",
        f"f.last_name.is={SECRET}",
        f"f.mobile.is=0{PHONE}",
        "sort=-last_name",
        "count=1",
    ):
        for kind in ("person", "party", "medical.appointment", "interaction"):
            answer = asks.ask(
                "GET", f"/{kind}?{question}&parts=contacts" if kind == "person" else f"/{kind}?{question}"
            )
            shown = [item["id"] for item in (answer.json or {}).get("items", ())]
            told = SECRET in answer.text or PHONE in answer.text
            if told or (kind in ("person", "party") and number in shown):
                yield f"{kind}?{question} shows what is hidden"


def test_json_is_the_only_form_in_which_bodies_are_taken(program: MakeProgram) -> None:
    desk = program("desk-program", DESK)
    for kind in (
        "application/json",
        "application/merge-patch+json",
        "text/json",
        "application/xml",
        "image/png",
    ):
        answer = desk.ask("POST", "/person", b'{"values": {"last_name": "x"}}', Content_Type=kind)
        assert (answer.status_code == 201) == (kind in JSON_TYPES)
