"""Trains the small network as a plain PyTorch program on request, as a yardstick for bench/training-small.ts.

    python3 bench/pytorch/serve_small_training.py --batch-size N --threads N [--layout channels_last]

A step is bfloat16 autocast, AdamW (PyTorch's fused one), clipping of gradients and a moving average of the weights, on
images in memory. Requests and answers are lines of JSON on standard input and output; between them the process sleeps.
    {"load": FILE}  -> {"loaded": FILE}                 a state dict
    {"logits": 4}   -> {"logits": [[0.1, ...], ...]}    of so many waves: value i of all images is sin(0.37 i)
    {"steps": 2}    -> {"seconds": 0.42}                mean time of a step
    {"memory": 1}   -> {"peak": 1500000000}             bytes
"""

import argparse
import copy
import json
import resource
import sys
import time

import torch

import small


def parameter_groups(model, weight_decay):
    """Biases, norms, tokens, positions and other vectors do not decay."""
    places = ("cls_token", "pos_embed", "relative_position_bias_table")
    decays = [p.ndim > 1 and not name.endswith(places) for name, p in model.named_parameters()]
    parameters = list(model.parameters())
    return [
        {"params": [p for p, decay in zip(parameters, decays) if decay], "weight_decay": weight_decay},
        {"params": [p for p, decay in zip(parameters, decays) if not decay], "weight_decay": 0},
    ]


class Training:
    def __init__(self, batch_size, memory_format):
        self.memory_format = memory_format
        self.model = small.Small().to(memory_format=memory_format)
        self.average = copy.deepcopy(self.model)
        self.optimizer = torch.optim.AdamW(parameter_groups(self.model, 0.05), lr=3.5e-5, fused=True)
        self.images = torch.randn(batch_size, 3, small.IMAGE_SIZE, small.IMAGE_SIZE)
        self.labels = torch.arange(batch_size) % 7

    def load(self, path):
        self.model.load_state_dict(torch.load(path, weights_only=True)["state_dict"])
        return {"loaded": path}

    def logits(self, count):
        values = torch.arange(count * 3 * small.IMAGE_SIZE**2, dtype=torch.float64).mul(0.37).sin().float()
        self.model.eval()
        with torch.inference_mode():
            return {"logits": self.model(values.view(count, 3, small.IMAGE_SIZE, small.IMAGE_SIZE)).tolist()}

    def step(self):
        images = self.images.contiguous(memory_format=self.memory_format)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.model(images)
        loss = torch.nn.functional.cross_entropy(logits.float(), self.labels)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5)
        self.optimizer.step()
        with torch.no_grad():
            floats = [v for v in self.average.state_dict().values() if v.is_floating_point()]
            others = [v for v in self.model.state_dict().values() if v.is_floating_point()]
            torch._foreach_lerp_(floats, others, 0.001)
        return loss.item()

    def steps(self, count):
        self.model.train()
        started = time.perf_counter()
        for _ in range(count):
            self.step()
        return {"seconds": (time.perf_counter() - started) / count}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--layout", choices=["channels_last", "contiguous_format"], default="channels_last")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    training = Training(arguments.batch_size, getattr(torch, arguments.layout))
    print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "load" in request:
            answer = training.load(request["load"])
        elif "logits" in request:
            answer = training.logits(request["logits"])
        elif "steps" in request:
            answer = training.steps(request["steps"])
        else:
            answer = {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
