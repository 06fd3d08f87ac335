"""How far diffusers' and transformers' own half precision is from their float32 on the cases of the U-Net, Qwen3 and FLUX.2, with weights rounded to
that type; relative error of the output.

    python tests/parity/half_precision.py
"""
import copy
import json
from pathlib import Path

import torch
from diffusers import Flux2Transformer2DModel, UNet2DConditionModel
from fill import fill, values
from safetensors.torch import load_file
from transformers import Qwen3Config, Qwen3ForCausalLM

FIXTURES = Path(__file__).parent / "fixtures"


def unet(model, inputs, dtype):
    down = [inputs[f"down_{i}"] for i in range(sum(name.startswith("down_") for name in inputs))]
    added = {name: inputs[name].to(dtype) for name in ("text_embeds", "time_ids") if name in inputs} or None
    control = {}
    if down:
        control = dict(down_block_additional_residuals=[t.to(dtype) for t in down], mid_block_additional_residual=inputs["mid"].to(dtype))
    return model(inputs["sample"].to(dtype), inputs["timestep"], inputs["encoder_hidden_states"].to(dtype), added_cond_kwargs=added,
                 **control).sample


def qwen3(model, inputs, dtype):
    states = model(**inputs, output_hidden_states=True, use_cache=False).hidden_states
    return torch.cat([states[i] for i in (9, 18, 27)], -1)


def flux2(model, inputs, dtype):
    large = ("hidden_states", "encoder_hidden_states")
    return model(**{name: tensor.to(dtype) if name in large else tensor for name, tensor in inputs.items()}).sample


def make_qwen3(config, seed):
    config = {name: value for name, value in config.items() if name != "model_type"}
    model = Qwen3ForCausalLM(Qwen3Config(**config))
    fill(model, seed)
    with torch.no_grad():
        shape = (config["vocab_size"], config["hidden_size"])
        model.model.embed_tokens.weight.copy_(torch.from_numpy(values("model.embed_tokens.weight", shape, seed)))
    return model


def from_config(kind):
    def make(config, seed):
        model = kind(**{name: value for name, value in config.items() if not name.startswith("_")})
        fill(model, seed)
        return model

    return make


KINDS = {
    "sdxl-unet": (from_config(UNet2DConditionModel), unet),
    "qwen3-text": (make_qwen3, qwen3),
    "flux2-transformer": (from_config(Flux2Transformer2DModel), flux2),
}

for kind, (make, run) in KINDS.items():
    for path in sorted(FIXTURES.glob(f"{kind}--*.json")):
        case, tensors = json.loads(path.read_text()), load_file(str(path.with_suffix(".safetensors")))
        inputs = {name[3:]: tensor for name, tensor in tensors.items() if name.startswith("in.")}
        if kind == "flux2-transformer" and "img_ids" not in inputs:
            continue
        for dtype in (torch.bfloat16, torch.float16):
            model = make(case["config"], case["seed"]).eval()
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.copy_(parameter.to(dtype).float())
                exact = run(model, inputs, torch.float32).double()
                found = run(copy.deepcopy(model).to(dtype), inputs, dtype).double()
            print(path.stem, dtype, f"{((found - exact).norm() / exact.norm()).item():.2e}", flush=True)
