"""Labelled digests in the spellings that occur: `algorithm:value`, the value in hex, base32 or base64.

WARC 1.1 section 5.8 leaves algorithm and encoding open: its examples use base32 SHA-1, WACZ lower-case hex SHA-256.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

ALGORITHMS = {
    "md5": "md5",
    "sha1": "sha1", "sha-1": "sha1",
    "sha256": "sha256", "sha-256": "sha256",
    "sha384": "sha384", "sha-384": "sha384",
    "sha512": "sha512", "sha-512": "sha512",
    "blake2b": "blake2b", "blake2s": "blake2s",
}  # fmt: skip
"""The labels that are known, and the name that hashlib has for each."""

_LABELLED = re.compile(r"([!#-'*+\-.^-z|~A-Z0-9]{1,64}):([!-~]{1,512})")

_LONGEST = 600


class Labelled(NamedTuple):
    """A digest as a field states it: hashlib's name of the algorithm, and the value's bytes."""

    algorithm: str
    value: bytes


def parse(text: str) -> Labelled | None:
    """Reads `algorithm:value`; `None` where the value is no digest of that algorithm in any spelling.

    >>> parse("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ") == parse("sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709")
    True
    >>> parse("sha256:abc") is None
    True

    Raises KeyError where the algorithm is unknown, so that its value cannot be judged.
    """
    return _parsed(text) if len(text) <= _LONGEST else None


@lru_cache(maxsize=64)
def _parsed(text: str) -> Labelled | None:
    match = _LABELLED.fullmatch(text)
    if match is None:
        return None
    algorithm = ALGORITHMS[match[1].lower()]
    value = _decoded(match[2], _size(algorithm))
    return None if value is None else Labelled(algorithm, value)


@cache
def _size(algorithm: str) -> int:
    return hashlib.new(algorithm, usedforsecurity=False).digest_size


def _decoded(value: str, size: int) -> bytes | None:
    """The `size` bytes that `value` spells. The number of characters tells which encoding it is, but of MD5: its hex
    is as long as its base32 with padding."""
    bare = value.rstrip("=")
    if len(value) == len(bare) == 2 * size:
        return _attempt(bytes.fromhex, value)
    if len(bare) == -(-size * 8 // 5):
        return _attempt(base64.b32decode, bare.upper() + "=" * (-len(bare) % 8))
    if len(bare) == -(-size * 8 // 6):
        return _attempt(base64.urlsafe_b64decode, bare.replace("+", "-").replace("/", "_") + "=" * (-len(bare) % 4))
    return None


def _attempt(decode: Callable[[str], bytes], value: str) -> bytes | None:
    try:
        return decode(value)
    except ValueError:
        return None


def compute(algorithm: str, data: bytes | memoryview) -> bytes:
    """The digest of `data` by hashlib's name of an algorithm."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()
