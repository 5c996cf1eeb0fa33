"""One epoch of the dense LeNet-5 on MNIST by PyTorch: pytorch.py MNIST_FOLDER THREADS BATCH

The same network, optimiser, order of batches at random, and loss as training/polyfold.cpp. The images lie in memory as a
tensor, so that no loader is timed. Prints the seconds of the epoch and the mean loss over it.
"""
import pathlib
import sys
import time

import torch
from torch import nn


def idx(folder: pathlib.Path, name: str, header: int) -> torch.Tensor:
    """The bytes of an IDX file after its header."""
    data = bytearray((folder / name).read_bytes())
    return torch.frombuffer(data, dtype=torch.uint8)[header:]


def main() -> None:
    folder, threads, batch = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    images = idx(folder, "train-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28).float() / 255
    labels = idx(folder, "train-labels-idx1-ubyte", 8).long()
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    criterion = nn.CrossEntropyLoss()

    start = time.perf_counter()
    total = 0.0
    for chosen in torch.randperm(len(images)).split(batch):
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(net(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(chosen)
    print(f"{time.perf_counter() - start:.4f} {total / len(images):.4f}")


main()
