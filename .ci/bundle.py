"""Put everything that an installation without network needs into one file: `dist/peyvand-<version>-<platform>.tar.gz`.

Run by `make bundle`, after assets and catalogues were built. Holds the wheels of the product and of all it requires (the
PostgreSQL server among them) for this platform and this minor version of Python, pip's own, `install.sh`, and a file of
hashes. With `--check` it only says what would be missing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

import kernel
from kernel.i18n.build import catalogues

ROOT = Path(__file__).parents[1]
TEMPLATES = Path(__file__).parent / "bundle"
DIST = ROOT / "dist"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def name() -> str:
    """Give the bundle's name without the ending."""
    platform = sysconfig.get_platform().replace("-", "_")
    return f"peyvand-{kernel.__version__}-{platform}-py{PYTHON.replace('.', '')}"


def missing() -> list[str]:
    """Name what must be built before packing: a wheel without it would serve bare or English pages."""
    found = []
    if not (ROOT / "kernel" / "web" / "static" / "dist" / "manifest.json").is_file():
        found.append("browser assets (make assets)")
    folders = [ROOT / "kernel", *sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.py"))]
    for source in (po for folder in folders for po in catalogues(folder)):
        built = source.with_suffix(".mo")
        if not built.is_file():
            found.append(f"{built.relative_to(ROOT)} (make catalogues)")
    return found


def gather(wheels: Path) -> None:
    """Build the product's wheel, and fetch those of all that it requires, exactly as constrained."""
    shutil.rmtree(ROOT / "build", ignore_errors=True)  # files of an earlier build would be packed again
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", wheels, ROOT], check=True)
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    (product,) = wheels.glob("peyvand-*.whl")
    constraints = ["-c", ROOT / "constraints.txt", "--find-links", wheels]
    subprocess.run([*pip, "wheel", *constraints, "-w", wheels, product], check=True)
    subprocess.run([*pip, "download", "--no-deps", "--only-binary", ":all:", "-d", wheels, "pip"], check=True)


def assemble(folder: Path) -> None:
    """Fill the bundle's folder."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    gather(wheels)
    for template in sorted(TEMPLATES.iterdir()):
        text = template.read_text("utf-8")
        text = text.replace("@VERSION@", kernel.__version__).replace("@PYTHON@", PYTHON)
        target = folder / template.name
        target.write_text(text, "utf-8")
        target.chmod(0o755 if template.suffix == ".sh" else 0o644)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), "utf-8")


def main() -> int:
    """Make the bundle; status 1 when something was not built before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--to", type=Path, default=DIST)
    chosen = parser.parse_args()
    lacking = missing()
    if lacking:
        print("not built yet:", *lacking, sep="\n  ")
        return 1
    if chosen.check:
        return 0
    chosen.to.mkdir(parents=True, exist_ok=True)
    target = chosen.to / f"{name()}.tar.gz"
    with tempfile.TemporaryDirectory(prefix="bundle-") as place:
        folder = Path(place) / name()
        assemble(folder)
        partial = target.with_suffix(".partial")
        with tarfile.open(partial, "w:gz", compresslevel=1) as out:  # wheels are compressed already
            out.add(folder, folder.name)
        partial.replace(target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    target.with_name(f"{target.name}.sha256").write_text(f"{digest}  {target.name}\n", "utf-8")
    print(f"{target} ({target.stat().st_size >> 20} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
