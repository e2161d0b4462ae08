#!/bin/bash -eu
# Builds the targets and puts them, with seeds, dictionaries and options, where the fleet looks for them.
#
# Without the base image: `SRC=$(dirname $PWD) OUT=/some/folder bash fuzz/oss-fuzz/build.sh` in the repository's folder.
cd "${SRC:?}/preflight/fuzz"

# Release with debug assertions: arithmetic that overflows is a finding too.
cargo +nightly fuzz build -O --debug-assertions

release=target/x86_64-unknown-linux-gnu/release
for source in fuzz_targets/*.rs; do
  target=$(basename "$source" .rs)
  cp "${CARGO_TARGET_DIR:-target}/${release#target/}/$target" "${OUT:?}/"
  cp "options/$target.options" "$OUT/"
  if [ -d "seeds/$target" ]; then
    # -X leaves out what differs from machine to machine.
    (cd "seeds/$target" && zip -q -X "$OUT/${target}_seed_corpus.zip" ./*)
  fi
done
cp options/*.dict "$OUT/"
