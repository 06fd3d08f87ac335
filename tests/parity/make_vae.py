"""Reference values of AutoencoderKL: torch 2.15.0, diffusers 0.42.1, numpy 2.x, safetensors 0.7.

    python tests/parity/make_vae.py
"""
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from fill import fill
from safetensors.torch import save_file

OUT = Path(__file__).parent / "fixtures"
OUT.mkdir(exist_ok=True)
SINGLE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
OLDER_ATTENTION = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


def older(shapes):
    """The names of older diffusers."""
    return {_attention(name, OLDER_ATTENTION): (name, shape) for name, shape in shapes.items()}


def _attention(name, table):
    if ".attentions." not in name:
        return name
    head, leaf = name.rsplit(".", 1)
    for new, old in table.items():
        if head.endswith("." + new):
            head = head[: -len(new)] + old
    return f"{head}.{leaf}"


def single(shapes):
    """The names of single files: scales counted from the finest, 1x1 kernels in attention."""
    scales = 1 + max(int(n.split(".")[2]) for n in shapes if n.startswith("decoder.up_blocks."))
    out = {}
    for name, shape in shapes.items():
        new = _attention(name, SINGLE_ATTENTION)
        parts = new.split(".")
        if parts[1] in ("down_blocks", "up_blocks"):
            side = parts[1].removesuffix("_blocks")
            scale = int(parts[2]) if side == "down" else scales - 1 - int(parts[2])
            inner = ["block", *parts[4:]] if parts[3] == "resnets" else [side + "sample", *parts[5:]]
            parts = [parts[0], side, str(scale), *inner]
        elif parts[1] == "mid_block":
            part = f"block_{int(parts[3]) + 1}" if parts[2] == "resnets" else "attn_1"
            parts = [parts[0], "mid", part, *parts[4:]]
        new = ".".join(parts).replace("conv_shortcut", "nin_shortcut").replace("conv_norm_out", "norm_out")
        if ".attn_1." in new and len(shape) == 2:
            shape = [*shape, 1, 1]
        out[new] = (name, shape)
    return out


def case(name, config, seed, inputs, tiled=False, names=None):
    vae = AutoencoderKL(**config).eval()
    shapes = {n: list(t.shape) for n, t in vae.state_dict().items()}
    if names:
        # Values come from the names in the file.
        from fill import values

        table = names(shapes)
        state = {new: torch.from_numpy(values(old, tuple(shape), seed)).reshape(shapes[new]) for old, (new, shape) in table.items()}
        vae.load_state_dict(state)
        shapes = {old: shape for old, (_, shape) in table.items()}
    else:
        shapes = fill(vae, seed)
    if tiled:
        vae.enable_tiling()
        inputs["tiled"] = torch.ones(1)
    outputs = {}
    with torch.no_grad():
        if "latents" in inputs:
            outputs["pixels"] = vae.decode(inputs["latents"]).sample
        if "pixels" in inputs:
            moments = vae.encode(inputs["pixels"]).latent_dist
            outputs |= {"mean": moments.mean, "logvar": moments.logvar}
    keep = {k: v for k, v in vae.config.items() if not k.startswith("_")}
    (OUT / f"autoencoder-kl--{name}.json").write_text(json.dumps({"config": keep, "shapes": shapes, "seed": seed}) + "\n")
    tensors = {f"in.{k}": v for k, v in inputs.items()} | {f"out.{k}": v for k, v in outputs.items()}
    save_file({k: v.contiguous() for k, v in tensors.items()}, str(OUT / f"autoencoder-kl--{name}.safetensors"))


def randn(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def picture(seed, *shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def blocks(n):
    return dict(down_block_types=["DownEncoderBlock2D"] * n, up_block_types=["UpDecoderBlock2D"] * n)


FLUX = dict(block_out_channels=[8, 16, 16, 24], layers_per_block=2, latent_channels=16, norm_num_groups=4, use_quant_conv=False,
            use_post_quant_conv=False, scaling_factor=0.3611, shift_factor=0.1159, sample_size=64, **blocks(4))
SDXL = dict(block_out_channels=[8, 16, 24], layers_per_block=1, latent_channels=4, norm_num_groups=8, scaling_factor=0.13025,
            sample_size=32, **blocks(3))
PLAIN = dict(block_out_channels=[4, 12], layers_per_block=1, latent_channels=3, norm_num_groups=2, use_quant_conv=True,
             use_post_quant_conv=False, mid_block_add_attention=False, sample_size=16, **blocks(2))

case("flux", FLUX, 1, {"latents": randn(1, 1, 16, 5, 7), "pixels": picture(1, 1, 3, 40, 24)})
case("flux-single", FLUX, 2, {"latents": randn(2, 1, 16, 3, 4), "pixels": picture(2, 2, 3, 16, 24)}, names=single)
case("sdxl", SDXL, 3, {"latents": randn(3, 2, 4, 9, 6), "pixels": picture(3, 2, 3, 28, 44)})
case("sdxl-older", SDXL, 4, {"latents": randn(4, 1, 4, 7, 7)}, names=older)
case("sdxl-single", SDXL, 7, {"latents": randn(7, 1, 4, 4, 6), "pixels": picture(7, 1, 3, 12, 20)}, names=single)
case("sdxl-tiled", SDXL, 5, {"latents": randn(5, 1, 4, 13, 19), "pixels": picture(5, 1, 3, 52, 76)}, tiled=True)
case("flux-tiled", FLUX, 8, {"latents": randn(8, 1, 16, 9, 11), "pixels": picture(8, 1, 3, 72, 88)}, tiled=True)
case("plain", PLAIN, 6, {"latents": randn(6, 1, 3, 6, 5), "pixels": picture(6, 1, 3, 10, 14)})
