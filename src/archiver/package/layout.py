"""Where things stand in a package: the names, and the URIs of an article's records. One place, so that all agree."""

from archiver.model import PAGE_TYPES

ARCHIVE = "archive"
DERIVED = "derived"
WARC = ".warc.gz"
INDEX = "indexes/index.cdx"
ZIPNUM = "indexes/index.cdx.gz"
ZIPNUM_IDX = "indexes/index.idx"
PAGES = "pages/pages.jsonl"
ALL_PAGES = "pages/extraPages.jsonl"
RUN = "provenance/run.json"
REJECTED = "provenance/rejected.json"
DATAPACKAGE = "datapackage.json"
DATAPACKAGE_DIGEST = "datapackage-digest.json"

# RFC 2606 section 2 reserves .invalid: the address can never be somebody's, and both players replay it as any other.
HOST = "archiver.invalid"
EXTENSIONS = {
    "text/plain": "txt",
    "application/json": "json",
    "text/html": "html",
    "application/xhtml+xml": "xhtml",
}


def derived(archive: str) -> str:
    """The file that holds what was derived from the captures of an archive file.

    It has a name of its own: pywb keeps the WARCs of a WACZ in one folder, and looks them up by their names alone.

    >>> derived("archive/articles-00000.warc.gz")
    'derived/articles-00000-derived.warc.gz'
    """
    return f"{DERIVED}/{archive.removeprefix(ARCHIVE + '/').removesuffix(WARC)}-derived{WARC}"


def schema(name: str) -> str:
    """Where a schema stands in a package.

    >>> schema("article.v1")
    'provenance/article.v1.schema.json'
    """
    return f"provenance/{name}.schema.json"


def original_uri(digest: str, media_type: str) -> str:
    """Where original bytes stand that are no page's body.

    >>> original_uri("sha256:e3b0", "text/plain")
    'https://archiver.invalid/sha256/e3b0/original.txt'
    """
    return f"https://{HOST}/sha256/{digest.removeprefix('sha256:')}/original.{EXTENSIONS.get(media_type, 'bin')}"


def page_uri(media_type: str, url: str | None) -> str | None:
    """Where a page's bytes stand beside the address of their digest: at the page's own URL, where it is known.

    None for what is no page, and for a page that claims an address within the package.

    >>> page_uri("text/html", "https://example.org/a"), page_uri("text/html", f"https://{HOST}/article/7d2c.html")
    ('https://example.org/a', None)
    """
    if media_type not in PAGE_TYPES or url is None or not url.startswith(("http://", "https://")):
        return None
    host = url.split("/", 3)[2].rpartition("@")[2].partition(":")[0].rstrip(".")
    return None if host == HOST or host.endswith("." + HOST) else url


def reading_uri(article_id: str) -> str:
    """Where the reading copy of an article stands.

    >>> reading_uri("urn:uuid:7d2c")
    'https://archiver.invalid/article/7d2c.html'
    """
    return f"https://{HOST}/article/{article_id.removeprefix('urn:uuid:')}.html"


def provenance_uri(article_id: str) -> str:
    """Where the article record stands: a path that no http record has, since a SURT drops the scheme."""
    return f"metadata://{HOST}/article/{article_id.removeprefix('urn:uuid:')}.json"


def rejection_uri(rejected_id: str) -> str:
    """Where the record of a rejected item stands."""
    return f"metadata://{HOST}/rejected/{rejected_id.removeprefix('urn:uuid:')}.json"
