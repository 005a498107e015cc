"""One [[model]] table of a catalogue: from TOML values to a checked `ModelSpec`, errors with line and key."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from tarjimon.domain import DecodingSettings, Task
from tarjimon.errors import ConfigError
from tarjimon.models.spec import CONFIDENCE_WEIGHTS, Embedded, Hub, LocalFolder, ModelSpec, Scheme, Source

_Choice = TypeVar("_Choice", bound=StrEnum)

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_QUANTIZATIONS = ("float32", "float16", "bfloat16", "int8", "int8_float16", "int16")

_REQUIRED = ("id", "title", "architecture", "scheme", "tasks", "licence", "source", "languages")
_OPTIONAL = (
    "licence_note", "description", "sha256", "max_source_tokens", "good_source_tokens", "max_output_tokens",
    "output_ratio", "placeholder_slots", "decoding", "estimated_bytes", "pairs", "quantization", "confidence",
)  # fmt: skip


def parse_entry(table: Mapping[str, Any], path: Path, text: str, number: int) -> ModelSpec:
    """Check one table and make its spec.

    Args:
        table: the parsed values.
        path: the file, for messages; relative local folders count from its folder.
        text: the file's text, to find line numbers.
        number: which [[model]] of the file it is, from 0.

    Raises:
        ConfigError: a key is missing, unknown or has a value that cannot be used.
    """
    return _Entry(table, path, text, number).spec()


class _Entry:
    def __init__(self, table: Mapping[str, Any], path: Path, text: str, number: int) -> None:
        self._table, self._path, self._text, self._number = table, path, text, number

    def spec(self) -> ModelSpec:
        self._known(self._table, "", _REQUIRED, _OPTIONAL)
        sources, targets = self._languages()
        tasks = frozenset(self._choice("tasks", Task, word) for word in self._list("tasks"))
        spec = ModelSpec(
            id=self._pattern("id", self._string("id"), _ID, "lower-case letters, digits, '.', '_' and '-'"),
            title=self._string("title"),
            architecture=self._string("architecture"),
            scheme=self._choice("scheme", Scheme, self._string("scheme")),
            tasks=tasks,
            sources=sources,
            targets=targets,
            licence=self._string("licence"),
            licence_note=self._string("licence_note", ""),
            description=self._string("description", ""),
            source=self._source(),
            sha256=self._checksums(),
            max_source_tokens=self._number_in("max_source_tokens", 512, 8, 1_000_000),
            good_source_tokens=self._number_in("good_source_tokens", 512, 8, 1_000_000),
            max_output_tokens=self._number_in("max_output_tokens", 256, 1, 1_000_000),
            output_ratio=float(self._number_in("output_ratio", 2.0, 0.1, 100.0)),
            placeholder_slots=tuple(self._list("placeholder_slots", required=False)),
            decoding=self._decoding(),
            estimated_bytes=self._number_in("estimated_bytes", 0, 0, 1 << 50),
            pairs=self._pairs(tasks, sources, targets),
            confidence=self._weights("confidence"),
            quantization=self._one_of(
                "quantization", self._string("quantization", "float16"), _QUANTIZATIONS
            ),
        )
        for task in tasks:
            if not any(spec.supports(task, s, t) for s in sources for t in targets):
                raise self._fault("languages", f"leave no pair of languages to {task.value}")
        return spec

    def _languages(self) -> tuple[dict[str, str], dict[str, str]]:
        table = self._dict("languages")
        self._known(table, "languages", ("sources", "targets"), ())
        found = []
        for side in ("sources", "targets"):
            codes = table[side]
            if (
                not isinstance(codes, dict)
                or not codes
                or not all(isinstance(c, str) for c in codes.values())
            ):
                raise self._fault(f"languages.{side}", 'expected a table such as { uz = "uzn_Latn" }')
            for code in codes:
                self._pattern(f"languages.{side}", code, _LANGUAGE, "BCP-47 codes such as uz or uz-Cyrl")
            found.append(dict(codes))
        return found[0], found[1]

    def _source(self) -> Source:
        table = self._dict("source")
        kind = table.get("kind")
        if kind == "embedded":
            self._known(table, "source", ("kind", "folder"), ())
            return Embedded(self._file_name("source.folder", table["folder"]))
        if kind == "local":
            self._known(table, "source", ("kind", "path"), ())
            folder = Path(str(table["path"])).expanduser()
            return LocalFolder(str(folder if folder.is_absolute() else self._path.parent / folder))
        if kind == "hub":
            self._known(table, "source", ("kind", "repo"), ("revision",))
            repo = self._pattern("source.repo", table["repo"], _REPO, "owner/name")
            return Hub(repo, str(table.get("revision", "main")))
        raise self._fault("source.kind", f'expected "embedded", "local" or "hub", found {kind!r}')

    def _checksums(self) -> dict[str, str]:
        checksums = self._dict("sha256", required=False)
        for name, checksum in checksums.items():
            self._file_name("sha256", name)
            self._pattern("sha256", checksum, _SHA256, "64 lower-case hex digits")
        return dict(checksums)

    def _decoding(self) -> DecodingSettings:
        table = self._dict("decoding", required=False)
        allowed = ("beam_size", "length_penalty", "repetition_penalty", "no_repeat_ngram_size")
        self._known(table, "decoding", (), allowed)
        for name, value in table.items():
            whole = name in ("beam_size", "no_repeat_ngram_size")
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise self._fault(
                    f"decoding.{name}", f"expected a {'whole ' if whole else ''}number, found {value!r}"
                )
        settings = DecodingSettings(**table)
        if not (1 <= settings.beam_size <= 8 and settings.repetition_penalty >= 1):
            raise self._fault("decoding", "expected beam_size 1 to 8 and repetition_penalty of at least 1")
        if not (0 <= settings.length_penalty <= 10 and 0 <= settings.no_repeat_ngram_size <= 100):
            raise self._fault("decoding", "expected length_penalty 0 to 10 and no_repeat_ngram_size 0 to 100")
        return settings

    def _pairs(
        self, tasks: frozenset[Task], sources: Mapping[str, str], targets: Mapping[str, str]
    ) -> dict[Task, frozenset[tuple[str, str]]]:
        found = {}
        for word, pairs in self._dict("pairs", required=False).items():
            task = self._choice("pairs", Task, word)
            made = set()
            for pair in pairs if isinstance(pairs, list) else [None]:
                source, _, target = pair.partition(">") if isinstance(pair, str) else ("", "", "")
                if task not in tasks or source not in sources or target not in targets:
                    raise self._fault(
                        "pairs", f'expected "source>target" of the languages above, found {pair!r}'
                    )
                made.add((source, target))
            found[task] = frozenset(made)
        return found

    def _known(
        self, table: Mapping[str, Any], at: str, required: tuple[str, ...], optional: tuple[str, ...]
    ) -> None:
        dot = f"{at}." if at else ""
        for key in required:
            if key not in table:
                raise self._fault(dot + key, "is missing")
        for key in table:
            if key not in required and key not in optional:
                raise self._fault(
                    dot + key, f"is not a known key; known are {', '.join((*required, *optional))}"
                )

    def _string(self, key: str, default: str | None = None) -> str:
        value = self._table.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._fault(key, f"expected text, found {value!r}")
        return value

    def _list(self, key: str, required: bool = True) -> list[str]:
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise self._fault(key, f"expected a list of texts, found {value!r}")
        if required and not value:
            raise self._fault(key, "expected at least one")
        return value

    def _dict(self, key: str, required: bool = True) -> dict[str, Any]:
        value = self._table.get(key, None if required else {})
        if not isinstance(value, dict):
            raise self._fault(key, f"expected a table, found {value!r}")
        return value

    def _weights(self, key: str) -> dict[str, float]:
        table = self._table.get(key, {})
        if not isinstance(table, dict) or not all(
            isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
            for value in table.values()
        ):
            raise self._fault(key, f"expected a table of numbers, found {table!r}")
        unknown = sorted(table.keys() - set(CONFIDENCE_WEIGHTS))
        if unknown:
            raise self._fault(
                key, f"expected some of {', '.join(CONFIDENCE_WEIGHTS)}, found {', '.join(unknown)}"
            )
        return {name: float(value) for name, value in table.items()}

    def _number_in(self, key: str, default: Any, least: float, most: float) -> Any:
        value = self._table.get(key, default)
        kinds: Any = int if isinstance(default, int) else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
            raise self._fault(key, f"expected a number from {least} to {most}, found {value!r}")
        return value

    def _pattern(self, key: str, value: object, pattern: re.Pattern[str], expected: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self._fault(key, f"expected {expected}, found {value!r}")
        return value

    def _one_of(self, key: str, value: str, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            raise self._fault(key, f"expected one of {', '.join(allowed)}, found {value!r}")
        return value

    def _choice(self, key: str, kind: type[_Choice], value: str) -> _Choice:
        try:
            return kind(value)
        except ValueError:
            allowed = ", ".join(kind)
            raise self._fault(key, f"expected one of {allowed}, found {value!r}") from None

    def _file_name(self, key: str, name: object) -> str:
        """A plain name inside a folder: never a path, so that a manifest cannot point outside."""
        if not isinstance(name, str) or not name or "\\" in name or "\0" in name or name in (".", ".."):
            raise self._fault(key, f"expected a file name, found {name!r}")
        if PurePosixPath(name).name != name:
            raise self._fault(key, f"expected a file name without a path, found {name!r}")
        return name

    def _fault(self, key: str, problem: str) -> ConfigError:
        name = self._table.get("id")
        model = f"model {name!r}" if isinstance(name, str) else f"[[model]] number {self._number + 1}"
        line = _line_of(self._text, self._number, key)
        return ConfigError(f"{self._path}, line {line}, {model}: {key}: {problem}.", field=key)


def _line_of(text: str, number: int, key: str) -> int:
    """The line (from 1) of a key of the n-th [[model]], or of the table's head when the key is not there.

    A search by eye, for messages only: tomllib keeps no positions.
    """
    seen, head, table = -1, 1, ""
    section, _, name = key.rpartition(".")
    best = 0
    for at, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.replace(" ", "") == "[[model]]":
            seen, table = seen + 1, ""
            head = at if seen == number else head
        elif header := re.fullmatch(r"\[model\.([\w.]+)\].*", line):
            table = header[1]
            if seen == number and table == key:
                best = best or at
        elif seen == number and table == section and re.match(rf"{re.escape(name)}\s*=", line):
            return at
        elif seen == number and section and re.match(rf"{re.escape(section)}\s*=", line):
            best = best or at
    return best or head
