"""Reference values of the edge filter and of the draft backend's cut-out network.

    pip install opencv-python-headless==5.0.0.93 onnxruntime==1.32.0 safetensors==0.8.0 numpy==2.4.6
    python make_canny_u2netp.py
"""
import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from safetensors.numpy import save_file

HERE = Path(__file__).parent
OUT = HERE / "fixtures"
OUT.mkdir(exist_ok=True)


def write(name, tensors):
    (OUT / f"{name}.json").write_text('{"config":{}}\n')
    save_file({k: np.ascontiguousarray(v) for k, v in tensors.items()}, str(OUT / f"{name}.safetensors"))


for name, seed, (h, w), low, high in [("noise", 1, (48, 61), 100, 200), ("shapes", 2, (90, 70), 60.5, 350), ("one-row", 3, (1, 40), 20, 60), ("swapped", 4, (33, 32), 180, 90)]:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (h, w), dtype=np.uint8)
    if name != "noise":
        image = (image // 6).astype(np.uint8)
        cv2.circle(image, (w // 2, h // 2), max(1, min(h, w) // 3), 220, -1)
        cv2.line(image, (0, 0), (w - 1, h - 1), 140, 2)
    edges = cv2.Canny(image, low, high, L2gradient=True)
    print(name, int((edges > 0).sum()), "edge pixels")
    write(f"canny--{name}", {"in.image": image, "in.low": np.array([low], np.float32), "in.high": np.array([high], np.float32), "out.edges": edges})

model = HERE.parents[1] / "models" / "u2netp.onnx"
session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
rng = np.random.default_rng(1)
y, x = np.mgrid[0:320, 0:320]
pixels = np.zeros((2, 3, 320, 320), np.uint8)
for picture in pixels:
    cx, cy, r = rng.uniform(100, 220), rng.uniform(100, 220), rng.uniform(40, 90)
    inside = (x - cx) ** 2 + (y - cy) ** 2 < r * r
    # Whole numbers, so that a byte a value is enough; the network takes any.
    for plane in picture:
        plane[:] = np.where(inside, rng.integers(1, 4), 0) + (x * 2 // 320) * rng.integers(0, 2)
mask = np.concatenate([session.run(None, {session.get_inputs()[0].name: p[None].astype(np.float32)})[0] for p in pixels])
print("u2netp", mask.shape, float(mask.min()), float(mask.max()))
write("u2netp--balls", {"in.pixel_values": pixels, "out.mask": mask})
