"""Reference pictures of whole pipelines: tiny FLUX and SDXL + ControlNet models with weights made from their names.

    pip install torch==2.15.0 diffusers==0.42.1 transformers==5.23.0
    python tests/parity/make_pipelines.py [--keep FOLDER]      (--keep saves the models as diffusers does, for `debug pipeline`)

Writes fixtures/pipeline--CASE.json (what each component's folder holds: config and shapes; the request) and fixtures/pipeline--CASE.png.
"""
import json
import os
import sys
import tempfile

import numpy as np
import torch
from diffusers import (AutoencoderKL, ControlNetModel, EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler, FluxInpaintPipeline,
                       FluxPipeline, FluxTransformer2DModel, StableDiffusionXLControlNetPipeline, UNet2DConditionModel)
from PIL import Image
from transformers import (CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer, T5Config, T5EncoderModel, T5Tokenizer)

from fill import fill
from make_tokens import clip_folder

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "fixtures")
KEEP = sys.argv[sys.argv.index("--keep") + 1] if "--keep" in sys.argv else None


def filled(module, seed, skip=()):
    module = module.eval()
    shapes = fill(module, seed)
    return module, {n: s for n, s in shapes.items() if n not in skip}


def clip(kind, seed, **more):
    config = CLIPTextConfig(vocab_size=49408, hidden_size=32, intermediate_size=48, projection_dim=24, num_hidden_layers=2, num_attention_heads=4,
                            max_position_embeddings=77, bos_token_id=49406, eos_token_id=49407, **more)
    model, shapes = filled(kind(config), seed)
    return model, {"config": config.to_dict(), "shapes": shapes}


def vae(seed, channels, **more):
    model = AutoencoderKL(block_out_channels=[16, 32, 32], down_block_types=["DownEncoderBlock2D"] * 3, up_block_types=["UpDecoderBlock2D"] * 3,
                          layers_per_block=1, latent_channels=channels, norm_num_groups=8, sample_size=64, **more)
    model, shapes = filled(model, seed)
    return model, {"config": dict(model.config), "shapes": shapes}


def t5(seed):
    config = T5Config(vocab_size=32128, d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, feed_forward_proj="gated-gelu")
    model, shapes = filled(T5EncoderModel(config), seed)
    # The embedding has two names; files hold the first.
    with torch.no_grad():
        from fill import values
        model.shared.weight.copy_(torch.from_numpy(values("shared.weight", (32128, 32), seed)))
        assert model.encoder.embed_tokens.weight.data_ptr() == model.shared.weight.data_ptr()
    shapes.pop("encoder.embed_tokens.weight", None)
    return model, {"config": config.to_dict(), "shapes": shapes}


def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value if isinstance(value, (str, int, float, bool)) or value is None else str(value)


def write(case, kind, parts, schedule, request, made, **pictures):
    made.save(os.path.join(OUT, f"pipeline--{case}.png"))
    for name, picture in pictures.items():
        picture.save(os.path.join(OUT, f"pipeline--{case}.{name}.png"))
    with open(os.path.join(OUT, f"pipeline--{case}.json"), "w") as f:
        json.dump(plain({"kind": kind, "parts": parts, "scheduler": schedule, "request": request}), f)
        f.write("\n")
    values = np.asarray(made).astype(float)
    print(case, made.size, f"mean {values.mean():.1f} deviation {values.std():.1f}")


def photo(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    rgb = np.stack([128 + 100 * np.sin(x / 7) * np.cos(y / 11), 255 * x / width, 255 * y / height], -1)
    return Image.fromarray(rgb.clip(0, 255).astype(np.uint8))


def mask(width, height):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    inside = ((x - width * 0.45) / (width * 0.3)) ** 2 + ((y - height * 0.55) / (height * 0.25)) ** 2
    return Image.fromarray(np.where(inside < 1, 255, np.where(inside < 1.3, 120, 0)).astype(np.uint8))


def flux():
    with tempfile.TemporaryDirectory() as folder:
        clip_folder(folder, "<|endoftext|>")
        tokenizer = CLIPTokenizer.from_pretrained(folder)
        with open(os.path.join(HERE, "tokenizers", "t5_tokenizer.json"), "rb") as f, open(os.path.join(folder, "tokenizer.json"), "wb") as g:
            g.write(f.read())
        with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
            json.dump({"tokenizer_class": "T5Tokenizer", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}, f)
        tokenizer_2 = T5Tokenizer.from_pretrained(folder)
    text_encoder, clip_part = clip(CLIPTextModel, 11)
    text_encoder_2, t5_part = t5(12)
    autoencoder, vae_part = vae(13, 4, use_quant_conv=False, use_post_quant_conv=False, scaling_factor=0.36, shift_factor=0.11)
    for family, guided in [("schnell", False), ("dev", True)]:
        transformer, shapes = filled(
            FluxTransformer2DModel(patch_size=1, in_channels=16, num_layers=2, num_single_layers=2, attention_head_dim=16, num_attention_heads=2,
                                   joint_attention_dim=32, pooled_projection_dim=32, guidance_embeds=guided, axes_dims_rope=[4, 6, 6]), 14)
        dynamic = dict(use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=256, max_image_seq_len=4096, shift=3.0)
        scheduler = FlowMatchEulerDiscreteScheduler(**(dynamic if guided else dict(shift=1.0)))
        parts = {"transformer": {"config": dict(transformer.config), "shapes": shapes}, "text_encoder": clip_part, "text_encoder_2": t5_part,
                 "vae": vae_part}
        seeds = {"transformer": 14, "text_encoder": 11, "text_encoder_2": 12, "vae": 13}
        for name, part in parts.items():
            part["seed"] = seeds[name]
        both = dict(scheduler=scheduler, vae=autoencoder, text_encoder=text_encoder, tokenizer=tokenizer, text_encoder_2=text_encoder_2,
                    tokenizer_2=tokenizer_2, transformer=transformer)
        # diffusers' default is dev's length for both.
        length = dict(max_sequence_length=512 if guided else 256)
        pipe = FluxPipeline(**both)
        pipe.set_progress_bar_config(disable=True)
        if KEEP:
            pipe.save_pretrained(os.path.join(KEEP, f"flux-{family}"))
        config = dict(scheduler.config)

        def run(case, width, height, steps, guidance, seed, negative=None, cfg=1.0):
            request = dict(prompt="a cup of cocoa on a wooden table, morning light 코코아", negative_prompt=negative, width=width, height=height,
                           steps=steps, guidance=guidance, true_cfg_scale=cfg, seed=seed)
            image = pipe(prompt=request["prompt"], negative_prompt=negative, true_cfg_scale=cfg, width=width, height=height,
                         num_inference_steps=steps, guidance_scale=guidance, generator=torch.Generator().manual_seed(seed), **length).images[0]
            write(f"flux-{family}-{case}", "flux-text-to-image", parts, config, request, image)

        if guided:
            run("wide", 96, 64, 6, 3.5, 5)
            run("negative", 64, 64, 4, 2.5, 77, negative="blurry, 흐림", cfg=3.0)
        else:
            run("tall", 64, 80, 4, 0.0, 1234567)
        inpaint = FluxInpaintPipeline(**both)
        inpaint.set_progress_bar_config(disable=True)
        for strength in [0.3, 0.6, 1.0] if guided else [0.6]:
            width, height = 80, 64
            request = dict(prompt="a blue mug 머그", negative_prompt=None, width=width, height=height, steps=10, guidance=3.5, true_cfg_scale=1.0,
                           seed=9, strength=strength)
            image = inpaint(prompt=request["prompt"], image=photo(width, height), mask_image=mask(width, height), width=width, height=height,
                            strength=strength, num_inference_steps=10, guidance_scale=3.5, generator=torch.Generator().manual_seed(9), **length).images[0]
            write(f"flux-{family}-inpaint-{int(strength * 10)}", "flux-inpaint", parts, config, request, image, image=photo(width, height),
                  mask=mask(width, height))


def sdxl():
    with tempfile.TemporaryDirectory() as folder:
        clip_folder(folder, "<|endoftext|>")
        tokenizer = CLIPTokenizer.from_pretrained(folder)
    with tempfile.TemporaryDirectory() as folder:
        clip_folder(folder, "!")
        tokenizer_2 = CLIPTokenizer.from_pretrained(folder)
    text_encoder, part_1 = clip(CLIPTextModel, 21)
    text_encoder_2, part_2 = clip(CLIPTextModelWithProjection, 22, hidden_act="gelu")
    autoencoder, vae_part = vae(23, 4, scaling_factor=0.13)
    common = dict(in_channels=4, block_out_channels=[16, 32], layers_per_block=2, down_block_types=["DownBlock2D", "CrossAttnDownBlock2D"],
                  attention_head_dim=[2, 4], use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=8,
                  transformer_layers_per_block=[1, 2], projection_class_embeddings_input_dim=6 * 8 + 24, cross_attention_dim=64, norm_num_groups=8)
    unet, unet_shapes = filled(UNet2DConditionModel(sample_size=16, up_block_types=["CrossAttnUpBlock2D", "UpBlock2D"], **common), 24)
    control, control_shapes = filled(ControlNetModel(conditioning_embedding_out_channels=[4, 8, 8], **common), 25)
    scheduler = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1, timestep_spacing="leading")
    parts = {"unet": {"config": dict(unet.config), "shapes": unet_shapes, "seed": 24},
             "controlnet": {"config": dict(control.config), "shapes": control_shapes, "seed": 25},
             "text_encoder": {**part_1, "seed": 21}, "text_encoder_2": {**part_2, "seed": 22}, "vae": {**vae_part, "seed": 23}}
    for name, cls in [("unet", "UNet2DConditionModel"), ("controlnet", "ControlNetModel")]:
        parts[name]["config"]["_class_name"] = cls
    pipe = StableDiffusionXLControlNetPipeline(vae=autoencoder, text_encoder=text_encoder, text_encoder_2=text_encoder_2, tokenizer=tokenizer,
                                               tokenizer_2=tokenizer_2, unet=unet, controlnet=control, scheduler=scheduler,
                                               force_zeros_for_empty_prompt=True, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    if KEEP:
        pipe.save_pretrained(os.path.join(KEEP, "sdxl"))
    for case, width, height, negative, scale, guidance in [("cfg", 64, 64, "flat, dull", 1.0, 5.0), ("wide-zeros", 96, 64, None, 0.7, 7.5)]:
        edges = mask(width, height).point(lambda v: 255 if v == 120 else 0).convert("RGB")
        request = dict(prompt="golden 3D letters, studio light 황금", negative_prompt=negative, width=width, height=height, steps=5,
                       guidance=guidance, conditioning_scale=scale, seed=31)
        image = pipe(prompt=request["prompt"], negative_prompt=negative, image=edges, width=width, height=height, num_inference_steps=5,
                     guidance_scale=guidance, controlnet_conditioning_scale=scale, generator=torch.Generator().manual_seed(31)).images[0]
        write(f"sdxl-{case}", "sdxl-controlnet", parts, dict(scheduler.config), request, image, control=edges)


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    flux()
    sdxl()
