"""Messages as gateways take them: mails with their HTML form and the headers that other mail programs act upon, files read.

What is claimed is made ready here after the claim is committed; a message that cannot be made ready has a receipt at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel.data.files import FileMissing, FileStore
from kernel.i18n import _
from kernel.messages.addresses import NO_LINE, REASONS
from kernel.messages.approved import form_of
from kernel.messages.files import Kept, Reader
from kernel.messages.gateways import Outgoing, Receipt
from kernel.messages.leaving import link_of
from kernel.messages.markup import FOOT, as_html
from kernel.resources.runtime import Runtime

NO_MORE = _("You receive this as advertising. If you want no more of it:")
LEAVE = _("unsubscribe")


def made(runtime: Runtime, row: Any, gateway: str) -> Outgoing:
    """Make what a gateway is given of a claimed message, without its files."""
    plain = Outgoing(
        client_id=row.client_id,
        to=row.address or "",
        text=row.body,
        subject=row.subject,
        approved=form_of(row.approved, gateway),
    )
    return as_mail(runtime, row, plain) if row.channel == "email" else plain


def as_mail(runtime: Runtime, row: Any, plain: Outgoing) -> Outgoing:
    """Add to a mail its HTML form, how to leave the list, what it answers, and whether a program wrote it."""
    link = link_of(runtime, row.channel, plain.to) if row.advertising and plain.to else ""
    words, label = runtime.translate(NO_MORE), runtime.translate(LEAVE)
    foot = FOOT.format(words=words, address=link, label=label) if link else None
    text = f"{plain.text}\n\n-- \n{words}\n{link}\n" if link else plain.text
    return replace(
        plain, text=text, html=as_html(plain.text, plain.subject, foot), headers=_headers(row, link)
    )


def _headers(row: Any, link: str) -> Mapping[str, str]:
    found = {}
    if link:
        found["List-Unsubscribe"] = f"<{link}>"
        found["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if not row.sender_id:
        found["Auto-Submitted"] = "auto-replied" if row.answers else "auto-generated"
    if row.answers:
        found["In-Reply-To"] = row.answers.split()[-1]
        found["References"] = row.answers
    return found


def ready(
    runtime: Runtime,
    messages: Sequence[Outgoing],
    files: Mapping[int, Sequence[Kept]],
    unapproved: Collection[int],
) -> tuple[list[Outgoing], list[Receipt]]:
    """Read the files of messages; gives those that are whole, and receipts of the others.

    One whose file is gone has failed; one that this line may not carry is offered to others.
    """
    reader = Reader(FileStore(runtime.site.files))
    whole: list[Outgoing] = []
    receipts: list[Receipt] = []
    for each in messages:
        if each.client_id in unapproved:
            receipts.append(
                Receipt(client_id=each.client_id, state="failed", reason=REASONS[NO_LINE], again=True)
            )
            continue
        try:
            read = reader.attachments(files.get(each.client_id, ()))
        except FileMissing:
            reason = _("A file of this message is not there any more.")
            receipts.append(Receipt(client_id=each.client_id, state="failed", reason=reason))
        else:
            whole.append(replace(each, attachments=read) if read else each)
    return whole, receipts
