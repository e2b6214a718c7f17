#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what a build of dlt++ and its tests need on Debian 12: system packages and DuckDB's C library.
# Can be run again at any time: it installs only what is missing. `setup.sh packages` also installs what making and
# testing Debian packages needs.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  g++ cmake ninja-build ccache mold make git ca-certificates curl pkg-config nodejs npm
  libfmt-dev nlohmann-json3-dev libsimdjson-dev libyaml-cpp-dev libssl-dev zlib1g-dev libzstd-dev
  libxxhash-dev libpq-dev libcli11-dev libgtest-dev libgmock-dev
  clang libclang-rt-14-dev clang-format clang-tidy python3 zstd postgresql openssl
)
case "${1-}" in
  '') ;;
  packages) packages+=(dpkg-dev file debootstrap lintian) ;;
  *) echo "setup: expected no argument or 'packages', got '$1'" >&2; exit 2 ;;
esac

has() { command -v "$1" > /dev/null 2>&1; }
# A tool that is there from elsewhere (node and npm above all) is not installed a second time.
provided_by() { case "$1" in nodejs) has node ;; npm) has npm ;; curl) has curl ;; *) false ;; esac; }

missing=()
for package in "${packages[@]}"; do
  provided_by "$package" && continue
  [ "$(dpkg-query -W -f='${Status}' "$package" 2> /dev/null)" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "setup: installing ${missing[*]}"
  sudo=""
  if [ "$(id -u)" != 0 ]; then
    has sudo || { echo "setup: not root and no sudo: install the packages above, then run this again" >&2; exit 1; }
    sudo=sudo
  fi
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
else
  echo "setup: system packages are installed"
fi

scripts/duckdb.sh
