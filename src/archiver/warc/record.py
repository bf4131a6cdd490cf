"""One record of a WARC or ARC file, as it stands there."""

from collections.abc import Mapping
from typing import NamedTuple

from archiver.model import Digest
from archiver.warc import grammar


class Record(NamedTuple):
    """One record as it stands in a file.

    `offset` and `length` are bytes of the file (compressed, where it is) and `digest` is their SHA-256: what a CDXJ row
    calls offset, length and recordDigest. The last two are `None` where the record shares its gzip member with others.
    `type` is in lower case, and empty where the record names none; `id` and `uri` (its target) are without the angle
    brackets that some software puts around them. `block` is `None` where it is longer than the reader was told to keep;
    the length and digest are always known. `headers` are its fields as they stand, `fields` the first of each name, in
    lower case. A named tuple: a package holds millions, and a dataclass costs four times as much to make.
    """

    offset: int
    length: int | None
    digest: Digest | None
    version: str
    headers: tuple[tuple[str, str], ...]
    block: bytes | None
    block_length: int
    block_digest: Digest
    type: str
    id: str | None
    uri: str | None
    fields: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """The first value of the field `name`, whatever its case; `None` where the record has none."""
        return self.fields.get(name.lower())


def bare(uri: str | None) -> str | None:
    """A URI without the angle brackets of the grammar; `None` for none."""
    return uri and grammar.bare(uri)
