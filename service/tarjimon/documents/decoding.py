"""From the bytes of a text file to str: one encoding, stated or found by its mark, and never a guess."""

from __future__ import annotations

import codecs

from tarjimon.errors import InvalidInputError

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Read text.

    Args:
        data: the file.
        name: the file's name, for the error.
        encoding: what the caller says it is; None: UTF-8, or UTF-16 with a byte order mark.

    Returns:
        The text and the codec that writes it back the same.

    Raises:
        InvalidInputError: bytes that are not of the encoding; names line and byte, and what to do.
    """
    codec = encoding or next((c for mark, c in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(codec), codec
    except LookupError as error:
        raise InvalidInputError(f"{name}: there is no encoding {codec!r}; try utf-8 or cp1251") from error
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        advice = "say which encoding it is with --encoding, for example cp1251 for old Cyrillic texts"
        raise InvalidInputError(
            f"{name}, line {line}, byte {error.start}: not valid {codec.upper()}; {advice}",
            reason="UNDECODABLE_TEXT",
            metadata={"byte": str(error.start), "line": str(line)},
        ) from error
