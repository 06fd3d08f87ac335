"""Reference values for flux-transformer: torch 2.15, diffusers 0.42.1, CPU, float32.

    python tests/parity/make_flux.py
"""
import numpy as np
import torch
from diffusers import FluxTransformer2DModel

from cases import uniform, write
from fill import fill

BASE = dict(
    patch_size=1, in_channels=16, out_channels=None, num_layers=2, num_single_layers=2, attention_head_dim=32,
    num_attention_heads=2, joint_attention_dim=24, pooled_projection_dim=20, guidance_embeds=True, axes_dims_rope=[4, 12, 16],
)


def flux_ids(rows, columns):
    ids = np.zeros((rows, columns, 3), np.float32)
    ids[..., 1] = np.arange(rows)[:, None]
    ids[..., 2] = np.arange(columns)[None, :]
    return ids.reshape(-1, 3)


def case(name, seed, batch, rows, columns, text, with_ids=True, **change):
    config = BASE | change
    model = FluxTransformer2DModel(**config).eval()
    shapes = fill(model, seed)
    inputs = {
        "hidden_states": uniform("hidden_states", (batch, rows * columns, config["in_channels"]), seed),
        "encoder_hidden_states": uniform("encoder_hidden_states", (batch, text, config["joint_attention_dim"]), seed),
        "pooled_projections": uniform("pooled_projections", (batch, config["pooled_projection_dim"]), seed),
        "timestep": np.linspace(0.937, 0.113, batch).astype(np.float32),
        "img_ids": flux_ids(rows, columns),
        "txt_ids": np.zeros((text, 3), np.float32),
    }
    if config["guidance_embeds"]:
        inputs["guidance"] = np.linspace(3.5, 1.25, batch).astype(np.float32)
    with torch.no_grad():
        sample = model(**{n: torch.from_numpy(t) for n, t in inputs.items()}).sample.numpy()
    if not with_ids:
        del inputs["img_ids"], inputs["txt_ids"]
    write("flux-transformer", name, {"_class_name": "FluxTransformer2DModel"} | config, shapes, seed, inputs, {"sample": sample})


if __name__ == "__main__":
    case("dev", seed=1, batch=1, rows=6, columns=4, text=7)
    case("dev-batch2", seed=2, batch=2, rows=3, columns=5, text=11)
    case("schnell", seed=3, batch=1, rows=5, columns=8, text=13, guidance_embeds=False)
    case("schnell-batch2", seed=4, batch=2, rows=4, columns=4, text=1, guidance_embeds=False, with_ids=False)
    case("heads-channels", seed=5, batch=1, rows=1, columns=9, text=5, num_attention_heads=3, attention_head_dim=16,
         axes_dims_rope=[2, 6, 8], in_channels=8, out_channels=12, num_layers=1, num_single_layers=3)
    # Far positions: rotary phases must not lose digits.
    case("wide", seed=6, batch=1, rows=2, columns=160, text=3, num_layers=1, num_single_layers=1, num_attention_heads=1)
