"""What a WARC file is called, beside what its data and its warcinfo say."""

from collections.abc import Iterator
from typing import BinaryIO

from archiver.findings import Finding
from archiver.warc.members import MAGIC, ZSTD_STARTS
from archiver.warc.reader import Record

_FORMS = {
    (".warc.gz", ".arc.gz"): (MAGIC,),
    (".warc.zst", ".arc.zst"): ZSTD_STARTS,
    (".warc", ".arc"): (b"WARC/", b"warc/", b"filedesc:"),
}


def misnamed(name: str, stream: BinaryIO) -> Iterator[Finding]:
    """Whether the name is that of another form than the data are in. A damaged beginning says nothing.

    >>> import io
    >>> [each.code for each in misnamed("a.warc", io.BytesIO(b"\\x1f\\x8b\\x08"))]
    ['W243']
    """
    stated = next((names for names in _FORMS if name.endswith(names)), None)
    head = stream.read(16)
    form = next((names for names, starts in _FORMS.items() if head.startswith(starts)), None)
    if stated is None or form in (None, stated):
        return
    message = f"The data are those of a `{form[0]}` file; software that goes by the name fails on them."
    # WACZ 1.1.1 section 3 has "MUST use the .warc.gz file extension"; older versions do not, and every player reads it.
    yield Finding(code="W243", message=message, offset=0, found=name[-200:])


def is_renamed(record: Record, filename: str) -> bool:
    """Whether a warcinfo gives its file another name."""
    return record.type == "warcinfo" and record.fields.get("warc-filename", filename) != filename


def renamed(record: Record, filename: str) -> Finding:
    """`I242` for such a warcinfo."""
    message = "The file has another name than its warcinfo gives it: it was renamed, or packed anew."
    stated = record.fields["warc-filename"]
    return Finding(code="I242", message=message, found=filename[:200], expected=stated[:200])
