"""Reference values of the schedules and the noise: torch 2.15.0, diffusers 0.42.1, numpy 2.x, safetensors 0.7.

    python tests/parity/make_schedules.py
"""
import json
from pathlib import Path

import numpy as np
import torch
from diffusers import EulerDiscreteScheduler, FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.flux.pipeline_flux import calculate_shift
from safetensors.torch import save_file

OUT = Path(__file__).parent / "fixtures"
OUT.mkdir(exist_ok=True)


def write(name, config, inputs, outputs, tolerance):
    (OUT / f"{name}.json").write_text(json.dumps({"config": config, "tolerance": tolerance}) + "\n")
    tensors = {f"in.{k}": v for k, v in inputs.items()} | {f"out.{k}": v for k, v in outputs.items()}
    save_file({k: v.contiguous() for k, v in tensors.items()}, str(OUT / f"{name}.safetensors"))


def n(value):
    return torch.tensor([value])


DEV = dict(base_image_seq_len=256, base_shift=0.5, max_image_seq_len=4096, max_shift=1.15, num_train_timesteps=1000, shift=3.0,
           use_dynamic_shifting=True)
SCHNELL = DEV | dict(shift=1.0, use_dynamic_shifting=False)
FLOW = [
    ("dev", DEV, 28, 4096), ("dev-small", DEV, 50, 1000), ("dev-one", DEV, 1, 256), ("schnell", SCHNELL, 4, 4096),
    ("static", SCHNELL | dict(shift=3.0), 10, 64), ("linear", DEV | dict(time_shift_type="linear"), 9, 3000),
    ("terminal", DEV | dict(shift_terminal=0.1), 7, 2048), ("karras", SCHNELL | dict(use_karras_sigmas=True), 6, 64),
    ("exponential", SCHNELL | dict(use_exponential_sigmas=True, num_train_timesteps=500), 6, 64),
    ("inverted", SCHNELL | dict(invert_sigmas=True), 5, 64),
]
for name, config, steps, tokens in FLOW:
    s = FlowMatchEulerDiscreteScheduler(**config)
    mu = calculate_shift(tokens, s.config.base_image_seq_len, s.config.max_image_seq_len, s.config.base_shift, s.config.max_shift)
    s.set_timesteps(sigmas=np.linspace(1.0, 1 / steps, steps), mu=mu)
    inputs = {"num_inference_steps": n(steps), "image_seq_len": n(tokens)}
    write(f"flow-match-euler--{name}", {k: v for k, v in s.config.items() if not k.startswith("_")}, inputs, {"sigmas": s.sigmas, "timesteps": s.timesteps}, 1e-6)
for name, config, steps in [("own-static", SCHNELL | dict(shift=3.0), 10), ("own-plain", SCHNELL, 25)]:
    s = FlowMatchEulerDiscreteScheduler(**config)
    s.set_timesteps(steps)
    write(f"flow-match-euler--{name}", config, {"num_inference_steps": n(steps)}, {"sigmas": s.sigmas, "timesteps": s.timesteps}, 1e-6)

SDXL = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", interpolation_type="linear", num_train_timesteps=1000,
            prediction_type="epsilon", sample_max_value=1.0, set_alpha_to_one=False, skip_prk_steps=True, steps_offset=1,
            timestep_spacing="leading", trained_betas=None, use_karras_sigmas=False)
EULER = [
    ("sdxl-30", SDXL, 30), ("sdxl-7", SDXL, 7), ("sdxl-1", SDXL, 1), ("trailing", SDXL | dict(timestep_spacing="trailing"), 9),
    ("trailing-27", SDXL | dict(timestep_spacing="trailing"), 27), ("linspace", SDXL | dict(timestep_spacing="linspace"), 20),
    ("linear", dict(num_train_timesteps=1000), 13), ("v", SDXL | dict(prediction_type="v_prediction", rescale_betas_zero_snr=True), 11),
    ("cosine", SDXL | dict(beta_schedule="squaredcos_cap_v2"), 8), ("karras", SDXL | dict(use_karras_sigmas=True), 12),
    ("exponential", SDXL | dict(use_exponential_sigmas=True, final_sigmas_type="sigma_min"), 12),
    ("log", SDXL | dict(interpolation_type="log_linear"), 6),
    ("continuous", SDXL | dict(prediction_type="v_prediction", timestep_type="continuous", use_karras_sigmas=True, sigma_min=0.002,
                               sigma_max=700.0), 6),
]
for name, config, steps in EULER:
    s = EulerDiscreteScheduler(**{k: v for k, v in config.items() if k not in ("sample_max_value", "set_alpha_to_one", "skip_prk_steps")})
    s.set_timesteps(steps)
    outputs = {"sigmas": s.sigmas, "timesteps": s.timesteps, "init_noise_sigma": torch.as_tensor(s.init_noise_sigma).reshape(1)}
    write(f"euler-discrete--{name}", config, {"num_inference_steps": n(steps)}, outputs, 1e-5)

NOISE = [
    (0, (1,)), (1, (7,)), (42, (15,)), (42, (16,)), (3, (17,)), (2**31 + 5, (3, 5, 7)), (2**32 - 1, (31,)), (2**40 + 123, (64,)),
    (12345, (1, 4, 20, 13)), (7, (2, 16, 6, 10)), (99, (1, 1000)), (2024, (1, 4, 33, 33)), (5, (15, 1)),
]
for seed, shape in NOISE:
    noise = torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))
    name = f"torch-randn--{seed}-{'x'.join(map(str, shape))}"
    write(name, {}, {"seed": n(seed), "shape": torch.tensor(shape)}, {"noise": noise}, 1e-6)
