"""Compares files of `nanococoa models quantize` with the public gguf package: names, shapes, types, and values.

    python check_quantized.py path/to/nanococoa          (needs gguf, numpy, safetensors)

Blocks of Q8_0 must be those that gguf's own packing makes, up to one step where a value lies between two; Q4_K is compared by its error, because its
packing is a search that each program does in its own way.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf import GGUFReader
from gguf.quants import dequantize, quantize
from safetensors.numpy import save_file

SHAPES = {"encoder.block.0.weight": (300, 512), "wide": (7, 40960), "odd": (700, 96), "uneven": (700, 50), "norm": (512,), "conv": (8, 4, 3, 3)}


def check(binary: str, kind: str, folder: Path, tensors: dict[str, np.ndarray]) -> None:
    out = folder / f"{kind}.gguf"
    subprocess.run([binary, "models", "quantize", str(folder / "m.safetensors"), "--out", str(out), "--type", kind, "--json"], check=True)
    read = {tensor.name: tensor for tensor in GGUFReader(out).tensors}
    assert read.keys() == tensors.keys(), read.keys()
    for name, expected in tensors.items():
        tensor = read[name]
        assert tuple(reversed(tensor.shape.tolist())) == expected.shape, name
        found = dequantize(tensor.data, tensor.tensor_type).reshape(expected.shape)
        error = np.linalg.norm(found - expected) / np.linalg.norm(expected)
        most = {Type.F32: 0.0, Type.Q8_0: 0.006, Type.Q4_K: 0.09}[tensor.tensor_type]
        assert error <= most, f"{kind} {name}: {error}"
        if tensor.tensor_type == Type.Q8_0:
            theirs = dequantize(quantize(expected, Type.Q8_0), Type.Q8_0)
            step = np.abs(expected.reshape(-1, 32)).max(axis=1, keepdims=True) / 127
            assert (np.abs(found.reshape(-1, 32) - theirs.reshape(-1, 32)) <= step * 1.01).all(), name
        print(f"{kind} {name}: {tensor.tensor_type.name}, error {error:.4f}")


with tempfile.TemporaryDirectory() as folder:
    numbers = np.random.default_rng(1)
    made = {name: numbers.standard_normal(shape, dtype=np.float32) for name, shape in SHAPES.items()}
    save_file(made, Path(folder) / "m.safetensors")
    for packing in ("q8_0", "q4_k"):
        check(sys.argv[1], packing, Path(folder), made)
