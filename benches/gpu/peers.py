"""The networks of `main.rs` in PyTorch and diffusers, with random weights: a line `NAME<tab>eager ms<tab>compiled ms` for each, medians of ten calls.

    python3 peers.py [--eager] PART…       parts: flux sdxl vae t5 klein klein-vae qwen3

PEERS_LOCK names a file that is locked while a part is timed, so that several of these programs may compile at the same time.
"""
import fcntl
import gc
import os
import statistics
import sys
import time

import torch
from diffusers import AutoencoderKL, AutoencoderKLFlux2, ControlNetModel, Flux2Transformer2DModel, FluxTransformer2DModel, UNet2DConditionModel

GPU = "cuda"


def median_ms(call):
    with torch.no_grad():
        for _ in range(3):
            call()
        torch.cuda.synchronize()
        times = []
        for _ in range(10):
            start = time.perf_counter()
            call()
            torch.cuda.synchronize()
            times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def random(network):
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_(0, 0.02)
    return network.eval()


def build(dtype, make):
    torch.set_default_dtype(dtype)
    with torch.device(GPU):
        return random(make())


def report(name, networks, calls, compiles=True):
    """`calls`: a suffix of the name, and a function of the networks."""
    compiled = []
    if compiles and "--eager" not in sys.argv:
        start = time.perf_counter()
        compiled = [torch.compile(network, dynamic=False) for network in networks]
        with torch.no_grad():
            for call in calls.values():
                call(*compiled)
        torch.cuda.synchronize()
        print(f"# {name}: compiled in {time.perf_counter() - start:.0f} s", flush=True)
    with open(os.environ.get("PEERS_LOCK", os.devnull), "a") as lock:
        if "PEERS_LOCK" in os.environ:
            fcntl.flock(lock, fcntl.LOCK_EX)
        for suffix, call in calls.items():
            eager = median_ms(lambda: call(*networks))
            fast = f"{median_ms(lambda: call(*compiled)):.2f}" if compiled else ""
            print(f"{name}{suffix}\t{eager:.2f}\t{fast}", flush=True)


def grid(frame, columns):
    axes = [torch.tensor([frame]), torch.arange(64), torch.arange(64)] + [torch.arange(1)] * (columns - 3)
    return torch.cartesian_prod(*axes).to(GPU)


def noise(*shape):
    return torch.randn(*shape, device=GPU)


def flux():
    network = build(torch.bfloat16, lambda: FluxTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=19, num_single_layers=38, attention_head_dim=128, num_attention_heads=24,
        joint_attention_dim=4096, pooled_projection_dim=768, guidance_embeds=True))
    inputs = dict(hidden_states=noise(1, 4096, 64), encoder_hidden_states=noise(1, 512, 4096), pooled_projections=noise(1, 768),
                  timestep=torch.tensor([0.5], device=GPU), guidance=torch.tensor([3.5], device=GPU), img_ids=grid(0, 3).to(torch.bfloat16),
                  txt_ids=torch.zeros(512, 3, device=GPU), return_dict=False)
    report("flux", [network], {"": lambda network: network(**inputs)})


def sdxl():
    config = dict(
        sample_size=128, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280), layers_per_block=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), transformer_layers_per_block=[1, 2, 10],
        attention_head_dim=[5, 10, 20], cross_attention_dim=2048, use_linear_projection=True, addition_embed_type="text_time",
        addition_time_embed_dim=256, projection_class_embeddings_input_dim=2816)
    unet = build(torch.float16, lambda: UNet2DConditionModel(**config)).half()
    control = random(ControlNetModel.from_unet(unet)).to(GPU).half()
    sample, states, picture = noise(2, 4, 128, 128), noise(2, 77, 2048), torch.rand(2, 3, 1024, 1024, device=GPU)
    added, when = dict(text_embeds=noise(2, 1280), time_ids=noise(2, 6)), torch.tensor(500, device=GPU)

    def both(unet, control):
        down, middle = control(sample, when, encoder_hidden_states=states, controlnet_cond=picture, added_cond_kwargs=added, return_dict=False)
        return unet(sample, when, encoder_hidden_states=states, added_cond_kwargs=added, down_block_additional_residuals=down,
                    mid_block_additional_residual=middle, return_dict=False)

    report("sdxl", [unet, control], {"": both})


def vae():
    network = build(torch.bfloat16, lambda: AutoencoderKL(
        in_channels=3, out_channels=3, down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=[128, 256, 512, 512], layers_per_block=2, latent_channels=16, sample_size=1024, use_quant_conv=False,
        use_post_quant_conv=False))
    latents, pixels = noise(1, 16, 128, 128), noise(1, 3, 1024, 1024)
    report("vae", [network], {"-decode": lambda network: network.decode(latents), "-encode": lambda network: network.encode(pixels)}, False)


def t5():
    from transformers import T5Config, T5EncoderModel

    network = build(torch.bfloat16, lambda: T5EncoderModel(T5Config(
        d_model=4096, d_ff=10240, d_kv=64, num_heads=64, num_layers=24, vocab_size=32128, feed_forward_proj="gated-gelu", is_gated_act=True)))
    network, ids = network.to(torch.bfloat16), torch.randint(0, 32000, (1, 512), device=GPU)
    report("t5", [network], {"": lambda network: network(ids)}, False)


def klein():
    network = build(torch.bfloat16, lambda: Flux2Transformer2DModel(
        patch_size=1, in_channels=128, num_layers=5, num_single_layers=20, attention_head_dim=128, num_attention_heads=24,
        joint_attention_dim=7680, timestep_guidance_channels=256, mlp_ratio=3.0, axes_dims_rope=(32,) * 4, rope_theta=2000,
        guidance_embeds=False))
    texts = torch.cartesian_prod(*[torch.arange(1)] * 3, torch.arange(512)).to(GPU)[None]
    states, when = noise(1, 512, 7680), torch.tensor([0.5], device=GPU)

    def step(references):
        latents = noise(1, 4096 * (1 + references), 128)
        places = torch.cat([grid(0, 4)] + [grid(10 + 10 * i, 4) for i in range(references)])[None]
        return lambda network: network(hidden_states=latents, encoder_hidden_states=states, timestep=when, guidance=None, img_ids=places,
                                       txt_ids=texts, return_dict=False)

    report("klein", [network], {"-0": step(0), "-1": step(1)})


def klein_vae():
    network = build(torch.bfloat16, AutoencoderKLFlux2)
    latents, pixels = noise(1, 32, 128, 128), noise(1, 3, 1024, 1024)
    report("klein-vae", [network], {"-decode": lambda network: network.decode(latents), "-encode": lambda network: network.encode(pixels)}, False)


def qwen3():
    from transformers import Qwen3Config, Qwen3ForCausalLM

    network = build(torch.bfloat16, lambda: Qwen3ForCausalLM(Qwen3Config(
        vocab_size=151936, hidden_size=2560, intermediate_size=9728, num_hidden_layers=36, num_attention_heads=32, num_key_value_heads=8,
        head_dim=128, tie_word_embeddings=True, rope_theta=1000000, rms_norm_eps=1e-6)))
    ids = torch.randint(0, 150000, (1, 512), device=GPU)
    report("qwen3", [network], {"": lambda network: network.model(input_ids=ids, output_hidden_states=True, use_cache=False)}, False)


PARTS = {"flux": flux, "sdxl": sdxl, "vae": vae, "t5": t5, "klein": klein, "klein-vae": klein_vae, "qwen3": qwen3}
for part in [word for word in sys.argv[1:] if not word.startswith("--")] or PARTS:
    try:
        PARTS[part]()
    except Exception as error:
        print(f"# {part}: {error}".splitlines()[0], flush=True)
    torch.set_default_dtype(torch.float32)
    gc.collect()
    torch.cuda.empty_cache()
