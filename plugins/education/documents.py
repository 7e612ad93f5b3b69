"""What the academy prints: certificates, report cards, transcripts, statements of fees, class lists and results."""

from __future__ import annotations

from plugins.education.printing.certificate import CERTIFICATE_DOCUMENT
from plugins.education.printing.lists import CLASS_LIST, RESULTS
from plugins.education.printing.report_card import REPORT_CARD
from plugins.education.printing.statement import STATEMENT
from plugins.education.printing.transcript import TRANSCRIPT

DOCUMENTS = (CERTIFICATE_DOCUMENT, REPORT_CARD, TRANSCRIPT, STATEMENT, CLASS_LIST, RESULTS)
