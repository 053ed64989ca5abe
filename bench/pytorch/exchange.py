"""Reads a training checkpoint as the official program does, trains a step, and writes one as it does.

    python3 bench/pytorch/exchange.py --official DIR --checkpoint FILE --images FILE --output FILE

--images holds two raw float32 images, 2 x 3 x 224 x 224. Prints one line of JSON: the evaluation logits with the
checkpoint's weights, those with the weights written to --output, and the best accuracy found in the checkpoint.
"""

import argparse
import json
import sys
import warnings

import torch

import official
from serve_training import load_sam, step


class RecorderMeter:
    """Pickled into the official program's checkpoints."""


class RecorderMeter1:
    """Pickled into the official program's checkpoints."""


def logits(model, images):
    model.eval()
    with torch.no_grad():
        return model(images).tolist()


def main():
    parser = argparse.ArgumentParser()
    for name in ("official", "checkpoint", "images", "output"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    answers, sys.stdout = sys.stdout, sys.stderr  # the official program prints while it is built
    warnings.filterwarnings("ignore", message="torch.meshgrid")
    with open(arguments.images, "rb") as file:
        images = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).view(2, 3, 224, 224)
    model = torch.nn.DataParallel(official.load(arguments.official))
    optimizer = load_sam(arguments.official)(model.parameters(), torch.optim.Adam, lr=3.5e-5, rho=0.05, adaptive=False)
    checkpoint = torch.load(arguments.checkpoint)
    best_accuracy = checkpoint["best_acc"].to()
    model.load_state_dict(checkpoint["state_dict"], strict=True)
    optimizer.load_state_dict(checkpoint["optimizer"])
    read = logits(model, images)
    model.train()
    step(model, optimizer, images, torch.tensor([1, 5]))
    state = {
        "epoch": checkpoint["epoch"] + 1,
        "state_dict": model.state_dict(),
        "best_acc": best_accuracy,
        "optimizer": optimizer.state_dict(),
        "recorder1": RecorderMeter1(),
        "recorder": RecorderMeter(),
    }
    torch.save(state, arguments.output)
    answer = {"read": read, "written": logits(model, images), "best": best_accuracy.item()}
    print(json.dumps(answer), file=answers)


if __name__ == "__main__":
    main()
