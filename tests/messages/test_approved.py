"""Approved templates of providers: entered with the template, filled for each recipient, handed over where it is known."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from kernel.fa.digits import to_persian_digits
from kernel.messages.gateways import Approved, Line, Outgoing
from kernel.messages.models import SenderLine
from kernel.resources.errors import Invalid
from kernel.testing.simulators import Fault, KavenegarSimulator, MeliPayamakSimulator, SmsIrSimulator
from plugins.kavenegar import plugin as kavenegar
from plugins.kavenegar.sending import fits
from plugins.melipayamak import plugin as melipayamak
from plugins.smsir import plugin as smsir

KAVENEGAR = "token=party.number, token20=party.name"
PROVIDERS = {
    "kavenegar": (
        kavenegar,
        KavenegarSimulator,
        "welcome",
        "%token20 خوش آمدید. شماره: %token",
        KAVENEGAR,
    ),
    "smsir": (
        smsir,
        SmsIrSimulator,
        "123456",
        "#Name# خوش آمدید. شماره: #No#",
        "Name=party.name, No=party.number",
    ),
    "melipayamak": (
        melipayamak,
        MeliPayamakSimulator,
        "777",
        "{0} خوش آمدید. شماره: {1}",
        "party.name, party.number",
    ),
}


@pytest.fixture(params=sorted(PROVIDERS))
def house(post, request):
    """A line over one of the providers, and what its approved template is entered as."""
    module, simulator, name, text, filled = PROVIDERS[request.param]
    (gateway,) = module.gateways()
    with simulator() as provider:
        provider.templates[name] = text
        values = {"address": provider.address}
        secrets = {"key": provider.key}
        if request.param == "melipayamak":
            values["username"], secrets = "clinic", {"password": provider.key}
        sealed = {key: post.runtime.site.sealer.seal(value) for key, value in secrets.items()}
        line = post.line("sms", settings=values, secrets=sealed)
        post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
        yield SimpleNamespace(post=post, provider=provider, line=line, entry=f"kernel.sms: {name} ({filled})")


def template(post, approved, **values):
    return post.do(
        "record.create",
        resource="message_template",
        values={
            "name": "خوشامد",
            "channel": "sms",
            "language": "fa",
            "kind": post.kind("service"),
            "body": "خوش آمدید {{ party.name }}",
            "approved": approved,
            **values,
        },
    )


def send(post, party, number, **values):
    body = "خوش آمدید {{ party.name }}"
    given = {"channel": "sms", "kind_id": post.kind("service"), "body": body, "token": "a", **values}
    return post.do("message.send", party_id=party, template_id=number, **given)


def test_a_template_goes_in_the_words_that_the_provider_approved(house):
    number = template(house.post, house.entry)
    mina = house.post.person()
    message = send(house.post, mina, number)
    house.post.work()
    assert house.post.message(message).state == "sent"
    [taken] = house.provider.book
    digits = str(mina).translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert taken.text == f"مینا راد خوش آمدید. شماره: {digits}"


def test_changed_words_and_advertising_go_as_plain_texts(house):
    number = template(house.post, house.entry)
    mina = house.post.person()
    send(house.post, mina, number, body="چیز دیگر", token="b")
    send(house.post, mina, number, kind_id=house.post.kind("advertising"), token="c")
    house.post.clock.advance(hours=2)
    house.post.work()
    assert {each.text for each in house.provider.book} == {"چیز دیگر", "خوش آمدید مینا راد"}


def test_a_template_that_the_provider_does_not_know_fails_its_message_alone(house):
    house.provider.templates.clear()
    number = template(house.post, house.entry)
    mina = house.post.person()
    first = send(house.post, mina, number)
    second = send(house.post, mina, number, body="سلام", token="b")
    house.post.work()
    assert (house.post.message(first).state, house.post.message(second).state) == ("failed", "sent")
    assert house.post.message(first).reason
    [row] = house.post.rows("SELECT refusals FROM kernel.message_line")
    assert row.refusals == 0


def test_what_breaks_off_is_unknown_and_never_repeated(house):
    number = template(house.post, house.entry)
    message = send(house.post, house.post.person(), number)
    house.provider.faults.append(Fault.DROPPED_AFTER)
    house.post.work()
    assert house.post.message(message).state == "unknown"
    assert len(house.provider.book) == 1


def test_a_value_that_does_not_fit_is_told_before_anything_is_sent(post):
    post.line()
    with KavenegarSimulator() as provider:
        (gateway,) = kavenegar.gateways()
        post.gateways["one"] = SimpleNamespace(made=lambda: replace(gateway, name="one"))
        number = template(post, "kernel.one: welcome (token=party.name)")
        with pytest.raises(Invalid) as caught:
            send(post, post.person(), number)
        [problem] = caught.value.problems
        assert problem.field == "body"
        assert "party.name" in str(problem.message)
        assert provider.asked == []
    assert post.rows("SELECT 1 FROM kernel.message") == []


@settings(max_examples=25, deadline=None)
@given(
    st.text(alphabet="آب a_\n1", min_size=1, max_size=120), st.sampled_from(["token", "token10", "token20"])
)
def test_what_fits_is_what_the_provider_takes(value, name):
    with KavenegarSimulator() as provider:
        provider.templates["t"] = "%token %token10 %token20"
        (gateway,) = kavenegar.gateways()
        line = Line(sender="1000", service=True, values={"address": provider.address, "key": provider.key})
        values = tuple({"token": "x", name: value}.items())
        message = Outgoing(
            client_id=1, to="+989121111111", text="x", approved=Approved(name="t", values=values)
        )
        [receipt] = gateway.send(line, [message])
        assert (receipt.state == "sent") == fits(name, value)


def test_without_a_line_that_has_it_the_choice_decides(post):
    post.line("one", position=1)
    other = post.line("two", position=2)
    (gateway,) = smsir.gateways()
    with SmsIrSimulator() as provider:
        post.gateways["two"] = SimpleNamespace(made=lambda: replace(gateway, name="two"))
        with post.owner() as owner:
            secrets = {"key": post.runtime.site.sealer.seal(provider.key)}
            values = {"settings": {"address": provider.address}, "secrets": secrets}
            owner.execute(update(SenderLine).where(SenderLine.id == other).values(values))
        provider.templates["123"] = "#N#"
        plain = template(post, "kernel.two: 123 (N=party.name)")
        only = template(post, "kernel.two: 123 (N=party.name)", name="فقط", approved_only=True)
        mina = post.person()
        first, second = send(post, mina, plain), send(post, mina, only, token="b")
        post.work()
        assert [each.text for each in post.gateways["one"].sent] == ["خوش آمدید مینا راد"]
        assert [each.text for each in provider.book] == ["مینا راد"]
        assert (post.message(first).state, post.message(second).state) == ("sent", "sent")


@pytest.mark.parametrize(
    ("entered", "words"),
    [
        ("kernel.sms welcome", "Line 1"),
        ("nobody.sms: x (a=party.name)", "nobody.sms"),
        ("kernel.sms: welcome (token=party.nam)", "party.nam"),
        ("kernel.sms: welcome (tokn=party.name)", "tokn"),
        ("kernel.sms: welcome (token20=party.name)", "token"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(post, entered, words):
    (gateway,) = kavenegar.gateways()
    post.line("sms")
    post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
    with pytest.raises(Invalid) as caught:
        template(post, entered)
    [problem] = caught.value.problems
    assert problem.field == "approved"
    assert words in str(problem.message)


BODY = "خوش آمدید {{ party.name }}"


def to_many(post, number, parties, **values):
    given = {"name": "x", "channel": "sms", "kind_id": post.kind("service"), "body": BODY, **values}
    sending = post.do("sending.create", source={"parties": parties}, template_id=number, **given)
    post.work()
    return sending


def kept(post):
    rows = post.rows("SELECT state, reason, approved FROM kernel.message ORDER BY id")
    return [
        (row.state, row.reason.partition(":")[0], "plain" if row.approved is None else row.approved["only"])
        for row in rows
    ]


def test_a_sending_goes_by_the_approved_template_to_each(house):
    post = house.post
    number = template(post, house.entry)
    people = [post.person("مینا راد"), post.person("نادر کیا", "09121111112")]
    sending = to_many(post, number, people)
    assert kept(post) == [("prepared", "", True)] * 2
    post.do("sending.start", sending_id=sending)
    post.work()
    assert sorted(each.text for each in house.provider.book) == sorted(
        f"{name} خوش آمدید. شماره: {to_persian_digits(str(party))}"
        for name, party in zip(("مینا راد", "نادر کیا"), people, strict=True)
    )
    assert set(post.states()) == {"sent"}


@pytest.mark.parametrize(
    ("plain", "found"),
    [
        (False, [("prepared", "", True), ("left_out", "unfit", "plain")]),
        (True, [("prepared", "", False), ("prepared", "", "plain")]),
    ],
)
def test_whom_the_template_does_not_fit_gets_a_plain_text_only_by_choice(post, plain, found):
    (gateway,) = kavenegar.gateways()
    post.line("sms")
    post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
    number = template(post, "kernel.sms: welcome (token=party.number, token20=party.email)")
    people = [post.person(email="a@example.org"), post.person("نادر کیا", "09121111112")]
    to_many(post, number, people, plain=plain)
    assert kept(post) == found


def test_without_a_line_that_carries_it_nobody_is_reached_in_another_way(post):
    (gateway,) = kavenegar.gateways()
    line = post.line("sms")
    post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
    number = template(post, "kernel.sms: welcome (token=party.number)")
    post.line("other", price=500)
    with post.owner() as owner:
        owner.execute(update(SenderLine).where(SenderLine.id == line).values(enabled=False))
    to_many(post, number, [post.person()])
    assert kept(post) == [("left_out", "no_approved_line", "plain")]


def test_what_an_approved_message_costs_is_told_by_the_line_that_carries_it(post):
    (gateway,) = kavenegar.gateways()
    post.line("cheap", position=1, price=100)
    post.line("sms", position=2, price=900)
    post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
    number = template(post, "kernel.sms: welcome (token=party.number)")
    to_many(post, number, [post.person()])
    assert [row[0] for row in post.rows("SELECT price FROM kernel.message")] == [900]


def test_changed_words_of_a_sending_are_plain_and_an_only_approved_one_carries_no_advertising(post):
    (gateway,) = kavenegar.gateways()
    post.line("sms")
    post.gateways["sms"] = SimpleNamespace(made=lambda: gateway)
    number = template(post, "kernel.sms: welcome (token=party.number)", approved_only=True)
    to_many(post, number, [post.person()], body="درود {{ party.name }}")
    assert kept(post) == [("prepared", "", "plain")]
    with pytest.raises(Invalid):
        to_many(post, number, [post.person("نادر کیا", "09121111112")], kind_id=post.kind("advertising"))
