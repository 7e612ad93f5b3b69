from __future__ import annotations

from datetime import date

from kernel.resources.importing.runs import DONE
from tests.resources.importing.conftest import code, workbook

HEADINGS = ("نام", "موبایل", "کد ملی", "تاریخ تولد", "نوع", "مانده")


def test_a_file_becomes_records(importer):
    run = importer.bring(
        workbook(
            HEADINGS,
            ("علی رضایی", "0912 123 4567", code(49937089), "1370/5/20", "Gold", 1_500_000),
            ("پری كریمی", "۰۹۱۲۱۲۳۴۵۶۸", code(100_000_100), date(1995, 1, 2), "silver", "۲٬۰۰۰"),
        )
    )
    assert (run.state, run.created, run.skipped, run.refused, run.message) == (DONE, 2, 0, 0, None)
    ali, pari = importer.clients()
    assert (ali.name, ali.mobile, ali.birth_date, ali.kind) == (
        "علی رضایی",
        "+989121234567",
        date(1991, 8, 11),
        "gold",
    )
    assert (pari.name, pari.birth_date, pari.balance) == ("پری کریمی", date(1995, 1, 2), 2000)
    assert ali.owner_id == importer.actor.user_id
