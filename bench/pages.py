"""What pages weigh: bytes, requests and nodes of each in a real browser, cold and warm, and Lighthouse's scores where it is.

Lighthouse is looked for under the name that `LIGHTHOUSE` holds (`npm i lighthouse@12.8.2` in a folder of its own).
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from bench.site import PASSWORD, Bench, bench_site
from kernel.web.wsgi import PeyvandWSGI

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
COLD, WARM, NODES = 150, 20, 2500
"""Budgets: kilobytes with an empty cache and with a full one, and nodes of a page."""
DOCTORS, VISITS = 4, 60
"""Of the clinic: what stands on its board and in its calendar, sixty visits of each doctor from this morning on."""
DOCTOR = """
INSERT INTO medical.doctor (party_id, name, search_key, sort_key)
SELECT id, display_name, search_key, sort_key FROM kernel.party ORDER BY id LIMIT %s RETURNING id
"""
SERVICE = """
INSERT INTO medical.service (title, minutes, search_key, sort_key) VALUES ('ویزیت', 15, 'ویزیت', 'x') RETURNING id
"""
BOOKED = """
INSERT INTO medical.appointment (doctor_id, patient_id, service_id, starts_at, ends_at, state)
SELECT %s, patient.id, %s, current_date + patient.n * interval '20 minutes',
       current_date + patient.n * interval '20 minutes' + interval '15 minutes',
       (ARRAY['booked', 'booked', 'confirmed', 'arrived', 'in_visit', 'done', 'missed'])[1 + patient.n %% 7]
FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM kernel.party ORDER BY id LIMIT %s OFFSET %s) patient
"""
CATEGORIES = ("performance", "accessibility", "best-practices")


@dataclass
class Weight:
    """What one visit of a page took."""

    kilobytes: float = 0
    requests: int = 0
    nodes: int = 0


def run(parties: int) -> Iterator[str]:
    """Give the lines of the table."""
    with bench_site(parties) as bench, _served(bench) as origin, sync_playwright() as playwright:
        _busy_clinic(bench)
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield (
            f"Weight of pages at {parties:,} parties; budget: {COLD} KB cold, {WARM} KB warm, {NODES} nodes"
        )
        yield f"{'page':<12}{'cold':>10}{'requests':>10}{'warm':>10}{'requests':>10}{'nodes':>8}  within"
        state = _signed_in(browser, origin)
        for name, path in _pages(bench).items():
            cold, warm = _visits(browser, state, origin + path)
            fits = cold.kilobytes <= COLD and warm.kilobytes <= WARM and cold.nodes <= NODES
            yield (
                f"{name:<12}{cold.kilobytes:>7.1f} KB{cold.requests:>10}{warm.kilobytes:>7.1f} KB"
                f"{warm.requests:>10}{cold.nodes:>8}  {'yes' if fits else 'NO'}"
            )
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in state["cookies"])
        browser.close()
        program = os.environ.get("LIGHTHOUSE") or shutil.which("lighthouse")
        if program is None:
            yield "Lighthouse is not there; name it by LIGHTHOUSE."
            return
        yield f"{'page':<12}" + "".join(f"{name:>16}" for name in CATEGORIES) + f"{'LCP':>10}{'CLS':>8}"
        for name, path in _pages(bench).items():
            yield f"{name:<12}{_scores(program, origin + path, cookies)}"


def _busy_clinic(bench: Bench) -> None:
    with bench.owner_connection() as connection:
        doctors = [row[0] for row in connection.execute(DOCTOR, (DOCTORS,)).fetchall()]
        (service,) = connection.execute(SERVICE).fetchone() or (0,)
        for place, doctor in enumerate(doctors):
            connection.execute(BOOKED, (doctor, service, VISITS, 100 + place * VISITS))


def _pages(bench: Bench) -> dict[str, str]:
    with bench.owner_connection() as connection:
        first = connection.execute("SELECT min(id) FROM kernel.party").fetchone()
    assert first is not None
    return {
        "list": "/persons",
        "record": f"/persons/{first[0]}",
        "board": "/medical/appointments?look=board",
        "calendar": "/medical/appointments?look=calendar",
        "dashboard": "/",
        "report": "/persons/report?g=gender&show=count",
        "form": "/persons/new",
    }


@contextmanager
def _served(bench: Bench) -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", 0, PeyvandWSGI(bench.config, engines=bench.engines), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def _signed_in(browser: Browser, origin: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{origin}/sign-in")
    page.locator("#username").fill("head")
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form").get_by_role("button").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    state = context.storage_state()
    context.close()
    return state


def _visits(browser: Browser, state: Any, address: str) -> tuple[Weight, Weight]:
    """Visit a page with an empty cache, then again with a full one."""
    context: BrowserContext = browser.new_context(
        storage_state=state, viewport={"width": 1440, "height": 900}, service_workers="block"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    found = (_visit(page, address), _visit(page, address))
    context.close()
    return found


def _visit(page: Page, address: str) -> Weight:
    weight, session = Weight(), page.context.new_cdp_session(page)
    cached: set[str] = set()
    session.on("Network.requestServedFromCache", lambda told: cached.add(told["requestId"]))

    def ended(told: dict[str, Any]) -> None:
        if told["requestId"] not in cached and told["encodedDataLength"]:
            weight.kilobytes += told["encodedDataLength"] / 1024
            weight.requests += 1

    session.on("Network.loadingFinished", ended)
    session.send("Network.enable")
    page.goto(address, wait_until="load")
    page.wait_for_timeout(1_500)  # what htmx and lazy modules fetch after the page
    weight.nodes = page.evaluate("document.querySelectorAll('*').length")
    session.detach()
    return weight


def _scores(program: str, address: str, cookies: str) -> str:
    """Ask Lighthouse as a phone has it: slow net, slow processor."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        headers, out = Path(folder, "headers.json"), Path(folder, "out.json")
        headers.write_text(json.dumps({"Cookie": cookies}))
        flags = " ".join(["--headless", *FLAGS, f"--user-data-dir={folder}/profile"])
        subprocess.run(
            [
                *(program, address, "--quiet", "--no-enable-error-reporting", "--output=json"),
                *(f"--output-path={out}", f"--only-categories={','.join(CATEGORIES)}"),
                *(f"--extra-headers={headers}", f"--chrome-flags={flags}"),
            ],
            env={**os.environ, "CHROME_PATH": chromium},
            check=False,
            capture_output=True,
            timeout=180,
        )
        if not out.exists():
            return "no answer"
        told = json.loads(out.read_text())
    scores = "".join(f"{round(100 * (told['categories'][name]['score'] or 0)):>16}" for name in CATEGORIES)
    audits = told["audits"]
    largest = audits["largest-contentful-paint"].get("numericValue", 0) / 1000
    shift = audits["cumulative-layout-shift"].get("numericValue", 0)
    return f"{scores}{largest:>8.1f} s{shift:>8.3f}"
