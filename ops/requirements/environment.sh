# Read by ops/demo and ops/test from the repository's root: finds Python, keeps .venv in step with a lock.

say() { printf '%s\n' "$*" >&2; }

# python_for_venv: name of the first Python >= 3.11 that can make a virtual environment.
python_for_venv() {
    lacking=
    for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        version=$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2] if sys.version_info >= (3, 11) else "")' 2>/dev/null) || continue
        [ -n "$version" ] || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
        lacking=${lacking:-$version}
    done
    if [ -n "$lacking" ]; then
        say "Python $lacking 缺少 venv:请先安装软件包 python$lacking-venv。 Python $lacking lacks venv: install the package python$lacking-venv."
    else
        say "需要 Python 3.11 或更高版本:请安装软件包 python3 和 python3-venv。 Python 3.11 or newer is needed: install the packages python3 and python3-venv."
    fi
    return 1
}

# prepare NAME: .venv holds what ops/requirements/NAME.txt locks, and this repository; quick when nothing changed.
prepare() {
    lock=ops/requirements/$1.txt
    stamp=.venv/$1.stamp
    if ! .venv/bin/python -c '' 2>/dev/null; then
        python=$(python_for_venv) || return 1
        "$python" -m venv --clear .venv || return 1
    fi
    # A virtual environment knows its own path: one that was moved is made ready again.
    wanted=$(pwd && cksum "$lock" pyproject.toml)
    [ "$wanted" = "$(cat "$stamp" 2>/dev/null)" ] && return
    say "正在安装依赖,首次约需一两分钟…… Installing what is needed; the first time takes a minute or two…"
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
    .venv/bin/python -m pip install --quiet --require-hashes --requirement "$lock" || return 1
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable . || return 1
    printf '%s\n' "$wanted" >"$stamp"
}
