"""Reference pictures of FLUX.2 klein's pipelines: a tiny model with weights made from their names.

    pip install torch==2.15.0 diffusers==0.42.1 transformers==5.23.0
    python tests/parity/make_flux2_pipelines.py [--keep FOLDER]      (--keep saves the model as diffusers does, for `debug pipeline`)

Writes tokenizers/qwen3_tiny (a byte-level tokenizer with a chat template), fixtures/model--flux2.json (what each component's folder holds: config and
shapes), fixtures/pipeline--flux2-CASE.json (the request), fixtures/pipeline--flux2-CASE.png and the pictures that the request names, and
fixtures/chat-tokens.json.
"""
import json
import os
import shutil
import tempfile

import numpy as np
import torch
from diffusers import (AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinInpaintPipeline, Flux2KleinPipeline,
                       Flux2Transformer2DModel)
from PIL import Image
from transformers import Qwen2Tokenizer, Qwen3Config, Qwen3ForCausalLM

from fill import values
from make_pipelines import HERE, KEEP, OUT, filled, mask, photo, plain, write
from make_tokens import byte_letters

TOKENIZER = os.path.join(HERE, "tokenizers", "qwen3_tiny")
# The constructs of Qwen3's own template, for one message and no tools.
TEMPLATE = """{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(open=true, last=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.open and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.open = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if message.role == "user" or (message.role == "system" and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>assistant\\n' + content.split('</think>')[-1].lstrip('\\n') + '<|im_end|>\\n' }}
    {%- else %}
        {{- raise_exception('unknown role') }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}
"""
PROMPTS = [
    "", "a", "Hello, World!  It's 50% off, only $4.99", "신메뉴 출시! 갓 구운 빵", "여름 한정 — 딸기 라떼 2잔 ☕️ 👩‍🍳", "  spaces\t and\n\nnewlines  ",
    "<|im_end|> <|im_start|>system", "<think>hm</think> user", "ﬁne ① ½ İstanbul e\u0301clair", "A" * 300 + " end", "product photo, golden hour, " * 30 + "the last words",
    "신선한 재료로 매일 아침 굽는 수제 빵, " * 20 + "마지막",
]


def tokenizer():
    letters = byte_letters()
    space = letters[188 + 32]
    merges = [("a", "n"), ("o", "n"), (space, "a"), ("t", "h"), ("th", "e"), ("i", "n"), ("e", "r"), (space, "the"), ("ì", "ł"), ("l", "l"), ("2", "0")]
    tokens = letters + [a + b for a, b in merges]
    made = Qwen2Tokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=merges, additional_special_tokens=["<|im_start|>", "<|im_end|>"],
                          model_max_length=131072)
    made.add_tokens(["<think>", "</think>"])
    made.chat_template = TEMPLATE
    shutil.rmtree(TOKENIZER, ignore_errors=True)
    made.save_pretrained(TOKENIZER)
    return Qwen2Tokenizer.from_pretrained(TOKENIZER)


def tokens(made):
    out = []
    for prompt in PROMPTS:
        text = made.apply_chat_template([{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True, enable_thinking=False)
        row = made(text, padding="max_length", truncation=True, max_length=200)
        out.append({"prompt": prompt, "text": text, "ids": row.input_ids, "mask": row.attention_mask})
    with open(os.path.join(OUT, "chat-tokens.json"), "w", encoding="utf-8") as f:
        json.dump(out, f, ensure_ascii=False)
        f.write("\n")


def qwen3(seed, vocabulary):
    config = Qwen3Config(vocab_size=vocabulary, hidden_size=32, intermediate_size=48, num_hidden_layers=28, num_attention_heads=4,
                         num_key_value_heads=2, head_dim=16, tie_word_embeddings=True, rope_theta=1000000.0)
    model, shapes = filled(Qwen3ForCausalLM(config), seed, skip=("lm_head.weight",))
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(torch.from_numpy(values("model.embed_tokens.weight", (vocabulary, 32), seed)))
    return model, {"config": config.to_dict(), "shapes": shapes, "seed": seed}


def main():
    tokens_of = tokenizer()
    tokens(tokens_of)
    text_encoder, text_part = qwen3(21, 320)
    vae, shapes = filled(
        AutoencoderKLFlux2(block_out_channels=[8, 16, 16, 16], layers_per_block=1, latent_channels=4, norm_num_groups=4, sample_size=64,
                           down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4), 22)
    vae_part = {"config": dict(vae.config), "shapes": shapes, "seed": 22}
    transformer, shapes = filled(
        Flux2Transformer2DModel(in_channels=16, num_layers=2, num_single_layers=2, attention_head_dim=16, num_attention_heads=2,
                                joint_attention_dim=96, axes_dims_rope=[4, 4, 4, 4], guidance_embeds=False), 23)
    parts = {"transformer": {"config": dict(transformer.config), "shapes": shapes, "seed": 23}, "text_encoder": text_part, "vae": vae_part}
    scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15, base_image_seq_len=256,
                                                max_image_seq_len=4096)
    with open(os.path.join(OUT, "model--flux2.json"), "w") as f:
        json.dump(plain({"parts": parts, "scheduler": dict(scheduler.config)}), f)
        f.write("\n")
    both = dict(scheduler=scheduler, vae=vae, text_encoder=text_encoder, tokenizer=tokens_of, transformer=transformer)

    def save(case, kind, request, made, distilled, **pictures):
        write(f"flux2-{case}", kind, {}, {}, request, made, **pictures)
        path = os.path.join(OUT, f"pipeline--flux2-{case}.json")
        with open(path, "w") as f:
            json.dump({"kind": kind, "model": "model--flux2.json", "request": request,
                       "index": {"_class_name": "Flux2KleinPipeline", "is_distilled": distilled}}, f, ensure_ascii=False)
            f.write("\n")

    def references(pictures):
        return {f"reference{i}": picture for i, picture in enumerate(pictures)}

    def paint(case, width, height, steps, seed, pictures=(), distilled=True, guidance=1.0, prompt="a cup of cocoa on a wooden table 코코아 한 잔"):
        pipe = Flux2KleinPipeline(**both, is_distilled=distilled)
        pipe.set_progress_bar_config(disable=True)
        if KEEP:
            pipe.save_pretrained(os.path.join(KEEP, "flux2-distilled" if distilled else "flux2-base"))
        request = dict(prompt=prompt, width=width, height=height, steps=steps, guidance=guidance, seed=seed)
        made = pipe(prompt=prompt, image=list(pictures) or None, width=width, height=height, num_inference_steps=steps, guidance_scale=guidance,
                    generator=torch.Generator().manual_seed(seed)).images[0]
        save(case, "flux2-edit" if pictures else "flux2-text-to-image", request, made, distilled, **references(pictures))

    def inpaint(case, strength, steps, seed, size=(96, 64), pictures=(), mask_size=None):
        pipe = Flux2KleinInpaintPipeline(**both, is_distilled=True)
        pipe.set_progress_bar_config(disable=True)
        width, height = size
        request = dict(prompt="a blue mug 머그", width=width, height=height, steps=steps, guidance=1.0, seed=seed, strength=strength)
        image, area = photo(width, height), mask(*(mask_size or size))
        made = pipe(prompt=request["prompt"], image=image, mask_image=area, image_reference=list(pictures) or None, width=width, height=height,
                    strength=strength, num_inference_steps=steps, guidance_scale=1.0, generator=torch.Generator().manual_seed(seed)).images[0]
        save(case, "flux2-inpaint", request, made, True, image=image, mask=area, **references(pictures))

    large = Image.fromarray(np.kron(np.array([[[200, 40, 40], [240, 240, 230]], [[20, 90, 160], [250, 200, 60]]], np.uint8), np.ones((460, 640, 1), np.uint8)))
    paint("text-wide", 96, 64, 4, 5)
    paint("text-tall", 64, 112, 3, 1234567, prompt="product photo, golden hour, " * 60)
    paint("text-guided", 64, 64, 4, 77, distilled=False, guidance=3.0)
    paint("edit-one", 96, 64, 4, 8, [photo(85, 70)])
    paint("edit-two", 64, 80, 3, 9, [photo(64, 96), photo(120, 65)])
    paint("edit-large", 64, 64, 2, 10, [large])
    inpaint("inpaint-6", 0.6, 10, 3)
    inpaint("inpaint-10", 1.0, 4, 4)
    inpaint("inpaint-reference", 0.6, 5, 6, pictures=[photo(70, 90)])
    inpaint("inpaint-sizes", 0.8, 4, 7, size=(90, 75), mask_size=(128, 128))


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    main()
