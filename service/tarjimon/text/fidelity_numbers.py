"""Whether the numbers, dates and document numbers of a source are those of its translation."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tarjimon.text.fidelity_issue import Issue, IssueKind, Severity
from tarjimon.text.numbers import NumberKind, NumericEntity, extract_numbers


@dataclass(frozen=True, slots=True)
class _Atom:
    """One value that must come through: a number, or the day or the year of a date."""

    readings: frozenset[str]
    shown: str
    entity: NumericEntity

    @property
    def span(self) -> tuple[int, int]:
        return self.entity.start, self.entity.end


def number_issues(
    source: str, target: str, source_language: str | None, target_language: str | None
) -> list[Issue]:
    """Compares the multisets of canonical values. A year inside a date meets the same year on its own."""
    wanted = extract_numbers(source, source_language)
    given = extract_numbers(target, target_language)
    source_atoms, target_atoms = list(_atoms(wanted)), list(_atoms(given))
    missing, added = _unmatched(source_atoms, target_atoms)
    # Words of the target that no word of the source accounts for may stand for a source's digits, and back.
    source_soft, target_soft = _soft(wanted), _soft(given)
    missing = _unspoken(missing, target_soft - source_soft)
    added = _unspoken(added, source_soft - target_soft)
    issues = list(_missing_issues(missing, added, target_atoms))
    issues += _added_issues(added, source_atoms)
    if not any(issue.severity is Severity.ERROR and issue.kind is IssueKind.DATE_CHANGED for issue in issues):
        issues += _date_issues(wanted, given)
    return issues + _series_issues(wanted, given)


def _atoms(entities: Iterable[NumericEntity]) -> Iterator[_Atom]:
    for entity in entities:
        if entity.kind is NumberKind.DATE:
            days = (
                {reading.rpartition("-")[2].lstrip("0") for reading in entity.readings}
                if entity.day
                else set()
            )
            if entity.day:
                yield _Atom(frozenset(days), str(entity.day), entity)
            if entity.year:
                yield _Atom(frozenset({str(entity.year)}), str(entity.year), entity)
        elif entity.kind is NumberKind.CODE:
            yield _Atom(frozenset({entity.value.rpartition("-")[2], entity.value}), entity.value, entity)
        elif entity.hard:
            yield _Atom(frozenset(entity.readings), entity.value, entity)


def _soft(entities: Iterable[NumericEntity]) -> Counter[str]:
    return Counter(reading for entity in entities if not entity.hard for reading in entity.readings)


def _unspoken(atoms: Iterable[_Atom], spoken: Counter[str]) -> list[_Atom]:
    """The atoms that no number word stands for; a word stands for one atom."""
    rest = []
    for atom in atoms:
        word = next((reading for reading in atom.readings if spoken[reading]), None)
        if word is None:
            rest.append(atom)
        else:
            spoken[word] -= 1
    return rest


def _unmatched(source: Sequence[_Atom], target: Sequence[_Atom]) -> tuple[list[_Atom], list[_Atom]]:
    """What remains on either side after matching equal values one to one, exact readings before ambiguous ones."""
    used: set[int] = set()
    missing = list(source)
    for exact in (True, False):
        places: dict[str, deque[int]] = defaultdict(deque)
        for place, atom in enumerate(target):
            for reading in (atom.shown,) if exact else atom.readings:
                places[reading].append(place)
        unmatched = []
        for atom in missing:
            if not any(
                _take(places[reading], used) for reading in ((atom.shown,) if exact else atom.readings)
            ):
                unmatched.append(atom)
        missing = unmatched
    return missing, [atom for place, atom in enumerate(target) if place not in used]


def _take(places: deque[int], used: set[int]) -> bool:
    while places:
        place = places.popleft()
        if place not in used:
            used.add(place)
            return True
    return False


def _missing_issues(missing: list[_Atom], added: list[_Atom], target: list[_Atom]) -> Iterator[Issue]:
    present = {reading for atom in target for reading in atom.readings}
    pairs = iter(added) if len(added) == len(missing) else iter(())
    for atom in missing:
        instead = next(pairs, None)
        kind = _missing_kind(atom.entity)
        # Once where the source has it twice is often style; "1" is often an article.
        article = atom.shown == "1" and atom.entity.kind is not NumberKind.DATE
        mild = bool(atom.readings & present) or article
        yield Issue(
            kind=kind,
            severity=Severity.WARNING if mild else Severity.ERROR,
            message=f"The translation lacks {atom.shown} (source: “{atom.entity.text}”)"
            + (f"; it has {instead.shown} instead." if instead else "."),
            source_span=atom.span,
            target_span=instead.span if instead else None,
            expected=atom.shown,
            found=instead.shown if instead else "",
        )


def _missing_kind(entity: NumericEntity) -> IssueKind:
    kinds = {
        NumberKind.DATE: IssueKind.DATE_CHANGED,
        NumberKind.CODE: IssueKind.CODE_MISSING,
        NumberKind.PHONE: IssueKind.CONTACT_MISSING,
    }
    return kinds.get(entity.kind, IssueKind.NUMBER_MISSING)


def _added_issues(added: list[_Atom], source: list[_Atom]) -> Iterator[Issue]:
    present = {reading for atom in source for reading in atom.readings}
    for atom in added:
        mild = bool(atom.readings & present) or atom.shown == "1"
        yield Issue(
            kind=IssueKind.NUMBER_ADDED,
            severity=Severity.WARNING if mild else Severity.ERROR,
            message=f"The translation has {atom.shown} (“{atom.entity.text}”), which the source lacks.",
            target_span=atom.span,
            found=atom.shown,
        )


def _date_issues(wanted: Sequence[NumericEntity], given: Sequence[NumericEntity]) -> Iterator[Issue]:
    """Months that changed, and days, months or years that changed places."""
    source = [entity for entity in wanted if entity.kind is NumberKind.DATE]
    target = [entity for entity in given if entity.kind is NumberKind.DATE]
    target_months = {entity.month for entity in target}
    if not all(entity.month in target_months or len(entity.readings) > 1 for entity in source):
        lost = next(entity for entity in source if entity.month not in target_months)
        yield _date_issue(lost, next(iter(target), None))
        return
    source_months = {entity.month for entity in source}
    for entity in target:
        if entity.month not in source_months and source and len(entity.readings) == 1:
            yield _date_issue(source[0], entity)
            return
    # A range ("5–7-may") has days outside its dates: only as many dates on both sides can be compared.
    if len(source) == len(target) and not any(len(entity.readings) > 1 for entity in (*source, *target)):
        yield from _swapped(source, target)


def _swapped(source: Sequence[NumericEntity], target: Sequence[NumericEntity]) -> Iterator[Issue]:
    years = all(entity.year for entity in (*source, *target))
    days = all(entity.day for entity in (*source, *target))

    def key(entity: NumericEntity) -> tuple[int, int, int]:
        return entity.day if days else 0, entity.month, entity.year if years else 0

    given = {key(entity) for entity in target}
    wanted = {key(entity) for entity in source}
    for entity in source:
        if key(entity) not in given:
            yield _date_issue(entity, next((other for other in target if key(other) not in wanted), None))


def _date_issue(entity: NumericEntity, instead: NumericEntity | None) -> Issue:
    return Issue(
        kind=IssueKind.DATE_CHANGED,
        severity=Severity.ERROR,
        message=f"The date “{entity.text}” is not in the translation"
        + (f"; it has “{instead.text}” instead." if instead else "."),
        source_span=(entity.start, entity.end),
        target_span=(instead.start, instead.end) if instead else None,
        expected=entity.value,
        found=instead.value if instead else "",
    )


def _series_issues(wanted: Sequence[NumericEntity], given: Sequence[NumericEntity]) -> list[Issue]:
    """Document numbers whose digits came through but whose letters differ: PQ-60 is not PF-60."""
    codes = Counter(entity.value for entity in given if entity.kind is NumberKind.CODE)
    issues = []
    for entity in wanted:
        if entity.kind is not NumberKind.CODE or "-" not in entity.value or codes[entity.value]:
            continue
        number = entity.value.rpartition("-")[2]
        other = next((code for code in codes if code.rpartition("-")[2] == number), "")
        if other:
            message = f"“{entity.text}” became {other}: check the letters of the document number."
            span = (entity.start, entity.end)
            kind, severity = IssueKind.CODE_MISSING, Severity.WARNING
            issues.append(Issue(kind, severity, message, span, None, entity.value, other))
    return issues
