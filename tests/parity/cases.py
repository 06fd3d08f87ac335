"""Writes one parity case: KIND--CASE.json (config, shapes, seed) and KIND--CASE.safetensors (in.*, out.*)."""
import json
import os

import numpy as np
from safetensors.numpy import save_file

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fixtures")


def uniform(name, shape, seed, scale=1.0):
    """Inputs that look like activations: reproducible on any machine."""
    rng = np.random.Generator(np.random.PCG64([seed, *name.encode()]))
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def write(kind, case, config, shapes, seed, inputs, outputs, **more):
    os.makedirs(FOLDER, exist_ok=True)
    stem = os.path.join(FOLDER, f"{kind}--{case}")
    tensors = {f"in.{n}": t for n, t in inputs.items()} | {f"out.{n}": t for n, t in outputs.items()}
    save_file({n: np.ascontiguousarray(t) for n, t in tensors.items()}, stem + ".safetensors")
    with open(stem + ".json", "w") as f:
        json.dump({"config": config, "shapes": shapes, "seed": seed, **more}, f)
        f.write("\n")
    print(f"{kind}--{case}", {n: list(t.shape) for n, t in outputs.items()})
