"""The verdict on a translation: what was lost, changed, added, repeated, cut off or left untranslated."""

from collections import Counter
from collections.abc import Iterator

from tarjimon.text.fidelity_coverage import coverage_issues
from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity, Verdict
from tarjimon.text.fidelity_numbers import number_issues
from tarjimon.text.fidelity_repetition import repetition_issues
from tarjimon.text.protection import Kind, Span, find_spans

__all__ = ["Issue", "IssueKind", "Severity", "Verdict", "check"]

_KEPT = {
    Kind.URL: IssueKind.CONTACT_MISSING,
    Kind.EMAIL: IssueKind.CONTACT_MISSING,
    Kind.HANDLE: IssueKind.CONTACT_MISSING,
    Kind.FILE: IssueKind.CODE_MISSING,
    Kind.TAG: IssueKind.TAG_MISMATCH,
    Kind.PLACEHOLDER: IssueKind.TAG_MISMATCH,
    Kind.INLINE_CODE: IssueKind.TAG_MISMATCH,
    Kind.LITERAL: IssueKind.TAG_MISMATCH,
}


def check(source: str, target: str, source_language: str | None, target_language: str | None) -> Verdict:
    """Compares a segment with its translation.

    Args:
        source: the segment.
        target: its translation, with protected spans restored.
        source_language: `uz`, `ru`, `en`, or None when unknown: number words and usual lengths are then not known.
        target_language: the same for the target.

    Returns:
        The verdict, errors first. `ok` is False when there is any error.
    """
    issues = coverage_issues(source, target, source_language, target_language)
    if not any(issue.kind is IssueKind.EMPTY for issue in issues):
        issues += number_issues(source, target, source_language, target_language)
        issues += _kept_issues(source, target)
        issues += repetition_issues(source, target)
    issues.sort(key=lambda issue: issue.severity is Severity.WARNING)
    return Verdict(ok=not any(issue.severity is Severity.ERROR for issue in issues), issues=tuple(issues))


def _kept_issues(source: str, target: str) -> Iterator[Issue]:
    """Contacts, files, tags and placeholders that are not the same on both sides."""
    wanted, given = find_spans(source, _KEPT.keys()), find_spans(target, _KEPT.keys())
    left = Counter(map(_key, given))
    for span in wanted:
        if left[_key(span)]:
            left[_key(span)] -= 1
        else:
            message = f"“{span.text}” is not in the translation."
            yield Issue(_KEPT[span.kind], Severity.ERROR, message, (span.start, span.end), None, span.text)
    for span in given:
        if left[_key(span)]:
            left[_key(span)] -= 1
            message = f"“{span.text}” is in the translation but not in the source."
            place = (span.start, span.end)
            yield Issue(_KEPT[span.kind], Severity.ERROR, message, None, place, "", span.text)


def _key(span: Span) -> tuple[IssueKind, str]:
    return _KEPT[span.kind], span.text.lower().rstrip("/").removeprefix("https://").removeprefix("http://")
