"""GGUF files as the gguf 0.19 writer writes them, and reference values: torch 2.15, diffusers 0.42.1, transformers 5.23, CPU, float32.

    python tests/parity/make_gguf.py

gguf-py packs Q8_0 and the other simple types itself. It cannot pack K-quants, so their blocks are random bits with scales that give
weights of the usual size; it unpacks them, and that is the reference.
"""
import json
import os

import numpy as np
import torch
from diffusers import FluxTransformer2DModel
from gguf import GGMLQuantizationType as T
from gguf import GGUFWriter
from gguf.quants import dequantize, quantize
from transformers import T5Config, T5EncoderModel

from cases import FOLDER, uniform
from fill import values
from make_flux import flux_ids
from safetensors.numpy import save_file

# (bytes in a block of 256, offset of d, offset of dmin)
K_BLOCKS = {T.Q2_K: (84, 80, 82), T.Q3_K: (110, 108, None), T.Q4_K: (144, 0, 2), T.Q5_K: (176, 0, 2), T.Q6_K: (210, 208, None)}
# d times this is about a weight's size.
K_SIZE = {T.Q2_K: 16.0, T.Q3_K: 45.0, T.Q4_K: 170.0, T.Q5_K: 350.0, T.Q6_K: 1400.0}
# dmin over d, so that the mean is zero.
K_MIN = {T.Q2_K: 1.5, T.Q4_K: 7.5, T.Q5_K: 15.5}


def packed(name, array, kind):
    """(bytes for the writer, the values that they stand for)"""
    if kind in K_BLOCKS:
        size, d, dmin = K_BLOCKS[kind]
        rng = np.random.Generator(np.random.PCG64([7, *name.encode()]))
        blocks = rng.integers(0, 256, (array.size // 256, size), dtype=np.uint8)
        scale = float(array.std()) / K_SIZE[kind] * rng.uniform(0.8, 1.2, len(blocks))
        blocks[:, d : d + 2] = scale.astype(np.float16)[:, None].view(np.uint8)
        if dmin is not None:
            blocks[:, dmin : dmin + 2] = (scale * K_MIN[kind]).astype(np.float16)[:, None].view(np.uint8)
        data = blocks.reshape(*array.shape[:-1], -1)
    else:
        data = quantize(array, kind)
    return data, dequantize(data, kind).reshape(array.shape).astype(np.float32)


def write(case, arch, tensors):
    """`tensors`: {name: (array, type)}. Returns what the file stands for."""
    writer = GGUFWriter(os.path.join(FOLDER, f"gguf--{case}.gguf"), arch)
    meant = {}
    for name, (array, kind) in tensors.items():
        data, meant[name] = packed(name, array, kind)
        writer.add_tensor(name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return meant


def note(case, kind, config, inputs, outputs):
    stem = os.path.join(FOLDER, f"gguf--{case}")
    save_file({f"in.{n}": t for n, t in inputs.items()} | {f"out.{n}": np.ascontiguousarray(t) for n, t in outputs.items()}, stem + ".safetensors")
    with open(stem + ".json", "w") as f:
        json.dump({"kind": kind, "config": config}, f)
        f.write("\n")
    print(f"gguf--{case}", {n: list(t.shape) for n, t in outputs.items()})


def types():
    tensors = {}
    for kind in [T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0]:
        tensors[kind.name] = (values(kind.name, (5, 64), 1), kind)
    for kind in K_BLOCKS:
        tensors[kind.name] = (values(kind.name, (3, 512), 1), kind)
    meant = write("types", "test", tensors)
    save_file(meant, os.path.join(FOLDER, "gguf--types.safetensors"))


def flux(case, seed, kinds, rows, columns, text, **config):
    """FLUX in its authors' layout. `kinds(name)` says how a matrix is packed."""
    model = FluxTransformer2DModel(**config).eval()
    inner = config["num_attention_heads"] * config["attention_head_dim"]
    tensors = {}

    def put(name, shape):
        kind = kinds(name) if len(shape) > 1 else T.F32
        tensors[name] = (values(name, shape, seed), kind)

    def linear(name, rows, columns):
        put(f"{name}.weight", (rows, columns))
        put(f"{name}.bias", (rows,))

    linear("img_in", inner, config["in_channels"])
    linear("txt_in", inner, config["joint_attention_dim"])
    embedders = [("time_in", 256), ("vector_in", config["pooled_projection_dim"])]
    for name, size in embedders + ([("guidance_in", 256)] if config["guidance_embeds"] else []):
        linear(f"{name}.in_layer", inner, size)
        linear(f"{name}.out_layer", inner, inner)
    for i in range(config["num_layers"]):
        for stream in ("img", "txt"):
            block = f"double_blocks.{i}.{stream}"
            linear(f"{block}_mod.lin", 6 * inner, inner)
            linear(f"{block}_attn.qkv", 3 * inner, inner)
            linear(f"{block}_attn.proj", inner, inner)
            put(f"{block}_attn.norm.query_norm.scale", (config["attention_head_dim"],))
            put(f"{block}_attn.norm.key_norm.scale", (config["attention_head_dim"],))
            linear(f"{block}_mlp.0", 4 * inner, inner)
            linear(f"{block}_mlp.2", inner, 4 * inner)
    for i in range(config["num_single_layers"]):
        block = f"single_blocks.{i}"
        linear(f"{block}.modulation.lin", 3 * inner, inner)
        linear(f"{block}.linear1", 7 * inner, inner)
        linear(f"{block}.linear2", inner, 5 * inner)
        put(f"{block}.norm.query_norm.scale", (config["attention_head_dim"],))
        put(f"{block}.norm.key_norm.scale", (config["attention_head_dim"],))
    linear("final_layer.adaLN_modulation.1", 2 * inner, inner)
    linear("final_layer.linear", config["in_channels"], inner)
    meant = write(case, "flux", tensors)

    # diffusers' own converter turns the authors' names into its own.
    from diffusers.loaders.single_file_utils import convert_flux_transformer_checkpoint_to_diffusers

    state = {n: torch.from_numpy(a.copy()) for n, a in meant.items()}
    if config["num_layers"] == 0 or inner != 3072:
        state = convert(state, inner, config)
    else:
        state = convert_flux_transformer_checkpoint_to_diffusers(state)
    model.load_state_dict(state)
    inputs = {
        "hidden_states": uniform("hidden_states", (1, rows * columns, config["in_channels"]), seed),
        "encoder_hidden_states": uniform("encoder_hidden_states", (1, text, config["joint_attention_dim"]), seed),
        "pooled_projections": uniform("pooled_projections", (1, config["pooled_projection_dim"]), seed),
        "timestep": np.array([0.625], np.float32),
        "img_ids": flux_ids(rows, columns),
        "txt_ids": np.zeros((text, 3), np.float32),
    }
    if config["guidance_embeds"]:
        inputs["guidance"] = np.array([3.5], np.float32)
    with torch.no_grad():
        sample = model(**{n: torch.from_numpy(t) for n, t in inputs.items()}).sample.numpy()
    note(case, "flux-transformer", config, inputs, {"sample": sample})


def convert(state, inner, config):
    """The converter of diffusers assumes the full size (3072, 19 and 38 blocks): lent ours for the call."""
    import inspect

    from diffusers.loaders import single_file_utils

    source = inspect.getsource(single_file_utils.convert_flux_transformer_checkpoint_to_diffusers)
    source = source.replace("inner_dim = 3072", f"inner_dim = {inner}")
    for name, count in (("num_layers", config["num_layers"]), ("num_single_layers", config["num_single_layers"])):
        lines = [f"    {name} = {count}" if line.strip().startswith(f"{name} = ") else line for line in source.split("\n")]
        source = "\n".join(lines)
    scope = vars(single_file_utils).copy()
    exec(source, scope)
    return scope["convert_flux_transformer_checkpoint_to_diffusers"](dict(state))


def t5(case, seed, batch, tokens):
    config = dict(
        vocab_size=96, d_model=64, d_kv=16, d_ff=96, num_layers=2, num_heads=4, relative_attention_num_buckets=32,
        relative_attention_max_distance=128, layer_norm_epsilon=1e-6, feed_forward_proj="gated-gelu",
    )
    inner = config["num_heads"] * config["d_kv"]
    model = T5EncoderModel(T5Config(**config)).eval()
    names = {"token_embd.weight": ("shared.weight", (96, 64), T.Q8_0)}
    for i in range(config["num_layers"]):
        block, attention, mlp = f"encoder.block.{i}.layer", "0.SelfAttention", "1.DenseReluDense"
        for old, new, shape in [
            ("attn_q", f"{attention}.q", (inner, 64)), ("attn_k", f"{attention}.k", (inner, 64)), ("attn_v", f"{attention}.v", (inner, 64)),
            ("attn_o", f"{attention}.o", (64, inner)), ("ffn_gate", f"{mlp}.wi_0", (96, 64)), ("ffn_up", f"{mlp}.wi_1", (96, 64)),
            ("ffn_down", f"{mlp}.wo", (64, 96)),
        ]:
            names[f"enc.blk.{i}.{old}.weight"] = (f"{block}.{new}.weight", shape, T.Q8_0)
        names[f"enc.blk.{i}.attn_norm.weight"] = (f"{block}.0.layer_norm.weight", (64,), T.F32)
        names[f"enc.blk.{i}.ffn_norm.weight"] = (f"{block}.1.layer_norm.weight", (64,), T.F32)
    names["enc.blk.0.attn_rel_b.weight"] = ("encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight", (32, 4), T.F16)
    names["enc.output_norm.weight"] = ("encoder.final_layer_norm.weight", (64,), T.F32)
    meant = write(case, "t5", {old: (values(old, shape, seed), kind) for old, (_, shape, kind) in names.items()})
    state = {new: torch.from_numpy(meant[old].copy()) for old, (new, _, _) in names.items()}
    state["encoder.embed_tokens.weight"] = state["shared.weight"]
    model.load_state_dict(state)
    ids = np.random.Generator(np.random.PCG64(seed)).integers(0, 96, (batch, tokens))
    with torch.no_grad():
        states = model(input_ids=torch.from_numpy(ids)).last_hidden_state.numpy()
    note(case, "t5-encoder", config, {"input_ids": ids}, {"last_hidden_state": states})


def by_width(name):
    """Q8_0 wants rows in blocks of 32; what is narrower stays as sharers leave it."""
    return T.BF16 if name.startswith("img_in") else T.F16 if name.startswith("final_layer") else T.Q8_0


def k_quants(name):
    if name.startswith(("img_in", "txt_in", "vector_in.in", "final_layer")):
        return T.F16
    return T.Q6_K if "linear2" in name else T.Q5_K if name.startswith(("time_in", "vector_in")) else T.Q4_K


if __name__ == "__main__":
    types()
    flux("flux-q8", 1, by_width, rows=3, columns=5, text=7, in_channels=16, num_layers=1, num_single_layers=1, attention_head_dim=32,
         num_attention_heads=2, joint_attention_dim=32, pooled_projection_dim=32, guidance_embeds=True, axes_dims_rope=[4, 12, 16])
    flux("flux-q4k", 2, k_quants, rows=2, columns=3, text=5, in_channels=16, num_layers=0, num_single_layers=1, attention_head_dim=128,
         num_attention_heads=2, joint_attention_dim=24, pooled_projection_dim=20, guidance_embeds=False, axes_dims_rope=[16, 56, 56])
    t5("t5-q8", 3, batch=2, tokens=11)
