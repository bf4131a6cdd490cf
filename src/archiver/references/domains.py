"""Which domain a host belongs to: the only door to tldextract, and to its bundled public suffix list.

The list is read when a decision first needs it (it costs more than all else that a small command does), from the
installed package alone: no network, nothing cached on disk.
"""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tldextract import TLDExtract

# Spares reading the list for what most articles write.
_COMMON = frozenset(
    {"com", "org", "net", "edu", "gov", "info", "io", "co", "ly", "uk", "us", "eu", "de", "fr", "ca", "au"}
)


@cache
def _suffixes() -> "TLDExtract":
    from tldextract import TLDExtract

    # With the private section: two blogs of one hoster are two sites.
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@lru_cache(maxsize=4096)  # a text may name any number of what is none
def is_top_level(label: str) -> bool:
    """Whether `label`, lower-case and in Unicode or punycode, is a top-level domain that the list knows.

    >>> is_top_level("com"), is_top_level("museum"), is_top_level("js")
    (True, True, False)
    """
    return label in _COMMON or bool(_suffixes().extract_str(f"example.{label}").suffix)


def same_site(one: str, other: str) -> bool:
    """Whether two lower-case ASCII hosts share a registrable domain.

    >>> same_site("www.example.co.uk", "news.example.co.uk"), same_site("one.co.uk", "two.co.uk")
    (True, False)
    """
    if one == other:
        return True
    # A registrable domain has at least two labels; where those differ, the list has nothing to add.
    if one.split(".")[-2:] != other.split(".")[-2:]:
        return False
    domain = _registrable(one)
    return bool(domain) and domain == _registrable(other)


def _registrable(host: str) -> str:
    """The domain under the public suffix; empty for addresses and for suffixes themselves."""
    found = _suffixes().extract_str(host)
    if found.suffix or host[-1:].isdigit() or host.endswith("]"):
        return found.top_domain_under_public_suffix
    # The list's rule for what it does not know: the last label is the suffix.
    return ".".join(host.split(".")[-2:])
