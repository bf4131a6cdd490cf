"""`archiver pack`."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archiver.cli.options import (
    STDIN,
    confidence_option,
    cores,
    is_quiet,
    is_verbose,
    jobs_option,
    log_format_option,
    say,
    spooled,
    trouble,
    verbosity,
    wants_json,
    writing,
)
from archiver.cli.progress import Course, packing
from archiver.cli.values import Address, Encoding, Field, Line, Location, Size, Stem, Time, packaging_time
from archiver.errors import CannotWrite, Unreachable, UsedWrongly
from archiver.storage import Place, place

if TYPE_CHECKING:
    from archiver.pack.assemble import Report


@click.command(short_help="Pack articles into a package.")
@click.argument("sources", nargs=-1, required=True, type=Location(), metavar="SOURCE...")
@click.option(
    "-o",
    "--output",
    "out",
    required=True,
    metavar="OUT",
    help="The package: a folder, or a file ending in .wacz.",
)
@click.option("--overwrite", is_flag=True, help="Replace a package that stands at OUT, and the report; begin anew.")
@click.option("--resume", is_flag=True, help="Go on with a run that was broken off.")
@jobs_option
@click.option("--scheduler", metavar="ADDRESS", help="Work on the Dask cluster whose scheduler is at ADDRESS.")
@click.option(
    "--work",
    type=Location(),
    metavar="PLACE",
    help="Keep what is finished below PLACE, a folder or URL, until the package stands. [default: beside OUT]",
)
@click.option("--created", type=Time(), help="The time of packaging, ISO 8601. [default: SOURCE_DATE_EPOCH, or now]")
@click.option(
    "--name", type=Stem(), default="articles", show_default=True, help="What the WARC files' names begin with."
)
@click.option("--title", type=Line(), help="The package's title; of a single article also the article's.")
@click.option("--description", type=Line(), help="What the package is. [default: its counts]")
@click.option("--operator", type=Line(), help="Who is responsible for the package.")
@click.option("--url", type=Address(), help="The address of the article, where SOURCE is a single one.")
@click.option("--base-uri", type=Address(), help="Where the sources stood: relative addresses are resolved against it.")
@click.option(
    "--encoding",
    type=Encoding(),
    help="The encoding of text files, where nothing beside them says it. [default: detected]",
)
@click.option("--field", "fields", type=Field(), multiple=True, help="Where in a JSON item a field is; repeatable.")
@confidence_option
@click.option("--max-item-size", type=Size(), default="64M", show_default=True, help="Reject larger items.")
@click.option(
    "--shard-size",
    type=Size(),
    default="8M",
    show_default=True,
    help="How much of the sources goes into one WARC file, and to one worker at a time.",
)
@click.option(
    "--report",
    type=Location(),
    metavar="FILE",
    help="Write what was done, and how fast, to FILE, a path or URL: JSON.",
)
@log_format_option
@verbosity
def command(
    sources: tuple[Place, ...],
    out: str,
    overwrite: bool,
    resume: bool,
    jobs: int | None,
    scheduler: str | None,
    work: Place | None,
    report: Place | None,
    **options: Any,
) -> None:
    """Pack articles into a package: WARC files in a WACZ, unpacked in a BagIt bag, or as one .wacz file.

    SOURCE is a file, a folder, or - for standard input: .txt and .text files in any encoding, .json, .jsonl and
    .ndjson, .html, .htm and .xhtml, each also with .gz or .zst, and .parquet. A file NAME.meta.json beside NAME says
    what NAME itself does not. SOURCE and OUT may be URLs of an object store, such as s3://bucket/wire/. An item that
    is no article is rejected with its reason, and its bytes are archived too.

    \b
    Fields for --field: text title url authors site language published modified retrieved
    """
    from archiver.pack.run import pack
    from archiver.package.open import open_package
    from archiver.report import packed

    if jobs and scheduler:
        raise UsedWrongly("--jobs is for processes of this machine and --scheduler for a cluster; give one of them")
    if report:
        _check_report(report, out, sources, overwrite=overwrite, resume=resume)
    config = _config(sources, out, resume, options)
    with _stdin(sources) as given, packing() as course, _interruptible(out, work):
        done = pack(
            given,
            _destination(out),
            config,
            jobs=jobs or cores(),
            scheduler=scheduler,
            overwrite=overwrite,
            resume=resume,
            shared=work,
            watch=course,
        )
    if not is_quiet() or done.has_errors:
        rejections = open_package(_destination(out)).rejections()
        shown = None if is_verbose() else packed.SHOWN
        click.echo("\n".join(packed.summary(done, out, rejections, shown=shown)))
    _tell_course(course, done, out, report)
    click.get_current_context().exit(1 if done.has_errors else 0)


def _check_report(report: Place, out: str, sources: tuple[Place, ...], *, overwrite: bool, resume: bool) -> None:
    """Before anything is packed. Raises UsedWrongly, CannotWrite.

    A run that is taken up again may be one that ended after it had written its report, which then stays as it is.
    """
    from archiver.pack.destination import check_report
    from archiver.report import going

    if report == STDIN:
        raise UsedWrongly("--report - is no file: standard output has the summary; name a file for the report")
    is_ours = resume and report.is_file() and going.is_of(report.read_bytes(), out)
    given = [source for source in sources if source != STDIN]
    check_report(report, _destination(out), given, may_replace=overwrite or is_ours)


def _tell_course(course: Course, done: "Report", out: str, report: Place | None) -> None:
    """How fast it went. Not in the package, whose bytes hang on its input alone."""
    from archiver.report import going

    facts = going.facts(done, out, course.facts())
    if wants_json() and not is_quiet():
        say("packed", kind="done", **facts)
    elif is_verbose():
        click.echo("\n".join(going.took(facts)), err=True)
    if report and not (done.has_stood and report.exists()):  # what stands there is the report of the run that did it
        try:
            with writing(report, overwrite=True) as stream:
                stream.write(going.to_bytes(facts))
        except OSError as error:
            raise CannotWrite(f"{out} is packed, but its report cannot be written: {trouble(error)}") from error


def _config(sources: tuple[Place, ...], out: str, resume: bool, options: dict[str, Any]) -> Any:
    """What decides the package's bytes. Raises UsedWrongly where an option is for a single article only."""
    from archiver.pack.config import Config
    from archiver.pack.workfolder import begun_at

    given = options.pop("created")
    created = packaging_time(given or (begun_at(_destination(out)) if resume else None))
    is_single = _is_single(sources)
    if options["url"] and not is_single:
        raise UsedWrongly(
            "--url is the address of one article, so it goes with one SOURCE that is a .txt, .text or .json file. "
            "Many articles say theirs in a field, or in a NAME.meta.json beside each"
        )
    base = options["base_uri"]
    if base and not base.endswith("/"):
        raise UsedWrongly(f"--base-uri names the folder in which the sources stood; end it with a slash: {base}/")
    article_title = options["title"] if is_single else None
    return Config(created=created, article_title=article_title, **options)


def _is_single(sources: tuple[Place, ...]) -> bool:
    from archiver.sources.kinds import kind_of

    return len(sources) == 1 and not sources[0].is_dir() and kind_of(sources[0].name)[0] in {"text", "json"}


def _destination(out: str) -> Place:
    if out.endswith("/") and Path(out).suffix == ".wacz":
        raise UsedWrongly(
            f"{out} names a folder, and a name that ends in .wacz is for one file; leave one of them out."
        )
    return place(out)


@contextmanager
def _stdin(sources: tuple[Place, ...]) -> Iterator[list[Any]]:
    """The sources, with standard input spooled to a file: its items are read by several processes."""
    from archiver.sources.shards import Stdin

    if sources.count(STDIN) > 1:
        raise UsedWrongly("- was given more than once; there is one standard input, so give it once")
    if STDIN not in sources:
        yield list(sources)
        return
    with spooled() as path:
        yield [Stdin(path=path) if source == STDIN else source for source in sources]


@contextmanager
def _interruptible(out: str, work: Place | None) -> Iterator[None]:
    from archiver.pack.destination import identity

    before = identity(_destination(out))
    try:
        yield
    except KeyboardInterrupt as error:
        raise KeyboardInterrupt(_interrupted(out, work, before)) from error


def _interrupted(out: str, work: Place | None, before: tuple[int, ...] | None) -> str:
    """What there is to say, as far as it can be told: a disk or a store that hangs is a reason to interrupt a run."""
    from archiver.pack.destination import identity
    from archiver.pack.run import unfinished

    said = "interrupted"
    with suppress(OSError, Unreachable):
        if identity(_destination(out)) not in {None, before}:
            return f"{said}, when the whole package stood at {out} already"
        said += f"; no package was written to {out}."
        kept = unfinished(out, work)
        said += f" What is finished is kept in {kept}; --resume goes on from there." if kept else ""
    return said
