"""The formats that are read, and from a file's name and bytes to the right one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from tarjimon.documents.archives import refuse_archive
from tarjimon.documents.base import Document
from tarjimon.errors import InvalidInputError

_OPEN_XML = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What a caller may say about a file.

    Attributes:
        name: the file's name, for errors and for choosing the format.
        encoding: of text formats that do not state their own; None: UTF-8 or a byte order mark.
        wrapped: plain text whose single line breaks are only wraps.
        columns: of tables (CSV, JSON lines): the columns that are translated.
    """

    name: str
    encoding: str | None = None
    wrapped: bool = False
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """A file format.

    Attributes:
        name: as the command line and the API name it.
        suffixes: of file names, lower case, with the dot.
        media_type: its MIME type.
        read: reads a file; raises InvalidInputError for one that is damaged, protected, too large or not of
            this format.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    read: Callable[[bytes, ReadOptions], Document]


def _plain(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.plain import PlainText

    return PlainText(data, name=options.name, encoding=options.encoding, wrapped=options.wrapped)


def _markdown(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.markdown import Markdown

    return Markdown(data, name=options.name, encoding=options.encoding)


def _docx(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.docx import Docx

    return Docx(data, name=options.name)


def _pptx(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.pptx import Pptx

    return Pptx(data, name=options.name)


def _xlsx(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.xlsx import Xlsx

    return Xlsx(data, name=options.name)


def _odt(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.odt import Odt

    return Odt(data, name=options.name)


def _html(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.html import Html

    return Html(data, name=options.name, encoding=options.encoding)


def _xliff(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.xliff import Xliff

    return Xliff(data, name=options.name)


def _po(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.po import Po

    return Po(data, name=options.name, encoding=options.encoding)


def _srt(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.subtitles import Subtitles

    return Subtitles(data, name=options.name, encoding=options.encoding)


def _vtt(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.subtitles import Subtitles

    return Subtitles(data, name=options.name, encoding=options.encoding, vtt=True)


def _csv(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.tables import Table

    return Table(data, name=options.name, encoding=options.encoding, columns=options.columns)


def _tsv(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.tables import Table

    return Table(data, name=options.name, encoding=options.encoding, columns=options.columns, delimiter="\t")


def _json(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.json_lines import JsonTexts

    return JsonTexts(data, name=options.name, encoding=options.encoding, columns=options.columns)


def _json_lines(data: bytes, options: ReadOptions) -> Document:
    from tarjimon.documents.json_lines import JsonTexts

    return JsonTexts(data, name=options.name, encoding=options.encoding, columns=options.columns, lines=True)


# Each reader imports its library when it is first used: a server that only gets text loads none of them.
FORMATS: tuple[Format, ...] = (
    Format("text", (".txt", ".text"), "text/plain", _plain),
    Format("markdown", (".md", ".markdown", ".mdown"), "text/markdown", _markdown),
    Format("html", (".html", ".htm", ".xhtml"), "text/html", _html),
    Format("xliff", (".xlf", ".xliff"), "application/xliff+xml", _xliff),
    Format("po", (".po", ".pot"), "text/x-gettext-translation", _po),
    Format("srt", (".srt",), "application/x-subrip", _srt),
    Format("vtt", (".vtt",), "text/vtt", _vtt),
    Format("csv", (".csv",), "text/csv", _csv),
    Format("tsv", (".tsv", ".tab"), "text/tab-separated-values", _tsv),
    Format("json", (".json",), "application/json", _json),
    Format("jsonl", (".jsonl", ".ndjson"), "application/jsonl", _json_lines),
    Format("docx", (".docx",), f"{_OPEN_XML}.wordprocessingml.document", _docx),
    Format("pptx", (".pptx",), f"{_OPEN_XML}.presentationml.presentation", _pptx),
    Format("xlsx", (".xlsx",), f"{_OPEN_XML}.spreadsheetml.sheet", _xlsx),
    Format("odt", (".odt",), "application/vnd.oasis.opendocument.text", _odt),
)


def format_of(name: str, wanted: str | None = None) -> Format:
    """The format of a file.

    Args:
        name: its name; one without a suffix is plain text.
        wanted: a format's name that wins over the file's.

    Raises:
        InvalidInputError: there is no such format, or none for the suffix; lists those that there are.
    """
    if wanted is not None:
        for known in FORMATS:
            if known.name == wanted:
                return known
        names = ", ".join(known.name for known in FORMATS)
        raise InvalidInputError(f"there is no format {wanted!r}; expected one of {names}", field="format")
    suffix = PurePath(name).suffix.lower()
    for known in FORMATS:
        if suffix in known.suffixes or (not suffix and known.name == "text"):
            return known
    suffixes = ", ".join(s for known in FORMATS for s in known.suffixes)
    raise InvalidInputError(
        f"{name}: files of type {suffix} are not read; expected {suffixes}, or say which format it is",
        field="format",
    )


def is_readable(name: str) -> bool:
    """Whether a file's name ends like that of a format that is read."""
    return PurePath(name).suffix.lower() in {suffix for known in FORMATS for suffix in known.suffixes}


def read(data: bytes, options: ReadOptions, wanted: str | None = None) -> Document:
    """Read a file.

    Raises:
        InvalidInputError: an unknown format, or a file that is damaged, protected or too large; names the file
            and the place.
    """
    chosen = format_of(options.name, wanted)
    if not chosen.media_type.startswith("application/vnd."):
        refuse_archive(data, options.name)
    return chosen.read(data, options)
