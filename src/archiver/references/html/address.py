"""The address that a page gives for itself."""

from archiver.model import Stated
from archiver.references.html.source import Page


def own_address(page: Page) -> Stated | None:
    """What `<link rel="canonical">` says, or else `og:url`; None where neither holds an address of the web.

    >>> own_address(Page('<link rel=canonical href="/a"><meta property="og:url" content="https://example.org/a">'))
    Stated(value='https://example.org/a', basis='html:og:url')
    """
    canonical = (
        Stated(value=element.value("href").strip(), basis="html:canonical")
        for element in page.metas
        if element.name == "link" and "canonical" in element.value("rel").lower().split()
    )
    named = (
        Stated(value=element.value("content").strip(), basis="html:og:url")
        for element in page.metas
        if element.name == "meta" and "og:url" in (element.value("property").lower(), element.value("name").lower())
    )
    return next((each for each in (*canonical, *named) if is_of_the_web(each.value)), None)


def is_of_the_web(value: str) -> bool:
    """Whether an address is one of HTTP; a page's other addresses are its makers' own."""
    return value.lower().startswith(("http://", "https://"))
