"""Tweets as Twitter's widget shows them: whose, of when, and what is their text."""

from itertools import pairwise

import pytest

from archiver.references.widgets import shown

HEAD = "Look:\nFollow\nJo Lind @jolind\n"
TIME = "7:42 PM - 21 Jul 2017"


def found(text: str) -> list[tuple[str | None, str, str | None, str, str]]:
    return [
        (
            tweet.author,
            tweet.handle,
            tweet.posted.value if tweet.posted else None,
            tweet.body.of(text),
            tweet.confidence,
        )
        for tweet in shown(text)
    ]


@pytest.mark.parametrize(
    ("text", "tweet"),
    [
        (f"{HEAD}Not you, @ann\n{TIME}\n9 likes", ("Jo Lind", "jolind", "2017-07-21T19:42", "Not you, @ann", "high")),
        (f"Look. Follow Jo ✔ @jolind {TIME} 9", ("Jo", "jolind", "2017-07-21T19:42", "", "low")),
        (f"Look. Follow Jo ✔ @jolind No. {TIME} 9", ("Jo", "jolind", "2017-07-21T19:42", "No.", "high")),
        (f"Look. Follow Jo @jolind No. {TIME} 9", ("Jo", "jolind", "2017-07-21T19:42", "No.", "low")),
        (
            "Look:\nJo Lind\n@jolind\n·\nFollow\nNo.\n7:42 PM · Jul 21, 2017",
            ("Jo Lind", "jolind", "2017-07-21T19:42", "No.", "high"),
        ),
        ("Folgen\nJo\n@jolind\nNein.\n19:42 - 21. Juli 2017", ("Jo", "jolind", "2017-07-21T19:42", "Nein.", "high")),
        (f"Follow @desk Follow\nJo @jolind\nNo.\n{TIME}", ("Jo", "jolind", "2017-07-21T19:42", "No.", "high")),
        (f"{HEAD}No.\n7:42 PM - 31 Feb 2017", ("Jo Lind", "jolind", None, "No.", "high")),
        (f"{HEAD}Replying to @ann\nNo.\n239\n{TIME}", ("Jo Lind", "jolind", "2017-07-21T19:42", "No.", "high")),
        (f"Look:\nJo Lind ✔ @jolind\nNo.\n{TIME}", ("Jo Lind", "jolind", "2017-07-21T19:42", "No.", "high")),
    ],
)
def test_shown(text: str, tweet: tuple[str | None, str, str | None, str, str]) -> None:
    assert found(text) == [tweet]


@pytest.mark.parametrize(
    "text",
    [
        f"Jo Lind @jolind\nNo.\n{TIME}",
        f"Follow us. Then Jo met Ann and all of the desk, who have written to me and to you: @jolind No. {TIME}",
        "Follow Jo @jolind on Twitter",
        "Follow Jo @jolind until 7:42 PM - and no later",
        f"{HEAD}{'No. ' * 200}{TIME}",
        f"Followers of Jo @jolind say no. {TIME}",
        f"Follow Jo (@jolind) No. {TIME}",
        f"{HEAD}for more news.\nThe show starts {TIME} in London.",
    ],
)
def test_not_shown(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("unit", ["Follow ", "Follow @a ", f"Follow a @a {TIME} ", "@a · Follow 7:42 PM - "])
def test_a_line_of_nothing_but_widgets_ends(unit: str) -> None:
    tweets = list(shown(unit * (100_000 // len(unit))))
    assert all(one.span.end <= other.span.start for one, other in pairwise(tweets))
