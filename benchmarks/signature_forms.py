"""Signed tweets of every form, made up by a seed: what is found of each form, and what is taken for one and is none.

    python benchmarks/signature_forms.py [--count 20000] [--seed 7] [--show 5]

Each article is prose around tweets whose place is known, or around something that only looks like one: captions of
other networks, bylines, credits, handles in prose. A tweet is found where one with its handle and day ends at its
place in the source. Printed is, for each form of dash, bounds, name, date and surroundings: how many are found; how
many have the right author and text, among those that are called sure; then what was taken for a tweet and is none.
"""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from babel.dates import format_date

from archiver.model import TweetReference
from archiver.pack.extract import extract
from archiver.text.normalize import normalize

# The languages that Twitter's embeds come in.
_LANGUAGES = """
    ar bg bn ca cs da de el en es eu fa fi fil fr gl gu he hi hr hu id it ja kn ko lv mr ms nb nl pl pt ro ru sk sr sv
    ta th tr uk ur vi zh zh_Hant
"""
LANGUAGES = _LANGUAGES.split()
# Where their medium form is numbers alone, nobody knows day from month.
_NUMERIC = {"ar", "bg", "cs", "de", "fi", "gl", "hr", "ja", "ko", "nb", "sk", "sr", "zh_Hant"}

DASHES = {
    "em": "—",
    "en": "–",
    "bar": "―",
    "hyphen": "-",
    "double hyphen": "--",
    "none": "",
    "em as cp1252": "â€”",
    "em as latin-1": "â\x80\x94",
    "em as C1": "\x97",
    "en as cp1252": "â€“",
    "em twice damaged": "Ã¢â‚¬â€\x9d",
    "lost": "\ufffd",
    "entity": "&mdash;",
}

NAMES = {
    "plain": ["Jane Mayor", "Dana Orsen", "Oskar Lindqvist", "Ruth Adeyemi", "Tomas Brandt"],
    "one word": ["Tideline", "Harbourmaster", "Quillfeather", "Brambles"],
    "lower case": ["tugcat", "jo lind", "salt and rope", "mara"],
    "capitals": ["HARBOUR NEWS", "KDRT 9", "DEEP KEEL"],
    "initials": ["J.D. Müller", "Cmdr. A. Voss", "M. K. Orsen", "Dr. Ada Lund"],
    "dots": ["harbour.watch", "Keel.", ".", "Mr. Pilot"],
    "bar": ["Tideline | News", "Ada | Harbour Desk"],
    "titles": [
        "Rep. Jane Mayor",
        "Sen. Bo Berg",
        "The Harbour Times",
        "Jane D. Mayor",
        "Jane Mayor 🇺🇸",
        "Jo deGrasse Lind",
    ],
    "emoji": ["Cass❤️", "🌊 Ola 🌊", "Mara 👩‍👩‍👧 Lund", "🚢"],
    "brackets": ["(((ellis)))", "Jo Lind (he/him)", "Nautics [live]", "Bo 'Skip' Berg", 'Al "Knot" Berg'],
    "at in name": ["Ola @ the pier", "Bo@Sea"],
    "hash in name": ["#SeaIsOurs", "Ola #SaveThePier"],
    "digits": ["Pier 39 News", "Bo2000", "7 Seas"],
    "dash in name": ["Mary-Ann Lund", "Keel - Official", "Ada – Harbour"],
    "comma": ["Ada Lund, MP", "Bo Berg, Ph.D."],
    "Arabic": ["محمد علي", "أخبار الميناء"],
    "CJK": ["林 太郎", "港口新闻", "김민수"],
    "Cyrillic": ["Анна Орлова", "Порт"],
    "mojibake": ["JosÃ© Pires", "CafÃ© du Port"],
    "decorated": ["★ Ada ★", "•Jo Lind•", "~ Mara ~", "Ada™"],
    "long": ["The Honourable Wardens of the Outer Harbour Light"],
    "empty": [""],
}

TEXTS = [
    "The harbour gates are shut for the night.",
    "it broke again",
    "BREAKING: the ferry has left without its captain!",
    "Who left the crane running? Nobody says.",
    "So this is what they call a repaired sea wall… https://t.co/kT4vWq9ZbX",
    "Three boats, one berth. pic.twitter.com/Rm7LpXcD2y",
    "@danaorsen @tideline you were told in May, in June and again last week",
    "#Harbour #Watch: water at 3.4 m and rising",
    "He said: “Not in my lifetime.” And left.",
    "Thanks to everybody who came out - it meant a lot",
    "We — all of us — knew",
    "The council votes at 7.30 p.m. in St. Olave's hall, says Mr. Orsen",
    "RT @tideline: the bells ring at noon",
    "Full story via @HarbourDesk http://t.co/9q2hVrke3C",
    "ما هذا في الميناء",
    "港の灯台が消えた。",
    "Das Tor bleibt zu, sagt die Hafenmeisterin (53).",
    "Roses are red,\nviolets are blue.",
    "1/ a thread about the pier",
    "no words 😭😭",
    "Look at it https://t.co/Wd5nGkYt8h pic.twitter.com/DwuZTMbqPF",
    '"A wall is a promise"',
]
PROSE = [
    "The harbour board met on Tuesday, and nobody spoke for an hour.",
    "“We shall see,” said the warden (58), who has kept the light since 1987.",
    "It was the third such meeting this year — and the longest.",
    "Reactions came quickly on social media.",
    "The ferry company did not answer calls on July 20, 2017 or later.",
    "Write to desk@example.org or see www.example.org/harbour for more.",
    "Mayor Jane Orsen called it “a scandal”; others called it a Tuesday.",
    "Nothing like it had been seen since the storm of 1953.",
]
LAYOUTS = {
    "line": "{text}\n{dash}{blank}{name} {sign}",
    "paragraph": "{text}\n\n{dash}{blank}{name} {sign}",
    "same line": "{text} {dash}{blank}{name} {sign}",
    "two blanks": "{text}  {dash}{blank}{name} {sign}",
    "glued": "{text}{dash}{blank}{name} {sign}",
    "dash alone": "{text}\n\n{dash}\n{name} {sign}",
    "name alone": "{text}\n{dash}{blank}{name}\n{sign}",
    "tight": "{text}\n{dash}{blank}{name}{sign}",
}
SURROUNDINGS = {
    "paragraphs": "\n\n",
    "lines": "\n",
    "one line": " ",
    "one line, gaps": "  ",
    "glued": "",
}


def _clock(day: date, *, dot: str, months_first: bool) -> str:
    written = f"{day:%b} {day.day}, {day.year}" if months_first else f"{day.day} {day:%b} {day.year}"
    return f"7:42 PM {dot} {written}"


DATES: dict[str, Callable[[date], str]] = {
    "July 21, 2017": lambda day: f"{day:%B} {day.day}, {day.year}",
    "July 07, 2017": lambda day: f"{day:%B} {day.day:02}, {day.year}",
    "Jul 21, 2017": lambda day: f"{day:%b} {day.day}, {day.year}",
    "21 July 2017": lambda day: f"{day.day} {day:%B} {day.year}",
    "21 Jul 2017": lambda day: f"{day.day} {day:%b} {day.year}",
    "7:42 PM - 21 Jul 2017": lambda day: _clock(day, dot="-", months_first=False),
    "7:42 PM · Jul 21, 2017": lambda day: _clock(day, dot="·", months_first=True),
    "2017-07-21": lambda day: day.isoformat(),
}
for _name in LANGUAGES:
    DATES[f"long {_name}"] = partial(format_date, format="long", locale=_name)
    if _name not in _NUMERIC:
        DATES[f"medium {_name}"] = partial(format_date, format="medium", locale=_name)

LOOKALIKES = {
    "Instagram": """
        A post shared by {name} ({at}) on {short} at 12:59pm PST
        A photo posted by {name} ({at}) on {short} at 2:20am PDT
        A video posted by {name} ({at}) on {short} at 6:01pm UTC
        A post shared by {name} ({at}) {short}
        A post shared by {name}|({at}) on {short} at 12:59pm PST
        A post shared by {name} ({at})|on {short} at 12:59pm PST
        {name} ({at}) {short} at 12:59pm PST
        View this post on Instagram|A post shared by {name} ({at})
        Ein Beitrag geteilt von {name} ({at}) am 26. Nov 2017 um 12:59 Uhr
        Ein von {name} ({at}) gepostetes Foto am 26. Nov 2017 um 12:59 Uhr
        Une publication partagée par {name} ({at}) le 26 Nov. 2017 à 12h59 PST
        Une photo publiée par {name} ({at}) 26 Nov. 2017 à 12h59 PST
        Una publicación compartida de {name} ({at}) el 26 Nov, 2017 a las 12:59 PST
        Una foto publicada por {name} ({at}) 26 Nov, 2017 a la(s) 12:59 PST
        Uma publicação compartilhada por {name} ({at}) em 26 de Nov, 2017 às 12:59 PST
        Uma foto publicada por {name} ({at}) 26 de Nov, 2017 às 12:59 PST
        Un post condiviso da {name} ({at}) in data: 26 Nov 2017 alle ore 12:59 PST
        Un post condiviso da {name} ({at}) 26 Nov 2017 alle ore 12:59 PST
        Een bericht gedeeld door {name} ({at}) op 26 Nov 2017 om 12:59 (PST)
        Публикация от {name} ({at}) Ноя 26 2017 в 12:59 PST
        Post udostępniony przez {name} ({at}) Lis 26, 2017 o 12:59 PST
        Ett inlägg delat av {name} ({at}) Nov 26, 2017 kl. 12:59 PST
        Et opslag delt af {name} ({at}) den Nov 26, 2017 kl. 12:59 PST
        Et innlegg delt av {name} ({at}) Nov. 26, 2017 kl. 12:59 PST
        Sebuah kiriman dibagikan oleh {name} ({at}) pada 26 Nov 2017 jam 12:59 PST
        {name}({at})がシェアした投稿 - 2017 11月 26 12:59午後 PST
        {name} ({at})님의 공유 게시물님, 2017 11월 26 12:59오후 PST
        {name} ({at}) 分享的帖子 于 2017年11月26日PST下午12:59
        Příspěvek sdílený {name} ({at}), Lis 26, 2017 v 12:59 PST
        O postare distribuită de {name} ({at}) Nov 26, 2017 la 12:59 PST
    """,
    "other networks": """
        — {name} ({at}@mastodon.example) {long}
        — {name} ({at}.bsky.social) {long}
        Post by {at}|View on Threads
        Posted by {name} on Friday, {long}
        {name} (jane{at}.example) {long}
    """,
    "byline": """
        By {plain} ({at}) {long}
        BY {plain} ({at}) {long}
        By {plain} and Ann Bo ({at}) {long}
        Written by {plain}, Senior Reporter ({at}) {long}
        The long night - By {plain} ({at}) {long}
        Posted by {plain} ({at}) {long}
        Written by {plain} ({at}) {long}
        Story by {plain} ({at}) {long}
        Published by {plain} ({at}) | {long}
        Author: {plain} ({at}) {long}
        Von {plain} ({at}) 26. November 2017
        Par {plain} ({at}) 26 novembre 2017
        Por {plain} ({at}) 26 de noviembre de 2017
    """,
    "credit": """
        Photo by {plain} ({at}) {long}
        Photo: {plain} ({at}) {long}
        Photo via Instagram: {plain} ({at}) {long}
        (Photo credit: {plain} ({at}) {long})
        Image: {plain} ({at}) {long}
        Photograph by {plain} ({at}), {long}
        Foto: {plain} ({at}) 26. November 2017
    """,
    "prose": """
        {plain} ({at}) on {long} said that the gates were shut.
        {plain} ({at}) wrote on {long} that nothing was wrong.
        Follow {plain} ({at}) on Twitter. {long} was a bad day.
        The account of {plain} ({at}), which since {long} is closed, was hers.
        Ask the warden ({at}). {long}
        Follow {at}. {long}
        Follow {plain} ({at}) {long}: the day it began.
        An interview with {plain} ({at}) {long} shows it.
        {plain} ({at}) is a reporter. Updated {long} at 5:30 p.m.
        Contact: {plain} ({at}), {long}
    """,
}


class Made(NamedTuple):
    """A tweet as it was put into an article: its forms, and what has to be found; `end` in the source."""

    forms: tuple[tuple[str, str], ...]
    author: str
    handle: str
    day: date
    text: str
    end: int


class Article(NamedTuple):
    """A text, and the tweets in it; `lookalike` is what it holds instead."""

    text: str
    tweets: tuple[Made, ...]
    lookalike: str | None = None


def handle_of(rng: random.Random, name: str) -> str:
    """A handle that says the name, or parts of it, or nothing of it."""
    squashed = "".join(letter for letter in name if letter.isascii() and letter.isalnum())[:15]
    choices = ["saltandrope", "pilot_77", "X", "the_pier_watcher"]
    if len(squashed) > 2:
        choices += [squashed, squashed.lower(), squashed[:12] + "_1", "real" + squashed[:11]]
    return rng.choice(choices)


def day_of(rng: random.Random) -> date:
    """A day of the years in which tweets were quoted."""
    return date(2009, 1, 1) + timedelta(days=rng.randrange(5000))


def signed(rng: random.Random) -> tuple[str, Made]:
    """A signed tweet as text, and what it holds; `end` counts from its own beginning."""
    dash = rng.choice(["em", "none", "none", *DASHES])
    layout = rng.choice(sorted(LAYOUTS))
    while dash == "none" and layout == "dash alone":
        layout = rng.choice(sorted(LAYOUTS))
    kind = rng.choice(["plain", "plain", *NAMES])
    form = rng.choice(["July 21, 2017", "July 21, 2017", "July 21, 2017", *DATES])
    name, text, day = rng.choice(NAMES[kind]), rng.choice(TEXTS), day_of(rng)
    handle = handle_of(rng, name)
    blank = "" if dash == "none" or (dash.startswith("em") and rng.random() < 0.1) else " "
    sign = f"(@{handle}) {DATES[form](day)}"
    whole = LAYOUTS[layout].format(text=text, dash=DASHES[dash], blank=blank, name=name, sign=sign)
    bounds = layout + (", no dash" if dash == "none" else "")
    forms = (("dash", dash), ("bounds", bounds), ("name", kind), ("date", form))
    return whole, Made(forms, name, handle, day, text, len(whole))


def article(rng: random.Random) -> Article:
    """Prose around one to four tweets, or around a look-alike."""
    around = rng.choice(sorted(SURROUNDINGS))
    if rng.random() < 0.2:
        return lookalike(rng)
    text, tweets = rng.choice(PROSE), []
    for _ in range(rng.choice([1, 1, 2, 4])):
        whole, made = signed(rng)
        if around not in {"paragraphs", "lines"}:  # what ran paragraphs together did so within the tweet as well
            whole = re.sub(r"\n+", SURROUNDINGS[around], whole)
        text += SURROUNDINGS[around] + whole
        tweets.append(made._replace(forms=(*made.forms, ("around", around)), end=len(text.removesuffix("."))))
        if rng.random() < 0.7:
            text += SURROUNDINGS[around] + rng.choice(PROSE)
    return Article(text, tuple(tweets))


def lookalike(rng: random.Random) -> Article:
    """Prose around what is no tweet."""
    kind = rng.choice(sorted(LOOKALIKES))
    template = rng.choice(LOOKALIKES[kind].strip().splitlines()).strip().replace("|", "\n")
    name, day = rng.choice(NAMES[rng.choice(["plain", "emoji", "one word", "bar", "CJK"])]), day_of(rng)
    filled = template.format(
        name=name,
        plain=rng.choice(NAMES["plain"]),
        at=f"@{handle_of(rng, name)}",
        short=f"{day:%b} {day.day}, {day.year}",
        long=f"{day:%B} {day.day}, {day.year}",
    )
    gap = rng.choice(["\n\n", "\n"])
    return Article(gap.join((rng.choice(PROSE), filled, rng.choice(PROSE))), (), f"{kind}: {template}")


def articles(seed: int, count: int) -> Iterator[Article]:
    """`count` articles, the same for the same seed."""
    rng = random.Random(seed)
    return (article(rng) for _ in range(count))


def place(text: str, tweet: TweetReference) -> int:
    """Where a signature ends. A point that closes its date may as well close a sentence: it is not counted."""
    end = tweet.source_span.end
    return end - text.endswith(".", 0, end)


def is_found(made: Made, tweet: TweetReference | None) -> bool:
    """Whether handle and day are right; the place is what it was looked up by."""
    posted = tweet.posted.value[:10] if tweet and tweet.posted else None
    return tweet is not None and (tweet.handle, posted) == (made.handle, made.day.isoformat())


def plain(text: str) -> str:
    """A text as it is compared: repaired, and without regard to white space."""
    return "".join(normalize(text).text.split())


class Score:
    """Counts by form, and examples of what went wrong."""

    def __init__(self) -> None:
        self.counts: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.wrong: defaultdict[str, list[str]] = defaultdict(list)

    def tweet(self, text: str, made: Made, tweet: TweetReference | None) -> None:
        """Count one tweet that is there."""
        outcomes = ["made"]
        if tweet is not None and is_found(made, tweet):
            outcomes += ["found", str(tweet.confidence)]
            for what, got, wanted in (("text", tweet.text, made.text), ("author", tweet.author, made.author)):
                if plain(got or "") == plain(wanted):
                    outcomes.append(f"{tweet.confidence} {what}")
                elif tweet.confidence == "high":
                    self.wrong[f"sure of a wrong {what}"].append(f"{got!r} for {wanted!r}: {text[-250:]!r}")
        else:
            self.wrong["missed"].append(f"{dict(made.forms)}: {text[max(0, made.end - 120) : made.end + 20]!r}")
        for form in (*made.forms, ("all", "")):
            self.counts[form].update(outcomes)

    def beyond(self, article: Article, tweet: TweetReference) -> None:
        """Count one tweet that is not there."""
        self.counts["all", ""]["beyond"] += 1
        self.wrong["taken for a tweet"].append(f"{article.lookalike}: {tweet.source_span.of(article.text)[-120:]!r}")


def rate(part: int, whole: int) -> str:
    """A percentage, or a dash where there is nothing to count."""
    return f"{part / whole:8.2%}" if whole else f"{'-':>8}"


def main() -> None:
    """Print the rates of every form, then examples of what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", type=int, default=5)
    options = parser.parse_args()
    score = Score()
    for made in articles(options.seed, options.count):
        found = {place(made.text, tweet): tweet for tweet in extract(made.text).tweets if tweet.form == "signature"}
        for tweet in made.tweets:
            score.tweet(made.text, tweet, found.get(tweet.end))
        ends = {tweet.end for tweet in made.tweets if is_found(tweet, found.get(tweet.end))}
        for end in found.keys() - ends:
            score.beyond(made, found[end])
    print(f"{'':36}{'':24}{'where sure':>16}{'in all':>16}")
    print(f"{'form':36}{'made':>8}{'found':>8}{'sure':>8}{'text':>8}{'author':>8}{'text':>8}{'author':>8}")
    for form, counts in sorted(score.counts.items()):
        sure = counts["high"]
        rates = rate(counts["found"], counts["made"]), rate(sure, counts["found"])
        right = [rate(counts[f"high {what}"], sure) for what in ("text", "author")]
        right += [rate(counts[f"high {what}"] + counts[f"low {what}"], counts["found"]) for what in ("text", "author")]
        print(f"{': '.join(form):36}{counts['made']:8}{''.join((*rates, *right))}")
    whole = score.counts["all", ""]
    precision = rate(whole["found"], whole["found"] + whole["beyond"])
    print(f"recall {rate(whole['found'], whole['made'])}  precision {precision}")
    for what, examples in sorted(score.wrong.items()):
        print(f"{what}: {len(examples)}", *examples[: options.show], sep="\n    ")


if __name__ == "__main__":
    main()
