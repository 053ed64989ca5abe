"""How much of three steps of SAM around Adam is rounding: the official program against its own reference numbers.

    python3 bench/pytorch/sam_rounding.py --official DIR [--reference test/fixtures/train/sam_steps.json]

Takes the steps of the reference in float32, on one thread and on two, and in float64, where rounding no longer shows, and
prints how far losses and evaluation logits end from the reference. What shows depends on the processor's kernels:
DNNL_MAX_CPU_ISA=AVX2 in the environment keeps oneDNN from those for AVX-512.
"""

import argparse
import json
import sys
import warnings

import numpy
import torch

import official
from serve_training import load_sam, step


def regenerated(seed, name, count):
    """Numbers in [-1, 1) that depend on seed, name and place alone."""
    code = 0x811C9DC5
    for byte in f"{seed}:{name}".encode():
        code = (code ^ byte) * 0x01000193 % 2**32
    with numpy.errstate(over="ignore"):
        x = numpy.uint32(code) + numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(0x9E3779B9)
        x = (x ^ (x >> numpy.uint32(16))) * numpy.uint32(0x7FEB352D)
        x = (x ^ (x >> numpy.uint32(15))) * numpy.uint32(0x846CA68B)
    return (x ^ (x >> numpy.uint32(16))).astype(numpy.float64) / 2**32 * 2 - 1


def weights(model, seed):
    return {
        name: torch.from_numpy(values(name, tensor.shape, seed).astype(numpy.float32)).reshape(tensor.shape)
        if tensor.dtype == torch.float32
        else tensor
        for name, tensor in model.state_dict().items()
    }


def values(name, shape, seed):
    u = regenerated(seed, name, int(numpy.prod(shape)))
    last = name.rsplit(".", 1)[-1]
    if last == "running_mean":
        return 0.1 * u
    if last == "running_var":
        return 0.75 + 0.5 * abs(u)
    if last in ("gamma1", "gamma2"):
        return 1 + 0.1 * u
    if last in ("pos_embed", "cls_token"):
        return 0.05 * u
    if last == "relative_position_bias_table":
        return 0.5 * u
    if last == "bias":
        return 0.1 * u
    if name.endswith(("prelu.weight", "input_layer.2.weight", "res_layer.2.weight")):
        return 0.25 + 0.1 * u
    if len(shape) == 1:
        return 1 + 0.1 * u
    return numpy.sqrt(3 / numpy.prod(shape[1:])) * u


def images(seed, count):
    shape = (count, 3, 224, 224)
    return torch.from_numpy((2 * regenerated(seed, "images", int(numpy.prod(shape)))).astype(numpy.float32)).reshape(shape)


def trained(checkout, reference, dtype):
    """The losses of the steps, and the logits after them."""
    model = official.load(checkout)
    model.load_state_dict(weights(model, reference["seed"]))
    model.to(dtype)
    for module in model.modules():
        if isinstance(module, official.DropPath):
            module.rate = 0
    model.train()
    optimizer = load_sam(checkout)(model.parameters(), torch.optim.Adam, lr=reference["lr"], rho=reference["rho"], adaptive=False)
    losses = []
    for one in reference["steps"]:
        optimizer.param_groups[0]["lr"] = one["lr"]
        losses += step(model, optimizer, images(one["images_seed"], reference["batch"]).to(dtype), torch.tensor(one["labels"]))
    model.eval()
    with torch.no_grad():
        return torch.tensor(losses), model(images(1, 2).to(dtype)).float()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--official", required=True, help="a checkout of the official program")
    parser.add_argument("--reference", default="test/fixtures/train/sam_steps.json")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", message="torch.meshgrid")
    with open(arguments.reference) as file:
        reference = json.load(file)
    expected_losses = torch.tensor([one[name] for one in reference["steps"] for name in ("loss_first", "loss_second")])
    expected_logits = torch.tensor(reference["eval_logits_after"])
    for dtype, threads in ((torch.float32, 1), (torch.float32, 2), (torch.float64, 2)):
        torch.set_num_threads(threads)
        printed, sys.stdout = sys.stdout, sys.stderr  # the official program prints while it is built
        losses, logits = trained(arguments.official, reference, dtype)
        sys.stdout = printed
        away = lambda ours, theirs: (ours - theirs).abs().max().item()
        print(
            f"{str(dtype)[6:]}, {threads} thread(s): losses {away(losses, expected_losses):.1e}, "
            f"logits {away(logits, expected_logits):.2e} from the reference",
            flush=True,
        )


if __name__ == "__main__":
    main()
