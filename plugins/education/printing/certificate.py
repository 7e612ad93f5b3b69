"""The certificate, in Persian or English, with both calendars and the code by which everybody can check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from kernel.api import (
    Context,
    DocumentGroup,
    DocumentKind,
    DocumentPage,
    DocumentValue,
    _,
    day_value,
    fields,
    is_persian,
    number_value,
    text_value,
    to_ascii_digits,
    to_persian_digits,
    word_values,
)
from plugins.education.cards import number_text
from plugins.education.models import Certificate
from plugins.education.printing.pieces import WORDS_TITLE
from plugins.education.resources import CERTIFICATE

BODY = """<div class="frame">
{% if own.logo %}<p class="logo"><img src="peyvand:logo"></p>{% endif %}
<h1>{{ words.certificate }}</h1>
{% if certificate.revoked %}<p class="revoked">{{ words.revoked }}</p>{% endif %}
<p class="text">{{ words.certified }}</p>
<p class="holder">{{ certificate.name }}</p>
<p class="text">{{ words.attended }}</p>
<p class="course">{{ certificate.title }}</p>
{% if certificate.hours %}<p class="text">{{ words.hours }}: {{ certificate.hours_text }}</p>{% endif %}
<p class="text">{{ words.held }}: {{ certificate.days }}&nbsp;
<span class="other" dir="ltr">({{ certificate.other_days }})</span></p>
{% if certificate.grade %}<p class="text">{{ words.grade }}:
<b>{{ certificate.grade }}</b> {{ words.of }} {{ certificate.scale }}</p>{% endif %}
<div class="foot"><table><tr>
<td>{{ words.number }}: <b dir="ltr">{{ certificate.number }}</b><br>
{{ words.issued }}: {{ certificate.issued_text }} <span dir="ltr">({{ certificate.issued_other }})</span><br>
{% if certificate.teacher %}{{ words.teacher }}: {{ certificate.teacher }}{% endif %}</td>
<td class="sign">{{ certificate.signer }}<br>
{% if certificate.house %}{{ certificate.house }}{% else %}{{ own.name }}{% endif %}</td>
<td class="check">{{ certificate.address|qr(26) }}<br>{{ words.check }}<br><b dir="ltr">{{ certificate.code }}</b></td>
</tr><tr><td colspan="3" class="address" dir="ltr">{{ certificate.address }}</td></tr></table></div>
</div>
"""
STYLE = """.frame { border: .8mm double #555; padding: 8mm 12mm; text-align: center; height: 168mm; position: relative }
.logo img { height: 16mm }
.frame h1 { font-size: 24pt; margin: 6mm 0 7mm }
.text { font-size: 12pt; margin: 2.5mm 0 }
.holder { font-size: 20pt; font-weight: bold; margin: 3mm 0; line-height: 1.3 }
.course { font-size: 16pt; font-weight: bold; margin: 3mm 0; line-height: 1.3 }
.other { font-size: 10.5pt; white-space: nowrap }
.revoked { border: .4mm solid #b00; color: #b00; font-size: 16pt; padding: 2mm; margin: 0 0 4mm }
.foot { position: absolute; bottom: 6mm; left: 12mm; right: 12mm }
.foot table { width: 100%; table-layout: fixed }
.foot td { width: 33%; vertical-align: bottom; text-align: start; font-size: 9pt }
.foot .sign, .foot .check { text-align: center }
.foot .address { text-align: center; font-size: 7pt; color: #555; padding-top: 2mm }
"""
WORDS = {
    "certificate": _("Certificate of completion"),
    "revoked": _("This certificate has been revoked."),
    "certified": _("This is to certify that"),
    "attended": _("has successfully completed the course"),
    "hours": _("Duration in hours"),
    "held": _("Held on the days"),
    "grade": _("Grade"),
    "of": _("out of"),
    "number": _("Number of the certificate"),
    "issued": _("Issued on"),
    "teacher": _("Teacher of the course"),
    "check": _("Check at this address, with the code"),
}


DAY = fields.Day("day", _("Day"))


def certificates_of(context: Context, ids: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Give what the certificates say: copies of the day on which they were issued."""
    seen = {item.name for item in CERTIFICATE.visible_fields(context)}
    wanted = select(Certificate).where(Certificate.id.in_(list(ids)))
    return {
        record.id: {
            "certificate": _values(context, record, seen),
            "words": {name: context.text(each) for name, each in WORDS.items()},
        }
        for record in context.session.execute(wanted).scalars()
    }


def _values(context: Context, record: Certificate, seen: set[str]) -> dict[str, Any]:
    persian = is_persian(context.locale)
    figures = to_persian_digits if persian else str
    latin = (record.holder_latin if "holder_latin" in seen else None) or record.holder
    course = (record.course_latin if "course_latin" in seen else None) or record.course

    def shown(name: str, value: Any) -> Any:
        return value if name in seen and value is not None else ""

    began, ended = shown("began_on", record.began_on), shown("ended_on", record.ended_on)
    return {
        "number": figures(record.number),
        "code": record.code,
        "address": check_address(context, record.code),
        "name": record.holder if persian else latin,
        "title": record.course if persian else course,
        "teacher": shown("teacher", record.teacher),
        "hours": shown("hours", record.hours),
        "hours_text": figures(str(shown("hours", record.hours))),
        "began": began,
        "ended": ended,
        "days": _days(context, began, ended),
        "other_days": _days(context, began, ended, other=True),
        "issued_text": _days(context, record.issued_on),
        "issued_other": _days(context, record.issued_on, other=True),
        "house": "" if persian else context.runtime.setting("education.latin_name") or "",
        "issued": record.issued_on,
        "grade": number_text(record.grade, context) if "grade" in seen else "",
        "scale": number_text(record.scale, context) if "scale" in seen else "",
        "revoked": record.state == "revoked",
        "signer": context.runtime.setting("education.signer") or "",
    }


def _days(context: Context, *days: Any, other: bool = False) -> str:
    """Write days in the calendar of the language, or in the other one: Jalali and Gregorian."""
    persian = is_persian(context.locale)
    if persian == other:
        texts = [day.isoformat() for day in days if day]
    else:
        jalali = replace(context, locale="fa")
        texts = [DAY.show(day, jalali) for day in days if day]
    joined = " – ".join(texts)
    return joined if persian else to_ascii_digits(joined)


def check_address(context: Context, code: str) -> str:
    """Give the address at which a certificate is checked, as people reach the site from outside."""
    base = (context.runtime.setting("education.address") or "").strip().rstrip("/")
    if not base:
        hosts = context.site.hosts
        base = f"https://{hosts[0]}" if hosts else ""
    return f"{base}/education/check/{code}"


CERTIFICATE_DOCUMENT = DocumentKind(
    key="certificate",
    title=_("Certificate of a course"),
    resource=CERTIFICATE.name,
    find=certificates_of,
    page=DocumentPage(
        paper="A4",
        landscape=True,
        margin_top=12,
        margin_bottom=12,
        margin_side=14,
        letterhead=False,
        numbered=False,
    ),
    values=(
        DocumentGroup(
            name="certificate",
            title=_("Course certificate"),
            items=(
                text_value("number", _("Number of the certificate"), "1405/00012"),
                text_value("code", _("Code"), "7K2MPQ9XW4AB"),
                text_value(
                    "address",
                    _("Address of the public page"),
                    "https://academy.ir/education/check/7K2MPQ9XW4AB",
                ),
                text_value("name", _("Holder")),
                text_value("title", _("Course")),
                text_value("teacher", _("Teacher of the course")),
                number_value("hours", _("Hours of teaching"), 40),
                text_value("hours_text", _("Hours of teaching, in figures of the language"), "40"),
                day_value("began", _("From")),
                day_value("ended", _("Until")),
                text_value("days", _("First and last day"), "1405/04/13 – 1405/06/02"),
                text_value(
                    "other_days", _("First and last day, in the other calendar"), "2026-07-04 – 2026-08-24"
                ),
                day_value("issued", _("Issued on")),
                text_value("issued_text", _("Issued on, in the calendar of the language"), "1405/06/10"),
                text_value("issued_other", _("Issued on, in the other calendar"), "2026-09-01"),
                text_value("house", _("Name of the house in Latin letters, in English only")),
                text_value("grade", _("Grade"), "18.5"),
                text_value("scale", _("Out of"), "20"),
                DocumentValue(name="revoked", title=_("Revoked"), kind="flag", sample=False),
                text_value("signer", _("Who signs certificates")),
            ),
        ),
        word_values(WORDS, WORDS_TITLE),
    ),
    body=BODY,
    style=STYLE,
    order=310,
)
