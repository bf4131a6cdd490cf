"""Index lines as the field's tools write them, plain and in ZipNum blocks."""

import gzip
import json
from io import BytesIO

import pytest
import surt
from hypothesis import given
from hypothesis import strategies as st

from archiver.model import sha256
from archiver.warc import cdxj
from archiver.warc.writer import WarcFile, WarcRecord

RECORD = WarcRecord(
    type="resource",
    id="urn:uuid:x",
    date="2024-05-06T07:08:09Z",
    content_type="text/plain; charset=utf-8",
    block=b"x",
    uri="https://Example.org/a?b=1",
    with_payload=True,
)


def test_a_line_has_key_time_and_json() -> None:
    stream = BytesIO()
    file = WarcFile(stream)
    file.write(RECORD)
    written = file.write(RECORD)
    key, stamp, fields = cdxj.line(RECORD, written, "a.warc.gz").decode().split(" ", 2)
    assert (key, stamp) == ("org,example)/a?b=1", "20240506070809")
    assert fields.endswith("}\n")
    assert list(json.loads(fields).items()) == [
        ("url", "https://Example.org/a?b=1"),
        ("mime", "text/plain"),
        ("digest", sha256(b"x")),
        ("length", str(written.length)),
        ("offset", str(written.offset)),
        ("filename", "a.warc.gz"),
        ("recordDigest", written.record_digest),
    ]


def test_json_is_spaced_as_every_other_tool_does() -> None:
    stream = BytesIO()
    line = cdxj.line(RECORD, WarcFile(stream).write(RECORD), "a.warc.gz").decode()
    text = line.split(" ", 2)[2].strip()
    assert text == json.dumps(json.loads(text))


def test_zipnum_blocks_are_members_that_the_idx_points_to() -> None:
    lines = [b"org,example)/%05d 20240506070809 {}\n" % number for number in range(2500)]
    head, *blocks = cdxj.zipnum(lines, "index.cdx.gz")
    assert (head.member, head.idx_line) == (b"", b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n')
    data = b"".join(block.member for block in blocks)
    assert len(blocks) == 3
    assert gzip.decompress(data) == b"".join(lines)
    for number, block in enumerate(blocks):
        key, stamp, fields = block.idx_line.split(b" ", 2)
        place = json.loads(fields)
        member = data[place["offset"] : place["offset"] + place["length"]]
        assert (key, stamp) == (b"org,example)/%05d" % (number * 1024), b"20240506070809")
        assert place["digest"] == sha256(member)
        assert gzip.decompress(member).startswith(key)


def test_no_lines_give_no_block() -> None:
    assert len(list(cdxj.zipnum([], "index.cdx.gz"))) == 1


LABELS = st.text("abcwz", min_size=1, max_size=4)
SEGMENTS = st.text("az09_-", min_size=1, max_size=6)


@given(
    st.sampled_from(["http", "https", "metadata"]),
    st.lists(LABELS, min_size=2, max_size=4),
    st.lists(SEGMENTS, min_size=1, max_size=4),
    st.sampled_from(["", ".html", ".txt"]),
)
def test_the_quick_key_is_the_one_that_surt_gives(scheme: str, host: list[str], path: list[str], ending: str) -> None:
    uri = f"{scheme}://{'.'.join(host)}/{'/'.join(path)}{ending}"
    assert cdxj.key(uri).decode() == surt.surt(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "https://archiver.invalid/sha256/0a1b/original.txt",
        "metadata://archiver.invalid/article/00000000-0000-5000-8000-000000000001.json",
        "https://www.example.org/a",
        "https://www2.example.org/a",
        "https://Example.org/A/b//c/?b=2&a=1",
        "https://example.org/a;jsessionid=0123456789abcdef0123456789abcdef",
        "https://127.0.0.1/a",
        "https://example.org/",
        "https://example.org:8080/a",
    ],
)
def test_every_other_key_is_surt_s_too(uri: str) -> None:
    assert cdxj.key(uri).decode() == surt.surt(uri)
