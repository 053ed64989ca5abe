"""Checks what `poster export --target triton` writes as Triton and its client would take it: the configuration by Triton's
own definition of it, the model by ONNX Runtime in Python, and a face's probabilities, made by nothing but what the folder
says, against those of `poster predict`.

    pip install 'tritonclient[grpc]' onnxruntime pillow
    npm run build
    python testing/triton.py [options of poster export, such as --checkpoint FILE]
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
from google.protobuf import text_format
from PIL import Image
from tritonclient.grpc import model_config_pb2

ROOT = Path(__file__).resolve().parent.parent
FACES = ["gray-48.png", "aligned-100.jpg"]
TYPES = {"tensor(float)": "TYPE_FP32", "tensor(float16)": "TYPE_FP16", "tensor(int64)": "TYPE_INT64"}


def poster(*args):
    command = ["node", str(ROOT / "build/src/cli/main.js"), *args]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def check(config, session, labels):
    assert config.backend == "onnxruntime" and config.dynamic_batching.max_queue_delay_microseconds > 0
    for declared, given in [(config.input, session.get_inputs()), (config.output, session.get_outputs())]:
        assert [one.name for one in declared] == [one.name for one in given]
        for one, tensor in zip(declared, given):
            assert model_config_pb2.DataType.Name(one.data_type) == TYPES[tensor.type], one
            assert not isinstance(tensor.shape[0], int), f"the batch of {tensor.name} is {tensor.shape[0]}"
            assert list(one.dims) == tensor.shape[1:], (one, tensor.shape)
    (logits,) = [one for one in config.output if one.label_filename]
    assert logits.label_filename == "labels.txt" and list(logits.dims) == [len(labels)]


def probabilities(path, config, session, card):
    """As the comments of the configuration say."""
    _, height, width = config.input[0].dims
    preprocessing = card["preprocessing"]
    image = Image.open(path).convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
    if preprocessing.get("color") == "grey":
        image = image.convert("L").convert("RGB")
    pixels = np.asarray(image, np.float32) / 255
    planes = ((pixels - preprocessing["mean"]) / preprocessing["std"]).transpose(2, 0, 1)[None].astype(np.float32)
    logits = session.run(["logits"], {config.input[0].name: planes})[0][0] / card.get("temperature", 1)
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def main(options):
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "expressions"
        poster("export", "--target", "triton", "--output", str(model), *options)
        text = (model / "config.pbtxt").read_text()
        config = text_format.Parse(text, model_config_pb2.ModelConfig())
        assert config.name == "expressions"
        labels = (model / "labels.txt").read_text().splitlines()
        session = onnxruntime.InferenceSession(str(model / "1" / config.default_model_filename))
        check(config, session, labels)
        card = json.loads(config.parameters["poster_v2"].string_value)
        assert card["labels"] == labels
        for number in re.findall(r"[\d.]*\d", text.split("less")[1].splitlines()[0]):
            assert float(number) in card["preprocessing"]["mean"] + card["preprocessing"]["std"], number
        shape = [config.max_batch_size, *config.input[0].dims]
        many = session.run(None, {config.input[0].name: np.zeros(shape, np.float32)})
        assert [list(one.shape) for one in many] == [[shape[0], *one.dims] for one in config.output]
        for name in FACES:
            path = ROOT / "test/fixtures/images" / name
            exported = str(model / "1" / "model.onnx")
            line = json.loads(poster("predict", str(path), "--crops", "--format", "jsonl", "--checkpoint", exported))
            expected = (line.get("prediction") or line)["probabilities"]
            found = probabilities(path, config, session, card)
            difference = max(abs(expected[label] - found[i]) for i, label in enumerate(labels))
            print(f"{name}: {labels[int(found.argmax())]}, the largest difference of a probability is {difference:.1e}")
            assert difference < 1e-4, (expected, found)
    print("Triton's definition takes the configuration, and the model is what it says.")


main(sys.argv[1:])
