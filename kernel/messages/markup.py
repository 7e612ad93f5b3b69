"""The HTML alternative of a mail, made of its plain text: paragraphs and links; nothing is fetched, nothing runs."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"'“”«»]+", re.IGNORECASE)
"""What reads as an address of a page."""
AFTER = ".,;:!?)]}،؛؟…"
"""Signs that end the sentence, not the address."""
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff]")
PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title></head>\n'
    '<body dir="{direction}" style="margin:0;padding:16px;max-width:640px;font-family:Vazirmatn,Tahoma,Arial,sans-serif;'
    'font-size:16px;line-height:1.8;color:#1f2430;background:#ffffff;text-align:{side}">\n{body}\n</body></html>\n'
)
FOOT = Markup(
    '<hr style="border:0;border-top:1px solid #d7dae0">\n'
    '<p dir="auto" style="margin:0;font-size:13px;color:#5a6172">{words} <a href="{address}">{label}</a></p>'
)


def as_html(text: str, subject: str = "", foot: Markup | None = None) -> str:
    """Write a text as a page of its own, right to left where it holds letters of such a script."""
    persian = RIGHT_TO_LEFT.search(text) is not None
    paragraphs = [
        _paragraph(each) for each in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if each.strip()
    ]
    if foot is not None:
        paragraphs.append(foot)
    return str(
        PAGE.format(
            language="fa" if persian else "en",
            direction="rtl" if persian else "ltr",
            side="right" if persian else "left",
            title=subject,
            body=Markup("\n").join(paragraphs),
        )
    )


def _paragraph(text: str) -> Markup:
    lines = Markup("<br>\n").join(_linked(line.rstrip()) for line in text.strip("\n").split("\n"))
    return Markup('<p dir="auto" style="margin:0 0 16px">{}</p>').format(lines)


def _linked(line: str) -> Markup:
    """Escape a line, its addresses of pages as links."""
    made, end = Markup(""), 0
    for found in LINK.finditer(line):
        shown = found[0].rstrip(AFTER)
        start = found.start()
        address = shown if shown.lower().startswith("http") else f"https://{shown}"
        link = Markup('<a href="{}" dir="ltr" rel="noopener noreferrer">{}</a>').format(address, shown)
        made += escape(line[end:start]) + link
        end = start + len(shown)
    return made + escape(line[end:])
