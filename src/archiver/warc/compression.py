"""Gzip members (RFC 1952): the same bytes for the same bytes, in every process and on every kind of CPU."""

import zlib
from collections.abc import Iterable, Iterator

import deflate

_LEVEL = 1
_GZIP = 31  # zlib's wbits for a gzip member


def gzip_member(plain: bytes) -> bytes:
    """A whole gzip member, by libdeflate.

    Not by ISA-L, a quarter faster: at the start of its input it hashes a register that it never set and that holds
    an address (`.write_first_byte` of its igzip_icf_body_h1_gr_bt.asm), so that one process in a thousand or so
    misses a match and writes other bytes.

    >>> import gzip
    >>> gzip.decompress(gzip_member(b"The pier is gone."))
    b'The pier is gone.'
    """
    return bytes(deflate.gzip_compress(plain, _LEVEL))


def gzip_pieces(pieces: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The pieces of one gzip member that holds `pieces`, by zlib: libdeflate takes nothing but a whole."""
    deflater = zlib.compressobj(_LEVEL, wbits=_GZIP)
    for piece in pieces:
        yield deflater.compress(piece)
    yield deflater.flush()
