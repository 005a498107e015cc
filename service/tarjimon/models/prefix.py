"""How each family of models is told the languages and the task: tags on the source, a forced output start.

Sources: the models' papers and their transformers tokenizers (M2M100Tokenizer, NllbTokenizer,
MBart50Tokenizer, MarianTokenizer, T5Tokenizer); MADLAD-400's model card; the embedded model's card for
`tarjimon`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tarjimon.domain import Task
from tarjimon.models.spec import ModelSpec, Scheme

BOS, EOS, SUMMARY = "<s>", "</s>", "<sum>"


def frame(
    spec: ModelSpec, pieces: Sequence[str], source: str, target: str, task: Task
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put a text's pieces between the control tokens that the model expects.

    Args:
        spec: the model; its `sources` and `targets` hold the codes of both languages.
        pieces: the text's own pieces, free of control tokens.
        source: BCP-47 code of the text.
        target: BCP-47 code of the output.
        task: what is wanted.

    Returns:
        The source as the encoder sees it, and the pieces that the output is forced to begin with.
    """
    source_code, target_code = spec.sources[source], spec.targets[target]
    match spec.scheme:
        case Scheme.TARJIMON:
            task_tag = (SUMMARY,) if task is Task.SUMMARIZE else ()
            return (BOS, *task_tag, *pieces, EOS), (target_code,)
        case Scheme.M2M100 | Scheme.NLLB | Scheme.MBART50:
            return (source_code, *pieces, EOS), (target_code,)
        case Scheme.MADLAD | Scheme.MARIAN_MULTI:
            return (target_code, *pieces, EOS), ()
        case Scheme.BART:
            return (BOS, *pieces, EOS), ()
        case Scheme.MARIAN | Scheme.PLAIN:
            return (*pieces, EOS), ()


def frame_cost(spec: ModelSpec) -> int:
    """The most control tokens that `frame` adds to a source of this model."""
    return 3 if spec.scheme is Scheme.TARJIMON and Task.SUMMARIZE in spec.tasks else 2


_CONTROL_SHAPE = re.compile(
    r"<(?!0x[0-9A-F]{2}>)[^<>\s]{1,24}>"  # <s>, <2ru>, <x0>, <extra_id_0>; not a byte piece
    r"|__[a-z]{2,3}__"  # M2M-100
    r"|>>[^<>\s]{1,16}<<"  # multilingual Marian
    r"|[a-z]{3}_[A-Z][a-z]{3}|[a-z]{2}_[A-Z]{2}"  # NLLB, mBART-50
)


def is_control(piece: str) -> bool:
    """Whether a piece has the form of a control token of any family.

    Only `frame` and placeholder slots may put such a piece into a source; which of them a vocabulary really
    holds does not matter, and that is why this needs no list.
    """
    return _CONTROL_SHAPE.fullmatch(piece) is not None
