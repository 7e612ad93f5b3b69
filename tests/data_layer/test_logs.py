"""The log: whole lines from several processes, turned over, without personal data."""

from __future__ import annotations

import json
import logging
import multiprocessing

import pytest
import structlog

from kernel.data.log_files import SharedRotatingHandler
from kernel.data.logs import blotted, set_up_logging


@pytest.fixture
def log(tmp_path):
    level = logging.getLogger().level
    set_up_logging(tmp_path, console=False)
    yield lambda: [
        json.loads(line) for line in (tmp_path / "logs" / "peyvand.log").read_text("utf-8").splitlines()
    ]
    set_up_logging(None, console=False, level=level)


def test_lines_are_json_with_what_was_said(log):
    structlog.get_logger("jobs").warning("job failed", job="tick", site="acme", seconds=3)
    (line,) = log()
    assert line["event"] == "job failed"
    assert (line["job"], line["site"], line["seconds"]) == ("tick", "acme", 3)
    assert (line["level"], line["logger"]) == ("warning", "jobs")
    assert line["timestamp"].endswith("Z")
    assert isinstance(line["pid"], int)


def test_libraries_are_heard_too(log):
    logging.getLogger("some.library").error("went %s", "wrong")
    assert [line["event"] for line in log()] == ["went wrong"]


def test_personal_data_stays_out(log):
    structlog.get_logger().info(
        "call from 09121234567 or sara@shop.example, card 6037-9911 2233 4455, ۰۹۱۲۱۲۳۴۵۶۷",
        mobile="09121234567",
        national_code="0012345679",
        password="hush",
        form={"last_name": "Secretname"},
        detail={"email": "sara@shop.example", "rows": 3},
        username="sara",
    )
    (line,) = log()
    written = json.dumps(line, ensure_ascii=False)
    for secret in ("0912", "۰۹۱۲", "6037", "4455", "sara", "hush", "Secretname", "0012345679"):
        assert secret not in written
    assert line["detail"]["rows"] == 3
    assert line["username"]


def test_one_user_has_one_mark(log):
    for name in ("sara", "sara", "dara"):
        structlog.get_logger().info("signed in", username=name)
    first, second, third = (line["username"] for line in log())
    assert first == second != third


def test_errors_of_the_database_do_not_quote_rows(log):
    name = reversed("emanterceS")
    try:
        # Put together here, since the traceback quotes this very line.
        raise RuntimeError("\n".join(["duplicate key", f"DETAIL:  Key (name)=({''.join(name)}) is there."]))
    except RuntimeError:
        structlog.get_logger().exception("failed")
    (line,) = log()
    assert "Secretname" not in line["exception"]
    assert "duplicate key" in line["exception"]


@pytest.mark.parametrize("kept", ["took 1234567 ms", "2026-10-05T08:30:00.123456Z", "row 12 of 40"])
def test_ordinary_numbers_stay(kept):
    assert blotted(kept) == kept


def test_setting_up_twice_does_not_write_twice(log, tmp_path):
    set_up_logging(tmp_path, console=False)
    structlog.get_logger().info("once")
    assert len(log()) == 1


def write_many(path, name, lines):
    handler = SharedRotatingHandler(path, largest=20_000, kept=50)
    for number in range(lines):
        handler.emit(logging.LogRecord(name, logging.INFO, "", 0, f"{name} {number} " + "x" * 80, None, None))


def test_several_processes_write_whole_lines_and_turn_over_together(tmp_path):
    path = tmp_path / "many.log"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(path, f"w{n}", 500)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    files = [file for file in tmp_path.iterdir() if file.suffix != ".lock"]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert len(files) > 3
    assert len(lines) == len(set(lines)) == 1500
    assert all(line.endswith("x" * 80) for line in lines)


def test_only_so_many_files_are_kept(tmp_path):
    handler = SharedRotatingHandler(tmp_path / "a.log", largest=100, kept=3)
    for number in range(50):
        handler.emit(logging.LogRecord("n", logging.INFO, "", 0, f"{number:030}", None, None))
    handler.close()
    kept = {path.name for path in tmp_path.iterdir() if path.suffix != ".lock"}
    assert kept == {"a.log", "a.log.1", "a.log.2", "a.log.3"}
    assert f"{49:030}" in (tmp_path / "a.log").read_text()
