"""Reference values of FLUX.2's parts: torch 2.15, diffusers 0.42.1, transformers 5.23, CPU, float32.

    python tests/parity/make_flux2.py
"""
import numpy as np
import torch
from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2Transformer2DModel
from diffusers.pipelines.flux2.pipeline_flux2_klein import Flux2KleinPipeline, compute_empirical_mu
from transformers import Qwen3Config, Qwen3ForCausalLM

from cases import uniform, write
from fill import fill, values

TRANSFORMER = dict(
    patch_size=1, in_channels=16, out_channels=None, num_layers=2, num_single_layers=2, attention_head_dim=32, num_attention_heads=2,
    joint_attention_dim=24, timestep_guidance_channels=256, mlp_ratio=3.0, axes_dims_rope=[8, 8, 8, 8], rope_theta=2000, eps=1e-6,
    guidance_embeds=False,
)


def ids(*pictures):
    """Positions of pictures: (rows, columns) each, the first is painted, the others are references."""
    latents = [torch.zeros(1, 4, rows, columns) for rows, columns in pictures]
    own = Flux2KleinPipeline._prepare_latent_ids(latents[0])[0]
    others = [Flux2KleinPipeline._prepare_image_ids(latents[1:])[0]] if latents[1:] else []
    return torch.cat([own, *others]).numpy().astype(np.float32)


def transformer(name, seed, batch, pictures, text, with_ids=True, **change):
    config = TRANSFORMER | change
    model = Flux2Transformer2DModel(**config).eval()
    shapes = fill(model, seed)
    tokens = sum(rows * columns for rows, columns in pictures)
    inputs = {
        "hidden_states": uniform("hidden_states", (batch, tokens, config["in_channels"]), seed),
        "encoder_hidden_states": uniform("encoder_hidden_states", (batch, text, config["joint_attention_dim"]), seed),
        "timestep": np.linspace(0.937, 0.113, batch).astype(np.float32),
        "img_ids": ids(*pictures),
        "txt_ids": Flux2KleinPipeline._prepare_text_ids(torch.zeros(1, text, 1))[0].numpy().astype(np.float32),
    }
    if config["guidance_embeds"]:
        inputs["guidance"] = np.linspace(3.5, 1.25, batch).astype(np.float32)
    with torch.no_grad():
        sample = model(**{n: torch.from_numpy(t) for n, t in inputs.items()}).sample.numpy()
    if not with_ids:
        del inputs["img_ids"], inputs["txt_ids"]
    write("flux2-transformer", name, {"_class_name": "Flux2Transformer2DModel"} | config, shapes, seed, inputs, {"sample": sample})


def autoencoder(name, seed, inputs, **config):
    vae = AutoencoderKLFlux2(**config).eval()
    shapes = fill(vae, seed)
    outputs = {}
    with torch.no_grad():
        if "latents" in inputs:
            outputs["pixels"] = vae.decode(torch.from_numpy(inputs["latents"])).sample.numpy()
        if "pixels" in inputs:
            moments = vae.encode(torch.from_numpy(inputs["pixels"])).latent_dist
            outputs |= {"mean": moments.mean.numpy(), "logvar": moments.logvar.numpy()}
    write("autoencoder-kl-flux2", name, config, shapes, seed, inputs, outputs)


def qwen3(name, seed, masks, tokens, **change):
    config = dict(vocab_size=96, hidden_size=32, intermediate_size=48, num_hidden_layers=28, num_attention_heads=4, num_key_value_heads=2,
                  head_dim=16, hidden_act="silu", rms_norm_eps=1e-6, attention_bias=False, tie_word_embeddings=True, rope_theta=1000000.0) | change
    model = Qwen3ForCausalLM(Qwen3Config(**config)).eval()
    shapes = fill(model, seed)
    if config["tie_word_embeddings"]:
        # The embedding has two names; files hold the first.
        with torch.no_grad():
            model.model.embed_tokens.weight.copy_(torch.from_numpy(values("model.embed_tokens.weight", (96, config["hidden_size"]), seed)))
        shapes.pop("lm_head.weight", None)
    batch = len(masks) if masks else 1
    inputs = {"input_ids": np.random.Generator(np.random.PCG64(seed)).integers(0, 96, (batch, tokens))}
    if masks:
        inputs["attention_mask"] = np.array([[1 if first <= i < end else 0 for i in range(tokens)] for first, end in masks], np.int64)
    with torch.no_grad():
        states = model(**{n: torch.from_numpy(t) for n, t in inputs.items()}, output_hidden_states=True, use_cache=False).hidden_states
    joined = torch.cat([states[i] for i in (9, 18, 27)], -1).numpy()
    write("qwen3-text", name, {"model_type": "qwen3"} | config, shapes, seed, inputs, {"prompt_embeds": joined})


def schedule(name, steps, tokens):
    config = dict(num_train_timesteps=1000, shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=256,
                  max_image_seq_len=4096, time_shift_type="exponential")
    scheduler = FlowMatchEulerDiscreteScheduler(**config)
    scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=compute_empirical_mu(tokens, steps))
    inputs = {"num_inference_steps": np.array([steps], np.int64), "image_seq_len": np.array([tokens], np.int64), "flux2": np.ones(1, np.float32)}
    outputs = {"sigmas": scheduler.sigmas.numpy(), "timesteps": scheduler.timesteps.numpy()}
    write("flow-match-euler", name, {"_class_name": "FlowMatchEulerDiscreteScheduler"} | config, {}, 0, inputs, outputs)


if __name__ == "__main__":
    transformer("klein", 1, batch=1, pictures=[(6, 4)], text=7)
    transformer("batch2", 2, batch=2, pictures=[(3, 5)], text=11)
    transformer("reference", 3, batch=1, pictures=[(4, 3), (5, 7)], text=6)
    transformer("references-batch2", 4, batch=2, pictures=[(2, 3), (3, 3), (1, 5)], text=5)
    transformer("guidance", 5, batch=2, pictures=[(3, 3)], text=4, guidance_embeds=True, with_ids=False)
    transformer("heads-channels", 6, batch=1, pictures=[(1, 9)], text=5, num_attention_heads=3, attention_head_dim=16,
                axes_dims_rope=[2, 4, 6, 4], in_channels=8, out_channels=12, num_layers=1, num_single_layers=3, mlp_ratio=2.5, eps=1e-5,
                timestep_guidance_channels=64, rope_theta=10000)
    # Far positions: rotary phases must not lose digits.
    transformer("wide", 7, batch=1, pictures=[(2, 160), (1, 3)], text=512, num_layers=1, num_single_layers=1, num_attention_heads=1)
    blocks = lambda n: dict(down_block_types=["DownEncoderBlock2D"] * n, up_block_types=["UpDecoderBlock2D"] * n)
    small = dict(block_out_channels=[8, 16, 16, 24], layers_per_block=2, latent_channels=32, norm_num_groups=4, sample_size=64, **blocks(4))
    autoencoder("klein", 1, {"latents": uniform("latents", (1, 32, 5, 7), 1), "pixels": uniform("pixels", (1, 3, 40, 24), 1, 0.5)}, **small)
    autoencoder("batch2", 2, {"latents": uniform("latents", (2, 32, 3, 4), 2), "pixels": uniform("pixels", (2, 3, 16, 32), 2, 0.5)}, **small)
    autoencoder("plain", 3, {"latents": uniform("latents", (1, 6, 7, 3), 3), "pixels": uniform("pixels", (1, 3, 14, 10), 3, 0.5)},
                block_out_channels=[8, 12], decoder_block_out_channels=[4, 8], layers_per_block=1, latent_channels=6, norm_num_groups=4,
                use_quant_conv=False, use_post_quant_conv=False, mid_block_add_attention=False, sample_size=16, batch_norm_eps=1e-3, **blocks(2))
    qwen3("padded", 1, [(0, 9), (0, 4)], 12)
    qwen3("whole", 2, None, 17)
    qwen3("left", 3, [(5, 11), (0, 11), (10, 11)], 11)
    qwen3("biases", 4, [(0, 3)], 7, attention_bias=True, tie_word_embeddings=False, num_key_value_heads=4, num_hidden_layers=30)
    qwen3("last-layer", 5, [(0, 6)], 6, num_hidden_layers=27, num_key_value_heads=1)
    schedule("flux2-4", 4, 4096)
    schedule("flux2-large", 4, 6144)
    schedule("flux2-50", 50, 1024)
    schedule("flux2-one", 1, 77)
