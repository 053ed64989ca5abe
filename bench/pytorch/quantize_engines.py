"""Quantizes an ONNX file by one of the tools a user could pick, as a yardstick for bench/yardstick.ts.

    python bench/pytorch/quantize_engines.py --tool onnxruntime|nncf --model FILE --faces FILE --output FILE

--faces holds raw float32 images, count x 3 x 224 x 224, to calibrate on. onnxruntime: static, activations unsigned,
weights signed with a scale for each channel; nncf: the preset for transformers, saved as OpenVINO's .xml. Prints one line of
JSON: {"output": FILE}, or why it cannot be done here, {"unavailable": "..."}.
"""

import argparse
import json
import os
import sys

import numpy

SIZE = 224


def by_onnxruntime(model, faces, output):
    from onnxruntime import quantization

    class Faces(quantization.CalibrationDataReader):
        def __init__(self):
            self.left = iter(faces)

        def get_next(self):
            face = next(self.left, None)
            return None if face is None else {"images": face}

    quantization.quantize_static(
        model,
        output,
        Faces(),
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["Conv", "MatMul", "Gemm"],
    )


def by_nncf(model, faces, output):
    import nncf
    import openvino

    quantized = nncf.quantize(
        openvino.Core().read_model(model),
        nncf.Dataset(faces),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(faces),
    )
    openvino.save_model(quantized, output)


def main():
    os.environ.setdefault("NNCF_CI", "1")  # it reports its use elsewhere otherwise
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", choices=("onnxruntime", "nncf"), required=True)
    for name in ("model", "faces", "output"):
        parser.add_argument(f"--{name}", required=True)
    arguments = parser.parse_args()
    answers, sys.stdout = sys.stdout, sys.stderr
    faces = [*numpy.fromfile(arguments.faces, numpy.float32).reshape(-1, 1, 3, SIZE, SIZE)]
    quantize = by_onnxruntime if arguments.tool == "onnxruntime" else by_nncf
    try:
        quantize(arguments.model, faces, arguments.output)
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        print(json.dumps({"unavailable": reason}), file=answers)
        return
    print(json.dumps({"output": arguments.output}), file=answers)


if __name__ == "__main__":
    main()
