"""Write the generated pages: the commands, the codes, the schemas, the exit status, and the tour in README.md.

`make docs` runs it; tests/test_docs.py holds that what is committed is what it writes.
"""
# ruff: noqa: INP001

import inspect
import os
import re
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import click
import orjson
from click.testing import CliRunner

from archiver import errors
from archiver import findings as codes
from archiver.cli.group import BROKEN_PIPE, BUG, INTERRUPTED, main
from archiver.record import schema
from archiver.text import rules

ROOT = Path(__file__).parents[1]
SUBJECTS = {
    "1": "Source items",
    "2": "WARC",
    "3": "Fixity",
    "4": "WACZ, its index and pages",
    "5": "Article records",
    "6": "Derivation, and references between records",
    "7": "BagIt",
}
TOUR = (
    "archiver pack examples/articles -o articles.wacz --created 2024-05-06T07:08:09Z",
    "archiver verify articles.wacz",
    "archiver list articles.wacz | head -n 6",
    "archiver show articles.wacz es-mercado.json | head -n 10",
    "printf 'The cafÃ©â€™s sign says â€˜openâ€™.' | archiver normalize",
)
MARKS = re.compile(r"(<!-- tour: [^\n]*-->\n).*?(<!-- /tour -->)", re.DOTALL)


def pages() -> dict[str, str]:
    """Every generated file by its path in the repository."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {
        "docs/cli.md": commands(),
        "docs/findings.md": findings(),
        "docs/rules.md": repairs(),
        "docs/schema.md": schemas(),
        "docs/exit-status.md": exit_status(),
        "README.md": MARKS.sub(lambda match: match[1] + tour() + match[2], readme),
    }


def commands() -> str:
    """The help of every command."""
    names = ["", *main.list_commands(click.Context(main))]
    return "\n".join(["# The commands\n", "Each page is what `archiver COMMAND -h` prints.\n", *map(_help, names)])


def _help(name: str) -> str:
    arguments = [*filter(None, [name]), "-h"]
    done = CliRunner().invoke(main, arguments, prog_name="archiver", terminal_width=80, catch_exceptions=False)
    return f"## {' '.join(['archiver', *arguments[:-1]])}\n\n```text\n{done.stdout.rstrip()}\n```\n"


def findings() -> str:
    """The table of codes, by subject."""
    head = (inspect.getdoc(codes) or "").partition("\n\n")[2]
    parts = [f"# Findings and their codes\n\n{head}\n"]
    for digit, subject in SUBJECTS.items():
        rows = [_code(code) for code in sorted(codes.CODES, key=lambda code: (code[1:], code)) if code[1] == digit]
        if rows:
            parts.append(
                f"## {digit}: {subject}\n\n| code | severity | what | meaning | clause |\n|---|---|---|---|---|\n"
            )
            parts[-1] += "".join(rows)
    return "\n".join(parts)


def _code(code: str) -> str:
    row = codes.CODES[code]
    clause = f"[{row.clause}]({row.link})" if row.link else row.clause
    return f"| {code} | {codes.SEVERITIES[code[0]]} | {_cell(row.title)} | {_cell(row.meaning)} | {clause} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def repairs() -> str:
    """The rules of repair, and what their confidence means."""
    said = (inspect.getdoc(rules) or "").partition("**Confidence**")[2].partition("\n\nA **row**")[0]
    rows = "".join(
        f"| {name} | {rule.confidence} | {_cell(rule.says)} |\n" for name, rule in sorted(rules.RULES.items())
    )
    return f"""# The rules of repair

Every difference between an article's source and its normalised text stands in its ledger, under one of these rules.
`archiver normalize --explain` and `archiver show` tell where each was applied, and why. `--min-confidence` says how
sure a rule has to be to be applied; what was seen and not changed is listed in the record as a suggestion.

**Confidence**{said}

| rule | confidence | what it does |
|---|---|---|
{rows}
A record names the rule (`rule`), what stood there and what stands there now (`before`, `after`, with their places), the
software (`by`) and, where an encoding was undone, its plan (`plan`). A rule's name never changes its meaning.
"""


def schemas() -> str:
    """Every field of every schema."""
    parts = ["# The records\n\n`archiver schema NAME` prints a schema; `archiver validate` holds records to it.\n"]
    for name in schema.names():
        described = orjson.loads(schema.source(name))
        parts.append(f"## {name}\n\n{described['description']}\n\n`$id`: `{described['$id']}`\n")
        parts.append(_table(described))
        for inner, definition in described.get("$defs", {}).items():
            if "properties" in definition:
                said = f"{definition['description']}\n\n" if "description" in definition else ""
                parts.append(f"### {name}: {inner}\n\n{said}" + _table(definition))
    return "\n".join(parts)


def _table(value: Mapping[str, Any]) -> str:
    rows = "".join(_field(path, field, optional) for path, field, optional in _fields(value, ""))
    return f"| field | type | meaning |\n|---|---|---|\n{rows}"


def _fields(value: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    for name, field in value.get("properties", {}).items():
        path = f"{prefix}{name}"
        yield path, field, name not in value.get("required", ())
        yield from _fields(field, f"{path}.")
        yield from _fields(field.get("items", {}) if isinstance(field.get("items"), dict) else {}, f"{path}[].")


def _field(path: str, field: Mapping[str, Any], is_optional: bool) -> str:
    optional = " (may be absent)" if is_optional else ""
    return f"| `{path}` | {_cell(_type(field))}{optional} | {_cell(field.get('description', ''))} |\n"


def _type(field: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2].replace("_or_null", " or null")
    if "const" in field:
        return f"`{orjson.dumps(field['const']).decode()}`"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type(choice) for choice in field["anyOf"])
    if field.get("type") == "array" and isinstance(field.get("items"), dict):
        return f"array of {_type(field['items'])}"
    kinds = field.get("type", "any")
    return kinds if isinstance(kinds, str) else " or ".join(kinds)


STATUS = {
    0: "Done, and nothing is wrong. Notes (`I…`) alone count as nothing.",
    1: "Done, and something was found or rejected: `pack` rejected an item or could not list a folder, `verify` found "
    "an error or a warning, `validate` found a fault in a record. The package stands; the check is complete.",
    2: "Used wrongly: an option that there is not, an OUT that exists, an article that is not there or is not the only "
    "one, finished shards of a run that was broken off and no word on what is to become of them, or options that are "
    "not theirs, another run that works for the same OUT. Under the name OUT stands what stood there before.",
    errors.ArchiverError.exit_status: "Could not go on: a source or a package cannot be read, the disk is full, a "
    "program is missing. Nothing half-made stands under the name OUT. Of several PACKAGEs or FILEs the others were "
    "checked.",
    BUG: "A bug in this software, or too little memory for it; the traceback stands on standard error. Nothing "
    "half-made stands under the name OUT, and `--resume` goes on with what `pack` has finished.",
    INTERRUPTED: "Interrupted by Ctrl-C, or ended by SIGTERM as by Slurm and Kubernetes. What `pack` has finished is "
    "kept for `--resume`. Ctrl-C is how `replay` ends, and gives 0 there.",
    BROKEN_PIPE: "Whoever read standard output stopped before its end, as in `archiver export OUT \\| head`.",
}


def exit_status() -> str:
    """What the process ends with, and which error gives what."""
    rows = "".join(f"| {status} | {meaning} |\n" for status, meaning in STATUS.items())
    tree = (inspect.getdoc(errors) or "").partition("\n\n")[2].partition("\n\n")[0]
    return f"""# Exit status

| status | meaning |
|---|---|
{rows}
A message on standard error begins with `archiver:`. From Python the same troubles are exceptions of `archiver.errors`:

```text
{dedent(tree)}
```
"""


def tour() -> str:
    """The commands of the tour, and what they print."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path("examples").symlink_to(ROOT / "examples")
            return "```console\n" + "".join(f"$ {line}\n{_output(line)}" for line in TOUR) + "```\n"
        finally:
            os.chdir(here)


def _output(line: str) -> str:
    """What a line of the tour prints. Of a shell it knows `printf TEXT |` before a command and `| head -n N` behind."""
    given, _, rest = line.rpartition("printf ")[2].partition(" | archiver ")
    if not rest:
        given, rest = "", line.removeprefix("archiver ")
    command, _, head = rest.partition(" | head -n ")
    text = shlex.split(given)[0].encode() if given else None
    done = CliRunner().invoke(main, shlex.split(command), input=text, catch_exceptions=False)
    rows = done.stdout.splitlines(keepends=True)
    shown = "".join(rows[: int(head)] if head else rows)
    return shown if shown.endswith("\n") else f"{shown}\n"


if __name__ == "__main__":
    for path, text in pages().items():
        (ROOT / path).write_text(text, encoding="utf-8")
