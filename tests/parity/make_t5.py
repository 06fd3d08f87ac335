"""Reference values for t5-encoder: torch 2.15, transformers 5.23, CPU, float32.

    python tests/parity/make_t5.py
"""
import numpy as np
import torch
from transformers import T5Config, T5EncoderModel

from cases import write
from fill import values

BASE = dict(
    vocab_size=96, d_model=32, d_kv=8, d_ff=48, num_layers=3, num_heads=4, relative_attention_num_buckets=32,
    relative_attention_max_distance=128, layer_norm_epsilon=1e-6, feed_forward_proj="gated-gelu",
)


def filled(model, seed, drop=()):
    """Fills every parameter; tied ones under each of their names with the values of `shared.weight`."""
    shapes = {}
    state = model.state_dict()
    with torch.no_grad():
        for name, tensor in state.items():
            source = "shared.weight" if name == "encoder.embed_tokens.weight" else name
            tensor.copy_(torch.from_numpy(values(source, tuple(tensor.shape), seed)))
            if name not in drop:
                shapes[name] = list(tensor.shape)
    return shapes


def case(name, seed, batch, tokens, mask=False, drop=("encoder.embed_tokens.weight",), **change):
    config = BASE | change
    model = T5EncoderModel(T5Config(**config)).eval()
    shapes = filled(model, seed, drop)
    rng = np.random.Generator(np.random.PCG64(seed))
    ids = rng.integers(0, config["vocab_size"], (batch, tokens))
    inputs = {"input_ids": ids}
    attention = None
    if mask:
        lengths = np.linspace(tokens // 2, tokens, batch).astype(int)
        inputs["attention_mask"] = (np.arange(tokens)[None, :] < lengths[:, None]).astype(np.int64)
        attention = torch.from_numpy(inputs["attention_mask"])
    with torch.no_grad():
        states = model(input_ids=torch.from_numpy(ids), attention_mask=attention).last_hidden_state.numpy()
    config["model_type"] = "t5"
    write("t5-encoder", name, config, shapes, seed, inputs, {"last_hidden_state": states})


if __name__ == "__main__":
    case("short", seed=1, batch=2, tokens=9)
    # Every bucket of the relative positions, on both sides.
    case("long", seed=2, batch=1, tokens=171, num_layers=2)
    case("masked", seed=3, batch=3, tokens=14, mask=True)
    case("first-version", seed=4, batch=1, tokens=21, feed_forward_proj="relu", d_kv=6, num_heads=3)
    case("few-buckets", seed=5, batch=1, tokens=37, relative_attention_num_buckets=8, relative_attention_max_distance=20, d_kv=16)
