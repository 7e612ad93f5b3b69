"""The bundle for installations without network: its parts, its script, and the whole of it with the network cut off."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 120


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle", ROOT / ".ci" / "bundle.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_was_not_built_is_named(
    bundle: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "kernel" / "translations").mkdir(parents=True)
    shutil.copytree(
        ROOT / "kernel" / "translations", tmp_path / "kernel" / "translations", dirs_exist_ok=True
    )
    (tmp_path / "kernel" / "translations" / "fa" / "LC_MESSAGES" / "web.mo").unlink(missing_ok=True)
    monkeypatch.setattr(bundle, "ROOT", tmp_path)
    named = "\n".join(bundle.missing())
    assert "make assets" in named
    assert "web.mo (make catalogues)" in named


@pytest.fixture
def small(bundle: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A bundle with a stand-in for the wheels."""

    def gather(wheels: Path) -> None:
        (wheels / "pip-1-py3-none-any.whl").write_bytes(b"no wheel")

    monkeypatch.setattr(bundle, "gather", gather)
    folder = tmp_path / bundle.name()
    bundle.assemble(folder)
    return folder


def install(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [folder / "install.sh", *options], capture_output=True, text=True, check=False, timeout=600
    )


def test_the_script_refuses_what_cannot_become_an_installation(small: Path, tmp_path: Path) -> None:
    sums = (small / "SHA256SUMS").read_text().splitlines()
    assert sorted(line.split("  ")[1] for line in sums) == [
        "README.txt",
        "install.sh",
        "wheels/pip-1-py3-none-any.whl",
    ]
    assert "@" not in (small / "README.txt").read_text()
    subprocess.run(["sh", "-n", small / "install.sh"], check=True)
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\necho 3.8\n")
    old.chmod(0o755)
    refused = install(
        small, "--python", str(old), "--to", str(tmp_path / "to"), "--home", str(tmp_path / "home")
    )
    assert (refused.returncode, "is Python 3.8; this bundle needs Python" in refused.stderr) == (1, True)
    assert install(small, "--nonsense").returncode == 2
    (small / "README.txt").write_text("changed")
    refused = install(small, "--to", str(tmp_path / "to"), "--home", str(tmp_path / "home"))
    assert "this folder is damaged" in refused.stderr
    assert not (tmp_path / "to").exists()
    assert not (tmp_path / "home").exists()


def test_the_unit_file_names_program_home_and_reload(tmp_path: Path) -> None:
    options = ["--user", "crm", "--home", "/srv/crm", "--program", "/opt/crm/bin/peyvand", "--port", "8107"]
    done = subprocess.run(
        [sys.executable, "-c", "from kernel.cli.main import main; main()", "systemd-unit", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert "ExecStart=/opt/crm/bin/peyvand serve --host 127.0.0.1 --port 8107" in lines
    assert {"User=crm", "Environment=PEYVAND_HOME=/srv/crm", "ExecReload=/bin/kill -HUP $MAINPID"} <= set(
        lines
    )
    assert [line for line in lines if line.startswith("[")] == ["[Unit]", "[Service]", "[Install]"]
    if shutil.which("systemd-analyze"):
        unit = tmp_path / "peyvand.service"
        unit.write_text(done.stdout)
        checked = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", unit], check=False, capture_output=True, text=True
        )
        assert "Unknown" not in checked.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def without_network() -> list[str]:
    """A prefix that cuts the network off, but for this machine's own address."""
    if os.geteuid() == 0 and shutil.which("unshare") and shutil.which("ip"):
        return ["unshare", "-n", "sh", "-c", 'ip link set lo up; exec "$@"', "sh"]
    return []


NOWHERE = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "PIP_CONFIG_FILE": os.devnull,
    "PIP_NO_INPUT": "1",
}
ASK = """
import sys, time, urllib.request
until = time.monotonic() + float(sys.argv[2])
while True:
    try:
        answer = urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Host": "crm.example.org"}), timeout=10)
        print(answer.status, answer.read())
        break
    except OSError:
        if time.monotonic() > until:
            raise
        time.sleep(0.5)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that is not pytest's own: each run of the same user closes that to the database's account."""
    with tempfile.TemporaryDirectory(prefix="peyvand-bundle-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.mark.long
def test_it_installs_and_serves_with_the_network_cut_off(bundle: ModuleType, place: Path) -> None:
    made = subprocess.run(
        [sys.executable, ROOT / ".ci" / "bundle.py", "--to", place],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    archive = place / f"{bundle.name()}.tar.gz"
    digest = (place / f"{archive.name}.sha256").read_text().split()[0]
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == digest, made.stdout
    with tarfile.open(archive) as inside:
        inside.extractall(place, filter="data")
    program, home, port = place / "program", place / "home", free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))},
        **NOWHERE,
        "PEYVAND_HOME": str(home),
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    peyvand = program / "current" / "bin" / "peyvand"
    script = f"""
set -e
{place / bundle.name() / "install.sh"} --python {sys.executable} --to {program} --home {home}
{peyvand} site create office --title Office --host crm.example.org --edition clinic
{peyvand} serve --port {port} &
server=$!
trap 'kill $server; wait $server || true' EXIT
{peyvand.parent / "python"} -c '{ASK}' http://127.0.0.1:{port}/health {PATIENCE}
{peyvand.parent / "python"} -c '{ASK}' http://127.0.0.1:{port}/sign-in {PATIENCE} | grep -o 'lang=.fa.'
"""
    done = subprocess.run(
        [*without_network(), "sh", "-c", script],
        env=environment,
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "200 b'ok" in done.stdout
    assert "lang=" in done.stdout
