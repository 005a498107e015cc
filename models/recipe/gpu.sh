#!/bin/bash
# One long GPU run in commands of ten minutes. Run from the repository's root.
#
#   models/recipe/gpu.sh prepare CORPUS EVAL   here: the compact inputs, into out/gpu (under 40 MB; git ignores out/)
#   models/recipe/gpu.sh 1                     GPU machine: A/B of the start (e5 or random), then the main run begins
#   models/recipe/gpu.sh 2                     the main run goes on from its checkpoint
#   models/recipe/gpu.sh 3                     the main run ends, or goes on again
#   models/recipe/gpu.sh fetch FOLDER OUT      here: joins what came back, exports int8
#
# Runs live in out/gpu-runs. Each of 1, 2, 3 leaves the best averaged weights (8 bits, in pieces under 16 MiB with
# checksums), the metrics and a plot in $RESULTS, so that nothing is lost when the machine goes. When it was lost,
# `1` to `3` begin again from the inputs; the schedule and the order of the data are the same.
set -euo pipefail
export PYTHONPATH=models:service PYTHONUNBUFFERED=1
PYTHON=${PYTHON:-python3}
IN=out/gpu RUNS=out/gpu-runs
RESULTS=${RESULTS:-${OUT:-out/gpu-results}}
ENCODER=${ENCODER:-12} DECODER=${DECODER:-3}
recipe() { "$PYTHON" -m recipe "$@"; }

start() {  # name, further arguments of init
  local name=$1
  shift
  [ -e "$RUNS/$name/hf_config.json" ] || recipe init --e5 "$IN/e5.bin" --tokenizer "$IN/tokenizer.json" --out "$RUNS/$name" "$@"
}

train() {  # name, configuration, seconds
  recipe train --config "models/recipe/configs/$2.toml" --run "$RUNS/run-$1" --init "$RUNS/$1" --data "$IN/data.npz" --max-seconds "$3"
}

results() {
  mkdir -p "$RESULTS"
  local best="$RUNS/run-main/best"
  [ -e "$best/model.fp16.safetensors" ] || best="$RUNS/run-main/averaged"
  cp "$RUNS/run-main/tokenizer.json" "$best/"
  recipe pack --model "$best" --out "$RUNS/packed"
  recipe split "$RUNS/packed/model.int8.safetensors" "$RUNS/packed/hf_config.json" --limit 15.5 --out "$RESULTS"
  cp "$RUNS/run-main/metrics.jsonl" "$RESULTS/metrics-main.jsonl"
  recipe plot --run "$RUNS"/run-* --out "$RESULTS/curves.png" || true
}

case ${1:-} in
  prepare)
    mkdir -p "$IN"
    recipe init --encoder-layers 1 --decoder-layers 1 --vocabulary "${VOCABULARY:-40000}" --corpus "$2" \
      ${TOKENIZER:+--tokenizer "$TOKENIZER"} --out "$IN/tiny"
    mv "$IN/tiny/tokenizer.json" "$IN/tokenizer.json" && rm -r "$IN/tiny"
    recipe prune-e5 --tokenizer "$IN/tokenizer.json" --out "$IN/e5.bin"
    recipe prepare --corpus "$2" --eval "$3" --tokenizer "$IN/tokenizer.json" --generated "${GENERATED:-40000}" --out "$IN/data.npz"
    du -sh "$IN"
    ;;
  1)
    start ab-e5 --encoder-layers 6 --decoder-layers 3
    start ab-random --encoder-layers 6 --decoder-layers 3 --random
    start main --encoder-layers "$ENCODER" --decoder-layers "$DECODER"
    train ab-e5 ab-e5 "${AB_SECONDS:-100}"
    train ab-random ab-random "${AB_SECONDS:-100}"
    train main gpu "${SECONDS_MAIN:-260}"
    results
    ;;
  2 | 3)
    start main --encoder-layers "$ENCODER" --decoder-layers "$DECODER"
    train main gpu "${SECONDS_MAIN:-520}"
    results
    ;;
  fetch)
    recipe join "$2" --out "$3"
    cp "$IN/tokenizer.json" "$3/"
    recipe export --model "$3" --out "$3/exported"
    ;;
  *)
    sed -n '2,14p' "$0"
    exit 2
    ;;
esac
