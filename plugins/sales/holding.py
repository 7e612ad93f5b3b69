"""The one order in which sales locks things, so that two who work at once wait for one another and never for ever.

1. The accounts of the parties that are concerned, all of them at once, in the order of their numbers (`hold`).
2. Documents, cheques and payments.
3. The series of numbers.
4. What other plugins hold: points, stock.
5. Open items, in the order of their numbers; then what follows of them: settlement in documents, commission.

Whatever is locked below belongs to an account that is held already, but for the series; and whoever holds a series asks for
no account any more. Inserts refer to marketers while the series is held: a marketer is locked so that this does not wait.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from kernel.api import Context


def hold(context: Context, party_ids: Iterable[int | None]) -> None:
    """Let others who change the accounts of these parties wait until this transaction ends."""
    for number in sorted({each for each in party_ids if each is not None}):
        key = func.hashtextextended(f"sales.account {number}", 0)
        context.session.execute(select(func.pg_advisory_xact_lock(key)))
