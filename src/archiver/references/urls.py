"""URLs as values: the canonical form, what a URL leads to, and the tweet that it names.

The canonical form becomes a WARC-Target-URI, so it is ASCII and RFC 3986 throughout: no space, no control character, no
fragment, nothing that a header, an index line or an HTML attribute could stumble over.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from archiver.model import LinkKind
from archiver.references.domains import same_site

# RFC 3986 appendix B, without the fragment's content.
_PARTS = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_AUTHORITY = re.compile(r"(?:(.*)@)?(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]*)(?::([0-9]{0,8}))?", re.DOTALL)
_SCHEMED = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_EDGES = "".join(map(chr, range(0x21))) + "\x7f\x85\xa0\ufeff"
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_HOST = 253  # RFC 1035 section 2.3.4, as text
_PORTS = {"http": "80", "https": "443", "ftp": "21"}

# What a path, query or userinfo may hold as it stands (RFC 3986 sections 3.2.1, 3.3, 3.4); all else is percent-encoded.
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?]")
_CLEAN = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@/?]*")

_HASH_BANG = re.compile(r"(?:!|%21)/?(?=\w)")

# Hosts whose every address redirects to another: public shorteners first, then the newsrooms' own.
_SHORTENERS = """
    t.co bit.ly bitly.com j.mp ow.ly ht.ly tinyurl.com goo.gl g.co youtu.be buff.ly is.gd v.gd dlvr.it ift.tt fb.me
    lnkd.in wp.me flic.kr redd.it amzn.to a.co apple.co spoti.fi trib.al shar.es sh.st adf.ly cutt.ly rb.gy rebrand.ly
    shorturl.at t.ly tiny.cc tr.im x.co su.pr snip.ly soo.gd hubs.ly mailchi.mp eepurl.com po.st bit.do tmblr.co
    nyti.ms wapo.st on.wsj.com bloom.bg bbc.in cnn.it abcn.ws nbcnews.to cbsn.ws n.pr politi.co huff.to huffp.st
    theatln.tc thebea.st washex.am fxn.ws reut.rs apne.ws usat.ly lat.ms dailym.ai ind.pn econ.st on.ft.com ti.me
    read.bi bzfd.it 53eig.ht nyp.st nydn.us mirr.im spon.de sz.de to.welt.de
"""
SHORTENERS = frozenset(_SHORTENERS.split())

# Addresses that offer to share something, and name nothing themselves: domain or host, and how their paths begin.
_SHARE: dict[str, tuple[str, ...]] = {
    "twitter.com": ("/intent/", "/share", "/home?status=", "/home/?status=", "/?status="),
    "x.com": ("/intent/", "/share", "/home?status=", "/home/?status=", "/?status="),
    "facebook.com": ("/sharer", "/share.php", "/dialog/share", "/dialog/feed", "/dialog/send"),
    "linkedin.com": ("/shareArticle", "/sharing/", "/cws/share"),
    "google.com": ("/share?", "/mail/?view=cm"),
    "pinterest.com": ("/pin/create/",),
    "reddit.com": ("/submit",),
    "tumblr.com": ("/share", "/widgets/share/"),
    "t.me": ("/share/",),
    "telegram.me": ("/share/",),
    "whatsapp.com": ("/send",),
    "wa.me": ("/?text=",),
    "vk.com": ("/share.php",),
    "vkontakte.ru": ("/share.php",),
    "flipboard.com": ("/bookmarklet/", "/?url="),
    "weibo.com": ("/share/", "/share.php"),
    "instapaper.com": ("/hello2", "/edit", "/text?u="),
    "gab.com": ("/compose",),
    "gettr.com": ("/share",),
    "mastodonshare.com": ("/",),
    "toot.kytta.dev": ("/",),
    "b.hatena.ne.jp": ("/entry", "/add?"),
    "blogger.com": ("/blog-this.g", "/blog_this.pyra"),
    "printfriendly.com": ("/print",),
    "ok.ru": ("/offer",),
    "xing.com": ("/spi/shares/", "/app/user?op=share", "/social/share", "/social_plugins/share"),
    "threads.net": ("/intent/",),
    "bsky.app": ("/intent/",),
    "line.me": ("/R/msg/", "/lineit/share"),
    "getpocket.com": ("/save", "/edit"),
    "ycombinator.com": ("/submitlink",),
    "digg.com": ("/submit",),
    "stumbleupon.com": ("/submit",),
    "addtoany.com": ("/share", "/add_to/"),
    "addthis.com": ("/bookmark.php",),
}

# A word that is longer than the one looked for: `/shareholders`, `/submitted`.
_GOES_ON = re.compile(r"(?<=\w)[\w-]")

_STATUS = re.compile(
    r"""(?: (?:(?:https?:)?//web\.archive\.org)? /(?:web|save)/ (?:[^/]{1,32}/)? )?
        (?: https?:/{1,2} | // )? (?: (?:www|mobile|m)\. )? (?: twitter | x )\.com (?: :\d+ )? /
        (?: \#(?:!|%21) /? )?
        (?: i/(?:web/)?status | statuses | @?(?P<handle>[A-Za-z0-9_]{1,20})/status(?:es)? ) /
        (?P<id>[0-9]{1,20}) (?![A-Za-z0-9_])""",
    re.VERBOSE | re.IGNORECASE,
)


class Status(NamedTuple):
    """The tweet that a URL names: the account where the URL says it, and the status id."""

    handle: str | None
    id: str

    @property
    def url(self) -> str:
        """The one spelling of the tweet's URL that records use."""
        return f"https://twitter.com/{self.handle or 'i/web'}/status/{self.id}"

    def fits(self, handle: str | None) -> bool:
        """Whether it may be a tweet of that account: an address of an id alone is one of any."""
        return self.handle is None or handle is None or self.handle.lower() == handle.lower()


def absolute(value: str, base: str | None = None) -> str | None:
    """`value` as an absolute ASCII URI without fragment (RFC 3986), or None where it cannot be one.

    A relative reference needs `base`. White space and controls around the value are no part of it; a control inside, no
    scheme, no host or an impossible host or port makes it unusable. Host and scheme are lower-case, IDN hosts in
    punycode (UTS #46), a default port is dropped, other characters are percent-encoded in UTF-8, an escape stays.

    >>> absolute(" HTTPS://Bücher.example:443/a b?q=ü%c3#top ")
    'https://xn--bcher-kva.example/a%20b?q=%C3%BC%C3'
    >>> absolute("/a", "https://example.org/b/c"), absolute("/a"), absolute("mailto:a@example.org")
    ('https://example.org/a', None, None)
    """
    value = value.strip(_EDGES)
    if _CONTROL.search(value):
        return None
    if base is not None:
        value = _joined(base, value)
    scheme, authority, path, query, fragment = _split(value)
    place = _authority(scheme, authority)
    if place is None:
        return None
    try:
        path, query = _hash_bang(place, path, query, fragment)
        return f"{scheme}://{place}{escaped(path) or '/'}" + (f"?{escaped(query)}" if query is not None else "")
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8 form
        return None


def canonical(href: str, base: str | None = None) -> str | None:
    """`absolute`, and `https://` for what prose writes without a scheme.

    >>> canonical("pic.twitter.com/Rm7LpXcD2y"), canonical("//example.org/a"), canonical("3.5/5"), canonical("a/b")
    ('https://pic.twitter.com/Rm7LpXcD2y', 'https://example.org/a', None, None)
    """
    surface = href.strip(_EDGES)
    if base is not None or _SCHEMED.match(surface):
        return absolute(surface, base)
    if surface.startswith("//"):
        return absolute(f"https:{surface}")
    host = re.split(r"[/?#:]", surface, maxsplit=1)[0]
    return absolute(f"https://{surface}") if "." in host[1:-1] else None


def kind(url: str, page: str | None = None) -> LinkKind:
    """What a canonical URL leads to; `page` is the article's own canonical URL, which tells internal from outbound.

    >>> kind("https://t.co/kT4vWq9ZbX"), kind("https://twitter.com/share?url=x"), kind("mailto:desk@example.org")
    ('short', 'share', 'mail')
    >>> kind("https://news.example.org/a", "https://www.example.org/b"), kind("https://example.com/")
    ('internal', 'outbound')
    """
    if url.startswith("mailto:"):
        return "mail"
    host = host_of(url)
    if status(url) is not None:
        return "tweet"
    if host in {"pic.twitter.com", "pic.x.com"}:
        return "media"
    if _shares(host, url):
        return "share"
    if host.removeprefix("www.") in SHORTENERS:
        return "short"
    return "internal" if page is not None and same_site(host, host_of(page)) else "outbound"


def status(url: str) -> Status | None:
    """The tweet that a URL names in any of its spellings, with or without scheme; None for all other URLs.

    >>> status("https://mobile.twitter.com/jane/statuses/888436297528508416?s=20")
    Status(handle='jane', id='888436297528508416')
    >>> status("https://x.com/i/web/status/888436297528508416").url, status("https://twitter.com/intent/tweet?text=a")
    ('https://twitter.com/i/web/status/888436297528508416', None)
    """
    match = _STATUS.match(url)
    if match is None:
        return None
    handle = match["handle"]
    return Status(None if handle in {None, "i"} else handle, match["id"])


def host_of(url: str) -> str:
    """The host of a canonical URL, in lower-case ASCII, without user and port.

    >>> host_of("https://jane@example.org:8080/"), host_of("http://[::1]/a")
    ('example.org', '[::1]')
    """
    match = _AUTHORITY.fullmatch(url.split("/", 3)[2])
    assert match is not None  # a canonical URL was made of these parts
    return match[2]


def _split(value: str) -> tuple[str, str | None, str, str | None, str | None]:
    match = _PARTS.fullmatch(value)
    assert match is not None  # every string has an RFC 3986 reading
    scheme, authority, path, query, fragment = match.groups()
    return (scheme or "").lower(), authority, path, query, fragment


def _joined(base: str, value: str) -> str:
    from urllib.parse import urljoin

    try:
        return urljoin(base, value)
    except ValueError:  # urllib's word for a bracketed host that is no address
        return value


def _authority(scheme: str, authority: str | None) -> str | None:
    """User, host and port in canonical spelling; None where they cannot be."""
    match = _AUTHORITY.fullmatch(authority or "")
    if not scheme or match is None:
        return None
    user, name, port = match.groups()
    if len(name) > _MAX_HOST:
        return None
    host = _address(name[1:-1]) if name.startswith("[") else _host(name)
    if host is None or int(port or 0) > 65535:
        return None
    port = "" if not port or int(port) == int(_PORTS.get(scheme, "0")) else f":{int(port)}"
    try:
        # Only the last @ of an authority ends the user (RFC 3986 section 3.2.1).
        return (f"{escaped(user).replace('@', '%40')}@" if user else "") + host + port
    except UnicodeEncodeError:
        return None


def _address(name: str) -> str | None:
    """An IPv6 address in brackets, in the canonical text form (RFC 5952)."""
    from ipaddress import AddressValueError, IPv6Address

    try:
        return f"[{IPv6Address(name).compressed}]"
    except AddressValueError:
        return None


@lru_cache(maxsize=1024)  # articles name few hosts, again and again
def _host(name: str) -> str | None:
    """A registered name in lower-case ASCII, or an IPv4 address; None where no name server could know it."""
    name = name.lower() if name.isascii() else _punycode(name)
    labels = name.removesuffix(".").split(".")
    if len(name) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    # An underscore may stand in a host's own labels, not in the name that a registry gave out.
    if any("_" in label for label in labels[-2:]):
        return None
    if _NUMERIC.fullmatch(labels[-1]) and not _is_ipv4(labels):
        return None
    return ".".join(labels)


def _is_ipv4(labels: list[str]) -> bool:
    return len(labels) == 4 and all(label.isdigit() and int(label) < 256 for label in labels)


def _punycode(name: str) -> str:
    """UTS #46 mapping, then RFC 3492, label by label; empty where a character cannot stand in a name."""
    import idna

    try:
        labels = idna.uts46_remap(name, std3_rules=False).split(".")
    except idna.IDNAError:
        return ""
    if any(label.startswith("-") or label.endswith("-") for label in labels):
        return ""
    # Symbols, which IDNA 2008 forbids and registries have given out all the same, are encoded like letters.
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels)


def _hash_bang(place: str, path: str, query: str | None, fragment: str | None) -> tuple[str, str | None]:
    """Twitter's addresses of 2010 to 2012 had their path in the fragment: `twitter.com/#!/jane/status/1`."""
    bang = _HASH_BANG.match(fragment or "")
    if bang is None or path not in {"", "/"} or place.removeprefix("www.") not in {"twitter.com", "mobile.twitter.com"}:
        return path, query
    path, _, rest = (fragment or "")[bang.end() :].partition("?")
    return f"/{path}", rest or None


def escaped(part: str) -> str:
    """`part` with all percent-encoded that RFC 3986 does not let stand (sections 2.1, 2.4); escapes stay, in capitals.

    >>> escaped("100% übrig%2f")
    '100%25%20%C3%BCbrig%2F'

    Raises UnicodeEncodeError where the part holds a lone surrogate, which has no UTF-8 form.
    """
    if _CLEAN.fullmatch(part):
        return part
    return _ESCAPED.sub(_escape, part)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    return found.upper() if len(found) == 3 else "".join(f"%{byte:02X}" for byte in found.encode())


def _shares(host: str, url: str) -> bool:
    starts = _SHARE.get(".".join(host.split(".")[-2:])) or _SHARE.get(host) or ()
    path = "/" + url.split("/", 3)[3]
    return any(path.startswith(start) and not _GOES_ON.match(path, len(start)) for start in starts)
