"""What becomes of projects when a person's data are erased on request.

Projects are the firm's own books and stay, under the name that replaces the person's. How the person could be reached by way
of the project goes.
"""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kernel.api import Erasure, _
from plugins.projects.models import Contact, Project

ERASURES = (
    Erasure(
        table="projects.project",
        key="employer_id",
        what="keep",
        reason=_("Projects are kept as the firm’s own books; their telephones and addresses go."),
    ),
)


def forget_contacts(session: Session, party_id: int) -> None:
    """Delete the telephones and addresses of the person's projects."""
    mine = select(Project.id).where(Project.employer_id == party_id)
    session.execute(delete(Contact).where(Contact.project_id.in_(mine)))
