#!/usr/bin/env python3
"""Writes a PyTorch module's weights, a batch of inputs and the module's outputs into a .npz file for polyfold.

    from export_pytorch import export
    export("lenet.npz", model, torch.randn(4, 1, 28, 28))

Needs torch and numpy. The tensors keep the state dict's names and order: load_weights matches layers by that order, or by
name. Weights and inputs stay in PyTorch's axes, O C H W and N C H W. polyfold replays the inputs when it loads the file,
and refuses a network whose outputs differ: take real images, normalised as in training.
"""

import numpy as np
import torch


def export(path, module, inputs=None):
    """Writes `path`. `inputs` is a batch of N x C x H x W, or None for a file without samples."""
    was_training = module.training
    module.eval()  # dropout off, batch norm by its running statistics
    arrays = {name: tensor.detach().cpu().numpy() for name, tensor in module.state_dict().items()}
    if inputs is not None:
        with torch.no_grad():
            outputs = module(inputs)
        arrays["polyfold.input.0"] = inputs.detach().cpu().numpy()
        arrays["polyfold.output.0"] = outputs.detach().cpu().numpy()
    module.train(was_training)
    np.savez(path, **arrays)
