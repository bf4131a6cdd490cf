"""WARC files compressed with Zstandard (`.warc.zst`): each record a frame or several, all perhaps with one dictionary.

The format: https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

import io
from typing import Any, BinaryIO

import zstandard

from archiver.warc.members import ZSTD_STARTS, Extent, Members, Tap
from archiver.warc.window import DamagedError

_FRAME, _DICTIONARY = ZSTD_STARTS
_SKIPPABLE = b"\x2a\x4d\x18"
_DICTIONARY_LIMIT = 1 << 23
_WINDOW_LIMIT = 1 << 27
_PROBE = 1 << 11
_FIRST_BLOCK = 1 << 18
# A block of four bytes can stand for 128 KiB (RFC 8878 section 3.1.1.2), and the decompressor gives all of it.
_STEP = 1 << 11


class Zstd(Members):
    """A zstd file. A unit is a frame, and those behind it that are needed and open no record of their own.

    Frames that hold no data, and skippable ones, are passed over.
    """

    KIND = "zstd frame"
    MAGIC = _FRAME

    def __init__(self, stream: BinaryIO, head: bytes, tap: Tap | None) -> None:
        super().__init__(stream, head, tap)
        self._dictionary: Any = None
        self._unread = True
        self._is_open = False
        self._overruns = False

    def begin(self) -> int | None:
        """Goes to the next record; the offset of its first frame, or `None` at the end."""
        self._is_open = False
        offset = super().begin()
        while offset is not None and self._is_empty():
            offset = super().begin()
        self._is_open = True
        return offset

    def close(self) -> Extent | None:
        """Ends the record and says where it lay. Raises DamagedError."""
        self._is_open = False
        return super().close()

    def resync(self) -> int | None:
        """Gives the record up: goes to the next provable start behind its own; that offset, or `None` at the end."""
        self._is_open = False
        return super().resync()

    def _is_empty(self) -> bool:
        try:
            return not self.more()
        except DamagedError:  # it is raised again when the record is read
            return False

    def _fill(self) -> bool:
        while not super()._fill():
            self._is_open = self._is_open and self._goes_on()
            if not self._is_open:
                return False
        return True

    def _goes_on(self) -> bool:
        """Goes to the next frame, if there is one and it does not open a record."""
        if not self._next_start() or not self._raw.startswith(_FRAME, self._raw_at):
            return False
        if self._opens_record(self._piece(_FIRST_BLOCK)):
            return False
        # The first block may not be whole in the window.
        while len(self._raw) - self._raw_at < _FIRST_BLOCK and self._raw_extend():
            pass
        if self._opens_record(self._piece(_FIRST_BLOCK)):
            return False
        self._inflater = self._new_inflater()
        return True

    def _new_inflater(self) -> Any:
        if self._is_skippable():  # it is passed over, where that can be
            self._damage = "the file ends within a skippable frame"
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
        inflater, data = self._new_inflater(), b""
        try:
            # What a frame begins with comes out when its first block is whole.
            for at in range(0, len(piece), _PROBE):
                data = inflater.decompress(piece[at : at + _PROBE])
                if data or inflater.eof:
                    break
        except zstandard.ZstdError:
            return False
        return bool(self.opening.match(data))

    def _next_start(self) -> bool:
        if self._unread:
            self._unread = False
            self._read_dictionary()
        while self._raw_more():
            if len(self._raw) - self._raw_at < 8:
                self._raw_extend()
            if not self._is_skippable():
                return True
            size = int.from_bytes(self._raw[self._raw_at + 4 : self._raw_at + 8], "little")
            if not self._pass(8 + size):
                self._overruns = not self._stream.seekable()
                return True
        return self._overruns

    def _is_skippable(self) -> bool:
        head = self._raw[self._raw_at : self._raw_at + 4]
        return head[1:] == _SKIPPABLE and head[0] >> 4 == 5

    def _pass(self, size: int) -> bool:
        """Passes over a skippable frame; `False` where the file ends within it.

        In a file that can seek nothing is passed then, and so what may stand behind the frame's head is found.
        """
        if size > len(self._raw) - self._raw_at and self._stream.seekable():
            place = self._stream.tell()
            end = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(place)
            if self._base + self._raw_at + size > end:
                return False
        while size and self._raw_more():
            step = min(size, len(self._raw) - self._raw_at)
            self._raw_at += step
            size -= step
        return not size

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
