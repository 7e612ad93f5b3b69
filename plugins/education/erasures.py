"""What becomes of the academy's rows when a person's data are erased on request.

What is known of a student goes. Enrolments, grades and payments stay as the academy's own books, under the name that
replaces the person's; so do certificates, which lose their name, and teachers, in whose classes others sat.
"""

from __future__ import annotations

from kernel.api import Erasure, _, sort_key, squeeze

ERASURES = (
    Erasure(table="education.student", key="party_id", what="delete"),
    Erasure(
        table="education.enrolment",
        key="student_id",
        what="replace",
        values={"end_reason": None, "discount_reason": None},
        reason=_("Enrolments and grades are the academy’s own book of who sat in which course."),
    ),
    Erasure(
        table="education.certificate",
        key="party_id",
        what="replace",
        values={"holder": str, "holder_latin": None},
        reason=_("Numbers of certificates must stay accounted for."),
    ),
    Erasure(
        table="education.payment",
        key="party_id",
        what="replace",
        values={"note": None, "reference": None},
        reason=_("Payments are part of the books."),
    ),
    Erasure(
        table="education.teacher",
        key="party_id",
        what="replace",
        values={"name": str, "search_key": squeeze, "sort_key": sort_key},
        reason=_("Sessions and results of others stand in this teacher’s classes."),
    ),
)
