"""How a site presents itself: name, logo, icon, accent and the words beside its sign-in form; one row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, Connection, LargeBinary, SmallInteger, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from kernel.data.base import KernelBase
from kernel.data.types import Instant


class BrandingRow(KernelBase):
    """The one row of the branding. Pictures stand in it: they go with every backup of the database."""

    __tablename__ = "branding"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, server_default="")
    """Shown in place of the site's title, where not empty."""
    slogan: Mapped[str] = mapped_column(Text, server_default="")
    slogan_note: Mapped[str] = mapped_column(Text, server_default="")
    accent: Mapped[str] = mapped_column(Text, server_default="")
    """Name of a colour of the palette; empty for the product's own."""
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    logo_kind: Mapped[str | None] = mapped_column(Text)
    """Media type of the logo, told by its content."""
    icon: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    icon_kind: Mapped[str | None] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant, server_default=text("now()"))


@dataclass(frozen=True)
class Branding:
    """The row as a value, without the pictures themselves."""

    name: str = ""
    slogan: str = ""
    slogan_note: str = ""
    accent: str = ""
    logo_kind: str | None = None
    icon_kind: str | None = None


def read_branding(connection: Connection | Session) -> Branding:
    """Read the branding of the site; the connection is the owner's, or the session the system's."""
    table = BrandingRow.__table__.c
    names = ("name", "slogan", "slogan_note", "accent", "logo_kind", "icon_kind")
    row = connection.execute(select(*(table[name] for name in names))).one()
    return Branding(*row)
