"""Runs: how a text was extracted from a page, told so that anyone can do it again without the extractor."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from html import unescape

from archiver.model import Run, Span

_REFERENCE = re.compile(r"&[^\s&;]{1,32};?")


class RunError(ValueError):
    """A run does not fit the page that it is said to come from; `index` is the run that does not."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(f"run {index}: {message}")
        self.index = index


def replay(source: str, runs: Sequence[Run]) -> str:
    """The extracted text: the runs, one after the other. Raises RunError where one does not fit `source`.

    A run without a text is a slice of the source. One with a text is a character reference, or white space that became
    a blank or a line break; where its span is empty, it was inserted.

    >>> replay("<p>Rain &amp;\\n wind", [Run(source_span=Span(3, 8)), Run(source_span=Span(8, 13), text="&"),
    ...                                 Run(source_span=Span(13, 15), text=" "), Run(source_span=Span(15, 19))])
    'Rain & wind'
    """
    for index, run in enumerate(runs):
        start, end = run.source_span
        if not 0 <= start <= end <= len(source):
            raise RunError(index, f"it lies at {start} to {end}, outside of the page's {len(source)} code points")
        if run.text is not None and start < end and not _reads_as(source[start:end], run.text):
            raise RunError(index, f"what stands at {start} to {end} does not read as the run's text")
    return text_of(source, runs)


def text_of(source: str, runs: Sequence[Run]) -> str:
    """The runs' texts, joined."""
    return "".join(run.source_span.of(source) if run.text is None else run.text for run in runs)


def _reads_as(found: str, text: str) -> bool:
    if text in {" ", "\n"}:
        return not unescape(found).strip()
    return _REFERENCE.fullmatch(found) is not None and unescape(found) == text


class Places:
    """Maps places between a page's source and the text that was extracted from it."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = runs
        self._at: list[int] = []
        length = 0
        for run in runs:
            self._at.append(length)
            length += len(run.text) if run.text is not None else run.source_span.end - run.source_span.start
        self._at.append(length)
        indexes = (index for index, run in enumerate(runs) if run.source_span.start < run.source_span.end)
        self._sorted = sorted(indexes, key=lambda index: runs[index].source_span)
        self._starts = [runs[index].source_span.start for index in self._sorted]

    def to_source(self, span: Span) -> Span:
        """The part of the page that a span of the text came from, from its first run to its last."""
        if not self._runs:
            return Span(0, 0)
        start = self._source_place(span.start, bisect_right(self._at, span.start) - 1)
        last = max(bisect_right(self._at, span.end - 1) - 1, 0)
        end = self._source_end(span.end, last)
        return Span(start, max(start, end))

    def _source_place(self, at: int, index: int) -> int:
        index = min(index, len(self._runs) - 1)
        run = self._runs[index]
        if run.text is None:
            return min(run.source_span.start + at - self._at[index], run.source_span.end)
        return run.source_span.start

    def _source_end(self, at: int, index: int) -> int:
        index = min(index, len(self._runs) - 1)
        run = self._runs[index]
        if run.text is None:
            return min(run.source_span.start + at - self._at[index], run.source_span.end)
        return run.source_span.end

    def to_text(self, span: Span) -> Span | None:
        """Where a span of the page stands in the text, up to where the text goes on elsewhere; None: nowhere."""
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        start = end = -1
        for place in range(first, len(self._sorted)):  # a slice would be a copy of all that follows
            index = self._sorted[place]
            low, high = self._runs[index].source_span
            if low >= span.end:
                break
            if high <= span.start:
                continue
            begin, finish = self._within(index, span)
            if start >= 0 and not 0 <= begin - end <= 1:
                break
            start, end = (begin if start < 0 else start), finish
        return Span(start, end) if start >= 0 else None

    def before(self, span: Span) -> int | None:
        """Where in the text the last run ends that stands in a span of the page; None where none does."""
        last = bisect_left(self._starts, span.end) - 1
        if last < 0 or self._runs[self._sorted[last]].source_span.end <= span.start:
            return None
        return self._within(self._sorted[last], span)[1]

    def _within(self, index: int, span: Span) -> tuple[int, int]:
        """Where the part of a run that `span` covers stands in the text."""
        run, at = self._runs[index], self._at[index]
        if run.text is not None:
            return at, self._at[index + 1]
        low, high = run.source_span
        return at + max(span.start - low, 0), at + min(span.end, high) - low
