"""Records as they are written: their headers, their members, and what may not get into a header."""

import gzip
import hashlib
import zlib
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archiver.model import sha256
from archiver.warc.writer import IDENTICAL, WarcFile, WarcRecord, warcinfo

DATE = "2024-05-06T07:08:09Z"


def resource(**changes: Any) -> WarcRecord:
    """A small resource record."""
    values: dict[str, Any] = {
        "type": "resource",
        "id": "urn:uuid:00000000-0000-5000-8000-000000000001",
        "date": DATE,
        "content_type": "text/plain; charset=utf-8",
        "block": b"The pier is gone.\n",
        "uri": "https://archiver.invalid/sha256/aa/original.txt",
        "with_payload": True,
    }
    return WarcRecord(**{**values, **changes})


def test_a_record_is_a_gzip_member_with_its_digests() -> None:
    stream = BytesIO()
    file = WarcFile(stream)
    first, second = file.write(resource()), file.write(resource(block=b"other"))
    member = stream.getvalue()[second.offset : second.offset + second.length]
    assert (first.offset, second.offset) == (0, first.length)
    assert second.record_digest == sha256(member)
    assert second.payload_digest == sha256(b"other")
    assert gzip.decompress(member).endswith(b"\r\n\r\nother\r\n\r\n")
    assert file.digest == sha256(stream.getvalue())
    assert file.records_digest == "sha256:" + hashlib.sha256(gzip.decompress(stream.getvalue())).hexdigest()
    assert (file.length, file.count) == (len(stream.getvalue()), 2)


def test_a_large_record_goes_in_pieces_and_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    block = b"".join(b"%d\n" % number for number in range(50_000))
    whole, pieces = BytesIO(), BytesIO()
    expected, plain = WarcFile(whole), WarcFile(pieces)
    expected.write(resource(block=block))
    monkeypatch.setattr("archiver.warc.writer._LARGE", 1000)
    plain.write(resource())
    written = plain.write(resource(block=block))
    member = pieces.getvalue()[written.offset :]
    inflater = zlib.decompressobj(wbits=31)
    assert inflater.decompress(member) == gzip.decompress(whole.getvalue())
    assert (inflater.eof, inflater.unused_data) == (True, b"")
    assert (written.length, written.record_digest) == (len(member), sha256(member))
    assert written.payload_digest == sha256(block)
    assert plain.digest == sha256(pieces.getvalue())
    assert plain.records_digest == sha256(gzip.decompress(pieces.getvalue()))
    assert (plain.length, plain.count) == (len(pieces.getvalue()), 2)


def test_a_record_is_as_warcio_itself_writes_it() -> None:
    stream, theirs = BytesIO(), BytesIO()
    WarcFile(stream).write(resource(refers_to="urn:uuid:00000000-0000-5000-8000-000000000002", block=b"a\r\n\r\nb"))
    stream.seek(0)
    for record in ArchiveIterator(stream):
        WARCWriter(theirs, gzip=False).write_record(record)
    assert theirs.getvalue() == gzip.decompress(stream.getvalue())


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1)
RECORDS = st.builds(
    resource,
    type=st.sampled_from(["resource", "metadata", "conversion", "revisit"]),
    id=VALUES,
    date=VALUES,
    content_type=VALUES,
    block=st.binary(),
    uri=st.none() | st.just("https://example.org/%s%d"),
    refers_to=st.none() | VALUES,
    refers_to_uri=st.none() | st.just("https://example.org/%25"),
    filename=st.none() | VALUES,
    payload_digest=st.none() | VALUES,
    with_payload=st.booleans(),
)


@given(RECORDS)
def test_the_header_of_any_record_is_as_warcio_writes_it(record: WarcRecord) -> None:
    stream, digest = BytesIO(), sha256(record.block)
    WarcFile(stream).write(record)
    again = record.type == "revisit"
    values = {
        "WARC-Type": record.type,
        "WARC-Record-ID": f"<{record.id}>",
        "WARC-Date": record.date,
        "WARC-Filename": record.filename,
        "WARC-Target-URI": record.uri,
        "WARC-Refers-To": record.refers_to and f"<{record.refers_to}>",
        "WARC-Profile": IDENTICAL if again else None,
        "WARC-Refers-To-Target-URI": record.refers_to_uri if again else None,
        "WARC-Refers-To-Date": record.date if again else None,
        "WARC-Block-Digest": digest,
        "WARC-Payload-Digest": (record.payload_digest or digest) if record.with_payload else None,
        "Content-Type": record.content_type,
        "Content-Length": str(len(record.block)),
    }
    head = StatusAndHeaders("", [(name, value) for name, value in values.items() if value], protocol="WARC/1.1")
    assert gzip.decompress(stream.getvalue()) == head.to_bytes() + record.block + b"\r\n\r\n"


def test_warcio_reads_what_is_written_and_finds_the_digests_right() -> None:
    stream = BytesIO()
    WarcFile(stream).write(resource())
    stream.seek(0)
    (record,) = [
        (record.rec_headers.headers, record.content_stream().read(), record.digest_checker.passed)
        for record in ArchiveIterator(stream, check_digests=True)
    ]
    headers, block, passed = record
    assert passed is True
    assert block == b"The pier is gone.\n"
    digest = sha256(block)
    assert headers == [
        ("WARC-Type", "resource"),
        ("WARC-Record-ID", "<urn:uuid:00000000-0000-5000-8000-000000000001>"),
        ("WARC-Date", DATE),
        ("WARC-Target-URI", "https://archiver.invalid/sha256/aa/original.txt"),
        ("WARC-Block-Digest", digest),
        ("WARC-Payload-Digest", digest),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", "18"),
    ]


def test_metadata_has_no_payload_digest() -> None:
    stream = BytesIO()
    WarcFile(stream).write(resource(type="metadata", with_payload=False, refers_to="urn:uuid:x"))
    written = gzip.decompress(stream.getvalue())
    assert b"WARC-Payload-Digest" not in written
    assert b"WARC-Refers-To: <urn:uuid:x>\r\n" in written


def test_warcinfo_lists_the_fields_that_are_known() -> None:
    record = warcinfo(id="urn:uuid:x", date=DATE, filename="a.warc.gz", fields=[("software", "a"), ("operator", "")])
    assert (record.block, record.filename, record.content_type) == (
        b"software: a\r\n",
        "a.warc.gz",
        "application/warc-fields",
    )


def test_the_same_records_give_the_same_bytes() -> None:
    streams = [BytesIO(), BytesIO()]
    for stream in streams:
        WarcFile(stream).write(resource())
    assert streams[0].getvalue() == streams[1].getvalue()


@pytest.mark.parametrize(
    "uri",
    [
        "https://x.example/\r\nWARC-Type: response",
        "https://x.example/a b",
        "https://x.example/é",
        "https://x.example/#part",
        "https://x.example/<a>",
        "no-scheme",
        "https://x.example/\x00",
    ],
)
def test_a_uri_that_no_header_can_carry_is_never_written(uri: str) -> None:
    stream = BytesIO()
    with pytest.raises(ValueError, match="URI"):
        WarcFile(stream).write(resource(uri=uri))
    assert stream.getvalue() == b""


@pytest.mark.parametrize("control", ["\r", "\n", "\0", "\x7f"])
@pytest.mark.parametrize("field", ["id", "date", "content_type", "refers_to", "filename"])
def test_a_control_character_in_a_header_is_never_written(field: str, control: str) -> None:
    stream = BytesIO()
    with pytest.raises(ValueError, match="control character in "):
        WarcFile(stream).write(resource(**{field: f"\xa0a{control}b"}))
    assert stream.getvalue() == b""


def test_the_header_with_a_control_character_is_named() -> None:
    with pytest.raises(ValueError, match="control character in WARC-Filename"):
        WarcFile(BytesIO()).write(resource(filename="a\r\nb"))
    with pytest.raises(ValueError, match="control character in operator"):
        warcinfo(id="urn:uuid:x", date=DATE, filename="a", fields=[("operator", "a\nb: c")])
