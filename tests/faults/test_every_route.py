"""Every address with every method, as users of different patterns, on records of others: driven by the map of addresses.

What is hidden and what is absent must answer alike, in status and in body; nothing that stands in a hidden record may be in
any answer; and nothing that is asked may change a hidden record.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select, text, update
from werkzeug.routing import Rule

from kernel.access.actor import SYSTEM
from kernel.access.models import LoginSession
from kernel.data.engines import Engines
from kernel.data.site import Site
from kernel.parties.models import Party
from kernel.resources.runtime import Runtime
from kernel.testing.addresses import by_turns
from kernel.testing.browser import MARKS
from kernel.testing.users import Wanted
from kernel.web.wsgi import PeyvandWSGI
from plugins.medical.tests.conftest import Clinic
from tests.faults.conftest import DESK
from tests.web.conftest import Browser, SignIn

SECRET = "پنهان‌زاده"
PHONE = "9127654321"
FAR = 99_999_999
FACETS = ("party_family", "party_faith", "party_health", "party_diet", "consent", "medical.patient")
USERS: dict[str, Wanted] = {
    "own": dict.fromkeys(DESK, "own"),
    "team": dict.fromkeys(DESK, "team"),
    "location": dict.fromkeys(DESK, "location"),
    "several": dict.fromkeys(DESK, ("own", "team", "location")),
    "facets": {(name, action): "all" for name in FACETS for action in ("view", "create", "edit")},
    "nothing": {},
}
"""Users who see no record of others, each for a reason of its own."""
OTHERS_BUSINESS = re.compile(r"account\.sign_out|account\.sign_in|account\.open_link")
DIFFERENT = re.compile(MARKS.pattern + r'|id="[a-z]+-[0-9a-f]{8,}')
"""What differs between any two answers."""
DATA = {
    "do": "delete",
    "body": "x",
    "value": "x",
    "last_name": "x",
    "name": "x",
    "title": "x",
    "_version": "1",
    "format": "csv",
    "q": "پنهان",
    "state": "arrived",
    "back": "/",
}


@dataclass
class Scene:
    """One hidden person with all that hangs on it: ids by name of the argument that addresses give them."""

    person: int
    ids: dict[str, int]

    def address(self, rule: Rule, *, absent: bool) -> str:
        """Fill an address with ids of hidden rows, or of none."""

        def fill(found: re.Match[str]) -> str:
            converter, _colon, name = found[1].rpartition(":")
            if converter == "int":
                return str(FAR if absent else self.ids.get(name, self.person))
            if converter.startswith("any("):
                return converter[4:-1].split(",")[0].strip()
            return {"field": "last_name", "resource": "person"}.get(name, "x")

        return re.sub(r"<([^<>]+)>", fill, rule.rule)


@pytest.fixture
def scene(desk: Browser, clinic: Clinic, site: Site, engines: Engines) -> Scene:
    person = desk.made("/persons/new", first_name="رویا", last_name=SECRET, mobile=f"0{PHONE}")
    number = int(person.rpartition("/")[2])
    desk.post(f"{person}/notes", {"body": SECRET})
    desk.post(f"{person}/files", {"file": (io.BytesIO(SECRET.encode()), "secret.txt")})
    visit = clinic.run(
        "medical.book",
        doctor=clinic.doctors[0],
        patient=number,
        service=clinic.services[0],
        starts_at="2026-11-21 9:00",
        note=SECRET,
    )
    page = desk.get(person).text + desk.get(f"{person}?tab=files").text
    found = {name: re.search(rf"{person}/{name}s/(\d+)", page) for name in ("note", "file")}
    ids = {f"{name}_id": int(match[1]) for name, match in found.items() if match}
    assert set(ids) == {"note_id", "file_id"}
    with engines.owner(site).begin() as owner:
        owner.execute(update(Party).values(province_id=8))
        ids["session_id"] = owner.execute(select(func.min(LoginSession.id))).scalar_one()
    return Scene(
        number, {**ids, "record_id": number, "party_id": number, "visit_id": visit, "appointment_id": visit}
    )


def rules(wsgi: PeyvandWSGI, site: Site, turns: int = 1) -> list[Rule]:
    """The addresses; with `turns` all pages of persons, and by turns those of other kinds."""
    found = wsgi.application(site).url_map.iter_rules()
    mine = [rule for rule in found if not OTHERS_BUSINESS.search(rule.endpoint)]
    return sorted(by_turns(mine, turns, always=("person",)), key=lambda each: each.rule)


def methods(rule: Rule) -> Iterator[str]:
    yield from sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def ask(browser: Browser, token: str, method: str, address: str) -> tuple[int, str, str]:
    """Status, body and address to go to, without what differs in any two answers."""
    if method == "GET":
        answer = browser.get(address, query_string={"q": "پنهان"})
    else:
        sent: dict[str, object] = {**DATA, "file": (io.BytesIO(b"x"), "x.txt")}
        sent["id"] = address.split("/")[2] if address.count("/") > 1 else "1"
        answer = browser.post(address, sent, token=token)
    body = answer.data.decode("utf-8", "replace")
    return answer.status_code, DIFFERENT.sub("", body), answer.headers.get("Location", "")


def fingerprint(engines: Engines, site: Site, scene: Scene) -> list[object]:
    """All that stands in the hidden records."""
    statements = {
        "SELECT t::text FROM kernel.party t WHERE id = :id": scene.person,
        "SELECT t::text FROM kernel.note t WHERE id = :id": scene.ids["note_id"],
        "SELECT t::text FROM kernel.attachment t WHERE id = :id": scene.ids["file_id"],
        "SELECT t::text FROM medical.appointment t WHERE id = :id": scene.ids["visit_id"],
    }
    with engines.owner(site).connect() as owner:
        return [owner.execute(text(sql), {"id": number}).scalar() for sql, number in statements.items()]


def look(browser: Browser, who: str, wanted: list[Rule], scene: Scene) -> Iterator[str]:
    """Ask for each address, and say what is wrong with the answers."""
    token = browser.token()
    for rule in wanted:
        for method in methods(rule):
            hidden = ask(browser, token, method, scene.address(rule, absent=False))
            told = f"{who}: {method} {rule.rule}"
            if hidden[0] >= 500:
                yield f"{told} breaks down ({hidden[0]})"
            if any(word in hidden[1] for word in (SECRET, PHONE, "secret.txt")):
                yield f"{told} shows what is hidden"
            if rule.arguments - {"resource"}:
                absent = ask(browser, token, method, scene.address(rule, absent=True))
                if plain(hidden, scene) != plain(absent, scene):
                    yield f"{told} answers {hidden[0]} for a hidden record, {absent[0]} for none, or in other words"


def plain(answer: tuple[int, str, str], scene: Scene) -> tuple[int, str, str]:
    """The answer without the ids that were asked for."""
    ids = re.compile(rf"\b({'|'.join(str(number) for number in {FAR, scene.person, *scene.ids.values()})})\b")
    status, body, location = answer
    return status, ids.sub("N", body), ids.sub("N", location)


@pytest.mark.parametrize(
    ("who", "turns"), [("own", 4), *(pytest.param(who, 1, marks=pytest.mark.long) for who in USERS)]
)
def test_no_address_tells_anything_of_records_of_others(
    who: str, turns: int, sign_in: SignIn, scene: Scene, wsgi: PeyvandWSGI, site: Site, engines: Engines
) -> None:
    browser = sign_in("asks", USERS[who])
    before = fingerprint(engines, site, scene)
    assert not list(look(browser, who, rules(wsgi, site, turns), scene))
    assert fingerprint(engines, site, scene) == before


def test_each_other_pattern_asks_for_some_of_the_addresses(
    sign_in: SignIn, scene: Scene, wsgi: PeyvandWSGI, site: Site, engines: Engines
) -> None:
    """The other patterns by turns, so that the gate stays short; the long round asks for all of them."""
    others = ["several", "facets", "nothing"]
    every = rules(wsgi, site, 4)
    before = fingerprint(engines, site, scene)
    problems: list[str] = []
    for place, who in enumerate(others):
        mine = every[place :: len(others) * 2]
        problems += look(sign_in(f"asks-{who}", USERS[who]), who, mine, scene)
    assert not problems
    assert fingerprint(engines, site, scene) == before


def test_the_hidden_record_is_there_for_who_may_see_it(desk: Browser, scene: Scene, runtime: Runtime) -> None:
    assert SECRET in desk.get(f"/persons/{scene.person}").text
    with runtime.reading(SYSTEM("test")) as system:
        assert system.session.get(Party, scene.person) is not None
