"""Trains the official network with its SAM around Adam on request, as a yardstick.

    python3 bench/pytorch/serve_training.py --official DIR --batch-size N --threads N [--precision bf16]

The step is that of the official program's training loop, on images in memory; with bf16 its forward passes run under
autocast. Requests and answers are lines of
JSON on standard input and output. Between requests the process sleeps.
    {"steps": 2}   -> {"seconds": 17.2}     mean time of a step
    {"memory": 1}  -> {"peak": 3500000000}  bytes

With --profile it takes two steps, prints where the second spent its time, by operator, and ends.
"""

import argparse
import importlib.util
import json
import resource
import sys
import time

import torch

import official


def load_sam(checkout):
    spec = importlib.util.spec_from_file_location("sam", f"{checkout}/data_preprocessing/sam.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.SAM


def step(model, optimizer, images, labels, bf16=False):
    """One step of SAM; the losses before and after its climb."""
    criterion = torch.nn.CrossEntropyLoss()

    def loss_now():
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            logits = model(images)
        return criterion(logits.float() if bf16 else logits, labels)

    loss = loss_now()
    loss.backward()
    optimizer.first_step(zero_grad=True)
    climbed_loss = loss_now()
    climbed_loss.backward()
    optimizer.second_step(zero_grad=True)
    return loss.item(), climbed_loss.item()


def print_profile(take_step):
    take_step()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        take_step()
    print(profile.key_averages().table(sort_by="self_cpu_time_total", row_limit=12), file=sys.stderr)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--official", required=True, help="a checkout of the official program")
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()

    model, answers = official.prepare(arguments.official, arguments.threads)
    model.train()
    optimizer = load_sam(arguments.official)(model.parameters(), torch.optim.Adam, lr=3.5e-5, rho=0.05, adaptive=False)
    images = torch.randn(arguments.batch_size, 3, 224, 224)
    labels = torch.arange(arguments.batch_size) % 7
    if arguments.profile:
        return print_profile(lambda: step(model, optimizer, images, labels, arguments.precision == "bf16"))
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "steps" in request:
            started = time.perf_counter()
            for _ in range(request["steps"]):
                step(model, optimizer, images, labels, arguments.precision == "bf16")
            answer = {"seconds": (time.perf_counter() - started) / request["steps"]}
        else:
            answer = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
