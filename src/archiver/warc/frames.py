"""WARC files compressed with Zstandard (`.warc.zst`): each record a frame, all of them perhaps with one dictionary.

The format: https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

from typing import Any, BinaryIO

import zstandard

from archiver.warc.members import ZSTD_STARTS, Members, Tap

_FRAME, _DICTIONARY = ZSTD_STARTS
_SKIPPABLE = b"\x2a\x4d\x18"
_DICTIONARY_LIMIT = 1 << 23
_WINDOW_LIMIT = 1 << 27
_PROBE = 1 << 11
# A block of four bytes can stand for 128 KiB (RFC 8878 section 3.1.1.2), and the decompressor gives all of it.
_STEP = 1 << 11


class Zstd(Members):
    """A zstd file, each frame a unit; frames that hold no data are passed over."""

    KIND = "zstd frame"
    MAGIC = _FRAME

    def __init__(self, stream: BinaryIO, head: bytes, tap: Tap | None) -> None:
        super().__init__(stream, head, tap)
        self._dictionary: Any = None
        self._unread = True

    def _new_inflater(self) -> Any:
        decompressor = zstandard.ZstdDecompressor(dict_data=self._dictionary, max_window_size=_WINDOW_LIMIT)
        return decompressor.decompressobj()

    def _inflated_piece(self) -> tuple[bytes, int]:
        piece = self._piece(_STEP)
        try:
            data = self._inflater.decompress(piece)
        except zstandard.ZstdError as error:
            raise self._damaged(f"the zstd frame cannot be decompressed ({error})") from None
        return data, len(piece) - len(self._inflater.unused_data)

    def _opens_record(self, piece: memoryview) -> bool:
        try:
            return bool(self.opening.match(self._new_inflater().decompress(piece[:_PROBE])))
        except zstandard.ZstdError:
            return False

    def _next_start(self) -> bool:
        if self._unread:
            self._unread = False
            self._read_dictionary()
        while self._raw_more():
            if len(self._raw) - self._raw_at < 8:
                self._raw_extend()
            head = self._raw[self._raw_at : self._raw_at + 8]
            if head[1:4] != _SKIPPABLE or head[0] >> 4 != 5:
                return True
            self._pass(8 + int.from_bytes(head[4:8], "little"))
        return False

    def _pass(self, size: int) -> None:
        while size and self._raw_more():
            step = min(size, len(self._raw) - self._raw_at)
            self._raw_at += step
            size -= step

    def _read_dictionary(self) -> None:
        """The dictionary is in the first frame of the file, as it is or compressed, wherever the reading began.

        One that cannot be read leaves frames that cannot be read either, and those are reported.
        """
        head = self._first_bytes(8)
        size = int.from_bytes(head[4:8], "little")
        if not head.startswith(_DICTIONARY) or size > _DICTIONARY_LIMIT:
            return
        data = self._first_bytes(8 + size)[8:]
        try:
            if data.startswith(_FRAME):
                data = zstandard.ZstdDecompressor().decompress(data, max_output_size=_DICTIONARY_LIMIT)
            dictionary = zstandard.ZstdCompressionDict(data)
            zstandard.ZstdDecompressor(dict_data=dictionary)
        except zstandard.ZstdError:
            return
        self._dictionary = dictionary

    def _first_bytes(self, size: int) -> bytes:
        if not self._stream.seekable():
            while len(self._raw) < size and self._raw_extend():
                pass
            return self._raw[:size]
        place = self._stream.tell()
        self._stream.seek(0)
        data = self._stream.read(size)
        self._stream.seek(place)
        return data
