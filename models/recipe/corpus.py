"""Reads the training text: tab-separated aligned rows and the documents of `data/`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

Language = Literal["uz", "ru", "en"]
Kind = Literal["T", "B", "S"]
LANGUAGES: tuple[Language, ...] = ("uz", "ru", "en")
_ALIGNED_NAME = re.compile(r"^(?P<stem>.+)\.(?P<languages>uz-ru-en|uz-ru|uz-en|ru-en)\.tsv$")


class CorpusError(ValueError):
    """A corpus file is not in the documented format."""


@dataclass(frozen=True, slots=True)
class Row:
    """One aligned row of a catalogue or web file."""

    origin: str
    line: int
    texts: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One aligned row of a document: `T` title, `B` body, `S` summary."""

    kind: Kind
    texts: dict[Language, str]


@dataclass(frozen=True, slots=True)
class Document:
    """A document of `data/`: its identifier (`w1-003`), topic and aligned rows."""

    identifier: str
    topic: str
    sentences: tuple[Sentence, ...]

    @property
    def number(self) -> int:
        """The running number inside its writer's series; decides which split it belongs to."""
        found = re.search(r"-(\d+)", self.identifier)
        if found is None:
            raise CorpusError(f"document identifier {self.identifier!r} has no '-NUMBER' part")
        return int(found.group(1))


def aligned_files(folder: Path) -> list[tuple[Path, str, tuple[Language, ...]]]:
    """All aligned files below `folder`, sorted: path, stem (`gtk-cyrl-labels`), languages of the columns."""
    found = []
    for path in sorted(folder.rglob("*.tsv")):
        match = _ALIGNED_NAME.match(path.name)
        if match:
            languages = tuple(cast("Language", name) for name in match["languages"].split("-"))
            found.append((path, match["stem"], languages))
    return found


def read_aligned(path: Path, stem: str, languages: tuple[Language, ...]) -> Iterator[Row]:
    """Rows of one aligned file; a row with another number of columns raises `CorpusError`."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            cells = line.rstrip("\n").split("\t")
            if len(cells) != len(languages):
                raise CorpusError(
                    f"{path.name}:{number}: {len(cells)} columns, expected {len(languages)} ({'-'.join(languages)})"
                )
            yield Row(stem, number, dict(zip(languages, (cell.strip() for cell in cells), strict=True)))


def read_documents(path: Path) -> list[Document]:
    """Documents of one `data/` file (`## id | topic`, then rows kind, uz, ru, en)."""
    documents: list[Document] = []
    heading: tuple[str, str] | None = None
    sentences: list[Sentence] = []

    def close() -> None:
        if heading is not None and sentences:
            documents.append(Document(heading[0], heading[1], tuple(sentences)))

    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line.strip():
                continue
            if line.startswith("## "):
                close()
                identifier, _, topic = line[3:].partition("|")
                heading, sentences = (identifier.strip(), topic.strip()), []
                continue
            cells = line.split("\t")
            if len(cells) != 4 or cells[0] not in ("T", "B", "S"):
                raise CorpusError(
                    f"{path.name}:{number}: expected T, B or S and three texts, "
                    f"got {cells[:1]} with {len(cells)} columns"
                )
            if heading is None:
                raise CorpusError(f"{path.name}:{number}: a row before the first '## id | topic' line")
            texts = dict(zip(LANGUAGES, (cell.strip() for cell in cells[1:]), strict=True))
            sentences.append(Sentence(cells[0], texts))  # type: ignore[arg-type]
    close()
    return documents


def read_document_folder(folder: Path) -> list[Document]:
    """Documents of every `*.tsv` of `folder`, in the order of the file names."""
    return [document for path in sorted(folder.glob("*.tsv")) for document in read_documents(path)]
