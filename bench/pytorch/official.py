"""Loads the official POSTER V2 program from a checkout of its repository, as a yardstick.

The program wants timm, thop, two files of pretrained weights at hard-coded paths and a checkout as working
folder. None of that touches what is timed or compared, so it is stood in for here: the classes and functions
imported from timm and thop are given in the few lines the program uses, and the pretrained files read as empty.
"""

import importlib
import sys
import types
import warnings

import torch


class DropPath(torch.nn.Module):
    """Stochastic depth per sample."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if self.rate == 0 or not self.training:
            return x
        keep = 1 - self.rate
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        return x * torch.empty(shape, dtype=x.dtype, device=x.device).bernoulli_(keep).div_(keep)


def _module(name, **members):
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def load(checkout, classes=7):
    """The official network with its own initial values. Pass a state dict to `load_state_dict` afterwards."""

    def unused(*_args, **_kwargs):
        return None

    layers = dict(
        DropPath=DropPath,
        trunc_normal_=torch.nn.init.trunc_normal_,
        to_2tuple=lambda value: (value, value),
    )
    _module("timm")
    _module("timm.models")
    _module("timm.models.layers", **layers)
    _module("timm.models.registry", register_model=lambda function: function)
    _module("timm.models.vision_transformer", _cfg=unused, Mlp=None, Block=None)
    _module("thop", profile=unused)
    sys.path.insert(0, checkout)
    name = "PosterV2_7cls" if classes == 7 else "PosterV2_8cls"

    real_load = torch.load
    real_load_state_dict = torch.nn.Module.load_state_dict
    torch.load = lambda *_args, **_kwargs: {"state_dict": {}}
    torch.nn.Module.load_state_dict = lambda self, *_args, **_kwargs: None
    try:
        return importlib.import_module(f"models.{name}").pyramid_trans_expr2(img_size=224, num_classes=classes)
    finally:
        torch.load = real_load
        torch.nn.Module.load_state_dict = real_load_state_dict


def prepare(checkout, threads):
    """The network for a program that answers on standard output, and the stream for its answers."""
    answers, sys.stdout = sys.stdout, sys.stderr  # the official program prints while it is built
    warnings.filterwarnings("ignore", message="torch.meshgrid")
    torch.set_num_threads(threads)
    return load(checkout), answers
