# Sourced by scripts with `set -e`. Runs a command whose words matter only when it fails: then its
# last lines go to stderr, and its status is passed on.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || tail -n 40 "$log" >&2
  rm -f "$log"
  return "$status"
}
