#!/usr/bin/env python3
"""Makes tests/data/import: small files of weights with sample inputs and outputs. Needs torch and numpy.

pytorch.npz        written by examples/import/export_pytorch.py
pytorch.onnx       the same module exported by PyTorch, batch norms kept
pytorch_fused.onnx the same module exported as PyTorch does it by default, batch norms folded into convolutions
keras.npz          names and axes as Keras has them; the outputs are computed here from Keras's definitions
numpy.npz          element types and orders of arrays as NumPy writes them
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "tests" / "data" / "import"
sys.path.insert(0, str(ROOT / "examples" / "import"))

from export_pytorch import export  # noqa: E402


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(4, 6, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(6)
        self.downsample = nn.Sequential(nn.Conv2d(4, 6, 1, stride=2, bias=False), nn.BatchNorm2d(6))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class Network(nn.Module):
    """For images of 2 x 9 x 7."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.block = Block()
        self.depthwise = nn.Conv2d(6, 6, 3, groups=6)
        self.whole = nn.Conv2d(6, 5, (3, 2))  # covers its input of 6 x 3 x 2: a linear layer
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        x = self.block(torch.relu(self.bn(self.conv(x))))
        return self.fc(torch.relu(self.whole(torch.relu(self.depthwise(x))).flatten(1)))


def make_pytorch():
    module = Network().eval()
    with torch.no_grad():
        for m in module.modules():
            if isinstance(m, nn.BatchNorm2d):
                m.weight.uniform_(0.5, 1.5)
                m.bias.normal_()
                m.running_mean.normal_()
                m.running_var.uniform_(0.2, 2)
    x = torch.randn(3, 2, 9, 7)
    export(FOLDER / "pytorch.npz", module, x)
    keep = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.onnx.export(module, x[:1], str(FOLDER / "pytorch.onnx"), **keep)
    torch.onnx.export(module, x[:1], str(FOLDER / "pytorch_fused.onnx"))


def convolve(x, kernel, padding):
    """x: N H W C, kernel: H W C O."""
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    height, width = kernel.shape[:2]
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    return sum(
        x[:, r : r + rows, s : s + columns] @ kernel[r, s] for r in range(height) for s in range(width)
    )  # fmt: skip


def convolve_depthwise(x, kernel):
    """x: N H W C, kernel: H W C M; output channel c * M + m."""
    height, width, channels, multiplier = kernel.shape
    rows, columns = x.shape[1] - height + 1, x.shape[2] - width + 1
    y = np.zeros((x.shape[0], rows, columns, channels, multiplier))
    for r in range(height):
        for s in range(width):
            y += x[:, r : r + rows, s : s + columns, :, None] * kernel[r, s]
    return y.reshape(x.shape[0], rows, columns, channels * multiplier)


def make_keras():
    random = np.random.default_rng(1)
    normal = lambda *shape: random.standard_normal(shape).astype(np.float32)
    w = {
        "net/conv2d/kernel:0": normal(3, 3, 2, 3),
        "net/conv2d/bias:0": normal(3),
        "net/batch_normalization/gamma:0": normal(3),
        "net/batch_normalization/beta:0": normal(3),
        "net/batch_normalization/moving_mean:0": normal(3),
        # Small, so that Keras's epsilon of 1e-3 is felt.
        "net/batch_normalization/moving_variance:0": random.uniform(1e-3, 2e-3, 3).astype(np.float32),
        "net/depthwise_conv2d/depthwise_kernel:0": normal(3, 2, 3, 2),
        "net/depthwise_conv2d/bias:0": normal(6),
        "net/dense/kernel:0": normal(3 * 6 * 6, 4),
        "net/dense/bias:0": normal(4),
        "net/dense_1/kernel:0": normal(4, 3),
        "net/dense_1/bias:0": normal(3),
    }
    p = lambda name: w[f"net/{name}:0"].astype(np.float64)
    inputs = normal(2, 5, 7, 2)
    x = convolve(inputs.astype(np.float64), p("conv2d/kernel"), 1) + p("conv2d/bias")
    norm = "batch_normalization/"
    x = (x - p(norm + "moving_mean")) / np.sqrt(p(norm + "moving_variance") + 1e-3) * p(norm + "gamma") + p(norm + "beta")
    x = np.maximum(x, 0)
    x = convolve_depthwise(x, p("depthwise_conv2d/depthwise_kernel")) + p("depthwise_conv2d/bias")
    x = np.maximum(x, 0).reshape(2, -1)
    x = np.maximum(x @ p("dense/kernel") + p("dense/bias"), 0)
    x = x @ p("dense_1/kernel") + p("dense_1/bias")
    w["polyfold.input.0"], w["polyfold.output.0"] = inputs, x.astype(np.float32)
    np.savez(FOLDER / "keras.npz", **w)


def make_numpy():
    whole = np.arange(6).reshape(2, 3)
    arrays = {kind: whole.astype(kind) for kind in ["<f2", "<f4", "<f8", "<i2", "<i4", "<i8", "u1", "i1", "?"]}
    arrays = {np.dtype(kind).name: a for kind, a in arrays.items()}
    arrays["fortran"] = np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))
    arrays["number"] = np.float32(1.5)
    arrays["empty"] = np.zeros((0, 3), "<f4")
    np.savez_compressed(FOLDER / "numpy.npz", **arrays)


FOLDER.mkdir(parents=True, exist_ok=True)
torch.manual_seed(1)
make_pytorch()
make_keras()
make_numpy()
