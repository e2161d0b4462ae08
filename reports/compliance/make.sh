#!/usr/bin/env bash
# Makes the compliance report again: every case on the reference engine and on each runtime that can be had here, as
# results.json, a page and a summary, in this folder. Takes a Rust toolchain; node and gjs take part where they are.
#
#   reports/compliance/make.sh [FOLDER]       installs the runtimes first, if registries can be reached
#   PREFLIGHT=PROGRAM reports/compliance/make.sh    with a program that is built already, and nothing installed
#   ADAPTERS=tinywasm reports/compliance/make.sh    with these runtimes in the program beside wasmi: wasmtime is long to compile
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-reports/compliance}
if [ -z "${PREFLIGHT:-}" ]; then
  cargo build --release -p preflight-cli --features "${ADAPTERS-wasmtime,tinywasm,wasmer,wasm_component_layer}"
  PREFLIGHT=${CARGO_TARGET_DIR:-target}/release/preflight
  "$PREFLIGHT" runtimes install all || echo "note: not every runtime could be installed; the report goes without" >&2
fi
report() { "$PREFLIGHT" report "$out/results.json" "$@"; }
# Status 1 is for what is not as the expectations say, which the report shows.
"$PREFLIGHT" --out "$out" || [ $? = 1 ]
rm "$out/report.html"
# Builds an engine with switches for bugs, which takes some minutes; MUTANTS=no leaves it out.
if [ "${MUTANTS:-yes}" = yes ]; then
  mutants=$(mktemp)
  "$PREFLIGHT" mutants --format json >"$mutants" || [ $? = 1 ]
  report --mutants "$mutants" --format json --out "$out/results.json"
  rm "$mutants"
fi
report --out "$out/index.html"
report --format markdown --out "$out/summary.md"
