"""From the bytes of a text file to str: one encoding, stated or found by its mark, and never a guess."""

from __future__ import annotations

import codecs
import re

from tarjimon.errors import InvalidInputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536
_CANDIDATES = ("cp1251", "koi8-r", "cp866", "utf-16-le", "utf-16-be", "cp1252")
# Control characters that text files do have: tab, line ends, form feed, and the end mark of CP/M and DOS.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f]")
_CYRILLIC = re.compile(r"[А-яЁёЎўҚқҒғҲҳ]")
_NATURAL = re.compile(r"(?<![A-Za-zА-яЁёЎў])[A-ZА-ЯЁЎ]?[a-zа-яёў]{2,}(?![A-Za-zА-яЁёЎў])")
_WORD = re.compile(r"\w+")


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Read text.

    Args:
        data: the file.
        name: the file's name, for the error.
        encoding: what the caller says it is; None: UTF-8, or UTF-16 or UTF-32 with a byte order mark.

    Returns:
        The text and the codec that writes it back the same.

    Raises:
        InvalidInputError: bytes that are not of the encoding, or not text at all; names line and byte, the
            encoding that they most likely are of, and what to do.
    """
    codec = encoding or next((c for mark, c in _MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(codec)
    except LookupError as error:
        raise InvalidInputError(f"{name}: there is no encoding {codec!r}; try utf-8 or cp1251") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(
            f"{name}, line {line}, byte {error.start}: not valid {codec.upper()}; {_advice(data, codec)}",
            reason="UNDECODABLE_TEXT",
            metadata={"byte": str(error.start), "line": str(line)},
        ) from error
    control = _CONTROL.search(text)
    if control and ("\0" in text or len(_CONTROL.findall(text[:_SAMPLE])) * 20 > min(len(text), _SAMPLE)):
        line = text.count("\n", 0, control.start()) + 1
        raise InvalidInputError(
            f"{name}, line {line}: the control character U+{ord(control.group()):04X} shows that this is not "
            f"{codec.upper()} text; {_advice(data, codec)}",
            reason="UNDECODABLE_TEXT",
            metadata={"line": str(line)},
        )
    return text, codec


def likely_encoding(data: bytes) -> str | None:
    """The encoding in which bytes look most like words, for the advice of an error and never to read them with.

    Returns:
        A codec's name, or None when nothing looks like text.
    """
    sample = data[:_SAMPLE]
    if len(sample) % 2:
        sample = sample[:-1] if len(sample) > 1 else sample
    scores: dict[str, float] = {}
    for codec in _CANDIDATES:
        try:
            text = sample.decode(codec)
        except UnicodeDecodeError:
            continue
        words = _WORD.findall(text)
        if _CONTROL.search(text) or not words:
            continue
        letters = sum(len(word) for word in words)
        natural = sum(len(m.group()) for m in _NATURAL.finditer(text))
        # The high bytes must turn into letters of one of our alphabets, not into signs or Chinese.
        foreign = sum(1 for char in text if ord(char) > 0x7F and not _CYRILLIC.match(char))
        scores[codec] = (natural - 2 * foreign) / max(1, letters)
    best = max(scores, key=lambda codec: scores[codec], default=None)
    return best if best is not None and scores[best] > 0.5 else None


def _advice(data: bytes, tried: str) -> str:
    likely = likely_encoding(data)
    if likely is not None and likely != tried:
        return f"the bytes look like {likely}: if so, say --encoding {likely}, or save the file as UTF-8"
    return "say which encoding it is with --encoding, for example cp1251 for old Cyrillic texts"
