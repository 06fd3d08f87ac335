"""Weights from names, the same formula as src/weights/synthetic.rs: splitmix64 over the FNV-1a hash of the tensor's name."""
import numpy as np

M = np.uint64


def _mix(z):
    z = np.asarray(z, dtype=np.uint64)
    z = (z ^ (z >> M(30))) * M(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> M(27))) * M(0x94D049BB133111EB)
    return z ^ (z >> M(31))


def values(name, shape, seed):
    with np.errstate(over="ignore"):
        h = 0xCBF29CE484222325
        for b in name.encode():
            h = ((h ^ b) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        start = _mix(M(h) ^ _mix(M((seed + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF)))
        count = int(np.prod(shape, dtype=np.int64))
        i = np.arange(1, count + 1, dtype=np.uint64)
        bits = _mix(start + i * M(0x9E3779B97F4A7C15))
    unit = (bits >> M(11)).astype(np.float64) / float(1 << 53)
    if len(shape) <= 1:
        centre, scale = (1.0 if name.endswith("weight") else 0.0), 0.2
    else:
        centre, scale = 0.0, (3.0 / max(1, int(np.prod(shape[1:], dtype=np.int64)))) ** 0.5
    value = centre + scale * (2 * unit - 1)
    if name.endswith("running_var"):
        value = 1.0 + np.abs(value)
    return value.astype(np.float32).reshape(shape)


def fill(module, seed):
    """Fills every floating point parameter of a PyTorch module; other buffers stay. Returns {name: shape}."""
    import torch

    shapes = {}
    buffers = {name for name, _ in module.named_buffers()}
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point() and (name not in buffers or "running_" in name):
                tensor.copy_(torch.from_numpy(values(name, tuple(tensor.shape), seed)))
            else:
                continue
            shapes[name] = list(tensor.shape)
    return shapes
