"""Reference values of SDXL's UNet and ControlNet: torch 2.15.0, diffusers 0.42.1, numpy 2.x, safetensors 0.7.

    python tests/parity/make_sdxl.py
"""
import json
from pathlib import Path

import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from fill import fill
from safetensors.torch import save_file

OUT = Path(__file__).parent / "fixtures"
OUT.mkdir(exist_ok=True)

# SDXL's own layout, small: two scales with attention, lists everywhere.
SDXL = dict(
    block_out_channels=[8, 16, 24], down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], layers_per_block=2, cross_attention_dim=12,
    transformer_layers_per_block=[1, 2, 3], attention_head_dim=[2, 4, 3], norm_num_groups=4, use_linear_projection=True,
    addition_embed_type="text_time", addition_time_embed_dim=6, projection_class_embeddings_input_dim=10 + 6 * 6, in_channels=4,
    out_channels=4, sample_size=16,
)
# What other tiny configs do: one number for all, 1x1 kernels in attention, sines first, odd channels of the timestep embedding.
PLAIN = dict(
    block_out_channels=[6, 12], down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"], layers_per_block=1, cross_attention_dim=9, attention_head_dim=3, norm_num_groups=3,
    use_linear_projection=False, flip_sin_to_cos=False, freq_shift=1, norm_eps=1e-6, transformer_layers_per_block=2,
    addition_embed_type="text_time", addition_time_embed_dim=5, projection_class_embeddings_input_dim=7 + 6 * 5,
)
# Without micro-conditioning, as in Stable Diffusion 1.
OLD = {k: v for k, v in PLAIN.items() if not k.startswith(("addition", "projection"))} | dict(layers_per_block=[1, 2], norm_eps=1e-5)


def randn(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def inputs_for(config, seed, batch, h, w, tokens, timestep):
    inputs = {
        "sample": randn(seed, batch, 4, h, w), "timestep": torch.tensor(timestep, dtype=torch.float32).reshape(-1),
        "encoder_hidden_states": randn(seed + 1, batch, tokens, config["cross_attention_dim"]),
    }
    if "addition_embed_type" in config:
        pooled = config["projection_class_embeddings_input_dim"] - 6 * config["addition_time_embed_dim"]
        inputs["text_embeds"] = randn(seed + 2, batch, pooled)
        inputs["time_ids"] = torch.tensor([[h * 8.0, w * 8.0, 0, 16, h * 8.0, w * 8.0]] * batch)
    return inputs


def save(kind, name, model, shapes, seed, inputs, outputs):
    config = {k: v for k, v in model.config.items() if not k.startswith("_")}
    (OUT / f"{kind}--{name}.json").write_text(json.dumps({"config": config, "shapes": shapes, "seed": seed}) + "\n")
    tensors = {f"in.{k}": v for k, v in inputs.items()} | {f"out.{k}": v for k, v in outputs.items()}
    save_file({k: v.contiguous().clone() for k, v in tensors.items()}, str(OUT / f"{kind}--{name}.safetensors"))


def conditions(inputs):
    return {k: inputs[k] for k in ("text_embeds", "time_ids") if k in inputs} or None


def controlnet(name, config, seed, batch, h, w, tokens, timestep, scale, **more):
    config = config | more
    keep = {k: v for k, v in config.items() if k not in ("up_block_types", "out_channels", "sample_size")}
    model = ControlNetModel(**keep, conditioning_embedding_out_channels=[4, 6, 8, 10]).eval()
    shapes = fill(model, seed)
    inputs = inputs_for(config, seed, batch, h, w, tokens, timestep)
    inputs["controlnet_cond"] = torch.rand(batch, 3, 8 * h, 8 * w, generator=torch.Generator().manual_seed(seed + 3))
    with torch.no_grad():
        down, mid = model(inputs["sample"], inputs["timestep"], inputs["encoder_hidden_states"], inputs["controlnet_cond"],
                          conditioning_scale=scale, added_cond_kwargs=conditions(inputs), return_dict=False)
    inputs["conditioning_scale"] = torch.tensor([scale])
    outputs = {f"down_{i}": t for i, t in enumerate(down)} | {"mid": mid}
    save("sdxl-controlnet", name, model, shapes, seed, inputs, outputs)
    return outputs


def unet(name, config, seed, batch, h, w, tokens, timestep, control=None, **more):
    config = config | more
    model = UNet2DConditionModel(**config).eval()
    shapes = fill(model, seed)
    inputs = inputs_for(config, seed, batch, h, w, tokens, timestep)
    extra = {}
    if control:
        inputs |= control
        down = [control[f"down_{i}"] for i in range(len(control) - 1)]
        extra = dict(down_block_additional_residuals=down, mid_block_additional_residual=control["mid"])
    with torch.no_grad():
        out = model(inputs["sample"], inputs["timestep"], inputs["encoder_hidden_states"], added_cond_kwargs=conditions(inputs), **extra).sample
    save("sdxl-unet", name, model, shapes, seed, inputs, {"sample": out})


first = controlnet("canny", SDXL, 1, 2, 8, 12, 7, [981.0, 981.0], 0.5)
second = controlnet("plain", PLAIN, 2, 1, 6, 10, 5, [1.0], 1.0, controlnet_conditioning_channel_order="bgr")
controlnet("middle", OLD | dict(layers_per_block=2), 3, 1, 4, 6, 3, [500.0], 0.8, mid_block_type="UNetMidBlock2D")
unet("sdxl", SDXL, 4, 1, 8, 12, 7, [981.0])
unet("sdxl-batch", SDXL, 5, 2, 12, 8, 77, [401.0, 21.5])
unet("sdxl-odd-size", SDXL, 6, 1, 7, 9, 5, [761.0])
unet("sdxl-control", SDXL, 7, 2, 8, 12, 7, [981.0], control=first)
unet("plain-control", PLAIN, 8, 1, 6, 10, 5, [1.0], control=second)
unet("plain", PLAIN, 9, 2, 5, 6, 11, [321.0])
unet("old", OLD, 10, 1, 6, 8, 4, [33.0])


def pipeline(name, seed, width, height, steps, guidance, scale, negative):
    """A whole picture from given prompt embeddings."""
    import numpy as np
    from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLControlNetPipeline
    from PIL import Image

    small = {k: v for k, v in SDXL.items() if k not in ("up_block_types", "out_channels", "sample_size")}
    models = {
        "unet": UNet2DConditionModel(**SDXL), "controlnet": ControlNetModel(**small, conditioning_embedding_out_channels=[4, 6, 8]),
        "vae": AutoencoderKL(block_out_channels=[8, 16, 16], layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=32,
                             scaling_factor=0.13025, down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3),
    }
    shapes = {part: fill(model.eval(), seed + i) for i, (part, model) in enumerate(models.items())}
    scheduler = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1,
                                       timestep_spacing="leading")
    pipe = StableDiffusionXLControlNetPipeline(**models, text_encoder=None, text_encoder_2=None, tokenizer=None, tokenizer_2=None,
                                               scheduler=scheduler, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    y, x = np.mgrid[0:height, 0:width]
    edges = np.where((x // 9 + y // 7) % 3 == 0, 255, 0).astype(np.uint8)
    embeds = dict(prompt_embeds=randn(seed, 1, 77, 12), pooled_prompt_embeds=randn(seed + 1, 1, 10))
    if negative:
        embeds |= dict(negative_prompt_embeds=randn(seed + 2, 1, 77, 12), negative_pooled_prompt_embeds=randn(seed + 3, 1, 10))
    with torch.no_grad():
        picture = pipe(image=Image.fromarray(edges).convert("RGB"), width=width, height=height, num_inference_steps=steps,
                       guidance_scale=guidance, controlnet_conditioning_scale=scale, generator=torch.Generator().manual_seed(seed),
                       output_type="np", **embeds).images[0]
    picture = torch.from_numpy((picture * 255).round().astype(np.uint8))
    parts = {part: {"config": {k: v for k, v in model.config.items() if not k.startswith("_")}, "shapes": shapes[part], "seed": seed + i}
             for i, (part, model) in enumerate(models.items())}
    request = dict(width=width, height=height, steps=steps, guidance=guidance, scale=scale, seed=seed)
    case = {"parts": parts, "scheduler": {k: v for k, v in scheduler.config.items() if not k.startswith("_")}, "request": request}
    (OUT / f"sdxl-picture--{name}.json").write_text(json.dumps(case, default=list) + "\n")
    save_file({**embeds, "control": torch.from_numpy(edges), "picture": picture.contiguous()}, str(OUT / f"sdxl-picture--{name}.safetensors"))
    print(name, picture.float().mean().item(), picture.float().std().item())


pipeline("guided", 21, 48, 32, 6, 5.0, 0.5, True)
pipeline("plain", 41, 32, 64, 3, 1.0, 1.0, False)
