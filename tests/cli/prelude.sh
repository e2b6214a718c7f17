# SPDX-License-Identifier: Apache-2.0
# What every `cmd` begins with.

# dltpp ARGUMENT...: runs the program and shows what was typed, standard output as it is, each line
# of standard error after "! ", and the exit code, which is also the function's.
dltpp() {
  show_typed "$@"
  "$DLTPP" "$@" >"$HOME/stdout" 2>"$HOME/stderr"
  set -- $?
  sed 's/^/! /' "$HOME/stderr"
  cat "$HOME/stdout"
  echo "[exit $1]"
  return "$1"
}

# quietly ARGUMENT...: runs the program to prepare what a case is about; says something only when it
# fails.
quietly() {
  "$DLTPP" "$@" >"$HOME/stdout" 2>&1 && return
  show_typed "$@"
  cat "$HOME/stdout"
}

show_typed() {
  printf '$ dltpp'
  for argument; do
    case $argument in
      '' | *[!A-Za-z0-9_./:,=-]*) printf " '%s'" "$argument" ;;
      *) printf ' %s' "$argument" ;;
    esac
  done
  printf '\n'
}

# load_id STATE: the newest package of pipeline `ingest` in that state.
load_id() { "$DLTPP" pipeline ingest packages | sed -n "s/^$1  *//p" | tail -n 1; }

# wait_for COMMAND: until the command, which is evaluated each time, succeeds, or for ten seconds.
wait_for() {
  for _ in $(seq 500); do
    eval "$1" >"$HOME/waiting" 2>&1 && return
    sleep 0.02
  done
  echo "waited in vain for: $1"
}
