"""Runs the published network's forward pass in one engine on request, as a yardstick for bench/yardstick.ts.

    python bench/pytorch/serve_engine.py --engine NAME --model FILE --threads N [--official DIR]

Engines: torch, torch-channels-last, torch-bf16, torch-compile, which run the official program with the state dict in a
.pth; onnxruntime, which runs an ONNX file; openvino-fp32, openvino-bf16 and openvino-default, which run what OpenVINO reads.

Says first what it is, {"version": "PyTorch 2.13.0"}, or why it cannot run here, {"unavailable": "..."}. Requests and
answers are lines of JSON on standard input and output; between requests the process sleeps.
    {"run": 16, "repeats": 2}             -> {"seconds": 1.7}             mean time of a forward pass of 16 images
    {"logits": "images.f32", "count": 2}  -> {"logits": [[...], [...]]}   of raw float32 images in a file
    {"memory": 1}                         -> {"peak": 1500000000}         bytes
"""

import argparse
import json
import resource
import sys
import time
import warnings

import numpy

SIZE = 224
BATCHES = (1, 16)


def open_torch(arguments):
    import torch

    import official

    torch.set_num_threads(arguments.threads)
    model = official.load(arguments.official)
    model.load_state_dict(torch.load(arguments.model)["state_dict"], strict=True)
    model.eval()
    kind = arguments.engine
    layout = torch.channels_last if kind in ("torch-channels-last", "torch-bf16") else torch.contiguous_format
    model = model.to(memory_format=layout)
    run_model = torch.compile(model, dynamic=False) if kind == "torch-compile" else model

    def run(images):
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=kind == "torch-bf16"):
            return run_model(torch.from_numpy(images).to(memory_format=layout)).float().numpy()

    if kind == "torch-compile":
        for batch in BATCHES:
            run(random_images(batch))
    return f"PyTorch {torch.__version__.split('+')[0]}", run


def open_onnxruntime(arguments):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = arguments.threads
    session = onnxruntime.InferenceSession(arguments.model, options, providers=["CPUExecutionProvider"])
    return f"ONNX Runtime {onnxruntime.__version__}", lambda images: session.run(["logits"], {"images": images})[0]


def open_openvino(arguments):
    import openvino

    settings = {"INFERENCE_NUM_THREADS": arguments.threads, "NUM_STREAMS": 1}
    precision = {"openvino-fp32": "f32", "openvino-bf16": "bf16"}.get(arguments.engine)
    if precision:
        settings["INFERENCE_PRECISION_HINT"] = precision
    model = openvino.Core().compile_model(arguments.model, "CPU", settings)
    request = model.create_infer_request()
    logits = model.output("logits")
    return f"OpenVINO {openvino.__version__.split('-')[0]}", lambda images: request.infer({"images": images})[logits]


def random_images(batch):
    return numpy.random.default_rng(1).standard_normal((batch, 3, SIZE, SIZE), dtype=numpy.float32)


def seconds(run, batch, repeats):
    images = random_images(batch)
    started = time.perf_counter()
    for _ in range(repeats):
        run(images)
    return (time.perf_counter() - started) / repeats


def answer(run, request):
    if "run" in request:
        return {"seconds": seconds(run, request["run"], request["repeats"])}
    if "logits" in request:
        shape = (request["count"], 3, SIZE, SIZE)
        images = numpy.fromfile(request["logits"], numpy.float32, numpy.prod(shape)).reshape(shape)
        return {"logits": run(images).tolist()}
    return {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--official", help="a checkout of the official program")
    arguments = parser.parse_args()

    answers, sys.stdout = sys.stdout, sys.stderr  # the official program prints while it is built
    warnings.filterwarnings("ignore", message="torch.meshgrid")
    openers = {"torch": open_torch, "onnxruntime": open_onnxruntime, "openvino": open_openvino}
    try:
        version, run = openers[arguments.engine.split("-")[0]](arguments)
    except Exception as error:  # whatever keeps an engine from running here is told, and the others are measured
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        print(json.dumps({"unavailable": reason}), file=answers, flush=True)
        return
    print(json.dumps({"version": version}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(run, json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
