"""What the academy prints: certificates, report cards, class lists and results."""

from __future__ import annotations

from plugins.education.printing.certificate import CERTIFICATE_DOCUMENT
from plugins.education.printing.lists import CLASS_LIST, RESULTS
from plugins.education.printing.report_card import REPORT_CARD

DOCUMENTS = (CERTIFICATE_DOCUMENT, REPORT_CARD, CLASS_LIST, RESULTS)
