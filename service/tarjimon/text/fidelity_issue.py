"""What a fidelity check can find: the value types of its verdict."""

from dataclasses import dataclass
from enum import StrEnum

Span = tuple[int, int]


class IssueKind(StrEnum):
    """What is wrong with a translation."""

    NUMBER_MISSING = "number_missing"
    NUMBER_ADDED = "number_added"
    DATE_CHANGED = "date_changed"
    CODE_MISSING = "code_missing"
    CONTACT_MISSING = "contact_missing"
    TAG_MISMATCH = "tag_mismatch"
    NAME_ADDED = "name_added"
    REPETITION = "repetition"
    OMISSION = "omission"
    UNTRANSLATED = "untranslated"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    LANGUAGE = "language"
    UNKNOWN_CHARACTERS = "unknown_characters"
    TERM_MISSING = "term_missing"


class Severity(StrEnum):
    """ERROR: the translation must not go out unflagged. WARNING: worth a translator's look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding.

    Attributes:
        kind: what is wrong.
        severity: how bad it is.
        message: one English sentence for a person.
        source_span: (start, end) code points in the source, where there is such a place.
        target_span: the same in the target.
        expected: what the source calls for, canonical.
        found: what the target has instead, canonical; empty when nothing.
    """

    kind: IssueKind
    severity: Severity
    message: str
    source_span: Span | None = None
    target_span: Span | None = None
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    Attributes:
        ok: no issue is an error.
        issues: what was found, errors first.
    """

    ok: bool
    issues: tuple[Issue, ...]
