"""The public function: characters or bytes in, the normalised text and what leads back out."""

from archiver import normalize
from archiver.text.ledger import unapply


def test_characters_are_normalised() -> None:
    done = normalize("It was â€œcleanâ€, he said.\xa0\n")
    assert done.text == "It was “clean”, he said.\n"
    assert done.encoding is None
    assert unapply(done.text, done.repairs) == done.source


def test_bytes_are_decoded_first_and_can_be_had_back() -> None:
    data = "Il a dit “oui”.\r\n".encode("windows-1252")
    done = normalize(data)
    assert done.text == "Il a dit “oui”.\n"
    assert done.encoding is not None
    assert unapply(done.text, done.repairs).encode(done.encoding, "surrogateescape") == data


def test_a_declared_encoding_is_used() -> None:
    done = normalize("Łódź, żółć".encode("iso8859-2"), declared="iso-8859-2")
    assert (done.text, done.encoding_basis) == ("Łódź, żółć", "declared")


def test_what_is_less_sure_is_suggested_or_applied_as_asked() -> None:
    assert [entry.after for entry in normalize("heâ€s late").suggestions] == ["’"]
    assert normalize("heâ€s late", min_confidence="low").text == "he’s late"
