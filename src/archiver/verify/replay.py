"""What is well formed and would not replay, by what pywb and ReplayWeb.page were seen to do."""

import re
from collections.abc import Iterator

from archiver.findings import Finding
from archiver.warc.reader import Record

_ROOT_RELATIVE = re.compile(rb"""[ \t\r\n](?:href|src|action)[ \t]*=[ \t]*["']?/(?!/)""", re.IGNORECASE)


def check(record: Record) -> Iterator[Finding]:
    """What players would make of a capture."""
    uri = record.uri or ""
    if "#" in uri:
        message = "The target URI has a fragment; players look up addresses without it, and never find this record."
        yield Finding(code="W437", message=message, found=uri[:200])
    if not uri.startswith("urn:"):
        return
    is_page = (record.get("Content-Type") or "").lower().startswith(("text/html", "application/xhtml"))
    if is_page and _ROOT_RELATIVE.search(record.block or b""):
        message = "The page stands at a `urn:` and has a root-relative link; ReplayWeb.page shows it blank."
        yield Finding(code="W438", message=message, found=uri[:200])
