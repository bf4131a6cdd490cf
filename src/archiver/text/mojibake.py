"""Reading UTF-8 again that was read in another encoding: the only door to ftfy.

ftfy judges a line as a whole: one encoding has to explain every character of it. Where a line is damaged in one piece,
its plan is followed, and this module only finds out which characters became which. Where good characters stand beside
broken ones no such plan exists, or a far-fetched one; there each broken run is judged on its own, with what stands
around it.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from archiver import __version__
from archiver.text import charmaps
from archiver.text.ledger import Edit
from archiver.text.rules import CONTINUATION, RULES

OURS = f"archiver {__version__}"
# Marks that stand beside broken characters without being part of the damage.
_GOOD = re.compile("[“”‘’„‚–—…•«»\xa0\u200b-\u200d\ufe0f\u2009\u202f]")
_COMMON_LATIN = re.compile("[À-ÖØ-öø-ƀƏƠơƯưȘ-țəḀ-ỿ]")
_CONTEXT = 2
# Damage that ftfy does not see: typographic marks read in encodings that it does not know (cp850, cp866, windows-1255)
# or seldom suspects (cp437, Mac Roman, signs such as `™` in windows-1252); a word that goes on, after a small
# letter, with a capital and a sign; a letter that is the first byte of a character, inside a word of another alphabet.
_UNKNOWN_TO_FTFY = re.compile(
    "(?:[РС][\u0450\u0452\u0453\u0455\u0458-\u045fЂЃ‚ѓ„…†‡€‰™№\x80-\xbf]){2}|ÔÇ[ôöÿÖØ£ª]|тА[ЬЭЩШУФж]|ג€[™œ\x9d“”˜¦]|ΓÇ[ôöÿÖ£¥ª]|(?:[–—][\x80-ʯ†‡-⋿◊ﬁﬂ\uf8ff]){3}"
    "|[A-Za-z]√[^\x00-\x7f]|‚[ÄÇÑÜ][^\x00-\x7f]|β[€„][^\x00-\x7fα-ώ]"
    f"|[âã][€‚„†‡ˆ‰Š‹Œ˜™š›œžŸ][{CONTINUATION}]"
    f"|[a-zß-ÿ][ÂÃÄÅÆĂĹĆĄ][{CONTINUATION}]|[A-Za-z][ΒΓΔΕΞΟВГДЕРСТУЖЗ](?![A-Za-zΑ-ωА-я])[^\x00-\x7f]"
    f"|[\u0370-\u10ff\u3040-\ud7ff][Â-ôŘŮ][{CONTINUATION}]|[ÂÃÎÏÐÑ×ØÙ][{CONTINUATION}][\u0370-\u10ff]"
)
# What mends badly: capitals inside words, letters that no newspaper prints, alphabets mixed in one word.
_ODD = re.compile(
    "[a-zß-öø-ÿ][À-ÖØ-Þ]|[ß-öø-ÿ][A-Z]|(?![ƏƠơƯưȘ-țə])[\u0180-\u02af]|[\u0300-\u036f\u0530-\u058f\u0700-\u08ff]"
    "|[A-Za-z][Ͱ-ӿ]|[Ͱ-ӿ][A-Za-z]|[ß-ÿ][\u2e80-\u9fff]|[\u2e80-\u9fff][ß-ÿ]"
)
# What is left, beside ideographs, of one that lost a byte: it says nothing against those that are whole.
_FRAGMENT = re.compile(f"(?<=[\u2e80-\u9fff])[à-ï][{CONTINUATION}]{{0,2}}")
# So much may be left of damage in any line, and so much for each character that was read; more of it is noise.
_MOST_LEFT, _SHARE_LEFT = 4, 0.9
# Mojibake twice over that was made small: `Ã` became `ã`, another byte, and nothing leads back.
_LOWERED = re.compile("ã[‚ƒ]â|ã¢â‚¬")
_REMAINS = re.compile(r"[ÂÃ](?=\s|$)|â€|†|\ufffd")
_AS_WINDOWS_1252 = {number: bytes([number]).decode("windows-1252", "replace") for number in range(0x80, 0xA0)}


class Layer(NamedTuple):
    """One misreading that a line went through: the encoding, and the places that it explains."""

    encoding: str
    sequences: tuple[charmaps.Sequence, ...]
    plan: str
    by: str
    rule: str
    exact: bool
    """Whether every byte is there: nothing had to be put back."""
    oddity: int
    """How much of what comes out, after further layers, no text has."""


def mend(line: str, *, exact: bool = False) -> list[Edit]:
    """The edits that undo one misreading of a bad `line`; none where it carries none. With `exact`, only a misreading
    of the whole line that kept every byte."""
    planned = _planned(line)
    if planned and not planned.oddity and (planned.exact or not exact) and not _all_letters(line, planned.sequences):
        return _edits(planned)
    if exact:
        return []
    best = planned
    for name in charmaps.ENCODINGS:
        most = charmaps.charmap(name).covered(line)
        # No more than what could be read is read: most encodings cannot be better, and need no judging.
        if most and (not best or best.oddity or most > _covered(best.sequences)):
            best = _best(filter(None, [best, _judged(line, name)]))
    return _edits(best) if best and not _all_letters(line, best.sequences) else []


def _all_letters(line: str, sequences: Iterable[charmaps.Sequence]) -> bool:
    """Whether all that looks damaged is a capital at a word's end with the mark behind it: `“CORREIO DA MANHÃ”`."""
    return all(_is_letter(line, one) for one in sequences)


def _is_letter(line: str, one: charmaps.Sequence) -> bool:
    mark = line[one.start + 1 : one.end]
    if line[one.start] not in "ÃÂÐÎ" or not line[: one.start][-1:].isupper() or line[one.end :][:1].isalpha():
        return False
    opening = {"”": "“", "»": "«"}.get(mark)
    return line.rfind(opening, 0, one.start) > line.rfind(mark, 0, one.start) if opening else mark in ("®", "—")


def _best(layers: Iterable[Layer]) -> Layer | None:
    """The layer that gives what is most like text; of those, the one that explains most."""
    return min(layers, key=lambda layer: (layer.oddity, -_covered(layer.sequences)), default=None)


def edit(start: int, end: int, after: str, rule: str, by: str = OURS, plan: str | None = None) -> Edit:
    """An edit by one of RULES, as sure as that rule is."""
    return Edit(start=start, end=end, after=after, rule=rule, confidence=RULES[rule].confidence, by=by, plan=plan)


def is_bad(line: str) -> bool:
    """Whether ftfy, or a pattern that it does not know, sees characters beside each other that no text has."""
    return any(_is_bad(around) for around in _clusters(line))


def _clusters(line: str) -> Iterator[str]:
    """Where characters stand that can be bad, side by side or alone, each with what may make it so; a NUL stands for
    the rest of the line before it."""
    for match in _CLUSTER.finditer(line):
        start, end = match.span()
        before = line[:start] if start <= _CONTEXT else "\0" + line[start - _CONTEXT : start]
        yield before + line[start : end + _CONTEXT]


# Ideographs, kana and hangul play no part in it. One character first, so that the search passes over all that do not.
_CLUSTER = re.compile("[^\x00-\x7f\u2e80-\ud7ff](?:[^\x00-\x7f\u2e80-\ud7ff]+|(?<=[\x80-\x9fÂÃŒœ]))")


def _is_bad(around: str) -> bool:
    return _is_bad_again(around) if len(around) <= _REMEMBERED else _has_badness(around)


def _has_badness(text: str) -> bool:
    return bool(_ftfy().badness.is_bad(text) or _UNKNOWN_TO_FTFY.search(text))


# A language has few such places, and they come again and again.
_is_bad_again = lru_cache(maxsize=1 << 13)(_has_badness)
_REMEMBERED = 24


def is_noise(line: str) -> bool:
    """Whether a bad `line` is other data than text (an image, a PDF stream, compressed bytes): when all that could be
    UTF-8 is read so, in the encoding that makes most of it, what is bad about it is still there."""
    if _LOWERED.search(line):
        return True
    maps = map(charmaps.charmap, charmaps.ENCODINGS)
    found = list(max(maps, key=lambda one: one.covered(line)).sequences(line))
    read = 0
    while found:
        read += len(found)
        line = "".join(_mended_pieces(line, found))
        found = list(charmaps.charmap("windows-1252").sequences(line))
    left = _badness(_REMAINS.sub("", line).translate(_AS_WINDOWS_1252))
    return left > max(_MOST_LEFT, read * _SHARE_LEFT)


def _covered(sequences: Iterable[charmaps.Sequence]) -> int:
    return sum(one.end - one.start for one in sequences)


def _condensed(line: str) -> str:
    """`line` without the middle of long stretches of ASCII: nothing that is looked for reaches that far, and most of a
    line is that. It is what makes judging a line quick."""
    return "\n".join(_ASCII_STRETCH.split(line))


_ASCII_STRETCH = re.compile(r"(?<=[\x00-\x7f]{8})[\x00-\x7f]+(?=[\x00-\x7f]{8})")


def _badness(text: str) -> int:
    text = _condensed(text)
    return int(_ftfy().badness.badness(text)) + len(_UNKNOWN_TO_FTFY.findall(text))


@cache
def _ftfy() -> Any:
    import ftfy
    import ftfy.badness

    return ftfy


@cache
def _ftfy_version() -> str:
    from importlib.metadata import version

    return f"ftfy {version('ftfy')}"


@lru_cache(maxsize=1)  # a line is asked about twice: for a plan that kept every byte, and for any
def _planned(line: str) -> Layer | None:
    """The first layer of ftfy's plan, where it has one for all of the line, or for all but good marks."""
    return _best(_plans(line))


def _plans(line: str) -> Iterator[Layer]:
    for text in dict.fromkeys((line, _shielded(line))):
        fixed, explanation = _ftfy().fix_encoding_and_explain(_condensed(text))
        steps = _first_layer(explanation)
        encoding = steps[0][1].removeprefix("sloppy-") if steps else ""
        name = "windows-1252" if encoding == "latin-1" else encoding
        if not steps or (text != line and name != "windows-1252"):
            continue
        exact = len(steps) == 2
        found = tuple(charmaps.charmap(name).sequences(text, lenient=not exact))
        if any(one.kind in ("whole", "lost") for one in found) and _coherent(name, fixed):
            plan = " → ".join(f"{step} {argument.removeprefix('sloppy-')}" for step, argument in steps)
            oddity = 0 if name == "windows-1252" else len(_ODD.findall(fixed))
            yield Layer(name, found, plan, _ftfy_version(), "mojibake", exact, oddity)


def _shielded(line: str) -> str:
    """`line` with good marks made plain, but for those that are part of a broken character."""
    if not _GOOD.search(line):
        return line
    whole = charmaps.charmap("windows-1252").sequences(line)
    covered = {place for one in whole for place in range(one.start, one.end)}
    return _GOOD.sub(lambda match: match.group() if match.start() in covered else "'", line)


def _first_layer(steps: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The steps up to the first decoding as UTF-8; none where the plan is of another kind."""
    for index, (step, argument) in enumerate(steps):
        if step == "decode":
            return list(steps[: index + 1]) if argument.startswith("utf-8") and steps[0][0] == "encode" else []
    return []


def _judged(line: str, name: str) -> Layer | None:
    """The runs of `line` that are surely damage in encoding `name`, and those that are so beside them."""
    runs = _runs(charmaps.charmap(name).sequences(line))
    sure = [run for run in runs if _damaged(line, run)]
    scripts = _scripts("".join(one.character for run in sure for one in run))
    found = tuple(one for run in runs if run in sure or (sure and _likely(line, run, scripts)) for one in run)
    if not found or not _coherent(name, "".join(one.character for one in found)):
        return None
    mended = _FRAGMENT.sub("\ufffd", "".join(_mended_pieces(line, found)))
    oddity = len(_ODD.findall(mended))
    if oddity > len(_ODD.findall(line)):
        return None
    return Layer(name, found, f"encode {name} → decode utf-8", OURS, "mixed-mojibake", False, oddity)


def _mended_pieces(line: str, sequences: Iterable[charmaps.Sequence]) -> Iterator[str]:
    done = 0
    for one in sequences:
        yield line[done : one.start] + one.character
        done = one.end
    yield line[done:]


def _runs(sequences: Iterable[charmaps.Sequence]) -> list[list[charmaps.Sequence]]:
    runs: list[list[charmaps.Sequence]] = []
    for one in sequences:
        if runs and runs[-1][-1].end == one.start:
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _damaged(line: str, run: list[charmaps.Sequence]) -> bool:
    """Whether reading `run` as UTF-8 makes its surroundings less bad."""
    start, end = run[0].start, run[-1].end
    before, after = line[max(0, start - _CONTEXT) : start], line[end : end + _CONTEXT]
    mended = "".join(one.character for one in run)
    weigh = _is_less_bad if end - start <= _REMEMBERED else _is_less_bad.__wrapped__
    return weigh(before + line[start:end] + after, before + mended + after) and not _ODD.search(mended)


@lru_cache(maxsize=1 << 12)
def _is_less_bad(broken: str, mended: str) -> bool:
    """Whether `broken` is bad, and `mended` less so."""
    return is_bad(broken) and _badness(mended) < _badness(broken)


def _likely(line: str, run: list[charmaps.Sequence], scripts: Counter[str]) -> bool:
    """Whether `run` reads as what the line is written in, or as typographic marks: damage, where other runs are."""
    before = line[run[0].start - 1 : run[0].start]
    for one in run:
        latin = _COMMON_LATIN.match(one.character) and not (before.islower() and one.character.isupper())
        if not (latin or _GOOD.match(one.character) or _script(one.character) in scripts):
            return False
        before = one.character
    return True


def _edits(layer: Layer) -> list[Edit]:
    return [edit(one.start, one.end, one.character, layer.rule, layer.by, layer.plan) for one in layer.sequences]


def _coherent(encoding: str, text: str) -> bool:
    """Whether what comes out is text: no more alphabets than a line has, and no code points without a meaning."""
    if any(character > "\x7f" and unicodedata.category(character) in ("Cn", "Co") for character in set(text)):
        return False
    scripts = _scripts(text)
    if encoding == "windows-1252":
        return len(scripts) <= 2 or min(scripts.values()) > 2
    return not scripts or (len(scripts) == 1 and min(scripts.values()) > 1) or min(scripts.values()) > 2


def _scripts(text: str) -> Counter[str]:
    """How many letters of each script but Latin there are."""
    counted: Counter[str] = Counter()
    for character, times in Counter(text).items():
        if character > "\x7f" and character.isalpha():
            counted[_script(character)] += times
    del counted["LATIN"]
    return counted


@lru_cache(maxsize=1 << 12)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").split()[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "HANGUL", "KATAKANA-HIRAGANA") else name
