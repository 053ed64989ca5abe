#!/bin/sh
# Learns the small network (48 x 48 grey faces, 1.9 M parameters) from nothing on FERPlus' vote distributions, in three
# cosine cycles: a short one of mild augmentation, without which strong augmentation stays on a plateau; a long one from
# its weights; a third, which learns from the second's answers as well. The model is the mean of five checkpoints on the
# way. A slice of the training faces is held out to watch it and to calibrate it; the validation faces only judge the
# outcome, OUTPUT/small.safetensors. Run it again to go on where it was ended.
#
#   recipes/ferplus-small.sh FACES VOTES [OUTPUT [OPTIONS ...]]
#
# FACES    FER2013: its folder of images
# VOTES    the FERPlus votes (fer2013new.csv)
# OUTPUT   the folder of the runs and the model (default: runs/ferplus-small)
# OPTIONS  of poster train for the two long cycles, such as --gpu 0
set -eu

if [ $# -lt 2 ]; then
  sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
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
cycle second --init "$output/first/last.pth" --epochs 76 --keep 40,51 \
  --rotation 20 --shift 0.1 --scale 0.82,1.2 --shear 10 --brightness 0.5,1.35 --contrast 0.6,1.4 \
  --erasing 0.25 --erasing-area 0.02,0.15 "$@"
cycle third --init "$output/second/last.pth" --teacher "$output/second/last.pth" --temperature 1 \
  --epochs 38 --keep 19 --lr 1e-3 --ema 0.9995 \
  --rotation 24 --shift 0.12 --scale 0.78,1.25 --shear 12 --brightness 0.45,1.4 --contrast 0.55,1.45 \
  --erasing 0.3 --erasing-area 0.02,0.18 "$@"

$poster average "$output/second/epoch-40.pth" "$output/second/epoch-51.pth" "$output/second/last.pth" \
  "$output/third/epoch-19.pth" "$output/third/last.pth" --output "$output/averaged.safetensors" --force
$poster calibrate --checkpoint "$output/averaged.safetensors" --data "$output/third/held-out.csv" --data-type list \
  --split all --labels FERPlus --output "$output/calibrated.safetensors" --force
$poster export --checkpoint "$output/calibrated.safetensors" --precision fp16 --output "$output/small.safetensors" --force
$poster evaluate --data "$faces" --data-type FERPlus --votes "$votes" --checkpoint "$output/small.safetensors"
