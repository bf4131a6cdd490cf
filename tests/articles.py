"""Values that many tests need: one article with everything in it, and the capture that it came from."""

from archiver.findings import Finding
from archiver.model import (
    Archived,
    Article,
    Capture,
    Link,
    Moment,
    Repair,
    Source,
    Span,
    Stated,
    TweetReference,
    sha256,
)
from archiver.record import provenance

PAYLOAD = "The pierâ€™s gone \udc81 https://t.co/Zz9\n— Ada (@ada_e) July 21, 2017\n".encode("utf-8", "surrogateescape")
TEXT = "The pier’s gone \ufffd https://t.co/Zz9\n— Ada (@ada_e) July 21, 2017\n"
DATE = "2024-05-06T07:08:09Z"


def article(**changes: object) -> Article:
    """An invented article in which every field holds something."""
    values: dict[str, object] = {
        "id": "urn:uuid:00000000-0000-5000-8000-000000000001",
        "url": Stated(value="https://news.example/pier", basis="field:url"),
        "title": "The pier is gone",
        "authors": ("Ada Example", "Bo Example"),
        "site": "The Example",
        "language": "en-GB",
        "published": Moment(value="2017-07-21", precision="day", basis="field:date"),
        "modified": None,
        "retrieved": Moment(value="2017-07-22T10:00:00Z", precision="second", basis="sidecar:retrieved"),
        "source": Source(
            name="pier.txt",
            offset=0,
            length=len(PAYLOAD),
            digest=sha256(PAYLOAD),
            media_type="text/plain",
            encoding="utf-8",
            encoding_basis="detected",
            pointer=None,
        ),
        "text": TEXT,
        "repairs": (
            _repair("mojibake", "â€™", "’", (8, 11), (8, 9), "ftfy 6.3.1"),
            _repair("undecodable-byte", "\udc81", "\ufffd", (18, 19), (16, 17), "archiver 1.0.0"),
        ),
        "links": (
            Link(
                href="https://t.co/Zz9",
                url="https://t.co/Zz9",
                kind="short",
                text="https://t.co/Zz9",
                span=Span(18, 34),
                source_span=Span(20, 36),
                tweet=0,
            ),
        ),
        "tweets": (
            TweetReference(
                form="signature",
                author="Ada",
                handle="ada_e",
                status_id=None,
                url=None,
                posted=Moment(value="2017-07-21", precision="day", basis="signature"),
                dates="consistent",
                text=TEXT[:34],
                span=Span(0, 63),
                source_span=Span(0, 65),
                links=(0,),
                mentions=("bo",),
                hashtags=("pier",),
            ),
        ),
        "findings": (Finding(code="W114", message="1 character is lost for good", path="$.text"),),
    }
    return Article(**{**values, **changes})  # type: ignore[arg-type]


def _repair(rule: str, before: str, after: str, there: tuple[int, int], here: tuple[int, int], by: str) -> Repair:
    return Repair(
        rule=rule,
        before=before,
        after=after,
        source_span=Span(*there),
        span=Span(*here),
        confidence="high",
        by=by,
    )


def archived(**changes: object) -> Archived:
    """The article as `process` gives it."""
    made = article(**changes)
    capture = Capture(name=made.source.name, offset=0, payload=PAYLOAD, media_type="text/plain")
    return Archived(capture=capture, article=made, record=provenance.to_bytes(provenance.to_dict(made, inline=False)))
