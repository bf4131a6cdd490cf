"""Which detector reads short real text best? Prints for each the share of texts that it decodes rightly, and its cost.

Every text is encoded, damaged by one stray byte or not (*), and handed over; right is a decoding equal to that of the
true encoding, whatever the name. The sentences are in tests/data/languages.json.

    python benchmarks/detect.py            needs chardet and charset-normalizer: pip install chardet charset-normalizer
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

LANGUAGES = Path(__file__).parent.parent / "tests" / "data" / "languages.json"

Detector = Callable[[bytes], str | None]


class Sample(NamedTuple):
    language: str
    encoding: str
    size: str
    data: bytes
    is_damaged: bool


def samples() -> Iterator[Sample]:
    """Sentences, all of a language's sentences, and an article of 40; each whole and with a stray byte."""
    chance = random.Random(20170721)
    for language, entry in json.loads(LANGUAGES.read_text(encoding="utf-8")).items():
        sentences = entry["sentences"]
        texts = [("sentence", text) for text in sentences] + [("paragraph", " ".join(sentences))]
        texts.append(("article", "\n".join(" ".join(chance.sample(sentences, len(sentences))) for _ in range(12))))
        for encoding in entry["encodings"]:
            for size, text in texts:
                try:
                    data = text.encode(encoding)
                except UnicodeEncodeError:
                    continue
                place = chance.randrange(len(data))
                yield Sample(language, encoding, size, data, False)
                stray = bytes([chance.randrange(0x80, 0x100)])
                yield Sample(language, encoding, size, data[:place] + stray + data[place:], True)


def reads(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding, "surrogateescape") if encoding else None
    except (LookupError, UnicodeError):
        return None


def normalizer(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    return best.encoding if best else None


def chardet(data: bytes) -> str | None:
    from chardet import detect

    return detect(data)["encoding"]


def own(data: bytes) -> str | None:
    from archiver.text.decode import decode

    return decode(data).encoding


def main() -> None:
    corpus = list(samples())
    for detector in (normalizer, chardet, own):
        right: Counter[tuple[str, bool]] = Counter()
        total: Counter[tuple[str, bool]] = Counter()
        wrong: Counter[str] = Counter()
        began = time.perf_counter()
        for sample in corpus:
            guess = detector(sample.data)
            group = sample.size, sample.is_damaged
            total[group] += 1
            if reads(sample.data, guess) == reads(sample.data, sample.encoding):
                right[group] += 1
            else:
                wrong[f"{sample.encoding}>{guess}"] += 1
        cost = (time.perf_counter() - began) / len(corpus)
        shares = "  ".join(f"{size}{'*' if hurt else ''} {right[size, hurt]}/{n}" for (size, hurt), n in total.items())
        print(f"{detector.__name__:11} {sum(right.values()) / len(corpus):.1%}  {cost * 1000:.2f} ms  {shares}")
        print("            ", ", ".join(f"{pair} {n}" for pair, n in wrong.most_common(30)))


if __name__ == "__main__":
    main()
