"""What the plugin prints: sheets of guarantee cards, ten to a page, and the certificate of a registered guarantee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentRows,
    DocumentValue,
    LazyText,
    Party,
    Runtime,
    _,
    day_value,
    localise_digits,
    pgettext_lazy,
    record_labels,
    veiled,
    word_values,
)
from plugins.carpet import codes
from plugins.carpet.models import Batch, CarpetModel, Guarantee, Serial
from plugins.carpet.serials import grouped
from plugins.carpet.terms import terms_of

SHEET = 10
"""Cards of one sheet."""
SHOWN = 3
"""Sheets of a batch that are printed at once as a sample, without codes."""
CARDS_BODY = """<div class="sheet">{% for card in cards %}<div class="card">
<div class="picture">{{ card.address|qr(24) }}</div>
<div class="words">
<p class="maker">{{ own.name }}</p>
<p class="title">{{ words.card }}</p>
<p class="model">{{ card.model }}{% if card.size %} <span class="size">· {{ card.size }}</span>{% endif %}</p>
<p class="label">{{ words.serial }}</p><p class="serial">{{ card.serial }}</p>
<p class="label">{{ words.code }}</p><p class="scratch">{{ card.code }}</p>
<p class="how">{{ words.how }}</p>
</div>
</div>{% endfor %}</div>
"""
CARDS_STYLE = """.card { float: right; position: relative; width: 92mm; height: 54mm; margin: 0 0 1mm 1mm }
.card { padding: 4mm 5mm; border: .2mm dashed #999; box-sizing: border-box; overflow: hidden; break-inside: avoid }
.card p { margin: 0; line-height: 1.4 }
.picture { position: absolute; left: 4mm; top: 4mm; width: 24mm; height: 24mm; font-size: 8pt }
.words { margin-left: 27mm }
.maker { font-size: 10pt; font-weight: bold; max-height: 5mm; overflow: hidden }
.title { font-size: 8pt; color: #444 }
.model { font-size: 8pt; max-height: 12mm; overflow: hidden }
.size { white-space: nowrap }
.label { font-size: 6.5pt; color: #555; margin-top: 1mm }
.serial { font-size: 12pt; font-weight: bold; direction: ltr; text-align: right }
.scratch { font-size: 12pt; direction: ltr; text-align: right; letter-spacing: .5mm }
.how { font-size: 6.5pt; color: #333; margin-top: 1mm }
"""
CERTIFICATE_BODY = """<h2>{{ words.certificate }}</h2>
<table class="facts">
<tr><td>{{ words.serial }}</td><td><b class="n">{{ guarantee.serial }}</b></td></tr>
<tr><td>{{ words.model }}</td><td>{{ guarantee.model }}</td></tr>
<tr><td>{{ words.owner }}</td><td>{{ guarantee.owner }}</td></tr>
<tr><td>{{ words.dealer }}</td><td>{{ guarantee.dealer }}</td></tr>
<tr><td>{{ words.registered }}</td><td>{{ guarantee.registered_on|jalali }}</td></tr>
<tr><td>{{ words.starts }}</td><td>{{ guarantee.starts_on|jalali }}</td></tr>
<tr><td>{{ words.ends }}</td><td><b>{{ guarantee.ends_on|jalali }}</b></td></tr>
</table>
<div class="picture">{{ guarantee.address|qr(28) }}<p>{{ words.check }}</p></div>
"""
CERTIFICATE_STYLE = """h2 { text-align: center; margin-bottom: 6mm }
.facts { width: 100%; border-collapse: collapse }
.facts td { padding: 1.6mm 1mm; border-bottom: .2mm solid #ccc }
.facts td:first-child { color: #555; width: 34mm }
.n { direction: ltr }
.picture { text-align: center; margin-top: 6mm; font-size: 8pt; color: #555 }
"""
WORDS: Mapping[str, LazyText] = {
    "card": _("Guarantee card"),
    "certificate": _("Certificate of guarantee"),
    "serial": _("Serial"),
    "code": _("Code (scratch)"),
    "how": _("Send serial and code by SMS to our line, or scan the picture, to register your guarantee."),
    "model": _("Model"),
    "owner": _("Owner"),
    "dealer": pgettext_lazy("carpet", "Dealer"),
    "registered": _("Registered on"),
    "starts": _("Begins on"),
    "ends": _("Last day"),
    "check": _("Scan to see whether it is in force."),
}
WORD_VALUES = word_values(WORDS, _("Words of the print"))


def address_of(runtime: Runtime, serial: str) -> str:
    """Give the open page of a serial, as the QR code holds it."""
    base = (terms_of(runtime).address or "").rstrip("/") or f"https://{runtime.site.hosts[0]}"
    return f"{base}/carpet/card/{serial}"


def card_values(
    context: Context, serials: Sequence[Serial], given: Mapping[int, str]
) -> list[dict[str, Any]]:
    """Give what cards hold; `given` are the codes by the serials' ids, and dots stand for those that are not there."""
    models = {row.model_id for row in serials}
    found = {
        row.id: row
        for row in context.session.execute(select(CarpetModel).where(CarpetModel.id.in_(models))).scalars()
    }
    sizes = _sizes(context, list(found.values()))
    return [
        {
            "serial": grouped(row.number),
            "code": codes.grouped(given[row.id]) if row.id in given else "•••• ••••",
            "model": found[row.model_id].title if row.model_id in found else "",
            "size": sizes.get(row.model_id, ""),
            "address": address_of(context.runtime, row.number),
        }
        for row in serials
    ]


def _sizes(context: Context, models: Sequence[CarpetModel]) -> dict[int, str]:
    from plugins.carpet.resources import MODEL

    field: Any = MODEL.by_name["size"]
    named = field.labels(sorted({row.size_id for row in models if row.size_id}), context)
    return {row.id: named.get(row.size_id, "") for row in models if row.size_id}


def sheets(cards: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Give the cards of each sheet."""
    for first in range(0, len(cards), SHEET):
        yield list(cards[first : first + SHEET])


def words_of(context: Context) -> dict[str, str]:
    """Give the words of prints; how it is done names the number to which buyers send, where the settings have one."""
    found = {name: context.text(text) for name, text in WORDS.items()}
    line = line_of(context)
    if line:
        how = _(
            "Send serial and code by SMS to %(line)s, or scan the picture, to register your guarantee.",
            line=line,
        )
        found["how"] = context.text(how)
    return found


def line_of(context: Context) -> str:
    """Give the number to which buyers send, in the digits of the language; empty where the settings have none."""
    line = (terms_of(context.runtime).line or "").strip()
    return localise_digits(line, context.locale)


def sample_cards(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give the first cards of batches without codes: to look at the layout before cards are handed out."""
    found: dict[int, Mapping[str, Any]] = {}
    seen = context.session.execute(select(Batch.id).where(Batch.id.in_(list(ids)))).scalars().all()
    for number in seen:
        rows = select(Serial).where(Serial.batch_id == number).order_by(Serial.place).limit(SHEET * SHOWN)
        serials = context.session.execute(rows).scalars().all()
        found[number] = {"cards": card_values(context, serials, {}), "words": words_of(context)}
    return found


def certificates(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what certificates hold."""
    rows = context.session.execute(select(Guarantee).where(Guarantee.id.in_(list(ids)))).scalars().all()
    keys = [("carpet.model", row.model_id) for row in rows]
    keys += [("carpet.dealer", row.dealer_id) for row in rows if row.dealer_id]
    named = record_labels(context, keys)
    wanted = select(Party.id, Party.display_name).where(Party.id.in_([row.party_id for row in rows]))
    owners = {row.id: row.display_name for row in context.session.execute(wanted)}
    resource = context.runtime.resource("carpet.guarantee")
    seen = {row.id: veiled(context, resource, row) for row in rows}
    return {
        row.id: {
            "guarantee": {
                "serial": grouped(row.number),
                "model": named.get(("carpet.model", row.model_id), ""),
                "owner": owners.get(row.party_id, ""),
                "dealer": named.get(("carpet.dealer", row.dealer_id or 0), ""),
                "registered_on": seen[row.id].registered_on or "",
                "starts_on": seen[row.id].starts_on or "",
                "ends_on": seen[row.id].ends_on or "",
                "address": address_of(context.runtime, row.number),
            },
            "words": words_of(context),
        }
        for row in rows
    }


CARDS = DocumentKind(
    key="cards",
    title=_("Guarantee cards"),
    resource="carpet.batch",
    find=sample_cards,
    page=DocumentPage(margin_top=8, margin_bottom=8, margin_side=11, letterhead=False, numbered=False),
    values=(
        DocumentRows(
            name="cards",
            title=_("Cards"),
            items=(
                DocumentValue(name="serial", title=_("Serial"), sample="1001 0000 017"),
                DocumentValue(name="code", title=_("Code (scratch)"), sample="4821 0937"),
                DocumentValue(name="model", title=_("Model"), sample=_("Model")),
                DocumentValue(name="size", title=_("Size"), sample=_("Size")),
                DocumentValue(
                    name="address", title=_("Open page"), sample="https://example.ir/carpet/card/10010000017"
                ),
            ),
        ),
        WORD_VALUES,
    ),
    body=CARDS_BODY,
    style=CARDS_STYLE,
    order=420,
)
CERTIFICATE = DocumentKind(
    key="certificate",
    title=_("Certificate of guarantee"),
    resource="carpet.guarantee",
    find=certificates,
    page=DocumentPage(paper="A5"),
    values=(
        DocumentGroup(
            name="guarantee",
            title=_("Guarantee"),
            items=(
                DocumentValue(name="serial", title=_("Serial"), sample="1001 0000 017"),
                DocumentValue(name="model", title=_("Model"), sample=_("Model")),
                DocumentValue(name="owner", title=_("Owner"), sample=_("Owner")),
                DocumentValue(
                    name="dealer",
                    title=pgettext_lazy("carpet", "Dealer"),
                    sample=pgettext_lazy("carpet", "Dealer"),
                ),
                day_value("registered_on", _("Registered on")),
                day_value("starts_on", _("Begins on")),
                day_value("ends_on", _("Last day")),
                DocumentValue(
                    name="address", title=_("Open page"), sample="https://example.ir/carpet/card/10010000017"
                ),
            ),
        ),
        WORD_VALUES,
    ),
    body=CERTIFICATE_BODY,
    style=CERTIFICATE_STYLE,
    order=430,
)
KINDS = (CARDS, CERTIFICATE)
