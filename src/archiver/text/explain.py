"""A repair told to people: its line, what stood there and what stands there now, and the sentence of its rule."""

from dataclasses import dataclass

from archiver.model import Confidence, Repair, Span
from archiver.text.rules import RULES

# So many code points are shown before and behind a repair.
AROUND = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a person is shown of a repair. `line` counts from one; in `before` and `after` the change stands between
    `⟦` and `⟧`, and what a terminal cannot show stands as an escape."""

    line: int
    before: str
    after: str
    rule: str
    says: str
    confidence: Confidence
    by: str
    plan: str | None


def explain(entry: Repair, source: str, text: str) -> Explanation:
    """Tell `entry` of a ledger between `source`, the decoded text, and `text`, the normalised one. (For a suggestion,
    `after` shows what would stand there.)

    >>> from archiver.text.repair import repair
    >>> source = "First line\\nitâ€™s the second"
    >>> repaired = repair(source)
    >>> told = explain(repaired.repairs[0], source, repaired.text)
    >>> told.line, told.before, told.after, told.plan
    (2, 'it⟦â€™⟧s the second', 'it⟦’⟧s the second', 'encode windows-1252 → decode utf-8')
    """
    rule = RULES.get(entry.rule)
    return Explanation(
        line=source.count("\n", 0, entry.source_span.start) + 1,
        before=_marked(source, entry.source_span, entry.before),
        after=_marked(text, entry.span, entry.after),
        rule=entry.rule,
        says=rule.says if rule else "",
        confidence=entry.confidence,
        by=entry.by,
        plan=entry.plan,
    )


def _marked(text: str, span: Span, shown: str) -> str:
    """The part of the line around `span`, with `shown` in its place between marks."""
    before = text[max(0, span.start - AROUND) : span.start].rpartition("\n")[2]
    after = text[span.end : span.end + AROUND].partition("\n")[0]
    return f"{visible(before)}⟦{visible(shown)}⟧{visible(after)}"


def visible(text: str) -> str:
    """`text` with escapes for what a terminal cannot show, or obeys.

    >>> visible("a\\xa0b\\x1b[2J\\udc9d")
    'a\\\\xa0b\\\\x1b[2J\\\\udc9d'
    """
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
