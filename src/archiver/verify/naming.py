"""What a WARC file's name says of its compression, and what its first bytes do."""

from collections.abc import Iterator
from typing import BinaryIO

from archiver.findings import Finding
from archiver.warc.members import MAGIC, ZSTD_STARTS

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
