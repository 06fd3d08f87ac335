"""Reference values for clip-text: torch 2.15, transformers 5.23, CPU, float32.

    python tests/parity/make_clip.py
"""
import numpy as np
import torch
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from cases import write
from fill import values

BASE = dict(
    vocab_size=120, hidden_size=32, intermediate_size=64, projection_dim=32, num_hidden_layers=3, num_attention_heads=4,
    max_position_embeddings=77, hidden_act="quick_gelu", layer_norm_eps=1e-5, eos_token_id=2, bos_token_id=0, pad_token_id=1,
)
BOS, EOS = 118, 119


def filled(model, seed):
    """Public files have the segment `text_model.` whether the class has a projection or not."""
    shapes = {}
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if name.endswith("position_ids"):
                continue
            full = name if name.startswith(("text_model.", "text_projection.")) else f"text_model.{name}"
            tensor.copy_(torch.from_numpy(values(full, tuple(tensor.shape), seed)))
            shapes[full] = list(tensor.shape)
    return shapes


def prompts(batch, tokens, seed, eos, pad):
    rng = np.random.Generator(np.random.PCG64(seed))
    ids = rng.integers(2, BOS, (batch, tokens))
    ids[:, 0] = BOS
    for row in range(batch):
        end = tokens - 1 - row * (tokens // 3)
        ids[row, end] = eos
        ids[row, end + 1 :] = pad
    return ids


def case(name, seed, batch, tokens, projection=False, eos=EOS, pad=EOS, bare=False, **change):
    config = BASE | change
    kind = CLIPTextModelWithProjection if projection else CLIPTextModel
    model = kind(CLIPTextConfig(**config)).eval()
    shapes = filled(model, seed)
    ids = prompts(batch, tokens, seed, eos, pad)
    with torch.no_grad():
        out = model(input_ids=torch.from_numpy(ids), output_hidden_states=True)
    outputs = {
        "last_hidden_state": out.last_hidden_state.numpy(),
        "penultimate": out.hidden_states[-2].numpy(),
        "pooled": (out.text_embeds if projection else out.pooler_output).numpy(),
    }
    config |= {"architectures": [kind.__name__], "model_type": "clip_text_model"}
    write("clip-text", name, config, shapes, seed, {"input_ids": ids}, outputs)


if __name__ == "__main__":
    case("l", seed=1, batch=2, tokens=77)
    case("l-odd", seed=2, batch=3, tokens=13)
    case("bigg", seed=3, batch=2, tokens=77, projection=True, hidden_act="gelu", projection_dim=24, pad=0)
    case("bigg-odd", seed=4, batch=1, tokens=11, projection=True, hidden_act="gelu", num_attention_heads=2, pad=0)
    case("new-eos", seed=5, batch=2, tokens=19, projection=True, eos_token_id=57, eos=57, pad=1, num_hidden_layers=1)
