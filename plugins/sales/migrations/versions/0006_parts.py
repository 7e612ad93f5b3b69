"""Orders that are invoiced in several parts: how much of each line is, and how far the order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

LIVE = "state <> 'cancelled' AND binned_at IS NULL"
LINK = """
UPDATE sales.document_line AS mine SET source_line_id = ordered.id
FROM sales.document AS invoice, sales.document AS made_of, sales.document_line AS ordered
WHERE invoice.id = mine.document_id AND invoice.kind = 'invoice' AND invoice.state <> 'cancelled'
  AND made_of.id = invoice.source_id AND made_of.kind = 'order' AND ordered.document_id = made_of.id
  AND ordered.position = mine.position AND ordered.item_id IS NOT DISTINCT FROM mine.item_id
  AND ordered.variant_id IS NOT DISTINCT FROM mine.variant_id AND mine.quantity <= ordered.quantity
"""
COUNT = """
UPDATE sales.document_line AS ordered SET invoiced = least(ordered.quantity, taken.quantity)
FROM (
    SELECT source_line_id, sum(quantity - returned) AS quantity FROM sales.document_line
    WHERE source_line_id IS NOT NULL GROUP BY source_line_id
) AS taken
WHERE taken.source_line_id = ordered.id
"""
FOLLOW = """
UPDATE sales.document SET
    invoicing = CASE WHEN converted THEN 'whole' ELSE 'none' END,
    to_invoice = CASE WHEN converted THEN 0 ELSE payable END
WHERE kind = 'order' AND state NOT IN ('draft', 'cancelled')
"""


def upgrade() -> None:
    line, document = "document_line", "document"
    op.add_column(line, sa.Column("source_line_id", sa.BigInteger()), schema="sales")
    op.add_column(
        line,
        sa.Column("invoiced", sa.Numeric(15, 3), server_default=sa.text("0"), nullable=False),
        schema="sales",
    )
    op.create_foreign_key(
        "fk_document_line_source_line_id",
        line,
        line,
        ["source_line_id"],
        ["id"],
        source_schema="sales",
        referent_schema="sales",
        ondelete="RESTRICT",
    )
    op.create_index("ix_document_line_source_line_id", line, ["source_line_id"], schema="sales")
    part = sa.Column("part", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    for column in (part, sa.Column("invoicing", sa.Text()), sa.Column("to_invoice", sa.BigInteger())):
        op.add_column(document, column, schema="sales")
    op.drop_index("uq_document_source_id", document, schema="sales")
    op.create_index(
        "uq_document_source_id",
        document,
        ["source_id"],
        unique=True,
        schema="sales",
        postgresql_where=sa.text(f"source_id IS NOT NULL AND NOT part AND {LIVE}"),
    )
    op.create_index("ix_document_source_id", document, ["source_id"], schema="sales")
    for statement in (LINK, COUNT, FOLLOW):
        op.execute(statement)
    checks = (
        (line, "invoiced", "invoiced BETWEEN 0 AND quantity"),
        (document, "invoicing", "invoicing IN ('none', 'partly', 'whole')"),
        (document, "part", "NOT part OR (kind = 'invoice' AND source_id IS NOT NULL)"),
    )
    for table, name, rule in checks:
        op.create_check_constraint(f"ck_{table}_{name}", table, rule, schema="sales")
