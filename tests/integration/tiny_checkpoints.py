"""Tiny checkpoints of every family that the conversion knows, made on the fly.

Each has a SentencePiece tokenizer trained on the sentences below and a two-layer model that has learned some of
them by heart: a model left at random repeats one token, and equal repetitions would prove nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencepiece
import torch
import transformers

from tarjimon.domain import DecodingSettings, Task
from tarjimon.models.spec import LocalFolder, ModelSpec, Scheme

PAIRS = (
    ("Bugun havo ochiq.", "Сегодня ясная погода."),
    ("Ertaga yomg'ir yog'adi.", "Завтра будет дождь."),
    ("Kitob stol ustida turibdi.", "Книга лежит на столе."),
    ("Bolalar maktabga ketdi.", "Дети ушли в школу."),
    ("Men choy ichaman.", "Я пью чай."),
    ("Bozorda olma arzon.", "На рынке яблоки дёшевы."),
    ("Poyezd soat beshda keladi.", "Поезд приходит в пять часов."),
    ("Tog'larda qor erimoqda.", "В горах тает снег."),
    ("Ukam gitara chaladi.", "Мой брат играет на гитаре."),
    ("Do'kon yopiq edi.", "Магазин был закрыт."),
    ("Shahar markazida yangi bog' ochildi.", "В центре города открылся новый парк."),
    ("Uchrashuv kechqurun bo'ladi.", "Встреча будет вечером."),
)
UNSEEN = ("Bugun bozor yopiq.", "Ertaga ukam maktabga ketdi.", "Olma stol ustida.", "Yangi kitob arzon edi.")
SOURCES = (*(uz for uz, _ in PAIRS), *UNSEEN)
LONGEST = 24


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, its catalogue entry, and what transformers itself makes of texts (tokens without tags)."""

    folder: Path
    spec: ModelSpec
    generate: Callable[[list[str]], list[tuple[str, ...]]]


def train_sentencepiece(folder: Path, name: str, **options: Any) -> Path:
    """A real SentencePiece model over the sentences above."""
    folder.mkdir(parents=True, exist_ok=True)
    words = sorted({w for pair in PAIRS for text in pair for w in text.split()})
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter([text for pair in PAIRS for text in pair] * 8 + list(UNSEEN) + words),
        model_prefix=str(folder / "trained"),
        vocab_size=260,
        character_coverage=1.0,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    (folder / "trained.vocab").unlink()
    return (folder / "trained.model").rename(folder / name)


def build(family: str, folder: Path) -> Checkpoint:
    """Make the checkpoint of a family: nllb, m2m100, mbart50, marian, bart, t5, madlad or mt5."""
    torch.manual_seed(7)
    torch.set_num_threads(1)
    return _BUILDERS[family](folder)


def _nllb(folder: Path) -> Checkpoint:
    return _tagged(folder, Scheme.NLLB, "NllbTokenizer", "uzn_Latn", "rus_Cyrl")


def _mbart50(folder: Path) -> Checkpoint:
    # mBART-50 has no Uzbek; its Azerbaijani tag stands in
    return _tagged(folder, Scheme.MBART50, "MBart50Tokenizer", "az_AZ", "ru_RU")


def _m2m100(folder: Path) -> Checkpoint:
    return _tagged(folder, Scheme.M2M100, "M2M100Tokenizer", "uz", "ru")


def _tagged(folder: Path, scheme: Scheme, tokenizer_class: str, source: str, target: str) -> Checkpoint:
    kind_of_pieces = "unigram" if scheme is Scheme.MBART50 else "bpe"
    spm = train_sentencepiece(folder, "sentencepiece.bpe.model", model_type=kind_of_pieces)
    if scheme is Scheme.M2M100:
        vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *_pieces(spm)]
        (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}))
        tokenizer = transformers.M2M100Tokenizer(str(folder / "vocab.json"), str(spm), src_lang=source)
        codes = (f"__{source}__", f"__{target}__")
    else:
        kind = getattr(transformers, tokenizer_class)
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": tokenizer_class}))
        extra = {"extra_special_tokens": [source, target, "eng_Latn"]} if scheme is Scheme.NLLB else {}
        tokenizer = kind.from_pretrained(folder, src_lang=source, **extra)
        codes = (source, target)
    tokenizer.save_pretrained(folder)
    (folder / "special_tokens_map.json").unlink(missing_ok=True)  # a published M2M-100 may lack it
    assert (folder / "sentencepiece.bpe.model").is_file()
    tag = int(tokenizer.convert_tokens_to_ids(codes[1]))
    common: dict[str, Any] = {
        "vocab_size": max(len(tokenizer), tag + 1, *tokenizer.convert_tokens_to_ids(list(codes))) + 8,
        "d_model": 48,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "encoder_attention_heads": 4,
        "decoder_attention_heads": 4,
        "encoder_ffn_dim": 96,
        "decoder_ffn_dim": 96,
        "max_position_embeddings": 64,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "encoder_layerdrop": 0.0,
        "decoder_layerdrop": 0.0,
        "decoder_start_token_id": 2,
        "forced_eos_token_id": None,
    }
    model: Any
    if scheme is Scheme.MBART50:
        config = transformers.MBartConfig(**common, scale_embedding=True)
        config.tokenizer_class = "MBart50Tokenizer"
        model = transformers.MBartForConditionalGeneration(config)
    else:
        model = transformers.M2M100ForConditionalGeneration(transformers.M2M100Config(**common))
    spec = _spec(folder, "m2m_100", scheme, *codes)
    return _learned(folder, spec, model, tokenizer, start=[tag], forced_bos_token_id=tag)


def _marian(folder: Path) -> Checkpoint:
    train_sentencepiece(folder, "source.spm")
    shutil.copyfile(folder / "source.spm", folder / "target.spm")
    vocabulary = ["</s>", "<unk>", *_pieces(folder / "source.spm"), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({piece: i for i, piece in enumerate(vocabulary)}))
    tokenizer = transformers.MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json")
    )
    tokenizer.save_pretrained(folder)
    pad = len(vocabulary) - 1
    config = transformers.MarianConfig(
        vocab_size=len(vocabulary), d_model=48, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=96, decoder_ffn_dim=96, max_position_embeddings=64,
        pad_token_id=pad, eos_token_id=0, bos_token_id=0, decoder_start_token_id=pad, forced_eos_token_id=None,
        dropout=0.0, attention_dropout=0.0, scale_embedding=True, activation_function="swish",
    )  # fmt: skip
    model = transformers.MarianMTModel(config)
    rows = [model.model.shared.weight]

    def keep_zero() -> None:  # Marian starts from a zero embedding, all through training
        with torch.no_grad():
            for weight in rows:
                weight[pad] = 0

    spec = _spec(folder, "marian", Scheme.MARIAN, "uz", "ru")
    return _learned(folder, spec, model, tokenizer, after_step=keep_zero, bad_words_ids=[[pad]])


def _bart(folder: Path) -> Checkpoint:
    """Its only tokenizer is a tokenizer.json."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    spm = train_sentencepiece(folder, "for-scores")
    processor = sentencepiece.SentencePieceProcessor(model_file=str(spm))
    entries = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    entries += [
        (processor.id_to_piece(i), processor.get_score(i)) for i in range(3, processor.get_piece_size())
    ]
    backend = Tokenizer(models.Unigram(entries, unk_id=3))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    spm.unlink()
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<pad>"
    )
    tokenizer.save_pretrained(folder)
    config = transformers.BartConfig(
        vocab_size=len(entries), d_model=48, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=96, decoder_ffn_dim=96, max_position_embeddings=64,
        pad_token_id=1, bos_token_id=0, eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None,
        dropout=0.0, attention_dropout=0.0,
    )  # fmt: skip
    spec = _spec(folder, "bart", Scheme.BART, "uz", "ru")
    return _learned(folder, spec, transformers.BartForConditionalGeneration(config), tokenizer)


def _t5(folder: Path) -> Checkpoint:
    return _t5_like(folder, "t5", Scheme.PLAIN, tie=True)


def _madlad(folder: Path) -> Checkpoint:
    return _t5_like(folder, "t5", Scheme.MADLAD, tie=False, user_defined_symbols=["<2ru>", "<2uz>"])


def _mt5(folder: Path) -> Checkpoint:
    return _t5_like(folder, "mt5", Scheme.PLAIN, tie=False)


def _t5_like(folder: Path, kind: str, scheme: Scheme, tie: bool, **options: Any) -> Checkpoint:
    spm = train_sentencepiece(
        folder,
        "spiece.model",
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        pad_piece="<pad>",
        eos_piece="</s>",
        **options,
    )
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {"tokenizer_class": "T5Tokenizer", "extra_ids": 0, "eos_token": "</s>", "pad_token": "<pad>"}
        )
    )
    tokenizer = transformers.T5Tokenizer.from_pretrained(folder, extra_ids=0)
    tokenizer.save_pretrained(folder)
    size = sentencepiece.SentencePieceProcessor(model_file=str(spm)).get_piece_size()
    config = (transformers.MT5Config if kind == "mt5" else transformers.T5Config)(
        vocab_size=max(size, len(tokenizer)), d_model=48, d_kv=12, d_ff=96, num_layers=2, num_decoder_layers=2,
        num_heads=4, dropout_rate=0.0, feed_forward_proj="gated-gelu" if not tie else "relu",
        tie_word_embeddings=tie, pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    model_class: Any = (
        transformers.MT5ForConditionalGeneration if kind == "mt5" else transformers.T5ForConditionalGeneration
    )
    spec = _spec(
        folder,
        kind,
        scheme,
        "<2uz>" if scheme is Scheme.MADLAD else "uz",
        "<2ru>" if scheme is Scheme.MADLAD else "ru",
    )
    tag = "<2ru> " if scheme is Scheme.MADLAD else ""
    return _learned(folder, spec, model_class(config), tokenizer, tag=tag)


_BUILDERS: dict[str, Callable[[Path], Checkpoint]] = {
    "nllb": _nllb,
    "m2m100": _m2m100,
    "mbart50": _mbart50,
    "marian": _marian,
    "bart": _bart,
    "t5": _t5,
    "madlad": _madlad,
    "mt5": _mt5,
}
FAMILIES = tuple(_BUILDERS)


def _learned(
    folder: Path,
    spec: ModelSpec,
    model: Any,
    tokenizer: Any,
    *,
    start: list[int] | None = None,
    tag: str = "",
    after_step: Callable[[], None] = lambda: None,
    **searching: Any,
) -> Checkpoint:
    eos, pad = model.config.eos_token_id, model.config.pad_token_id
    inputs = tokenizer([tag + uz for uz, _ in PAIRS], return_tensors="pt", padding=True)
    inputs.pop("token_type_ids", None)
    targets = [
        (start or []) + tokenizer(ru, add_special_tokens=False)["input_ids"] + [eos] for _, ru in PAIRS
    ]
    width = max(map(len, targets))
    labels = torch.tensor([t + [-100] * (width - len(t)) for t in targets])
    optimiser = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.0)
    model.train()
    after_step()
    for _ in range(70):
        loss = model(**inputs, labels=labels).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        after_step()
    model.eval()
    model.generation_config = transformers.GenerationConfig(
        eos_token_id=eos, pad_token_id=pad, decoder_start_token_id=model.config.decoder_start_token_id
    )
    model.save_pretrained(folder)

    def generate(texts: list[str]) -> list[tuple[str, ...]]:
        asked = tokenizer([tag + text for text in texts], return_tensors="pt", padding=True)
        asked.pop("token_type_ids", None)
        with torch.inference_mode():
            rows = model.generate(
                **asked, num_beams=1, do_sample=False, max_new_tokens=LONGEST, min_new_tokens=1, **searching
            )
        drop = {eos, pad, model.config.decoder_start_token_id, *(start or [])}
        return [
            tuple(tokenizer.convert_ids_to_tokens([i for i in row.tolist() if i not in drop])) for row in rows
        ]

    return Checkpoint(folder, spec, generate)


def _spec(folder: Path, architecture: str, scheme: Scheme, source: str, target: str) -> ModelSpec:
    return ModelSpec(
        id=f"tiny-{folder.name}",
        title="a test's own",
        architecture=architecture,
        scheme=scheme,
        tasks=frozenset({Task.TRANSLATE}),
        sources={"uz": source},
        targets={"ru": target},
        licence="Apache-2.0",
        source=LocalFolder(str(folder)),
        max_source_tokens=60,
        max_output_tokens=LONGEST,
        decoding=DecodingSettings(),
        quantization="float32",
    )


def _pieces(spm: Path) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(spm))
    return [
        processor.id_to_piece(i)
        for i in range(processor.get_piece_size())
        if not processor.is_control(i) and not processor.is_unknown(i)
    ]
