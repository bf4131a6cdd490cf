"""Everything that decides a package's bytes besides its input. What does not (workers, verbosity) is not in here."""

from dataclasses import asdict, dataclass
from typing import Any

from archiver.model import Confidence

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of one packing run.

    `created` is the packaging time in full UTC seconds, `2024-05-06T07:08:09Z`. `fields` maps a record field to the
    JSON field that holds it, before the known layouts are tried. Sizes are bytes. `url`, `article_title` and `encoding`
    are what the caller knows of the items; `base_uri` is where the sources stood, for relative URLs and for text files.
    Repairs less sure than `min_confidence` are suggested, and not made.
    """

    created: str
    name: str = "articles"
    title: str | None = None
    description: str | None = None
    operator: str | None = None
    url: str | None = None
    article_title: str | None = None
    base_uri: str | None = None
    encoding: str | None = None
    fields: tuple[tuple[str, str], ...] = ()
    min_confidence: Confidence = "high"
    shard_size: int = 16 * MIB
    max_item_size: int = 64 * MIB
    warc_size: int = 1000 * MIB

    def to_dict(self) -> dict[str, Any]:
        """The options as the run report states them: those that were given, and the sizes."""
        return {key: value for key, value in asdict(self).items() if value not in (None, ())}
