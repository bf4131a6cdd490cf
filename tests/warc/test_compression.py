"""Gzip members: read back by anyone, and the same bytes wherever they are made."""

import hashlib
import zlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from archiver.warc.compression import gzip_member, gzip_pieces


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_what_goes_in_comes_out(pieces: list[bytes]) -> None:
    plain = b"".join(pieces)
    for member in (gzip_member(plain), b"".join(gzip_pieces(pieces))):
        inflater = zlib.decompressobj(wbits=31)
        assert inflater.decompress(member) == plain
        assert (inflater.eof, inflater.unused_data) == (True, b"")


def test_a_member_bears_no_time_and_no_name() -> None:
    for member in (gzip_member(b"pier"), b"".join(gzip_pieces([b"pier"]))):
        assert member[3:8] == bytes(5)


def test_the_stack_on_which_it_runs_changes_no_byte() -> None:
    """Each thread has a stack at another address, as each process has: ISA-L fails this."""
    inputs = [hashlib.sha256(b"%d" % number).digest() * 3 for number in range(50)]
    alone = [gzip_member(plain) for plain in inputs]
    together = Barrier(64)

    def work(_: int) -> list[bytes]:
        together.wait()
        return [gzip_member(plain) for plain in inputs]

    with ThreadPoolExecutor(64) as threads:
        assert all(members == alone for members in threads.map(work, range(64)))
