"""Content codings of HTTP (RFC 9110 section 8.4.1), undone in bounded memory: what a browser makes of a body."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, repeat

from isal import isal_zlib

LIMIT = 1 << 27
"""The longest decoded body, in bytes."""

_STEP = 1 << 20
_InflateError: type[Exception] = isal_zlib.error  # type: ignore[assignment]  # isal's stub calls this class an instance


def undone(codings: Sequence[str], body: bytes) -> bytes | None:
    """The body before `codings` were applied, in that order; `None` where one is unknown, or the body is not so coded.

    >>> undone(["identity"], b"Rain.")
    b'Rain.'
    >>> undone(["compress"], b"Rain.") is None
    True
    """
    data: bytes | None = body
    for coding in reversed(codings):
        decode = _DECODERS.get(coding.lower())
        data = None if decode is None or data is None else decode(data)
    return data


def _identity(body: bytes) -> bytes:
    return body


def _gzip(body: bytes) -> bytes | None:
    return _inflated(body, 31)


def _deflate(body: bytes) -> bytes | None:
    """The zlib format, or, as much software has it, bare deflate data."""
    data = _inflated(body, 15)
    return _inflated(body, -15) if data is None else data


def _inflated(body: bytes, wbits: int) -> bytes | None:
    inflater = isal_zlib.decompressobj(wbits=wbits)
    try:
        data = bytes(inflater.decompress(body, LIMIT))
    except _InflateError:
        return None
    return data if inflater.eof else None


def _brotli(body: bytes) -> bytes | None:
    import brotli

    decompressor = brotli.Decompressor()
    # The first call takes all of the body, and each further one gives what is left of its output.
    rest = chain([body], repeat(b""))
    pieces = iter(lambda: decompressor.process(next(rest), output_buffer_limit=_STEP), b"")
    try:
        data = _joined(pieces)
    except brotli.error:
        return None
    return data if decompressor.is_finished() else None


def _zstd(body: bytes) -> bytes | None:
    """One frame or several (RFC 8878 section 3.1)."""
    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=LIMIT).stream_reader(body, read_across_frames=True)
    try:
        return _joined(iter(lambda: reader.read(_STEP), b""))
    except zstandard.ZstdError:
        return None


def _joined(pieces: Iterator[bytes]) -> bytes | None:
    data = bytearray()
    for piece in pieces:
        data += piece
        if len(data) > LIMIT:
            return None
    return bytes(data)


_DECODERS: Mapping[str, Callable[[bytes], bytes | None]] = {
    "identity": _identity,
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
