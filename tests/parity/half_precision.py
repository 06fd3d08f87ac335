"""How far diffusers' own half precision is from its float32 on the U-Net cases, with weights rounded to bfloat16; relative error of the output.

    python tests/parity/half_precision.py
"""
import copy
import json
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from fill import fill
from safetensors.torch import load_file

FIXTURES = Path(__file__).parent / "fixtures"


def inputs_of(tensors):
    inputs = {name[3:]: tensor for name, tensor in tensors.items() if name.startswith("in.")}
    count = sum(name.startswith("down_") for name in inputs)
    return inputs, [inputs[f"down_{i}"] for i in range(count)]


def run(model, tensors, dtype):
    inputs, down = inputs_of(tensors)
    added = {name: inputs[name].to(dtype) for name in ("text_embeds", "time_ids") if name in inputs} or None
    control = {}
    if down:
        control = dict(down_block_additional_residuals=[t.to(dtype) for t in down], mid_block_additional_residual=inputs["mid"].to(dtype))
    with torch.no_grad():
        out = model(inputs["sample"].to(dtype), inputs["timestep"], inputs["encoder_hidden_states"].to(dtype), added_cond_kwargs=added,
                    **control)
    return out.sample.double()


for path in sorted(FIXTURES.glob("sdxl-unet--*.json")):
    case, tensors = json.loads(path.read_text()), load_file(str(path.with_suffix(".safetensors")))
    model = UNet2DConditionModel(**case["config"]).eval()
    fill(model, case["seed"])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.bfloat16().float())
    exact = run(model, tensors, torch.float32)
    for dtype in (torch.bfloat16, torch.float16):
        found = run(copy.deepcopy(model).to(dtype), tensors, dtype)
        print(path.stem, dtype, f"{((found - exact).norm() / exact.norm()).item():.2e}")
