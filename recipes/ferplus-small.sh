#!/bin/sh
# Learns the small network (48 x 48 grey faces, 1.9 M parameters) from nothing on FERPlus' vote distributions. Run it again
# to go on where it was ended. The best epoch is chosen on a slice of the training faces; the validation faces
# only judge the outcome.
#
#   recipes/ferplus-small.sh FACES VOTES [OUTPUT [OPTIONS ...]]
#
# FACES    FER2013: its folder of images
# VOTES    the FERPlus votes (fer2013new.csv)
# OUTPUT   the run folder (default: runs/ferplus-small)
# OPTIONS  of poster train, such as --epochs 20 or --gpu 0
set -eu

if [ $# -lt 2 ]; then
  sed -n '2,12s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
faces=$1 votes=$2 output=${3:-runs/ferplus-small}
[ $# -lt 3 ] && shift 2 || shift 3
poster="node $(dirname "$0")/../build/src/cli/main.js"

if [ -e "$output/last.pth" ]; then
  $poster train --resume "$output/last.pth" "$@"
else
  $poster train --data "$faces" --data_type FERPlus --votes "$votes" --targets votes --val-split 0.03 \
    --output "$output" --network small --grey --augment strong \
    --epochs 150 --batch-size 64 --optimizer adamw --lr 1.5e-3 --wd 0.05 --wd-exclude-1d --clip-grad 5 \
    --schedule cosine --warmup 0.5 --ema 0.999 --rho 0 \
    --precision bf16 --channels-last --workers 0 --seed 1 "$@"
fi
$poster evaluate --data "$faces" --data_type FERPlus --votes "$votes" --checkpoint "$output/best.pth"
