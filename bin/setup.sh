# Sourced by the four commands: finds Python, makes .venv and installs what changed. Prints one line on any failure.
set -euo pipefail

command_name="bin/$(basename "$0")"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { echo "$command_name: $*"; }
fail() {
    echo "$command_name: $*" >&2
    exit 1
}

require_disk() { # $1 = megabytes
    local free
    free=$(df -Pm . 2>/dev/null | awk 'NR == 2 { print $4 }') || free=""
    if [ -n "$free" ] && [ "$free" -lt "$1" ]; then
        fail "te weinig schijfruimte: $free MB vrij, $1 MB nodig."
    fi
}

find_python() {
    local candidate without_venv=""
    for candidate in ${KCC_PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 || continue
        if "$candidate" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            python="$candidate"
            return
        fi
        without_venv="$candidate"
    done
    [ -z "$without_venv" ] || fail "$without_venv mist het onderdeel venv; installeer het pakket python3-venv."
    fail "geen Python 3.11 of nieuwer gevonden; installeer die, of wijs hem aan met KCC_PYTHON."
}

prepare_venv() { # arguments: the requirement files to install
    mkdir -p var || fail "de map var kan niet worden gemaakt."
    if command -v flock >/dev/null 2>&1; then # two commands started together must not install over each other
        exec 9>var/.setup.lock
        flock 9
    fi
    if ! .venv/bin/python -c '' >/dev/null 2>&1; then
        find_python
        require_disk 1000
        say "Python-omgeving maken in .venv …"
        rm -rf .venv
        "$python" -m venv .venv >var/pip.log 2>&1 || fail "de Python-omgeving kan niet worden gemaakt; zie var/pip.log."
    fi
    local file stamp hash
    for file in "$@"; do
        stamp=".venv/.installed-$file"
        hash=$(cat requirements.txt "$file" | cksum)
        [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && continue
        require_disk 500
        say "pakketten installeren uit $file …"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r "$file" >var/pip.log 2>&1 </dev/null ||
            fail "pakketten installeren lukt niet (geen netwerk, of geen ruimte?): $(grep -m1 '^ERROR' var/pip.log || tail -n1 var/pip.log) — zie var/pip.log."
        echo "$hash" >"$stamp"
    done
    exec 9>&-
}
