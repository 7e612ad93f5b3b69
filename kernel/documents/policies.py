"""Who sees what was printed: whoever printed it, and whoever holds the right on more; formats and templates everybody."""

from __future__ import annotations

from kernel.access.policies import public, rows, system
from kernel.documents.designs.models import DocumentLayout, DocumentLayoutVersion
from kernel.documents.formats import PERMISSION
from kernel.documents.letterheads import LetterheadRow
from kernel.documents.models import EnvelopeFormat, LabelFormat, LetterTemplate, PrintItem, PrintRun
from kernel.i18n import _
from kernel.resources.naming import call_table

POLICIES = (
    public(LabelFormat, PERMISSION),
    public(EnvelopeFormat, PERMISSION),
    public(LetterTemplate, "letter_template"),
    rows(PrintRun, "print_run", own=("user_id",)),
    # For whom a piece was: read for the run's own page only, names through the reader's session.
    system(PrintItem),
    # Written and read by whoever may design documents; printed with for everybody, through the program.
    system(DocumentLayout),
    system(DocumentLayoutVersion),
    system(LetterheadRow),
)

call_table("kernel.print_run", _("Print runs"))
call_table("kernel.print_item", _("Printed pieces"))
call_table("kernel.document_layout", _("Layouts of documents"))
call_table("kernel.document_layout_version", _("Versions of layouts of documents"))
