#!/bin/sh
# Each task of Reeve has a folder of its own below FOLDERS, with its journal. One that was killed leaves its folder behind,
# and in it calls that were never settled. This opens each folder that nobody holds, which settles them, and then removes it.
#   FOLDERS=/var/lib/reeve sh settle-left-folders.sh [once]
set -u
reeve=${REEVE:-node /app/server/src/roles/main.ts}

settle() {
  # A folder in use is refused by its lock, and one that cannot be settled now (no database) stays for the next round.
  if $reeve tenants list --json --data-dir "$1" >/dev/null 2>"$report" && [ ! -e "$1/lock.pid" ]; then
    rm -rf "$1" && echo "settled and removed $1"
  elif ! grep -q 'works in the data folder' "$report"; then
    [ -e "$1/lock.pid" ] && [ ! -s "$report" ] || { echo "not settled: $1"; cat "$report"; }
  fi
}

report=$(mktemp)
trap 'rm -f "$report"; exit 0' TERM INT
while :; do
  # None that is just being made.
  find "$FOLDERS" -mindepth 1 -maxdepth 1 -type d -mmin "+${AGE_MINUTES:-5}" | while read -r folder; do settle "$folder"; done
  [ "${1:-}" != once ] || break
  sleep 60 &
  wait $!
done
rm -f "$report"
