"""Object stores through one door: reading by ranges, writing whole or not at all, and every refusal an OSError."""

import os
import pickle
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from archiver.errors import Missing, Unreachable, UsedWrongly
from archiver.pack.durable import replacing, write
from archiver.storage import Place, Remote, files, place, scan
from archiver.storage.stores import reached, status_of
from tests.s3 import Bucket

MIB = 1 << 20


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Remote:
    """An empty place of an object store, and the same of a store that has folders."""
    if request.param == "local":
        return Remote(f"local://{tmp_path}/within")
    return Remote(request.getfixturevalue("bucket").url + "/within")


def test_what_is_written_is_there_and_reads_back(root: Remote) -> None:
    target = root / "a" / "b.txt"
    assert not target.exists()
    with target.writing() as stream:
        stream.write(b"some ")
        stream.write(b"bytes")
    assert (target.read_bytes(), target.stat().st_size) == (b"some bytes", 10)
    assert (target.is_file(), target.is_dir(), root.is_dir(), root.is_file()) == (True, False, True, False)
    with target.open("rb") as stream:
        assert (stream.seek(5), stream.read()) == (5, b"bytes")
    assert files(root) == {"a/b.txt": 10}
    target.unlink()
    assert not target.exists()


def test_an_object_is_listed_as_a_directory_entry_is(root: Remote) -> None:
    write(root / "n.txt", b"four")
    write(root / "sub" / "m.txt", b"")
    found = [(entry.name, entry.path, entry.is_folder, entry.is_link) for entry in scan(str(root))]
    assert found == [("n.txt", f"{root}/n.txt", False, False), ("sub", f"{root}/sub", True, False)]
    assert files(root) == {"n.txt": 4, "sub/m.txt": 0}


def test_a_folder_is_listed_in_the_order_of_what_is_below_it(tmp_path: Path) -> None:
    for name in ("a-b", "a.txt", "b", "é", os.fsdecode(b"caf\xe9")):
        (tmp_path / name).write_bytes(b"four")
    (tmp_path / "a").mkdir()
    (tmp_path / "b.d").symlink_to("a")
    listing = scan(str(tmp_path))
    found = [(entry.name, entry.is_folder, entry.is_link) for entry in listing]
    files = [(name, False, False) for name in ("b", os.fsdecode(b"caf\xe9"), "é")]
    assert found[:3] == [("a-b", False, False), ("a.txt", False, False), ("a", True, False)]
    assert found[3:] == [files[0], ("b.d", False, True), *files[1:]]
    assert [entry.path for entry in listing] == [f"{tmp_path}/{name}" for name, _, _ in found]
    assert [entry.name for entry in listing if listing.file(entry.name) != entry] == ["a"]
    assert [listing.file(name) for name in ("", "A", "a-", "b.", "z", "é2")] == [None] * 6
    assert [entry.stat().st_size for entry in listing if not (entry.is_folder or entry.is_link)] == [4] * 5


@pytest.mark.parametrize("key", ["a::b.txt", "s3::a.txt", "sub::/n.txt", "http://n.txt", "a b+c%20?d#e[f].txt"])
def test_a_key_may_look_like_an_address(bucket: Bucket, key: str) -> None:
    target = place(f"{bucket.url}/within/{key}")
    write(target, b"some bytes")
    assert bucket.listed() == [f"within/{key}"]
    assert (target.read_bytes(), target.stat().st_size) == (b"some bytes", 10)
    with target.open() as stream:
        assert stream.read() == b"some bytes"


@pytest.mark.parametrize("prefix", ["", "/wire"])
def test_only_the_marker_of_a_folder_is_passed_over(bucket: Bucket, prefix: str) -> None:
    above = f"{prefix}/".removeprefix("/")
    bucket.put(**{f"{above}n.txt": b"", f"{above}sub/": b"", f"{above}/deep/m.txt": b"", f"{above}/": b""})
    if prefix:
        bucket.put(**{above: b""})
    found = [(entry.name, entry.path, entry.is_folder) for entry in scan(bucket.url + prefix)]
    where = bucket.url + prefix
    assert found == [("", f"{where}/", True), ("n.txt", f"{where}/n.txt", False), ("sub", f"{where}/sub", True)]


def test_what_is_given_up_was_never_there(root: Remote) -> None:
    write(root / "n.txt", b"old")
    with suppress(RuntimeError), replacing(root / "n.txt") as stream:
        stream.write(b"new")
        raise RuntimeError
    assert (root / "n.txt").read_bytes() == b"old"
    assert files(root) == {"n.txt": 3}


def test_a_changed_object_has_another_stamp(root: Remote) -> None:
    write(root / "n.txt", b"old")
    before = (root / "n.txt").stat().st_mtime_ns
    assert (root / "n.txt").stat().st_mtime_ns == before
    write(root / "n.txt", b"new")
    assert (root / "n.txt").stat().st_mtime_ns != before


@pytest.mark.parametrize("key", ["ETag", "etag", "LastModified", "Last-Modified", "last_modified", "updated", "mtime"])
def test_each_store_has_its_own_word_for_a_version(key: str) -> None:
    said = {"type": "file", "size": 4}
    one, other = (status_of({**said, key: version}) for version in ("Fri, 21 Jul 2017", "Sat, 22 Jul 2017"))
    assert one == status_of({**said, key: "Fri, 21 Jul 2017"}) != other


def said_of(number: int) -> dict[str, object]:
    """What S3 lists of an object."""
    known = {"StorageClass": "STANDARD", "ChecksumAlgorithm": ["CRC32"], "ChecksumType": "FULL_OBJECT", "Size": number}
    return {"Key": f"wire/{number:06}.txt", "ETag": f'"{number:032}"', "LastModified": datetime.now(UTC), **known}


def test_what_a_store_says_of_a_million_objects_is_not_held(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of all is what s3fs gives; then it goes as it is read: the kilobyte an object of docs/storage.md."""

    async def answer(_store: object, _method: str, **asked: str) -> dict[str, object]:
        page = int(asked.get("ContinuationToken", "0"))
        objects = list(map(said_of, range(1000 * page, 1000 * page + 1000)))
        return {"Contents": objects, "IsTruncated": page < 9, "NextContinuationToken": str(page + 1)}

    monkeypatch.setattr("s3fs.S3FileSystem._call_s3", answer)
    store, path = reached(f"{bucket.url}/wire")
    tracemalloc.start()
    try:
        given = len(store.ls(path, detail=True)) and tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        listing = scan(f"{bucket.url}/wire")
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [entry.stat().st_size for entry in listing] == list(range(10_000))
    assert (most < 1.1 * given, most < 1024 * 10_000, held < 300 * 10_000) == (True, True, True), (given, most, held)


def test_a_place_travels_to_another_process() -> None:
    there = place("s3://bucket/a/n.jsonl.gz")
    assert pickle.loads(pickle.dumps(there)) == there
    assert isinstance(there, Remote)
    assert (there.name, there.suffix, str(there.parent), str(there.with_name("m"))) == (
        *("n.jsonl.gz", ".gz"),
        *("s3://bucket/a", "s3://bucket/a/m"),
    )


@pytest.mark.parametrize("given", ["wire.jsonl", "/a/b", "s3:/a", "C:/a", "a://b".replace(":", "")])
def test_a_name_without_a_scheme_is_a_path(given: str) -> None:
    found: Place = place(given)
    assert found == Path(given)


def test_large_objects_go_in_parts_and_come_in_ranges(bucket: Bucket) -> None:
    target = place(f"{bucket.url}/large")
    with replacing(target) as stream:
        for number in range(70):
            stream.write(bytes([number]) * MIB)
        assert bucket.listed() == []
    assert sum("partNumber" in path for _, path, _ in bucket.log()) == 3
    with target.open("rb") as stream:
        stream.seek(50 * MIB)
        assert stream.read(2) == bytes([50, 50])
    ranges = [span for method, _, span in bucket.log() if method == "GET"]
    assert ranges == ["bytes=50331648-54525951"]


def test_an_upload_that_is_given_up_leaves_no_part(bucket: Bucket) -> None:
    with suppress(KeyboardInterrupt), replacing(place(f"{bucket.url}/large")) as stream:
        stream.write(b"x" * (40 * MIB))
        assert bucket.unfinished() == ["large"]
        raise KeyboardInterrupt
    assert (bucket.listed(), bucket.unfinished()) == ([], [])


@pytest.mark.parametrize("kind", ["503", "reset"])
def test_what_passes_is_tried_again(bucket: Bucket, kind: str) -> None:
    bucket.put(n="bytes")
    target = place(f"{bucket.url}/n")
    bucket.fail(kind, "GET", 2)
    assert target.read_bytes() == b"bytes"
    bucket.fail(kind, "PUT", 2)
    write(target, b"others")
    assert bucket.get("n") == b"others"


def test_what_does_not_pass_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    target = place(f"{bucket.url}/n")
    bucket.fail("503", "PUT", 1000)
    with pytest.raises(Unreachable, match=f"^{target}: Reduce"):
        write(target, b"bytes")
    bucket.fail("503", "PUT", 0)
    assert bucket.listed() == bucket.unfinished() == []


def test_an_object_that_changes_while_it_is_read_is_trouble(bucket: Bucket) -> None:
    bucket.put(n=b"a" * (9 * MIB))
    with place(f"{bucket.url}/n").open("rb") as stream:
        stream.read(1)
        bucket.put(n=b"b" * (9 * MIB))
        with pytest.raises(OSError, match="it was changed while it was read"):
            stream.read()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://no-such-bucket-anywhere/n", "The specified bucket does not exist"),
        ("{bucket}/nothing", "No such file or directory"),
    ],
)
def test_what_is_not_there_is_told(bucket: Bucket, url: str, said: str) -> None:
    target = place(url.format(bucket=bucket.url))
    with pytest.raises(FileNotFoundError) as raised:
        target.read_bytes()
    assert (raised.value.filename, raised.value.strerror) == (str(target), said)


@pytest.mark.parametrize("url", ["nowhere://n", "simplecache::s3://bucket/a.txt"])
def test_a_scheme_that_is_none_is_told(url: str) -> None:
    with pytest.raises(Unreachable, match=f"^{url}: the scheme of this address is not known"):
        place(url).exists()


def test_a_store_that_does_not_answer_is_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Unreachable, match="Could not connect"):
        place(f"{bucket.url}/n").exists()


def test_missing_credentials_are_told(bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(Unreachable, match="credentials"):
        place(f"{bucket.url}/n").exists()


def test_a_scheme_whose_library_is_not_installed_is_told() -> None:
    with pytest.raises(Missing, match="not installed; install gcsfs with pip"):
        place("gs://bucket/n").exists()


@pytest.mark.parametrize(
    ("url", "path"),
    [("file:///a%20b", "/a b"), ("FILE://localhost/a", "/a"), ("file://LOCALHOST/a/b", "/a/b")],
)
def test_a_file_of_this_machine_is_a_path(url: str, path: str) -> None:
    assert place(url) == Path(path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file://host/x", "of the machine host"),
        ("file://x", "of the machine x"),
        ("memory://x", "of one process"),
        ("s3://bucket/caf\udce9.txt", "bytes that are not UTF-8"),
    ],
)
def test_what_this_machine_does_not_have_or_others_do_not_see_is_refused(url: str, said: str) -> None:
    with pytest.raises(UsedWrongly, match=said):
        place(url)


def test_empty_folders_go_and_files_stay(root: Remote) -> None:
    write(root / "sub" / "deep" / "n.txt", b"four")
    write(root / "m.txt", b"")
    (root / "sub" / "deep" / "n.txt").unlink()
    with suppress(Unreachable):
        root.rmdir()
    assert files(root) == {"m.txt": 0}
    (root / "m.txt").unlink()
    root.rmdir()
    assert not root.exists()


@pytest.fixture
def web(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a web server that answers everything with one status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(request.param)

        do_HEAD = do_GET  # noqa: N815  # the name that the library looks for

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/n"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("web", [403, 500], indirect=True)
def test_a_web_server_that_refuses_is_unreachable(web: str) -> None:
    for ask in (Remote(web).stat, Remote(web).open, Remote(web).read_bytes):
        with pytest.raises(Unreachable, match=f"^{web}: (403|500)"):
            ask()


@pytest.mark.parametrize("web", [404, 410], indirect=True)
def test_what_a_web_server_does_not_have_is_not_there(web: str) -> None:
    assert not Remote(web).exists()


def test_a_web_server_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"^http://127\.0\.0\.1:9/n: Connect"):
        Remote("http://127.0.0.1:9/n").exists()
