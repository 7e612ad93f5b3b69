"""Who works on a project, how it is reached, and which user is in charge of which service that is sold."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.api import Identified, Stamped, Versioned
from plugins.projects.models.plan import USER, of_project
from plugins.projects.models.project import ProjectsBase, link


class Member(Identified, Stamped, Versioned, ProjectsBase):
    """A user who works on a project, with a role. By it he sees the project, see `plugins.projects.scopes`."""

    __tablename__ = "member"
    __table_args__ = (
        Index("uq_member_project_id", "project_id", "user_id", unique=True),
        Index("ix_member_user_id", "user_id", "project_id"),
    )

    project_id: Mapped[int] = of_project("fk_member_project_id")
    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(USER, name="fk_member_user_id", ondelete="CASCADE")
    )
    role_id: Mapped[int | None] = link("kernel.base_value.id", "fk_member_role_id")


class Contact(Identified, Stamped, Versioned, ProjectsBase):
    """A telephone number, fax or address of a project: as many as are needed."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_project_id", "project_id"),)

    project_id: Mapped[int] = of_project("fk_contact_project_id")
    kind_id: Mapped[int | None] = link("kernel.base_value.id", "fk_contact_kind_id")
    value: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)


class ServiceExpert(Identified, Stamped, Versioned, ProjectsBase):
    """Which user gets the task of a sold service, and with which value.

    `item_id` is a service of the plugin `sales`, without a foreign key since that may be absent.
    """

    __tablename__ = "service_expert"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        Index("uq_service_expert_item_id", "item_id", unique=True),
    )

    item_id: Mapped[int] = mapped_column(BigInteger)
    expert_id: Mapped[int | None] = link(USER, "fk_service_expert_expert_id", ondelete="SET NULL")
    value: Mapped[int] = mapped_column(BigInteger, server_default=text("1"), default=1)
    days: Mapped[int | None] = mapped_column(BigInteger)
    """Days from the invoice until the task is due."""
