"""Webhooks: what is told to whom, signed, in order, again after a while, given up in the end, never into the house."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.access.actor import Actor
from kernel.data.config import inner_networks
from kernel.data.errors import ConfigError
from kernel.interfaces import delivery, notices, sending
from kernel.interfaces.sending import CannotSend, is_outside, signature
from kernel.resources.errors import Forbidden, Invalid, NotFound
from tests.interfaces.conftest import House, Receiver
from tests.web.conftest import SignIn


def events(receiver: Receiver) -> list[tuple[str, int]]:
    return [(each["type"], each["record"]["id"]) for each in receiver.told]


def test_what_becomes_of_a_record_is_told_in_order_and_holds_no_values(
    house: House, receiver: Receiver
) -> None:
    hook = house.hook(receiver.url)
    number = house.person("رازدار")
    house.run("record.edit", resource="person", record_id=number, values={"mobile": "09121234567"})
    house.run("record.delete", resource="person", record_id=number)
    house.run("record.restore", resource="person", record_id=number)
    house.deliver(hook)
    changes = ("created", "edited", "deleted", "restored")
    assert events(receiver) == [(f"person.{each}", number) for each in changes]
    assert receiver.told[1]["record"]["url"] == f"/api/v1/person/{number}"
    assert receiver.told[1]["record"]["version"] >= 2
    sent = b"".join(body for _headers, body in receiver.came).decode()
    assert "رازدار" not in sent
    assert "9121234567" not in sent
    house.run("record.delete", resource="person", record_id=number)
    house.deliver(hook)
    assert events(receiver)[4:] == [("person.deleted", number)]
    house.run("record.purge", resource="person", record_id=number)
    house.deliver(hook)
    assert events(receiver)[5:] == [("person.purged", number)]
    assert len({each["id"] for each in receiver.told}) == 6


def test_a_merge_names_both(house: House, receiver: Receiver) -> None:
    kept, dropped = house.person("ماندگار"), house.person("رفتنی")
    hook = house.hook(receiver.url)
    house.run("party.merge", kept=kept, dropped=dropped)
    house.deliver(hook)
    merged = [each for each in receiver.told if each["type"] == "person.merged"]
    assert [(each["record"]["id"], each["record"]["into"]) for each in merged] == [(dropped, kept)]
    assert ("person.purged", dropped) not in events(receiver)


def test_only_chosen_kinds_and_actions_are_written_down(house: House, receiver: Receiver) -> None:
    hook = house.hook(receiver.url, actions=["created"])
    number = house.person("یکم")
    house.run("record.edit", resource="person", record_id=number, values={"last_name": "دوم"})
    house.run("record.create", resource="organisation", values={"name": "شرکت"})
    house.run("record.create", resource="medical.service", values={"title": "ویزیت", "minutes": "20"})
    house.deliver(hook)
    assert events(receiver) == [("person.created", number)]
    assert house.rows("SELECT DISTINCT state FROM kernel.webhook_delivery ORDER BY 1") == [
        ("done",),
        ("withheld",),
    ]


def test_a_user_is_told_only_of_what_he_sees_when_it_is_sent(
    house: House, receiver: Receiver, make_user: Any
) -> None:
    own = {("party", action): "own" for action in ("view", "create", "edit")}
    sara: Actor = make_user("sara", own)
    hook = house.hook(receiver.url, sara)
    house.person("دیگری")
    mine = house.person("خودی", sara)
    house.deliver(hook)
    assert events(receiver) == [("person.created", mine)]
    house.run("record.assign", resource="person", record_id=mine, owner=house.boss.user_id)
    house.run("record.delete", resource="person", record_id=mine)
    house.run("record.purge", resource="person", record_id=mine)
    house.deliver(hook)
    assert len(receiver.came) == 1
    assert house.rows("SELECT count(*) FROM kernel.webhook_delivery WHERE state = 'due'") == [(0,)]


def test_what_is_sent_is_signed_also_with_the_former_secret_for_a_day(
    house: House, receiver: Receiver
) -> None:
    hook = house.hook(receiver.url)
    first = house.run("webhook.rotate", webhook_id=hook)
    house.person("یک")
    house.deliver(hook)
    second = house.run("webhook.rotate", webhook_id=hook)
    house.person("دو")
    house.deliver(hook)
    house.clock.advance(days=1, minutes=1)
    house.person("سه")
    house.deliver(hook)
    signed = []
    for headers, body in receiver.came:
        stamp = int(headers["Peyvand-Timestamp"])
        given_ones = set(headers["Peyvand-Signature"].split(","))
        made = [f"v1={signature(secret, stamp, body)}" for secret in (first, second)]
        signed.append([each in given_ones for each in made])
    assert signed == [[True, False], [True, True], [False, True]]
    assert house.rows("SELECT secret LIKE 'sealed:%' FROM kernel.webhook") == [(True,)]
    history = str(house.rows("SELECT changes::text FROM kernel.history WHERE subject = 'kernel.webhook'"))
    assert "sealed" not in history
    assert "127.0.0.1" not in history


def test_what_is_not_taken_is_tried_again_and_keeps_its_place(house: House, receiver: Receiver) -> None:
    hook = house.hook(receiver.url)
    receiver.answers = [500, 302, 200]
    receiver.location = receiver.url
    one, two = house.person("یک"), house.person("دو")
    house.deliver(hook)
    assert events(receiver) == [("person.created", one)]
    house.deliver(hook)
    assert len(receiver.came) == 1
    house.clock.advance(seconds=11)
    house.deliver(hook)
    house.clock.advance(seconds=31)
    house.deliver(hook)
    assert events(receiver) == [("person.created", one)] * 3 + [("person.created", two)]
    ids = [headers["Peyvand-Event-Id"] for headers, _body in receiver.came]
    assert len(set(ids[:3])) == 1
    assert [headers["Peyvand-Attempt"] for headers, _body in receiver.came] == ["1", "2", "3", "1"]
    log = house.rows("SELECT status, excerpt FROM kernel.webhook_attempt ORDER BY id")
    assert log == [(500, "پاسخ"), (302, "پاسخ"), (200, "پاسخ"), (200, "پاسخ")]


def test_it_is_given_up_after_three_days_and_administrators_are_told(
    house: House, receiver: Receiver
) -> None:
    hook = house.hook(receiver.url)
    receiver.answers = [500] * 50
    number = house.person("یک")
    tries = 0
    while house.rows("SELECT 1 FROM kernel.webhook_delivery WHERE state = 'due'"):
        house.deliver(hook)
        house.clock.advance(hours=3, minutes=1)
        tries += 1
        assert tries < 40
    assert house.rows("SELECT state FROM kernel.webhook_delivery") == [("given_up",)]
    assert ("webhook.given_up",) in house.rows("SELECT what FROM kernel.audit_entry")
    with house.runtime.reading(house.boss) as context:
        assert len(list(notices.dashboard_blocks(context))) == 1
    receiver.answers = []
    (delivery_id,) = house.rows("SELECT id FROM kernel.webhook_delivery")[0]
    house.run("webhook.redeliver", webhook_id=hook, delivery_id=delivery_id)
    house.deliver(hook)
    assert events(receiver)[-1] == ("person.created", number)
    with house.runtime.reading(house.boss) as context:
        assert not list(notices.dashboard_blocks(context))


def test_a_worker_that_dies_while_it_waits_is_followed_by_another(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after kill -9: the request arrived, the outcome was never noted; the lease runs out, and it is sent again."""
    hook = house.hook(receiver.url)
    house.person("یک")

    class Killed(BaseException):
        pass

    def killed(*_arguments: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_settle", killed)
        with pytest.raises(Killed):
            house.deliver(hook)
    house.deliver(hook)
    assert len(receiver.came) == 1
    house.clock.advance(seconds=delivery.LEASE.total_seconds() + 1)
    house.deliver(hook)
    ids = [headers["Peyvand-Event-Id"] for headers, _body in receiver.came]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert house.rows("SELECT status FROM kernel.webhook_attempt ORDER BY id") == [(None,), (200,)]


def test_two_workers_never_send_at_once(house: House, receiver: Receiver) -> None:
    hook = house.hook(receiver.url)
    for place in range(6):
        house.person(str(place))
    workers = [threading.Thread(target=house.deliver, args=(hook,)) for _each in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    house.deliver(hook)
    assert [each["id"] for each in receiver.told] == [
        str(row[0]) for row in house.rows("SELECT event_id FROM kernel.webhook_delivery ORDER BY id")
    ]


def test_work_is_asked_for_with_the_commit_and_by_the_minute(house: House, receiver: Receiver) -> None:
    hook = house.hook(receiver.url)
    house.person("یک")
    asked = house.rows("SELECT arguments FROM kernel.work WHERE kind = 'webhook.deliver'")
    assert asked == [({"webhook_id": hook},)]
    with house.runtime.system_work("test", "test") as context:
        delivery.find_due(context)
    assert len(house.rows("SELECT 1 FROM kernel.work WHERE kind = 'webhook.deliver'")) == 2
    house.clock.advance(days=31)
    house.deliver(hook)
    house.clock.advance(days=31)
    with house.runtime.system_work("test", "test") as context:
        delivery.forget(context)
    assert not house.rows("SELECT 1 FROM kernel.webhook_delivery")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "ff02::1"),
        *("2002:7f00:1::", "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "198.18.0.1", "::ffff:169.254.169.254"),
    ],
)
def test_no_address_of_the_house_is_outside(address: str) -> None:
    assert not is_outside(ip_address(address), ())


@given(st.ip_addresses(v=4))
def test_an_address_within_another_notation_counts_as_itself(address: Any) -> None:
    whole = is_outside(address, ())
    assert is_outside(ip_address(f"::ffff:{address}"), ()) == whole
    assert is_outside(ip_address(f"64:ff9b::{address}"), ()) == whole
    assert whole == (address.is_global and not address.is_multicast)


def test_addresses_of_the_house_are_refused_when_entered_and_when_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    for url in (
        "http://127.0.0.1/",
        "http://[::1]:80/",
        *(
            "http://localhost:8000/",
            "http://api.localhost./",
            "http://127.1/",
            "http://2130706433/",
            "http://0/",
        ),
        "http://\\127.0.0.1/",
        "ftp://example.com",
        "http://u@example.com",
        "x",
        "http://",
    ):
        with pytest.raises(Invalid):
            house.hook(url)
    both = [(0, 0, 0, "", (address, 80)) for address in ("93.184.216.34", "10.1.1.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: both)
    with pytest.raises(CannotSend) as refused:
        sending.post("http://rebinding.example.com/", b"{}", {})
    assert refused.value.reason is sending.INSIDE


def test_the_name_is_looked_up_once_and_the_connection_goes_there(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    port = int(receiver.url.split(":")[2].partition("/")[0])

    def looked_up(host: str, *_arguments: Any, **_options: Any) -> Any:
        asked.append(host)
        if host == "127.0.0.1" and len(asked) == 2:
            return REAL(host, port, type=socket.SOCK_STREAM)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    answer = sending.post(f"http://hooks.example.com:{port}/x", b"{}", {})
    assert answer.status == 200
    assert asked.count("hooks.example.com") == 1
    assert receiver.came[0][0]["Host"] == f"hooks.example.com:{port}"


REAL = socket.getaddrinfo


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEYVAND_WEBHOOK_NETWORKS", "127.0.0.0/8")
    monkeypatch.setattr(sending, "WHOLE", 0.5)
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        peer, _address = listening.accept()
        while not stop.wait(0.05):
            try:
                peer.sendall(b"H")
            except OSError:
                return

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    with pytest.raises(CannotSend):
        sending.post(f"http://127.0.0.1:{listening.getsockname()[1]}/", b"{}", {})
    stop.set()
    listening.close()


def test_the_operator_permits_networks_and_nothing_else() -> None:
    permitted = inner_networks({"PEYVAND_WEBHOOK_NETWORKS": "10.0.0.0/8, fd00::/8"})
    assert is_outside(ip_address("10.2.3.4"), permitted)
    assert is_outside(ip_address("fd00::5"), permitted)
    assert not is_outside(ip_address("192.168.0.1"), permitted)
    with pytest.raises(ConfigError):
        inner_networks({"PEYVAND_WEBHOOK_NETWORKS": "house"})


def test_only_administrators_manage_them(house: House, receiver: Receiver, make_user: Any) -> None:
    hook = house.hook(receiver.url)
    sara: Actor = make_user("sara", {("setting", "edit"): "all"})
    calls: list[tuple[str, dict[str, Any]]] = [
        ("webhook.save", {"values": {}, "kinds": [], "actions": []}),
        ("webhook.rotate", {"webhook_id": hook}),
        ("webhook.set_active", {"webhook_id": hook, "active": False}),
        ("webhook.delete", {"webhook_id": hook}),
        ("webhook.redeliver", {"webhook_id": hook, "delivery_id": 1}),
    ]
    for name, arguments in calls:
        with pytest.raises(Forbidden):
            house.run(name, sara, **arguments)
        if "webhook_id" in arguments:
            with pytest.raises(NotFound):
                house.run(name, **{**arguments, "webhook_id": 99_999})


def test_the_pages_do_all_of_it(house: House, receiver: Receiver, sign_in: SignIn) -> None:
    house.clock.set(datetime.now(UTC) + timedelta(minutes=1))
    chief = sign_in("chief", administrator=True)
    form = chief.get("/administration/webhooks/new").text
    assert "party_changed" in form
    ((number,),) = house.rows("SELECT id FROM kernel.user_account WHERE username = 'chief'")
    sent = {
        "name": "فروشگاه",
        "url": receiver.url,
        "user": str(number),
        "kinds": ["person"],
        "actions": ["created"],
    }
    shown = chief.post("/administration/webhooks/new", sent)
    assert shown.status_code == 200, shown.text
    assert 'id="secret"' in shown.text
    ((hook,),) = house.rows("SELECT id FROM kernel.webhook")
    page = f"/administration/webhooks/{hook}"
    made = chief.made("/persons/new", last_name="تازه").rpartition("/")[2]
    house.renew()
    house.deliver(hook)
    assert events(receiver) == [("person.created", int(made))]
    log = chief.get(page).text
    assert receiver.told[0]["id"] in log
    assert "پاسخ" in log
    assert "فروشگاه" in chief.get("/administration/webhooks").text
    (delivery_id,) = house.rows("SELECT id FROM kernel.webhook_delivery")[0]
    chief.post(f"{page}/deliveries/{delivery_id}")
    house.deliver(hook)
    assert len(receiver.came) == 2
    assert chief.post(page, {**sent, "_version": "0"}).status_code == 409
    assert chief.post(page, {**sent, "url": "http://10.0.0.1/"}).status_code == 422
    assert chief.post(f"{page}/secret").status_code == 200
    chief.post(f"{page}/active", {"active": "0"})
    house.renew()
    house.person("پس از درنگ")
    assert len(house.rows("SELECT 1 FROM kernel.webhook_delivery")) == 1
    chief.post(f"{page}/delete")
    assert not house.rows("SELECT 1 FROM kernel.webhook")
    assert sign_in("sara", {}).get(page).status_code == 403
