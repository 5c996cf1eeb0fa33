#!/usr/bin/env python3
"""Makes tests/data/goldens/*.safetensors: what PyTorch computes for every layer. Needs torch and numpy.

Run it without arguments. Everything is computed in double precision and rounded to float32 once. Each case NAME of
layers.safetensors and windows.safetensors has NAME.input (N, C, H, W), NAME.numbers (the stored numbers, layer by layer: weights, then biases)
and NAME.output (N, ...); training cases also have the gradients of sum(NAME.weighting * output) with respect to the
input and the numbers. The numbers and images of lenet5.safetensors and models.safetensors are made by `hashed`.
"""

import json
import pathlib
import struct

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "data" / "goldens"


def write_safetensors(path, tensors):
    header, data = {}, b""
    for name, values in tensors.items():
        values = np.ascontiguousarray(values, dtype="<f4")
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def rounded(tensor):
    """The same numbers as C++ reads them."""
    return tensor.float().double()


def numbers_of(module):
    """All stored numbers in polyfold's order; batch norms keep their running statistics after gamma and beta."""
    parts = []
    for m in module.modules():
        if isinstance(m, (nn.Conv1d, nn.Conv2d, nn.Linear)):
            parts += [m.weight] + ([m.bias] if m.bias is not None else [])
        if isinstance(m, nn.BatchNorm2d):
            parts += [m.weight, m.bias, m.running_mean, m.running_var]
    return parts


def flat(tensors):
    return torch.cat([t.detach().reshape(-1) for t in tensors]) if tensors else torch.zeros(0)


def randomise(module):
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(rounded(0.5 * torch.randn(p.shape)))
        for m in module.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.running_mean.copy_(rounded(torch.randn(m.running_mean.shape)))
                m.running_var.copy_(rounded(0.2 + torch.rand(m.running_var.shape)))


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut or nn.Identity()

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def inference_cases():
    """NAME: (module, shape of one input)"""
    conv = nn.Conv2d
    return {
        "conv2d": (conv(3, 5, 3), (3, 7, 6)),
        "conv2d_padding": (conv(2, 4, 5, padding=2), (2, 6, 7)),
        "conv2d_stride": (conv(2, 4, 3, stride=2, padding=1), (2, 8, 7)),
        "conv2d_wide_stride": (conv(2, 3, 2, stride=3), (2, 8, 9)),
        "conv2d_not_square": (conv(2, 3, (2, 4), padding=1), (2, 5, 6)),
        "conv2d_groups": (conv(4, 6, 3, groups=2, padding=1), (4, 5, 5)),
        "conv2d_depthwise": (conv(4, 4, 3, groups=4, stride=2), (4, 7, 7)),
        "conv2d_multiplier": (conv(3, 6, 3, groups=3), (3, 5, 5)),
        "conv2d_no_bias": (conv(2, 3, 3, bias=False), (2, 5, 5)),
        "conv2d_whole_input": (conv(3, 4, (4, 5)), (3, 4, 5)),
        "dense_after_map": (nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 5, 7)), (3, 4, 5)),
        "dense_no_bias": (nn.Sequential(nn.Flatten(), nn.Linear(9, 4, bias=False)), (9, 1, 1)),
        "relu": (nn.ReLU(), (2, 3, 4)),
        "leaky_relu": (nn.LeakyReLU(0.01), (2, 3, 4)),
        "leaky_relu_fifth": (nn.LeakyReLU(0.2), (2, 3, 4)),
        "tanh": (nn.Tanh(), (2, 3, 4)),
        "sigmoid": (nn.Sigmoid(), (2, 3, 4)),
        "softmax": (nn.Softmax(dim=1), (5, 1, 1)),
        "softmax_of_pixels": (nn.Softmax(dim=1), (4, 2, 3)),
        "max_pool": (nn.MaxPool2d(2), (2, 6, 7)),
        "max_pool_padding": (nn.MaxPool2d(3, stride=2, padding=1), (2, 7, 6)),
        "average_pool": (nn.AvgPool2d(2), (2, 6, 7)),
        "average_pool_padding": (nn.AvgPool2d(3, stride=2, padding=1), (2, 7, 6)),
        "global_average_pool": (nn.AdaptiveAvgPool2d(1), (3, 4, 5)),
        "batch_norm": (nn.BatchNorm2d(3), (3, 4, 5)),
        "dropout": (nn.Dropout(0.5), (2, 3, 4)),
        "residual": (Residual(nn.Sequential(conv(3, 3, 3, padding=1), nn.ReLU())), (3, 5, 5)),
        "residual_projection": (
            Residual(
                nn.Sequential(conv(3, 4, 3, stride=2, padding=1), nn.Tanh(), conv(4, 5, 1)),
                nn.Sequential(conv(3, 5, 1, stride=2, bias=False), nn.BatchNorm2d(5)),
            ),
            (3, 6, 6),
        ),
    }


def window_cases():
    """Windows that differ between rows and columns or between the ends of a map, and windows with gaps."""
    conv, average = nn.Conv2d, nn.AvgPool2d
    return {
        "two_strides": (conv(2, 4, (3, 2), stride=(2, 3), padding=(1, 2)), (2, 9, 8)),
        "dilation": (conv(2, 3, 3, padding=(2, 1), dilation=(2, 1)), (2, 7, 6)),
        "one_side": (nn.Sequential(nn.ZeroPad2d((2, 0, 0, 1)), conv(2, 3, 3)), (2, 6, 5)),
        "same": (conv(2, 3, (4, 3), padding="same", dilation=(1, 2)), (2, 6, 7)),
        "line": (nn.Conv1d(3, 4, 5, stride=2, padding=4, dilation=2), (3, 21)),
        "max_pool_not_square": (nn.MaxPool2d((2, 3), stride=(1, 2), padding=(1, 0)), (2, 6, 7)),
        "max_pool_dilation": (nn.MaxPool2d(3, stride=2, padding=1, dilation=(2, 1)), (2, 9, 8)),
        "max_pool_ceil": (nn.MaxPool2d(2, ceil_mode=True), (2, 5, 7)),
        "max_pool_ceil_padding": (nn.MaxPool2d(3, stride=2, padding=1, ceil_mode=True), (2, 6, 8)),
        "max_pool_line": (nn.MaxPool1d(3, stride=2, ceil_mode=True), (2, 12)),
        "average_excluded": (average(3, stride=2, padding=1, count_include_pad=False), (2, 7, 6)),
        "average_ceil": (average((3, 2), stride=2, padding=1, ceil_mode=True), (2, 6, 7)),
        "average_ceil_excluded": (average(3, padding=1, ceil_mode=True, count_include_pad=False), (2, 6, 7)),
    }


def run_cases(cases):
    tensors = {}
    for name, (module, shape) in cases.items():
        module = module.double().eval()
        randomise(module)
        x = rounded(torch.randn((2,) + shape))
        with torch.no_grad():
            tensors[name + ".input"] = x
            tensors[name + ".numbers"] = flat(numbers_of(module))
            tensors[name + ".output"] = module(x)
    return tensors


def add_training_case(tensors, name, module, x, stored, gradient_parts):
    x.requires_grad_(True)
    y = module(x)
    weighting = rounded(torch.randn(y.shape))
    (weighting * y).sum().backward()
    tensors[name + ".output"] = y
    tensors[name + ".weighting"] = weighting
    tensors[name + ".input_gradient"] = x.grad
    tensors[name + ".gradient"] = flat([p.grad for p in gradient_parts])
    if stored:
        tensors[name + ".input"] = x
        tensors[name + ".numbers"] = flat(numbers_of(module))


def make_batch_norm_training():
    """Batch statistics: 16 images, as many as one scalar of the training pass holds."""
    tensors = {}
    module = nn.BatchNorm2d(3).double().train()
    randomise(module)
    x = rounded(torch.randn(16, 3, 3, 2) * torch.tensor([0.5, 1.0, 2.0]).reshape(1, 3, 1, 1) + 0.7)
    # The statistics themselves: the biased variance, by which PyTorch, too, normalises.
    tensors["batch_norm_training.mean"] = x.mean((0, 2, 3))
    tensors["batch_norm_training.variance"] = x.var((0, 2, 3), unbiased=False)
    numbers = flat(numbers_of(module))
    add_training_case(tensors, "batch_norm_training", module, x, False, [module.weight, module.bias])
    tensors["batch_norm_training.input"] = x
    tensors["batch_norm_training.numbers"] = numbers
    return tensors


def hashed(count, seed, scale):
    """Uniform numbers in [-scale, scale) that C++ makes as well (SplitMix64), so that no file need hold them."""
    i = np.arange(1, count + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z = np.uint64(0x9E3779B97F4A7C15) * (i + np.uint64(seed))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    uniform = ((z >> np.uint64(40)).astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-23) - np.float32(1)
    return torch.from_numpy(uniform * np.float32(scale)).double()


def make_lenet5():
    """Forward and the gradients of everything; weights and images are made by `hashed`."""
    module = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    ).double()  # fmt: skip
    parts = numbers_of(module)
    values = hashed(sum(p.numel() for p in parts), 0, 1)
    with torch.no_grad():
        first = 0
        for p in parts:
            fan_in = p[0].numel() if p.dim() > 1 else 16
            # A power of two, so that scaling rounds nothing.
            scale = 2.0 ** -np.floor(np.log2(fan_in) / 2)
            p.copy_((values[first : first + p.numel()] * scale).reshape(p.shape))
            first += p.numel()
    x = hashed(16 * 784, 1000000, 1).reshape(16, 1, 28, 28)
    tensors = {}
    add_training_case(tensors, "lenet5", module, x, False, parts)
    # One image's gradient stands for all sixteen.
    tensors["lenet5.input_gradient"] = tensors["lenet5.input_gradient"][5]
    return tensors


def set_hashed(module):
    """Numbers that C++ makes as well: weights scaled by their fan-in, batch norms near the identity."""
    draws = iter(hashed(sum(p.numel() for p in numbers_of(module)), 0, 1).split(1))

    def draw(p):
        return torch.cat([next(draws) for _ in range(p.numel())]).reshape(p.shape)

    with torch.no_grad():
        for m in module.modules():
            if isinstance(m, (nn.Conv2d, nn.Linear)):
                m.weight.copy_(2.0 ** (1 - np.floor(np.log2(m.weight[0].numel()) / 2)) * draw(m.weight))
                if m.bias is not None:
                    m.bias.copy_(0.25 * draw(m.bias))
            if isinstance(m, nn.BatchNorm2d):
                m.weight.copy_(rounded(1 + 0.5 * draw(m.weight)))
                m.bias.copy_(0.25 * draw(m.bias))
                m.running_mean.copy_(0.25 * draw(m.running_mean))
                m.running_var.copy_(rounded(0.5 + draw(m.running_var).abs()))


class PaddedIdentity(nn.Module):
    """Every `stride`-th pixel; zeros in `before` new channels before those of x and in `after` behind them."""

    def __init__(self, stride, before, after):
        super().__init__()
        self.stride, self.padding = stride, (0, 0, 0, 0, before, after)

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], self.padding)


def make_resnet(width, projects):
    """Three stages of one block."""
    norm = nn.BatchNorm2d
    layers, channels = [nn.Conv2d(3, width, 3, padding=1, bias=False), norm(width), nn.ReLU()], width
    for filters, stride in ((width, 1), (2 * width, 2), (4 * width, 2)):
        body = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride=stride, padding=1, bias=False), norm(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, padding=1, bias=False), norm(filters),
        )  # fmt: skip
        shortcut = None
        if stride == 2 and projects:
            shortcut = nn.Sequential(nn.Conv2d(channels, filters, 1, stride=2, bias=False), norm(filters))
        elif stride == 2:
            shortcut = PaddedIdentity(2, channels // 2, channels // 2)
        layers += [Residual(body, shortcut), nn.ReLU()]
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 7))


def make_vgg16(width, hidden, classes):
    """With batch norm, for images of 64 x 32."""
    layers, channels = [], 3
    for factor, convolutions in ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3)):
        for _ in range(convolutions):
            layers += [nn.Conv2d(channels, factor * width, 3, padding=1), nn.BatchNorm2d(factor * width), nn.ReLU()]
            channels = factor * width
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(2 * channels, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, hidden)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Dropout(), nn.Linear(hidden, classes))


def make_alexnet(filters, hidden, classes):
    """As published, but for its sizes, for images of 67 x 67."""
    a, b, c, d, e = filters
    norm = nn.LocalResponseNorm(5, alpha=5e-4, k=2)  # PyTorch divides alpha by the size
    return nn.Sequential(
        nn.Conv2d(3, a, 11, stride=4), nn.ReLU(), norm, nn.MaxPool2d(3, 2),
        nn.Conv2d(a, b, 5, padding=2, groups=2), nn.ReLU(), norm, nn.MaxPool2d(3, 2),
        nn.Conv2d(b, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, d, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(d, e, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Flatten(),
        nn.Linear(e, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(),
        nn.Linear(hidden, classes),
    )  # fmt: skip


def make_models():
    """Inference of narrow models, and of the layers that they brought."""
    cases = {
        "resnet8_padding": (make_resnet(4, False), (3, 13, 11)),
        "resnet8_convolution": (make_resnet(4, True), (3, 13, 11)),
        "vgg16": (make_vgg16(4, 9, 5), (3, 64, 32)),
        "alexnet": (make_alexnet((8, 12, 16, 16, 8), 10, 6), (3, 67, 67)),
        "padded_identity": (PaddedIdentity(2, 1, 2), (2, 5, 4)),
        "padded_identity_behind": (PaddedIdentity(3, 0, 3), (2, 7, 6)),
        "local_response_norm": (nn.LocalResponseNorm(3, alpha=1.5, k=1), (5, 2, 3)),
    }
    tensors = {}
    for name, (module, shape) in cases.items():
        module = module.double().eval()
        set_hashed(module)
        x = hashed(2 * np.prod(shape), 1000000, 1).reshape((2,) + shape)
        with torch.no_grad():
            tensors[name + ".output"] = module(x)
    return tensors


def main():
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float64)
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = {
        "layers": {**run_cases(inference_cases()), **make_batch_norm_training()},
        "lenet5": make_lenet5(),
        "models": make_models(),
        "windows": run_cases(window_cases()),
    }
    for name, tensors in files.items():
        write_safetensors(FOLDER / (name + ".safetensors"), {k: v.detach().numpy() for k, v in tensors.items()})


main()
