#!/usr/bin/env bash
# One short round of the bench: it runs, and every answer under load is right. The figures of a smoke mean nothing.
set -euo pipefail
report="${REEVE_CI_WORK:-${TMPDIR:-/tmp}}/bench-smoke.txt"
npm run -s bench -- --rounds 1 --seconds 2 --warm-up 2 --only direct,floor,reeve-acknowledged --no-write 2>&1 | tee "$report"
if grep -E 'failed [1-9]' "$report"; then
  echo 'answers failed under load'
  exit 1
fi
grep -q '^| reeve-acknowledged ' "$report"
echo "$(grep -c ^round "$report") lanes measured, no answer failed"
