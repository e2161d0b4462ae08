#!/bin/bash
# Builds the targets and puts them, with seeds, dictionaries and options, where the fleet looks for them.
#
# The base image sets SRC, OUT, FUZZING_ENGINE, SANITIZER and the toolchain. Without it, in the folder above the checkout:
#   SRC=$PWD OUT=/some/folder FUZZING_ENGINE=libfuzzer SANITIZER=address bash preflight/fuzz/oss-fuzz/build.sh
set -eu
cd "${SRC:?}/${PREFLIGHT_CHECKOUT:-preflight}/fuzz"

if [ "${FUZZING_ENGINE:-libfuzzer}" != libfuzzer ]; then
  echo "the targets are linked with libFuzzer; there is nothing for the engine $FUZZING_ENGINE" >&2
  exit 1
fi

# Release with debug assertions: arithmetic that overflows is a finding too. The image names the nightly in the environment.
# The command must be `cargo fuzz build` and nothing between: by that the image's own `cargo` knows that with
# SANITIZER=coverage it has to build in its way, without either.
export RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-nightly}"
flags=(-O --debug-assertions)
case "${SANITIZER:-address}" in
  address | memory | thread) flags+=(--sanitizer "${SANITIZER:-address}") ;;
esac
cargo fuzz build "${flags[@]}"

built=${CARGO_TARGET_DIR:-target}/x86_64-unknown-linux-gnu/release
for source in fuzz_targets/*.rs; do
  target=$(basename "$source" .rs)
  cp "$built/$target" "${OUT:?}/"
  cp "options/$target.options" "$OUT/"
  # -X leaves out what differs from machine to machine.
  (cd "seeds/$target" && zip -q -X -r "$OUT/${target}_seed_corpus.zip" .)
done
cp options/*.dict "$OUT/"
