"""Faxes as sendings: to persons and organisations with a fax number, the others left out with the reason."""

from __future__ import annotations

import io

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n"


def test_a_sending_by_fax_reaches_who_has_a_number_and_says_why_others_are_left_out(post):
    post.line(channel="fax")
    firm = post.organisation("سپیدار", fax="02188776655")
    twin = post.organisation("سپیدار شعبهٔ دو", fax="02188776655")
    mina = post.person(fax="02122334455")
    sara = post.person("سارا راد", "09122222222")
    gone = post.person("آرش راد", "09123333333", fax="02199887766")
    post.do(
        "record.create",
        resource="opt_out",
        values={"channel": "fax", "address": "02199887766", "kind": post.kind("newsletter")},
    )
    number = post.do(
        "sending.create",
        name="نامه",
        channel="fax",
        kind_id=post.kind("newsletter"),
        body="جناب {{ party.name }}",
        source={"parties": [firm, twin, mina, sara, gone]},
        files=[("نامه.pdf", io.BytesIO(PDF))],
    )
    post.work()
    post.do("sending.start", sending_id=number)
    post.clock.advance(hours=2)
    post.work()
    rows = post.rows("SELECT party_id, state, reason FROM kernel.message ORDER BY party_id")
    assert [tuple(row) for row in rows] == [
        (firm, "sent", ""),
        (twin, "left_out", "duplicate"),
        (mina, "sent", ""),
        (sara, "left_out", "no_address"),
        (gone, "left_out", "opted_out"),
    ]
    sent = post.gateways["one"].sent
    assert [(each.to, each.text, [file.content for file in each.attachments]) for each in sent] == [
        ("+982188776655", "جناب سپیدار", [PDF]),
        ("+982122334455", "جناب مینا راد", [PDF]),
    ]
