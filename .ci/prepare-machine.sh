#!/usr/bin/env bash
# Brings what the suites need of the system: the programs of PostgreSQL, Redis and nginx, Python's venv, small tools, a
# browser, and the engines that Debian does not have. No service is started.
set -euo pipefail

wanted=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || wanted+=(postgresql)
python3 -c 'import venv, ensurepip' 2>/dev/null || wanted+=(python3 python3-venv)
command -v redis-server >/dev/null || wanted+=(redis-server)
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || wanted+=(nginx-light)
command -v ps >/dev/null || wanted+=(procps)
command -v openssl >/dev/null || wanted+=(openssl)
command -v curl >/dev/null || wanted+=(curl ca-certificates)
command -v git >/dev/null || wanted+=(git)
command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || wanted+=(chromium-headless-shell fonts-dejavu-core)
command -v make >/dev/null && command -v cc >/dev/null || wanted+=(make gcc libc6-dev)

if [ ${#wanted[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "Not root: install these yourself: ${wanted[*]}"; exit 1; }
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq install -y --no-install-recommends "${wanted[@]}"
fi
bash "$(dirname "${BASH_SOURCE[0]}")/prepare-engines.sh"
echo "$(node --version), npm $(npm --version), $(ls -d /usr/lib/postgresql/*/bin/postgres 2>/dev/null | tail -n 1)"
