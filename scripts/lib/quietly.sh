# Sourced by scripts with `set -e`. Runs a command whose output matters only if it fails: then prints its
# last lines on stderr. Passes its status on.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$status"
}
