"""The words before a handle: which of them it spells, and where two are glued together."""

import re
import unicodedata

_GLUED_WORDS = 5
_LONG_HANDLE = 4
GLUING = '.!?…"”’)»]:;,'
_PARTICLE = re.compile(r"(?i:mc|mac|de|la|le|van|von|du|di|fitz)|[A-Z]['’]")
_PIECE = re.compile(r"[^\Wa-z\d_][^\WA-Z\d_]+\Z")  # the last word of those that are glued together
_CLOSING = '.!?…"”’)»'
_INITIALS = re.compile(r"(?<![A-Za-z])(?:[A-Z]\.)+\Z")
AROUND = re.compile(r"\S*\Z")
_INITIAL = re.compile(r"(?<=\s)[A-Z]\.?(?=\s)")
TITLES = "Rep|Sen|Gov|Dr|Mr|Mrs|Ms|Prof|Sec|Pres|Cmdr|Capt|Gen|Col|Lt|Sgt|Rev"
ABBREVIATED = re.compile(rf"\b(?:[A-Z]|St|Jr|Sr|{TITLES})\.")
_QUOTED = re.compile(r"(?<!\w)['‘][^'’]*['’]\Z")
# A sentence's end, up to where the next begins. What is glued to a full stop begins one with a capital, with the number
# of a thread (`1/`), or as a small word behind a word. A link that follows is no sentence.
SENTENCE = re.compile(
    r"(?:(?<![A-Z])(?<!\b[DJMS]r)(?<!\bSt)(?<!\bSen)(?<!\bRep)(?<!\bGov)(?<!\bCmdr)(?<!\bCapt)(?<!\bProf)(?<!\bPh)\."
    r"(?=[\"”’)»\s]|[^\Wa-z\d_]|[@#“‘]|\d{1,2}/|(?<=[a-z]{4}\.)[a-z]{1,15}\s)|[!?…。！？]|:(?=\s))[\"”’)»]*\s*(?=\S)(?!https?:|pic\.)"
)
_WORD = re.compile(r"(?:[A-Z]|(?<!\S)\S|(?<=[.!?…\"”])\S)(?:[^\sA-Z]*(?:[A-Z]+(?![^\sA-Z]))?)")
MAX_WORDS = 4
SHORT_WORD = 3


def exactly_named(before: str, handle: str) -> int | None:
    """Where the words begin that are the handle, letter by letter; initials and emoji among them are passed over.

    Handles put `real` before a name, and digits and lines around it. Within a word only a long handle tells its begin.
    """
    bare = handle.replace("_", "")
    ended, plain = bare.rstrip("0123456789"), bare.strip("0123456789")
    without_initials = _INITIAL.sub(lambda initial: " " * len(initial[0]), before)
    for wanted in dict.fromkeys(each.removeprefix("real") for each in (bare, ended, plain)):
        for letters in (before, without_initials):
            start = _spelt(letters, wanted) if len(wanted) > 1 else None
            if start is not None and _may_begin(before, start, wanted):
                return start
    return None


def _spelt(letters: str, wanted: str) -> int | None:
    """Where the end of `letters` begins that spells `wanted`, marks and blanks aside."""
    for place in range(len(letters) - 1, -1, -1):
        letter = squashed(letters[place])
        if not wanted.endswith(letter):
            return None
        wanted = wanted.removesuffix(letter)
        if not wanted:
            return place
    return None


def _may_begin(before: str, start: int, wanted: str) -> bool:
    left = before[:start]
    if not left or not left[-1].isalnum():
        return not left.endswith(("'", "’", "-")) or bool(_QUOTED.search(left))
    # `itRihanna`, and `itrihanna` where it is no word's usual end
    return before[start].isupper() or (len(wanted) > _LONG_HANDLE and " " in left)


def glued_at(before: str, handle: str) -> int | None:
    """The last place where a name is glued to text: a capital right behind a small letter, a mark, a quote or an emoji.

    A word that stands in the handle is whole (`BuzzFeed`), and so are particles and initials (`McKay`, `J.K.`).
    """
    for place in range(len(before) - 1, 0, -1):
        if not is_glued(before[place - 1], before[place]) and not _is_loosely_glued(before, place, handle):
            continue
        word = AROUND.search(before, 0, place)
        left = word[0] if word else ""
        if _is_within_name(left, before[place:].split()[0], handle):
            continue
        rest = before[place:]
        return None if len(rest.split()) > _GLUED_WORDS or SENTENCE.search(ABBREVIATED.sub("", rest)) else place
    return None


def _is_within_name(left: str, right: str, handle: str) -> bool:
    """Whether a word is whole, though a capital stands in its midst: in `left` it begins, or what it is glued to does.

    The handle says so, particles and initials do, and the end of a sentence right before: `We act now.BuzzFeed`.
    """
    if _PARTICLE.fullmatch(left) or _INITIALS.search(left):
        return True
    if left.strip(".!?…") and squashed(left + right) in handle:
        return True
    piece = _PIECE.search(left)
    if piece is None or not piece.start():
        return False
    is_behind_end = left[piece.start() - 1] in _CLOSING
    return is_behind_end or bool(_PARTICLE.fullmatch(piece[0])) or squashed(piece[0] + right) in handle


def is_glued(one: str, other: str) -> bool:
    """Whether no word goes from one character to the other: from a small letter, a mark, an emoji to a capital."""
    if one >= "\u2600" and unicodedata.category(one) in {"So", "Mn", "Sk"}:
        return other.isalpha()
    return other.isupper() and (one.islower() or one in GLUING)


def _is_loosely_glued(before: str, place: int, handle: str) -> bool:
    """Whether a name may begin behind what may end a text: a number, a word in capitals, a bracket, a quote."""
    one, rest = before[place - 1], before[place:]
    if not rest[0].isupper() or not (rest[1:2].islower() or _begins_handle(rest, handle)):
        return False
    if one in "%('":
        return one == "%" or (")" not in rest if one == "(" else bool(_QUOTED.search(before[:place])))
    *others, word = before[:place].split() or [""]
    if one.isdigit():
        return not any(letter.isalpha() for letter in word) and (bool(others) or len(word) > 1)
    return one.isupper() and len(word) > 1 and word.isupper() and (bool(others) or word[0] == "#")


def _begins_handle(rest: str, handle: str) -> bool:
    first = squashed(rest.split()[0])
    return len(first) >= SHORT_WORD and handle.startswith(first)


def begun_at(before: str, handle: str) -> int | None:
    """Where the one of the last words stands that the handle begins with: `Jo Ann Lind` of `joann_news`."""
    words = [word for word in _WORD.finditer(before) if not word[0].isspace()]
    for word in reversed(words[-MAX_WORDS:]):
        letters = squashed(word[0])
        if len(letters) >= SHORT_WORD and handle.startswith(letters):
            return word.start()
    return None


def named_by_handle(before: str, handle: str) -> int | None:
    """Where the last words begin that all stand in the handle: `Eva Lind` in `EvaBoLind`.

    Where they are not all of it, one more word with a capital is taken for the name's: `Bo Berg` of `skipberg`.
    """
    start = None
    for word in reversed([*_WORD.finditer(before)]):
        letters = squashed(word[0])
        if len(letters) < 2 or letters not in handle:
            more = start is not None and word[0][0].isupper() and not SENTENCE.search(word[0] + " x")
            return word.start() if more and squashed(before[start:]) != squashed(handle) else start
        start = word.start()
    return start


def squashed(name: str) -> str:
    """Letters and digits alone, in lower case and without accents, as handles are made of names."""
    letters = name if name.isascii() else unicodedata.normalize("NFD", name)
    return "".join(letter for letter in letters if letter.isalnum()).lower()
