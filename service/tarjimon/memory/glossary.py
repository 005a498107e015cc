"""Glossaries from files: TSV, CSV and TBX, each row checked, every complaint with file and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from tarjimon.domain import SOURCE_LANGUAGES, TARGET_LANGUAGES
from tarjimon.errors import ConfigError, InvalidInputError, LimitExceededError
from tarjimon.memory.glossary_tbx import tbx_terms
from tarjimon.text.terms import Term, has_words

MOST_TERMS = 5_000
"""Terms of one call."""
LONGEST_TERM = 500
"""Code points of a term or of its rendering."""
LARGEST_FILE = 16 * 1024 * 1024
_MOST_INSTALLED = 500_000
_COLUMNS = (
    "source", "target", "source_language", "target_language", "do_not_translate", "case_sensitive"
)  # fmt: skip
_YES = frozenset({"1", "true", "yes", "x"})
_NO = frozenset({"", "0", "false", "no"})


def read_glossary(file: Path, *, origin: str = "call", most: int = MOST_TERMS) -> tuple[Term, ...]:
    """The terms of a file; its ending says the format.

    TSV and CSV have a header that names its columns: source and target, and, if wanted, source_language,
    target_language, do_not_translate, case_sensitive. Without a header, TSV has source, target and target
    language. TBX (ISO 30042, DCA and DCT style) has concepts with terms in several languages.

    Args:
        file: a .tsv, .csv or .tbx file in UTF-8.
        origin: who is told as the terms' origin.
        most: terms allowed.

    Raises:
        InvalidInputError: the file cannot be read, or a row cannot be used; names file and line.
        LimitExceededError: too large, too many terms, or a term too long.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InvalidInputError(
            f"cannot read the glossary {file}: {error.strerror}", reason="UNREADABLE_FILE"
        ) from error
    return parse_glossary(data, str(file), origin=origin, most=most)


def parse_glossary(
    data: bytes, name: str, *, origin: str = "call", most: int = MOST_TERMS
) -> tuple[Term, ...]:
    """As `read_glossary`, for the bytes of a file called `name`."""
    if len(data) > LARGEST_FILE:
        raise LimitExceededError(
            f"the glossary {name} is larger than {LARGEST_FILE // 1024**2} MiB", reason="FILE_TOO_LARGE"
        )
    ending = Path(name).suffix.lower()
    reader = _READERS.get(ending)
    if reader is None:
        raise InvalidInputError(
            f"{name} is no glossary that can be read; expected a name with {', '.join(_READERS)}",
            reason="UNKNOWN_FORMAT",
        )
    terms: dict[Term, None] = {}
    for line, term in reader(data, name):
        _check(term, name, line)
        terms[replace(term, origin=origin)] = None
        if len(terms) > most:
            raise LimitExceededError(f"{name}, line {line}: more than {most:,} terms in one glossary")
    if not terms:
        raise InvalidInputError(f"{name} has no terms", reason="EMPTY_GLOSSARY")
    return tuple(terms)


def read_glossaries(folder: Path) -> Mapping[str, tuple[Term, ...]]:
    """Every glossary of a folder by its name, which is the file's without the ending.

    Raises:
        ConfigError: there is no such folder, a file cannot be used, or two have the same name.
    """
    if not folder.is_dir():
        raise ConfigError(f"the folder of glossaries {folder} does not exist", field="glossaries.folder")
    found: dict[str, tuple[Term, ...]] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in _READERS:
            continue
        if file.stem in found:
            raise ConfigError(
                f"{folder} has two glossaries with the name {file.stem!r}; rename one",
                field="glossaries.folder",
            )
        try:
            found[file.stem] = read_glossary(file, origin=file.stem, most=_MOST_INSTALLED)
        except InvalidInputError as error:
            raise ConfigError(error.message, field="glossaries.folder") from error
    return found


def _decoded(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInputError(
            f"{name}, line {line}: byte {error.start} is not UTF-8; save the glossary as UTF-8",
            reason="UNDECODABLE_TEXT",
        ) from error


class _Commas(csv.excel):
    strict = True


class _Tabs(csv.excel_tab):
    """Quotation marks mean nothing in TSV."""

    quoting = csv.QUOTE_NONE


def _separated(delimiter: str) -> Callable[[bytes, str], Iterator[tuple[int, Term]]]:
    dialect: type[csv.Dialect] = _Tabs if delimiter == "\t" else _Commas

    def read(data: bytes, name: str) -> Iterator[tuple[int, Term]]:
        text = _decoded(data, name)
        rows = csv.reader(io.StringIO(text, newline=""), dialect)
        columns: tuple[str, ...] | None = None
        try:
            for row in rows:
                cells = [cell.strip() for cell in row]
                if not any(cells) or cells[0].startswith("#"):
                    continue
                if columns is None:
                    columns = _header(cells, name, rows.line_num, delimiter)
                    if "source" in [cell.lower() for cell in cells]:
                        continue
                yield rows.line_num, _term(cells, columns, name, rows.line_num)
        except csv.Error as error:
            raise InvalidInputError(
                f"{name}, line {rows.line_num}: {error}", reason="MALFORMED_FILE"
            ) from error

    return read


def _header(cells: list[str], name: str, line: int, delimiter: str) -> tuple[str, ...]:
    lowered = tuple(cell.lower().replace(" ", "_").replace("-", "_") for cell in cells)
    if "source" in lowered:
        unknown = [cell for cell in lowered if cell not in _COLUMNS]
        if unknown or len(set(lowered)) < len(lowered):
            raise InvalidInputError(
                f"{name}, line {line}: column {(unknown or lowered)[0]!r} is not known or given twice; "
                f"expected some of {', '.join(_COLUMNS)}",
                reason="UNKNOWN_COLUMN",
            )
        return lowered
    if delimiter != "\t":
        raise InvalidInputError(
            f"{name}, line {line}: the first line must name the columns, among them source and target",
            reason="HEADER_MISSING",
        )
    return "source", "target", "target_language"


def _term(cells: list[str], columns: tuple[str, ...], name: str, line: int) -> Term:
    if len(cells) > len(columns):
        raise InvalidInputError(
            f"{name}, line {line}: {len(cells)} columns; expected at most {len(columns)} ({', '.join(columns)})",
            reason="MALFORMED_FILE",
        )
    row = dict(zip(columns, cells, strict=False))

    def flag(column: str) -> bool:
        value = row.get(column, "").lower()
        if value not in _YES | _NO:
            raise InvalidInputError(
                f"{name}, line {line}: {column} is {value!r}; expected yes or no", reason="MALFORMED_FILE"
            )
        return value in _YES

    return Term(
        row.get("source", ""),
        row.get("source_language") or "uz",
        row.get("target", ""),
        row.get("target_language") or None,
        do_not_translate=flag("do_not_translate"),
        case_sensitive=flag("case_sensitive"),
    )


def _check(term: Term, name: str, line: int) -> None:
    place = f"{name}, line {line}"
    for what, text in (("source", term.source), ("target", term.target)):
        if len(text) > LONGEST_TERM:
            raise LimitExceededError(
                f"{place}: the {what} has {len(text):,} characters; at most {LONGEST_TERM}"
            )
    for code, known in ((term.source_language, SOURCE_LANGUAGES), (term.target_language, TARGET_LANGUAGES)):
        if code is not None and code not in known:
            raise InvalidInputError(
                f"{place}: {code!r} is no language here; expected one of {', '.join(known)}",
                reason="UNSUPPORTED_LANGUAGE",
            )
    if not has_words(term.source, term.source_language):
        raise InvalidInputError(f"{place}: the source {term.source!r} has no letters and no digits")
    if not term.do_not_translate and not has_words(term.target, term.target_language or ""):
        raise InvalidInputError(
            f"{place}: {term.source!r} has no target; give one, or set do_not_translate to yes"
        )


_READERS: Mapping[str, Callable[[bytes, str], Iterator[tuple[int, Term]]]] = {
    ".tsv": _separated("\t"),
    ".csv": _separated(","),
    ".tbx": tbx_terms,
}
