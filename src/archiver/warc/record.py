"""One record of a WARC or ARC file, as it stands there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from archiver.model import Digest
from archiver.warc import grammar


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it stands in a file.

    `offset` and `length` are bytes of the file (compressed, where it is) and `digest` is their SHA-256: what a CDXJ row
    calls offset, length and recordDigest. The last two are `None` where the record shares its gzip member with others.
    `type` is in lower case, and empty where the record names none; `id` and `uri` (its target) are without the angle
    brackets that some software puts around them. `block` is `None` where it is longer than the reader was told to keep;
    the length and digest are always known.
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
    fields: Mapping[str, str] = field(repr=False, compare=False)

    def get(self, name: str) -> str | None:
        """The first value of the field `name`, whatever its case; `None` where the record has none."""
        return self.fields.get(name.lower())


def bare(uri: str | None) -> str | None:
    """A URI without the angle brackets of the grammar; `None` for none."""
    return uri and grammar.bare(uri)
