"""Reference token numbers: transformers 5.23 (`CLIPTokenizer`, `T5Tokenizer`).

    python tests/parity/make_tokens.py

The vocabulary of CLIP follows from its merges: 256 byte letters, the same at the end of a word, one token a merge, two marks.
"""
import json
import os
import tempfile

from transformers import CLIPTokenizer, T5Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
PROMPTS = [
    "", "a", "Hello, World!", "A cup of coffee -- on the table!!! 50% off, only $4.99", "신메뉴 출시! 갓 구운 빵",
    "여름 한정 — 딸기 라떼 2잔 사면 1잔 무료 ☕️", "☕️ emoji 👩‍🍳🔥 test 🇰🇷", "  spaces\t and\nnewlines  ", "don't we'll I'M they've it's",
    "<|endoftext|> hi <|startoftext|>", "naïve café ﬁne ① ½ ™ İstanbul", "日本語 テスト 中文测试", "</s> <extra_id_0> x <pad> <unk>",
    "e\u0301clair cre\u0300me bru\u0302le\u0301e", "snake_case camelCase URL: https://example.com/a?b=c&d=%20", "\u200bzero\u200dwidth\ufeff",
    "A" * 300 + " end", "product photo of a perfume bottle on wet black stone, golden hour, bokeh, 85mm, " * 12 + "the last words",
    "신선한 재료로 매일 아침 굽는 수제 빵, " * 20 + "마지막", "!!!!!!!! sale!!! !",
]


def byte_letters():
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, extra = {b: chr(b) for b in plain}, 0
    for b in range(256):
        if b not in letters:
            letters[b] = chr(256 + extra)
            extra += 1
    return [letters[b] for b in plain] + [letters[b] for b in range(256) if b not in plain]


def clip_folder(folder, pad):
    with open(os.path.join(HERE, "tokenizers", "clip_merges.txt"), encoding="utf-8") as f:
        text = f.read()
    merges = [line.split() for line in text.split("\n")[1:] if line]
    letters = byte_letters()
    tokens = letters + [c + "</w>" for c in letters] + ["".join(m) for m in merges] + ["<|startoftext|>", "<|endoftext|>"]
    vocab = {t: i for i, t in enumerate(tokens)}
    assert len(vocab) == 49408 and vocab["!"] == 0
    with open(os.path.join(folder, "vocab.json"), "w", encoding="utf-8") as f:
        json.dump(vocab, f)
    with open(os.path.join(folder, "merges.txt"), "w", encoding="utf-8") as f:
        f.write(text)
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
        json.dump({"tokenizer_class": "CLIPTokenizer", "pad_token": pad, "model_max_length": 77}, f)


def main():
    out = {"prompts": PROMPTS, "ids": {}}
    for name, pad in [("clip-l", "<|endoftext|>"), ("clip-bigg", "!")]:
        with tempfile.TemporaryDirectory() as folder:
            clip_folder(folder, pad)
            tokenizer = CLIPTokenizer.from_pretrained(folder)
            args = dict(padding="max_length", max_length=77, truncation=True)
            out["ids"][name] = [tokenizer(p, **args).input_ids for p in PROMPTS]
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(HERE, "tokenizers", "t5_tokenizer.json"), "rb") as f, open(os.path.join(folder, "tokenizer.json"), "wb") as g:
            g.write(f.read())
        with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
            json.dump({"tokenizer_class": "T5Tokenizer", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}, f)
        tokenizer = T5Tokenizer.from_pretrained(folder)
        args = dict(padding="max_length", max_length=96, truncation=True)
        out["ids"]["t5"] = [tokenizer(p, **args).input_ids for p in PROMPTS]
    with open(os.path.join(HERE, "fixtures", "tokens.json"), "w", encoding="utf-8") as f:
        json.dump(out, f, ensure_ascii=False)
        f.write("\n")


if __name__ == "__main__":
    main()
