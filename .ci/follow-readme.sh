#!/usr/bin/env bash
# A newcomer's first minutes, from a fresh clone: what the README says is done, and the answers are looked at.
set -euo pipefail

work=$(mktemp -d "${REEVE_CI_WORK:-${TMPDIR:-/tmp}}/newcomer-XXXXXX")
npm_pid=''
finish() {
  if [ -n "$npm_pid" ]; then kill -9 $(pgrep -P "$npm_pid") "$npm_pid" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
fail() {
  echo "$1"
  tail -n 20 "$work"/*.log 2>/dev/null || true
  exit 1
}
# What an install brought, the prepared database template included.
megabytes() { { du -smc node_modules */node_modules server/.prepared 2>/dev/null || true; } | tail -n 1 | cut -f 1; }

trap 'fail "line $LINENO of $0 failed"' ERR

git clone -q . "$work/reeve"
cd "$work/reeve"
unset CI
grep -q 'npm install && npm start' README.md || fail 'README.md does not name the two commands'
grep -q 'npm install && npm test' README.md || fail 'README.md does not name the test command'

npm install --omit=dev >"$work/production.log" 2>&1 || npm install --omit=dev >"$work/production.log" 2>&1 || fail 'npm install --omit=dev failed'
production=$(megabytes)
[ "$production" -le 150 ] || fail "npm install --omit=dev brings $production MB; 150 are allowed"

npm install >"$work/install.log" 2>&1 || npm install >"$work/install.log" 2>&1 || fail 'npm install failed'
whole=$(megabytes)
[ "$whole" -le 450 ] || fail "npm install brings $whole MB; 450 are allowed"
changed=$(git status --porcelain -- ':!package-lock.json') # npm 10 drops "libc" from the lock file
[ -z "$changed" ] || fail "npm install changed files: $changed"

from=$(date +%s%N)
REEVE_PORT=0 npm start >"$work/start.log" 2>"$work/server.log" &
npm_pid=$!
url=''
while [ -z "$url" ]; do
  [ $((($(date +%s%N) - from) / 1000000)) -lt 60000 ] || fail 'not ready after 60 s'
  kill -0 "$npm_pid" 2>/dev/null || fail 'npm start ended'
  sleep 0.1
  url=$(sed -n 's/^Reeve is ready at //p' "$work/start.log")
done
ready_ms=$((($(date +%s%N) - from) / 1000000))
[ "$(tail -n 1 "$work/start.log")" = "Reeve is ready at $url" ] || fail 'the ready line is not the last one'
link=$(sed -n 's/^Console: //p' "$work/start.log")
page=$(curl -s "$link") || fail 'the printed link to the console does not answer'
script=$(grep -o '/assets/[^"]*\.js' <<<"$page" | head -n 1)
curl -sf "$url$script" >/dev/null || fail "the console's page names a script that is not there: $page"
REEVE_API_KEY=$(sed -n 's/^API key: //p' "$work/start.log")
export REEVE_API_KEY
[ -n "$REEVE_API_KEY" ] || fail 'the first start printed no API key'

tried=$(bash -c "$(sed -n 's/^Try: //p' "$work/start.log")" 2>"$work/curl.log") || fail 'the printed curl failed'
grep -q '"choices"' <<<"$tried" || fail "the printed curl answered: $tried"
example=$(awk '/^```/ { if (inside && block ~ /\/v1\/chat\/completions/) { print block; exit } inside = !inside; block = ""; next } inside { block = block $0 "\n" }' README.md)
answer=$(bash -c "${example//http:\/\/127.0.0.1:7337/$url}" 2>"$work/curl.log") || fail "the README's curl failed"
grep -q '"choices"' <<<"$answer" || fail "the README's curl answered: $answer"
npm run -s reeve -- smoke --url "$url" --key - <<<"$REEVE_API_KEY" >"$work/smoke.log" || fail 'reeve smoke failed'

kill -TERM "$npm_pid"
code=0
wait "$npm_pid" || code=$?
npm_pid=''
curl -s -o /dev/null "$url/livez" && fail 'the server still answers after SIGTERM'
[ "$code" = 0 ] || fail "npm start left with $code after SIGTERM"
echo "ready in $ready_ms ms; $production MB in production, $whole MB whole"
