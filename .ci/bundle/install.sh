#!/bin/sh
# Install Peyvand @VERSION@ from this folder, without network. Running it again, or that of a newer version, upgrades.
set -eu

to=/opt/peyvand
home=/srv/peyvand
python=
systemd=no
port=8000

usage() {
    echo "usage: ./install.sh [--to FOLDER] [--home FOLDER] [--python PROGRAM] [--port PORT] [--systemd]"
    echo "  --to       where the program goes ($to)"
    echo "  --home     where sites, database and logs go ($home)"
    echo "  --python   a Python @PYTHON@ ; python@PYTHON@ or python3 of the PATH where left out"
    echo "  --systemd  as root: an account named peyvand, and a service of that name, not started"
}

while [ $# -gt 0 ]; do
    case "$1" in
        --to) to=$2; shift 2 ;;
        --home) home=$2; shift 2 ;;
        --python) python=$2; shift 2 ;;
        --port) port=$2; shift 2 ;;
        --systemd) systemd=yes; shift ;;
        -h|--help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done

fail() { echo "install.sh: $1" >&2; exit 1; }

cd "$(dirname "$0")"
sha256sum --check --quiet SHA256SUMS || fail "this folder is damaged; copy it again"

if [ -z "$python" ]; then
    for candidate in python@PYTHON@ python3; do
        if command -v "$candidate" >/dev/null 2>&1; then python=$candidate; break; fi
    done
fi
[ -n "$python" ] || fail "no Python was found; this bundle needs Python @PYTHON@"
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])') || fail "$python does not run"
[ "$found" = "@PYTHON@" ] || fail "$python is Python $found; this bundle needs Python @PYTHON@ (name one with --python)"
if [ "$systemd" = yes ]; then
    [ "$(id -u)" = 0 ] || fail "--systemd needs root"
fi

# Each version has a folder of its own; the link is turned last, so that an interrupted installation changes nothing.
place=$to/versions/@VERSION@
rm -rf "$place.new"
mkdir -p "$to/versions"
"$python" -m venv --without-pip "$place.new"
set -- wheels/pip-*.whl
"$place.new/bin/python" "$1/pip" install --quiet --no-index --find-links wheels --no-cache-dir \
    --disable-pip-version-check "peyvand==@VERSION@"
rm -rf "$place.old"
[ ! -e "$place" ] || mv "$place" "$place.old"
mv "$place.new" "$place"
# Programs of a venv know their place by its path.
for program in "$place"/bin/*; do
    if [ -f "$program" ] && head -c 300 "$program" | grep -qa "$place.new/"; then
        sed -i "s|$place.new|$place|g" "$program"
    fi
done
ln -sfn "versions/@VERSION@" "$to/current.new"
mv -T "$to/current.new" "$to/current"
rm -rf "$place.old"

mkdir -p "$home"
chmod 0750 "$home"
if [ ! -e "$home/peyvand.env" ]; then
    (umask 077; printf 'PEYVAND_HOME=%s\n# PEYVAND_DATABASE_URL=\n# PEYVAND_TRUST_PROXY=1\n# PEYVAND_BACKUPS=\n' "$home" > "$home/peyvand.env")
fi

"$to/current/bin/peyvand" --version

if [ "$systemd" = yes ]; then
    id peyvand >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir "$home" \
        --shell /usr/sbin/nologin peyvand
    chown -R peyvand:peyvand "$home"
    "$to/current/bin/peyvand" systemd-unit --program "$to/current/bin/peyvand" --home "$home" --port "$port" \
        > /etc/systemd/system/peyvand.service
    if command -v systemctl >/dev/null 2>&1; then systemctl daemon-reload; fi
    echo "The service is installed: systemctl enable --now peyvand"
fi

echo "Installed. First steps:"
echo "  export PEYVAND_HOME=$home"
echo "  $to/current/bin/peyvand site create office --title \"…\" --host crm.example.org --edition clinic"
echo "  $to/current/bin/peyvand user add NAME --administrator"
echo "  $to/current/bin/peyvand serve --host 127.0.0.1 --port $port"
