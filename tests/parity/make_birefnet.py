"""Reference values of BiRefNet and of the deformable convolution, from the authors' own code.

    git clone https://github.com/ZhengPeng7/BiRefNet repo    # commit 25cb9309bacf3dde954e4584594e16e142c51de5
    pip install torch==2.15.0 torchvision==0.29.2 einops==0.8.2 timm==1.0.31 kornia==0.9.0 huggingface_hub safetensors==0.8.0 numpy==2.4.6
    python make_birefnet.py repo

Weights follow from their names (fill.py), so only inputs and outputs are kept.
"""
import json
import sys
import types
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

import fill

OUT = Path(__file__).parent / "fixtures"
OUT.mkdir(exist_ok=True)
sys.path.insert(0, sys.argv[1])
# The training set's loader needs more packages than the network.
stub = types.ModuleType("dataset")
stub.class_labels_TR_sorted = ["none"]
sys.modules["dataset"] = stub
import config as original  # noqa: E402


def settings(width):
    class Config(original.Config):
        def __init__(self):
            super().__init__()
            self.bb = "swin_v1_l"
            self.lateral_channels_in_collection = [2 * width * 2**i for i in (3, 2, 1, 0)]
            self.cxt = self.lateral_channels_in_collection[1:][::-1][-self.cxt_num:]

    return Config


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def write(name, case, tensors):
    (OUT / f"{name}.json").write_text(json.dumps(case, indent=None, separators=(",", ":")) + "\n")
    save_file({k: v.contiguous() for k, v in tensors.items()}, str(OUT / f"{name}.safetensors"))


# name, embed_dim, depths, heads, window, seed, input shape
CASES = [
    ("tiny-square", 8, [2, 2, 2, 2], [1, 2, 4, 8], 4, 1, (1, 3, 64, 64)),
    ("wide-batch", 8, [1, 2, 3, 1], [2, 2, 4, 4], 7, 2, (2, 3, 64, 96)),
    ("tall-odd-window", 12, [2, 1, 2, 2], [3, 6, 6, 12], 5, 3, (1, 3, 160, 96)),
    ("one-patch", 8, [2, 2, 2, 2], [2, 2, 2, 2], 12, 4, (1, 3, 32, 32)),
    ("window-3", 16, [2, 2, 4, 2], [2, 4, 8, 16], 3, 5, (2, 3, 96, 64)),
]
real = original.Config
import models.birefnet as birefnet  # noqa: E402
from models.backbones import swin_v1  # noqa: E402

for name, width, depths, heads, window, seed, shape in CASES:
    original.Config = settings(width)
    birefnet.Config = original.Config
    birefnet.build_backbone = lambda *a, **k: swin_v1.SwinTransformer(embed_dim=width, depths=depths, num_heads=heads, window_size=window)
    model = birefnet.BiRefNet(bb_pretrained=False).eval()
    shapes = fill.fill(model, seed)
    x = torch.randn(shape, generator=seeded(seed))
    with torch.no_grad():
        y = model(x)[-1]
        exact = model.double()(x.double())[-1]
    own = float((y.double() - exact).norm() / exact.norm())
    print(name, tuple(y.shape), "std", float(y.std()), "float32 against float64", own)
    sizes = {"embed_dim": width, "depths": depths, "num_heads": heads, "window_size": window}
    write(f"birefnet--{name}", {"config": sizes, "shapes": shapes, "seed": seed}, {"in.pixel_values": x, "out.logits": y})

# Names and shapes at full size, without the values.
original.Config = birefnet.Config = real
birefnet.build_backbone = lambda *a, **k: swin_v1.swin_v1_l()
with torch.device("meta"):
    full = {k: list(v.shape) for k, v in birefnet.BiRefNet(bb_pretrained=False).state_dict().items()}
known = json.loads((Path(__file__).parent / "checkpoints" / "birefnet.json").read_text())
assert full == known, "the checkpoint's list is another network's"

# Deformable convolution alone: name, B, C, O, H, W, kernel, stride, padding, dilation, largest offset
import torchvision  # noqa: E402

tensors = {}
cases = []
for i, (b, c, o, h, w, k, s, p, d, reach) in enumerate(
    [(1, 3, 4, 7, 9, 3, 1, 1, 1, 1.0), (2, 4, 5, 12, 8, 7, 1, 3, 1, 3.0), (2, 2, 3, 9, 11, 1, 1, 0, 1, 5.0), (1, 3, 2, 13, 10, 3, 2, 2, 2, 20.0)]
):
    g = seeded(100 + i)
    x = torch.randn(b, c, h, w, generator=g)
    oh, ow = ((n + 2 * p - d * (k - 1) - 1) // s + 1 for n in (h, w))
    offset = torch.randn(b, 2 * k * k, oh, ow, generator=g) * reach
    # Whole numbers too: samples that lie exactly on pixels and on the border.
    offset[:, :, ::2] = offset[:, :, ::2].round()
    mask = torch.rand(b, k * k, oh, ow, generator=g) * 2
    weight = torch.randn(o, c, k, k, generator=g)
    out = torchvision.ops.deform_conv2d(x, offset, weight, None, stride=s, padding=p, dilation=d, mask=mask)
    cases.append([s, p, d])
    tensors |= {f"{i}.x": x, f"{i}.offset": offset, f"{i}.mask": mask, f"{i}.weight": weight, f"{i}.out": out}
tensors["spec"] = torch.tensor(cases, dtype=torch.int64)
save_file({k: v.contiguous() for k, v in tensors.items()}, str(OUT / "deform_conv2d.safetensors"))
