"""What terms demand of a segment: their renderings looked for, reported, and put where they are missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tarjimon.pipeline.values import TermReport
from tarjimon.text.fidelity import Issue, IssueKind, Severity, Verdict
from tarjimon.text.official_names import OFFICIAL_NAMES
from tarjimon.text.orthography import Alphabet, detect_alphabet, fold, render
from tarjimon.text.terms import Rendering, Term, TermIndex, TermMatch


@dataclass(frozen=True, slots=True)
class Hold:
    """A span of a text that the model shall not see, and what stands for it in the output."""

    start: int
    end: int
    text: str


def demanded(matches: Sequence[TermMatch]) -> tuple[TermMatch, ...]:
    """Terms that an output must have: glossaries' own. Official names and derivations are only looked at."""
    return tuple(m for m in matches if m.term.origin != OFFICIAL_NAMES and not m.derived)


def expected(match: TermMatch, surface: str) -> str:
    """What a term must become.

    Args:
        match: the term.
        surface: the term as it stands in the text; a term that is not translated keeps its alphabet.
    """
    term = match.term
    if not term.do_not_translate:
        return term.target
    alphabet = detect_alphabet(surface) if term.source_language == "uz" else None
    if alphabet in (None, Alphabet.LATIN):
        return term.source
    return render(fold(term.source), alphabet)


def identity(match: TermMatch) -> tuple[str, ...]:
    """What of a demanded term determines an output; part of the cache key."""
    term = match.term
    return fold(term.source), term.target, *term.accepted, str(term.do_not_translate)


def report(
    matches: Sequence[TermMatch], source: str, output: str, target: str, placed: Sequence[int] = ()
) -> tuple[TermReport, ...]:
    """What became of each term.

    Args:
        matches: the terms of the source, in its own spelling.
        source: the segment.
        output: its translation.
        target: BCP-47 code of the output.
        placed: numbers of those among `demanded(matches)` that were placed by us.
    """
    if not matches:
        return ()
    rendering = Rendering(output, target)
    used: set[tuple[int, int]] = set()
    numbers = {match: number for number, match in enumerate(demanded(matches))}
    reports = []
    for match in matches:
        surface = source[match.start : match.end]
        wanted = expected(match, surface)
        forms = dict.fromkeys((wanted, *match.term.accepted))
        if match.term.do_not_translate:
            forms[match.term.source] = forms[surface] = None
        places = sorted(place for form in forms for place in rendering.places(form))
        # Two mentions ask for two renderings.
        place = next((p for p in places if p not in used), None)
        if place is not None:
            used.add(place)
        ours = place is not None and numbers.get(match, -1) in placed
        reports.append(
            TermReport(match.term.source, wanted, match.start, match.end, place, ours, match.term.origin)
        )
    return tuple(reports)


def verdict_with(verdict: Verdict, matches: Sequence[TermMatch], reports: Sequence[TermReport]) -> Verdict:
    """The verdict with an issue for each term that was not met.

    It is an error for a glossary's own terms, a warning for official names (there are other right ways to say
    them) and for derivations.
    """
    wanted = set(demanded(matches))
    issues = list(verdict.issues)
    for match, one in zip(matches, reports, strict=True):
        if one.met:
            continue
        what = (
            "an official name" if one.origin == OFFICIAL_NAMES else f"a term of the glossary ({one.origin})"
        )
        issues.append(
            Issue(
                IssueKind.TERM_MISSING,
                Severity.ERROR if match in wanted else Severity.WARNING,
                f"“{one.term}”, {what}, should be “{one.expected}”, which is not in the translation.",
                (one.source_start, one.source_end),
                None,
                one.expected,
            )
        )
    issues.sort(key=lambda issue: issue.severity is not Severity.ERROR)
    return Verdict(not any(issue.severity is Severity.ERROR for issue in issues), tuple(issues))


def located(matches: Sequence[TermMatch], text: str, language: str) -> tuple[TermMatch, ...]:
    """The same terms at their places in another spelling of the text; () when they are not the same there."""
    terms: Mapping[Term, None] = dict.fromkeys(match.term for match in matches)
    found = tuple(m for m in TermIndex(terms, language).find(text) if not m.derived)
    return found if [m.term for m in found] == [m.term for m in matches] else ()


def switched(
    text: str, matches: Sequence[TermMatch], holds: Sequence[Hold]
) -> tuple[str, tuple[TermMatch, ...]]:
    """The text with renderings in the place of terms, and all terms at their places in it.

    A translation model mostly carries over words that are in its target language already, and inflects them
    (code switching: Song et al. 2019, arXiv 1904.09107).
    """
    pieces: list[str] = []
    moved: list[TermMatch] = []
    by_start = {hold.start: hold for hold in holds}
    at = length = 0
    for match in matches:
        hold = by_start.get(match.start)
        word = hold.text if hold else text[match.start : match.end]
        pieces += (text[at : match.start], word)
        begin = length + match.start - at
        length = begin + len(word)
        at = match.end
        moved.append(replace(match, start=begin, end=length))
    pieces.append(text[at:])
    return "".join(pieces), tuple(moved)
