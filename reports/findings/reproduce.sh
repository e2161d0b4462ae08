#!/usr/bin/env bash
# Runs the reproduction of every finding whose runtime is here, with the runtime's own command, and compares what it prints with
# what was recorded: `reproduce.sh`, or `reproduce.sh FINDING...`; `RECORD=1 reproduce.sh` writes the recordings anew.
#
# A version other than the one that was looked at may have mended it: a difference is told, and is the reason for status 1.
set -uo pipefail
cd "$(dirname "$0")"
value() { sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" finding.toml | sed 's/\\"/"/g'; }
status=0
for folder in "${@:-*/}"; do
  for finding in $folder; do
    finding=${finding%/}
    result=$(
      cd "$finding" || exit 2
      command=$(value command)
      if [ -z "$command" ]; then echo "$finding: described only"; exit 0; fi
      case $(value runtime) in
        pywasm3) python3 -c 'import wasm3' 2>/dev/null || { echo "$finding: NOT RUN, there is no Python package pywasm3"; exit 0; } ;;
        pywasm) python3 -c 'import pywasm' 2>/dev/null || { echo "$finding: NOT RUN, there is no Python package pywasm"; exit 0; } ;;
        jco) command -v jco >/dev/null || { echo "$finding: NOT RUN, there is no jco"; exit 0; } ;;
        wabt) command -v spectest-interp >/dev/null || { echo "$finding: NOT RUN, there is no spectest-interp"; exit 0; } ;;
        *) command -v "${command%% *}" >/dev/null || { echo "$finding: NOT RUN, there is no ${command%% *}"; exit 0; } ;;
      esac
      # Backtraces and paths differ from machine to machine.
      output=$(RUST_BACKTRACE=0 RUST_LIB_BACKTRACE=0 timeout 60 bash -c "$command" 2>&1 | sed -E -e '/backtrace|^ *[0-9]+: +0x|^ +at |^ *[0-9]+: .*::|^ *[0-9]+: main|^$/d' -e 's|(/[^ :"]+)+/||g')
      if [ -n "${RECORD:-}" ]; then printf '%s\n' "$output" >output.txt; fi
      if [ "$output" = "$(cat output.txt)" ]; then echo "$finding: as recorded"; else
        echo "$finding: OTHERWISE"; diff <(printf '%s\n' "$output") output.txt; exit 1
      fi
    ) || status=1
    printf '%s\n' "$result"
  done
done
exit $status
