"""The small network of poster-v2 as a plain PyTorch program, a yardstick: the same layers under the same names.

Written as one would write it: torch.nn's own layers, attention as matrix products, nothing tuned by hand.
"""

import torch
from torch import nn

from official import DropPath

IMAGE_SIZE = 48
WIDTHS = (16, 32, 64)
IMAGE_WIDTHS = (16, 64, 128)
IMAGE_DEPTHS = (2, 2, 3)
LANDMARK_DEPTHS = (1, 2, 1)
HEAD_SIZE = 16
EMBEDDING = 128
HEADS = 4
STOCHASTIC_DEPTH = (0, 0.05, 0.1)
BLOCK_STOCHASTIC_DEPTH = (0, 0.1)
DROPOUT = 0.2


class LinearBlock(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.bn = nn.BatchNorm2d(outputs)

    def forward(self, x):
        return self.bn(self.conv(x))


class ConvBlock(LinearBlock):
    def __init__(self, inputs, outputs, *options):
        super().__init__(inputs, outputs, *options)
        self.prelu = nn.PReLU(outputs)

    def forward(self, x):
        return self.prelu(super().forward(x))


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, hidden, stride):
        super().__init__()
        self.conv = ConvBlock(inputs, hidden)
        self.conv_dw = ConvBlock(hidden, hidden, 3, stride, hidden)
        self.project = LinearBlock(hidden, outputs)

    def forward(self, x):
        return self.project(self.conv_dw(self.conv(x)))


class Residual(nn.Module):
    def __init__(self, depth, width, hidden):
        super().__init__()
        self.model = nn.Sequential(*[Bottleneck(width, width, hidden, 1) for _ in range(depth)])

    def forward(self, x):
        for block in self.model:
            x = x + block(x)
        return x


class LandmarkBranch(nn.Module):
    def __init__(self):
        super().__init__()
        narrow, wide, _ = WIDTHS
        self.conv1 = ConvBlock(3, narrow, 3, 2)
        self.conv2_dw = ConvBlock(narrow, narrow, 3, 1, narrow)
        self.conv_23 = Bottleneck(narrow, narrow, 2 * narrow, 2)
        self.conv_3 = Residual(LANDMARK_DEPTHS[0], narrow, 2 * narrow)
        self.conv_34 = Bottleneck(narrow, wide, 4 * narrow, 2)
        self.conv_4 = Residual(LANDMARK_DEPTHS[1], wide, 2 * wide)
        self.conv_45 = Bottleneck(wide, wide, 4 * wide, 2)
        self.conv_5 = Residual(LANDMARK_DEPTHS[2], wide, 2 * wide)
        self.conv_6_sep = ConvBlock(wide, 4 * wide)

    def forward(self, x):
        first = self.conv_3(self.conv_23(self.conv2_dw(self.conv1(x))))
        second = self.conv_4(self.conv_34(first))
        return first, second, self.conv_6_sep(self.conv_5(self.conv_45(second)))


class Unit(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.res_layer = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.Conv2d(inputs, outputs, 3, 1, 1, bias=False),
            nn.PReLU(outputs),
            nn.Conv2d(outputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        if inputs == outputs:
            self.shortcut_layer = nn.MaxPool2d(1, stride)
        else:
            self.shortcut_layer = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        return self.res_layer(x) + self.shortcut_layer(x)


class ImageBranch(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_layer = nn.Sequential(
            nn.Conv2d(3, IMAGE_WIDTHS[0], 3, 1, 1, bias=False), nn.BatchNorm2d(IMAGE_WIDTHS[0]), nn.PReLU(IMAGE_WIDTHS[0])
        )

        def body(inputs, outputs, depth):
            return nn.Sequential(*[Unit(outputs if i else inputs, outputs, 1 if i else 2) for i in range(depth)])

        self.body1 = body(IMAGE_WIDTHS[0], IMAGE_WIDTHS[0], IMAGE_DEPTHS[0])
        self.body2 = body(IMAGE_WIDTHS[0], IMAGE_WIDTHS[1], IMAGE_DEPTHS[1])
        self.body3 = body(IMAGE_WIDTHS[1], IMAGE_WIDTHS[2], IMAGE_DEPTHS[2])

    def forward(self, x):
        first = self.body1(self.input_layer(x))
        second = self.body2(first)
        return first, second, self.body3(second)


def attend(q, k, v, bias=0):
    weights = (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1) + bias
    return weights.softmax(-1) @ v


class CrossAttention(nn.Module):
    def __init__(self, width, size):
        super().__init__()
        self.heads = width // HEAD_SIZE
        self.qkv = nn.Linear(width, 2 * width)
        self.proj = nn.Linear(width, width)
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * size - 1) ** 2, self.heads))
        places = torch.stack(torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")).flatten(1)
        offsets = (places[:, :, None] - places[:, None, :]) + size - 1
        self.register_buffer("relative_position_index", offsets[0] * (2 * size - 1) + offsets[1])

    def forward(self, x, landmark):
        batch, tokens, width = x.shape
        k, v = self.qkv(x).view(batch, tokens, 2, self.heads, HEAD_SIZE).permute(2, 0, 3, 1, 4)
        q = landmark.reshape(batch, self.heads, HEAD_SIZE, tokens).transpose(-2, -1)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)
        return self.proj(attend(q, k, v, bias).transpose(1, 2).reshape(batch, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(nn.functional.gelu(self.fc1(x)))


class FeedForward(nn.Module):
    def __init__(self, width, rate):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mlp = Mlp(width)
        self.gamma1 = nn.Parameter(torch.ones(width))
        self.gamma2 = nn.Parameter(torch.ones(width))
        self.drop_path = DropPath(rate)

    def forward(self, attended, shortcut):
        x = shortcut + self.drop_path(self.gamma1 * attended)
        return x + self.drop_path(self.gamma2 * self.mlp(self.norm(x)))


class SelfAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        q, k, v = self.qkv(x).view(batch, tokens, 3, HEADS, width // HEADS).permute(2, 0, 3, 1, 4)
        return self.proj(attend(q, k, v).transpose(1, 2).reshape(batch, tokens, width))


class Block(nn.Module):
    def __init__(self, width, rate):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = SelfAttention(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width)
        self.drop_path = DropPath(rate)

    def forward(self, x):
        x = x + self.drop_path(self.attn(self.norm1(x)))
        return x + self.drop_path(self.mlp(self.norm2(x)))


class Gate(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)

    def forward(self, x):
        return x * self.linear2(self.linear1(x).relu()).sigmoid()


class Transformer(nn.Module):
    def __init__(self, tokens, classes):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, EMBEDDING))
        self.pos_embed = nn.Parameter(torch.zeros(1, tokens + 1, EMBEDDING))
        self.se_block = Gate(EMBEDDING)
        self.head = nn.ModuleDict({"linear": nn.Linear(EMBEDDING, classes)})
        self.blocks = nn.ModuleList([Block(EMBEDDING, rate) for rate in BLOCK_STOCHASTIC_DEPTH])
        self.norm = nn.LayerNorm(EMBEDDING, eps=1e-6)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, tokens):
        x = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], 1) + self.pos_embed
        for block in self.blocks:
            x = block(x)
        return self.head["linear"](self.dropout(self.se_block(self.norm(x)[:, 0])))


class Wrapped(nn.Module):
    """One layer under a name of its own."""

    def __init__(self, name, layer):
        super().__init__()
        self.name = name
        self.add_module(name, layer)

    def forward(self, x):
        return getattr(self, self.name)(x)


class Small(nn.Module):
    def __init__(self, classes=7):
        super().__init__()
        sizes = [IMAGE_SIZE // 4, IMAGE_SIZE // 8, IMAGE_SIZE // 16]
        self.face_landback = LandmarkBranch()
        self.ir_back = ImageBranch()
        for i, (inputs, width, size) in enumerate(zip(IMAGE_WIDTHS, WIDTHS, sizes)):
            setattr(self, f"conv{i + 1}", nn.Conv2d(inputs, width, 3, 2, 1))
            setattr(self, f"window{i + 1}", Wrapped("norm", nn.LayerNorm(width)))
            setattr(self, f"attn{i + 1}", CrossAttention(width, size))
            setattr(self, f"ffn{i + 1}", FeedForward(width, STOCHASTIC_DEPTH[i]))
        self.last_face_conv = nn.Conv2d(4 * WIDTHS[1], WIDTHS[2], 3, 1, 1)
        self.embed_q = nn.Sequential(
            nn.Conv2d(WIDTHS[0], EMBEDDING, 3, 2, 1), nn.Conv2d(EMBEDDING, EMBEDDING, 3, 2, 1)
        )
        self.embed_k = nn.Sequential(nn.Conv2d(WIDTHS[1], EMBEDDING, 3, 2, 1))
        self.embed_v = Wrapped("proj", nn.Conv2d(WIDTHS[2], EMBEDDING, 1))
        self.VIT = Transformer(3 * sizes[2] ** 2, classes)

    def forward(self, images):
        first, second, third = self.face_landback(images)
        queries = [first, second, self.last_face_conv(third)]
        tokens = []
        for i, image_map in enumerate(self.ir_back(images)):
            part = lambda name: getattr(self, f"{name}{i + 1}")
            reduced = part("conv")(image_map)
            shortcut = part("window")(reduced.flatten(2).transpose(1, 2))
            fed = part("ffn")(part("attn")(shortcut, queries[i]), shortcut)
            embed = (self.embed_q, self.embed_k, self.embed_v)[i]
            tokens.append(embed(fed.transpose(1, 2).reshape(reduced.shape)).flatten(2).transpose(1, 2))
        return self.VIT(torch.cat(tokens, 1))
