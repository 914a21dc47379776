"""Bundles and what comes in them, made by tests."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def bundle(path: Path, files: Mapping[str, bytes | Path], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content if isinstance(content, bytes) else content.read_bytes())
    path.chmod(0o644)
    return path


def tokenizer(*words: str) -> bytes:
    """A file of the package tokenizers: [PAD], [UNK], [CLS], [SEP], then the words, which are split at blanks."""
    vocabulary = {word: number for number, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *words))}
    special: list[dict[str, Any]] = [{"id": mark, "type_id": 0} for mark in ("[CLS]", "[SEP]")]
    framed = [{"SpecialToken": special[0]}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": special[1]}]
    tokens = {mark: {"id": mark, "ids": [vocabulary[mark]], "tokens": [mark]} for mark in ("[CLS]", "[SEP]")}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": {"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0},
            "padding": None,
            "added_tokens": [],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "WhitespaceSplit"},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": framed,
                "pair": framed,
                "special_tokens": tokens,
            },
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        }
    ).encode()
