"""Single-byte encodings seen from behind: which byte a character would have been, and where such bytes are UTF-8.

A text that was UTF-8 and was read in a single-byte encoding has one character for each byte. `Charmap.image` turns
every character back into the byte that it was, so that the image of a line has the line's length, and a place in the
one is the same place in the other. What the encoding does not know becomes a question mark.
"""

import codecs
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

# ftfy's order: where two encodings both make sense of a line, the more common mistake comes first.
ENCODINGS = (
    "windows-1252", "windows-1251", "windows-1250", "windows-1253", "windows-1254", "windows-1257", "iso-8859-2",
    "macroman", "cp437", "cp850", "cp866", "windows-1255", "windows-1256",
)  # fmt: skip
LOST = "\x1a"  # the image of U+FFFD: a byte was here, and nobody knows which

# Well-formed UTF-8 byte sequences (Unicode Standard, table 3-7), and surrogate pairs encoded one by one (CESU-8).
WELL_FORMED = (
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
    rb"|\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]"
)
# A no-break space that became a plain one inside a character: the sequences for which ftfy accepts that.
SPACED = (
    rb"[\xc2\xc3\xc5\xce\xd0\xd9] |\xd7 (?=\xd7)"
    rb"|[\xe2\xe3] [\x80-\x84\x86-\x9f\xa1-\xbf]|[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf] "
    rb"|\xf0 [\x80-\xbf]{2}|\xf0[\x80-\xbf] [\x80-\xbf]|\xf0[\x80-\xbf]{2} "
)
# A sequence of which some bytes became U+FFFD: one character was here, and one U+FFFD is left of it.
PARTLY_LOST = (
    rb"[\xc2-\xdf]\x1a|[\xe0-\xef](?:\x1a[\x1a\x80-\xbf]|[\x80-\xbf]\x1a)"
    rb"|[\xf0-\xf4](?:\x1a[\x1a\x80-\xbf]{2}|[\x80-\xbf]\x1a[\x1a\x80-\xbf]|[\x80-\xbf]{2}\x1a)"
)
# `Ã` and a plain space is the word `à` (its no-break space and the space after it became one), but for Portuguese
# contractions and before a hyphen, where the space is the second half of the letter.
A_GRAVE = rb"\xc3(?= (?! |-[\w\xaa\xb5\xba\xc0-\xd6\xd8-\xf6\xf8-\xff]|quel[ae]|quilo|s ))"
_SEQUENCE = re.compile(b"(?P<whole>%b)" % WELL_FORMED)
_LENIENT = re.compile(
    b"(?P<whole>%b)|(?P<lost>%b)|(?P<a_grave>%b)|(?P<spaced>%b)" % (WELL_FORMED, PARTLY_LOST, A_GRAVE, SPACED)
)
_C1 = re.compile("[\x80-\x9f]")


class Sequence(NamedTuple):
    """A place in a line whose image is a UTF-8 sequence, and the character that it encodes."""

    start: int
    end: int
    character: str
    kind: str


class Charmap:
    """One single-byte encoding. Bytes that it does not define stand for the control character of their number, and so
    do all of 0x80 to 0x9F in the Windows encodings: software differs in that, and texts are mixed."""

    def __init__(self, name: str) -> None:
        self.name = name
        defined = [_character(number, name) for number in range(0x100)]
        defined[ord(LOST)] = "\ufffd"
        self._bytes = codecs.charmap_build("".join(defined))
        self._controls = {number: defined[number] for number in range(0x80, 0xA0)} if name.startswith("windows") else {}

    def image(self, line: str) -> bytes:
        """The bytes of `line`, one for each character."""
        if self._controls and _C1.search(line):
            line = line.translate(self._controls)
        return codecs.charmap_encode(line, "replace", self._bytes)[0]

    def sequences(self, line: str, *, lenient: bool = False) -> Iterator[Sequence]:
        """Where `line` holds the characters of UTF-8 sequences. Lenient: also of sequences that lost something."""
        for match in (_LENIENT if lenient else _SEQUENCE).finditer(self.image(line)):
            kind = str(match.lastgroup)
            yield Sequence(match.start(), match.end(), _decoded(match.group(), kind), kind)

    def covered(self, line: str) -> int:
        """How many characters of `line` are part of whole UTF-8 sequences."""
        return sum(map(len, _SEQUENCE.findall(self.image(line))))


@cache
def charmap(name: str) -> Charmap:
    """The charmap of one of ENCODINGS.

    >>> [sequence.character for sequence in charmap("windows-1252").sequences("cafÃ© â€“ good “quotes”")]
    ['é', '–']
    """
    return Charmap(name)


@lru_cache(maxsize=1 << 12)
def _decoded(image: bytes, kind: str) -> str:
    if kind == "lost":
        return "\ufffd"
    if kind == "a_grave":
        return "à"
    data = image.replace(b" ", b"\xa0")
    return data.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")


def _character(number: int, encoding: str) -> str:
    character = bytes([number]).decode(encoding, "replace")
    return chr(number) if character == "\ufffd" else character
