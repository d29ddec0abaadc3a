"""Writes embedding-reference.json: the vectors that the static model gives, computed without the package's code.

python embedding-reference.py  (needs numpy and tokenizers, the Rust tokenizer that tokenizer.json was written for)
"""

import json
import pathlib

import numpy
import tokenizers

here = pathlib.Path(__file__).parent
model = here.parent.parent / "www" / "public" / "model"
vectors = numpy.fromfile(model / "vectors.i8", dtype="i1").reshape(30522, 256).astype("f8")
scales = numpy.fromfile(model / "scales.f32", dtype="<f4").astype("f8")
tokenizer = tokenizers.Tokenizer.from_file(str(model / "tokenizer.json"))
tokenizer.no_padding()
tokenizer.no_truncation()

TEXTS = [
    "How do I undo the last commit?",
    "Ownership is Rust’s most unique feature.",
    "ÀÉÎ naïve café — Straße, 東京, snake_case, C++, x86_64, 3.14",
    "let s1 = String::from(\"hello\");\n\tprintln!(\"{s1}, world!\");",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "[CLS] the words of special tokens [SEP]",
    "crab 🦀 unknown",
    "word " * 400,
]


def embed(text):
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    mean = (vectors[ids] * scales[ids][:, None]).mean(axis=0)
    return {
        "text": text,
        "tokens": len(ids),
        "embedding": [round(float(value), 7) for value in mean / numpy.linalg.norm(mean)],
    }


with open(here / "embedding-reference.json", "w", encoding="utf-8") as file:
    rows = ",\n".join(json.dumps(embed(text), ensure_ascii=False, separators=(",", ":")) for text in TEXTS)
    file.write(f"[\n{rows}\n]\n")
