"""Runs the official network's forward pass on request, as a yardstick.

    python3 bench/pytorch/serve_forward.py --official DIR --weights FILE --threads N

Requests and answers are lines of JSON on standard input and output. Between requests the process sleeps.
    {"run": 16, "repeats": 2}             -> {"seconds": 1.7}             mean time of a forward pass of 16 images
    {"logits": "images.f32", "count": 2}  -> {"logits": [[...], [...]]}   of raw float32 images in a file
"""

import argparse
import json
import sys
import time

import torch

import official


def seconds(model, batch, repeats):
    images = torch.randn(batch, 3, 224, 224)
    started = time.perf_counter()
    for _ in range(repeats):
        model(images)
    return (time.perf_counter() - started) / repeats


def logits(model, path, count):
    with open(path, "rb") as file:
        images = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    return model(images.view(count, 3, 224, 224)).tolist()


def answer(model, request):
    if "run" in request:
        return {"seconds": seconds(model, request["run"], request["repeats"])}
    return {"logits": logits(model, request["logits"], request["count"])}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--official", required=True, help="a checkout of the official program")
    parser.add_argument("--weights", required=True, help="a .pth with every entry of the state dict")
    parser.add_argument("--threads", type=int, required=True)
    arguments = parser.parse_args()

    model, answers = official.prepare(arguments.official, arguments.threads)
    model.load_state_dict(torch.load(arguments.weights)["state_dict"], strict=True)
    model.eval()
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), file=answers, flush=True)
    with torch.no_grad():
        for line in sys.stdin:
            print(json.dumps(answer(model, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
