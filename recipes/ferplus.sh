#!/bin/sh
# Learns real faces on two CPU cores in under an hour: FERPlus with the compact network and the pretrained landmark
# branch, everything else from its initial values. docs/ferplus.md shows what comes out.
#
#   recipes/ferplus.sh FACES VOTES LANDMARKS [OUTPUT]
#
# FACES      FER2013: its folder of images, or fer2013.csv
# VOTES      the FERPlus votes (fer2013new.csv)
# LANDMARKS  mobilefacenet_model_best.pth.tar
# OUTPUT     a folder for dataset and run (default: runs/ferplus)
set -eu

if [ $# -lt 3 ]; then
  sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
faces=$1 votes=$2 landmarks=$3 output=${4:-runs/ferplus}
poster="node $(dirname "$0")/../build/src/cli/main.js"

[ -d "$output/dataset" ] ||
  $poster data prepare "$faces" --data-type FERPlus --votes "$votes" --output "$output/dataset"

# Without SAM, whose second pass would cost half of the epochs; small steps of a fast optimiser, halved after each epoch.
exec $poster train --data "$output/dataset" --data-type FERPlus --output "$output/run" \
  --network compact --mobilefacenet "$landmarks" \
  --epochs 4 --batch-size 32 --optimizer adamw --lr 1e-3 --warmup 0.1 --decay 0.5 --ema 0.995 \
  --rho 0 --erasing 0 --precision bf16 --workers 1 --seed 1 --time-limit 58
