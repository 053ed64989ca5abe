#!/bin/sh
# Learns the small network (48 x 48 grey faces, 1.9 M parameters) from nothing on FERPlus' vote distributions, in two
# cosine cycles: a short one of mild augmentation, without which strong augmentation stays on a plateau, and a long one
# from its weights. Run it again to go on where it was ended. A slice of the training faces is held out to watch it; the
# validation faces only judge the outcome, OUTPUT/small.safetensors.
#
#   recipes/ferplus-small.sh FACES VOTES [OUTPUT [OPTIONS ...]]
#
# FACES    FER2013: its folder of images
# VOTES    the FERPlus votes (fer2013new.csv)
# OUTPUT   the folder of both runs (default: runs/ferplus-small)
# OPTIONS  of poster train for the long cycle, such as --epochs 150 or --gpu 0
set -eu

if [ $# -lt 2 ]; then
  sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
faces=$1 votes=$2 output=${3:-runs/ferplus-small}
[ $# -lt 3 ] && shift 2 || shift 3
poster="node $(dirname "$0")/../build/src/cli/main.js"

# cycle NAME OPTIONS: begins the run OUTPUT/NAME, goes on with it, or leaves it as it is when it has ended.
cycle() {
  run=$output/$1
  shift
  if [ -e "$run/done" ]; then return; fi
  if [ -e "$run/last.pth" ]; then
    $poster train --resume "$run/last.pth"
  else
    $poster train --data "$faces" --data-type FERPlus --votes "$votes" --targets votes --val-split 0.03 \
      --output "$run" --network small --grey --augment strong \
      --batch-size 64 --optimizer adamw --lr 1.5e-3 --wd 0.05 --wd-exclude-1d --clip-grad 5 \
      --schedule cosine --warmup 0.5 --ema 0.999 --rho 0 \
      --precision bf16 --channels-last --workers 0 --seed 1 "$@"
  fi
  touch "$run/done"
}

cycle first --epochs 18
cycle second --init "$output/first/last.pth" --epochs 76 \
  --rotation 20 --shift 0.1 --scale 0.82,1.2 --shear 10 --brightness 0.5,1.35 --contrast 0.6,1.4 \
  --erasing 0.25 --erasing-area 0.02,0.15 "$@"
$poster evaluate --data "$faces" --data-type FERPlus --votes "$votes" --checkpoint "$output/second/best.pth"
