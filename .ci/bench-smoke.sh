#!/usr/bin/env bash
# One short round of the bench: it runs, and Reeve answers right under load. The figures of a smoke mean nothing.
set -euo pipefail
npm run bench -- --rounds 1 --seconds 2 --only floor,reeve-acknowledged
[ -z "$(git status --porcelain bench/results 2>/dev/null)" ] || git checkout -q -- bench/results
