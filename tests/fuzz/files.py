"""The entrances of the command line: files of every kind, their names, and settings."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import gzip
import io
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Final

from typer.main import get_command

from tests.fuzz.nasty import as_json, bomb, nasty, nasty_text, spoiled
from tests.fuzz.oracle import Act, Faulty, Outcome
from tests.fuzz.world import World
from tests.support.packs import CRAFT
from vekst.cli.failures import explain
from vekst.cli.importing import ServicesSink
from vekst.cli.root import app
from vekst.domain.receipts import NewEvent, Receipt, ReceiptStatus
from vekst.imports import Mapping, NewPerson, import_events, load_mapping, read_people
from vekst.quests import check_pack, load_pack
from vekst.settings import Settings

__all__ = ["by_command", "events_file", "mapping_file", "pack_folder", "people_file", "settings_given"]

_PEOPLE: Final = ("person", "name", "email", "role", "team", "zone", "locale", "joined")
_PERSON: Final = ("bad", "Bad", "bad@example.com", "learner", "north", "Europe/Oslo", "nb", "2026-03-02")
_EVENT: Final = {"who": "kari", "id": "f1", "what": "call.practised", "when": "2026-06-01T12:00:00Z", "minutes": "5"}
_MAPPING: Final = """\
format: {format}
source: fuzz
person: {{column: {prefix}who, create: true, name: "Agent {{{prefix}who}}", zone: Europe/Oslo}}
id: [{prefix}id]
at: {prefix}when
type: {{columns: [{prefix}what], map: [{{when: {{{prefix}what: call.practised}}, type: call.practised}}]}}
data: {{minutes: {{column: {prefix}minutes, as: number}}}}
"""
_ROWS: Final = (1, 2, 5, 60)
_YAML_BOMBS: Final = (
    "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n",
    "&a [*a]\n",
    "!!python/object/apply:os.system ['true']\n",
    "? [a]\n: b\n",
    "%YAML 1.1\n---\na: 1\n---\nb: 2\n",
    "[" * 3_000,
    "{a: " * 3_000,
    "- " * 3_000,
    "a: " + "9" * 100_000,
    "a: 1e999999\nb: .nan\nc: -.inf\nd: 0o777777777777\n",
    "a: |\n" + " x\n" * 20_000,
    "<<: {a: 1}\n",
    '"\\ud800": "\\0"\n',
    "\t- a\n",
)
_PATHS: Final = (
    "../../../../etc/passwd",
    "/etc/shadow",
    "/dev/null",
    "/dev/zero",
    "/proc/self/mem",
    ".",
    "",
    "no/such/file",
    "a" * 5_000,
    "-",
    "\udcff",
    "~",
    "file:///etc/passwd",
    "con",
    "%2e%2e/x",
)


def _explained(error: Exception) -> bytes:
    """What the user of a command reads; `Faulty` for an error that nobody foresaw."""
    failure = explain(error)
    if failure is None:
        raise Faulty("".join(traceback.format_exception(error))[-1_200:]) from None
    return failure.text.encode("utf-8", "surrogatepass")


def _file(folder: Path, content: bytes, chance: Random, name: str = "rows") -> Path:
    path = folder / name
    match chance.randrange(12):
        case 0:
            content = gzip.compress(content, 1)
        case 1:
            content = spoiled(chance, gzip.compress(content, 1))
        case 2:
            content = gzip.compress(content, 1)[: chance.randrange(40)] + content
        case _:
            pass
    path.write_bytes(content)
    return path


def people_file(world: World, folder: Path, chance: Random) -> Act:
    """A CSV of people."""
    content, path = _rows_of(chance, _PEOPLE, _PERSON), Path(chance.choice(_PATHS))
    if chance.random() >= 0.03:
        path = _file(folder, content, chance)

    async def act() -> Outcome:
        try:
            entries = read_people(path)
            await world.organisation.factory.people().upsert(world.organisation.id, entries)
        except Exception as error:  # noqa: BLE001 - which of them are foreseen is what is to be found out
            return Outcome("people refused", _explained(error), sent=content + str(folder).encode())
        return Outcome("people taken", b"", accepted=bool(entries), sent=content)

    return act


def _rows_of(chance: Random, header: Sequence[str], row: Sequence[str]) -> bytes:
    names, values = list(header), list(row)
    for _ in range(chance.choice((0, 1, 1, 2))):
        values[chance.randrange(len(values))] = nasty_text(chance)
    if chance.random() < 0.15:
        names[chance.randrange(len(names))] = nasty_text(chance)
    written = io.StringIO()
    writer = csv.writer(written, delimiter=chance.choice((",",) * 8 + (";",)), escapechar="\\")
    writer.writerows((names, *[values] * chance.choice((1, 1, 1, 3))))
    content = written.getvalue().encode("utf-8", "surrogatepass")
    if chance.random() < 0.02:
        content += b"x" * (3 << 20)
    return spoiled(chance, content) if chance.random() < 0.6 else content


class _Sink(ServicesSink):
    """The services, with a count of what they took."""

    taken = 0

    async def add_people(self, people: Sequence[NewPerson]) -> int:
        added = await super().add_people(people)
        self.taken += added
        return added

    async def record(self, events: Sequence[NewEvent]) -> Sequence[Receipt]:
        receipts = await super().record(events)
        self.taken += sum(receipt.status is ReceiptStatus.STORED for receipt in receipts)
        return receipts


def events_file(world: World, folder: Path, chance: Random) -> Act:
    """Events as CSV, JSON lines or XES, plain or gzip, under a sound mapping."""
    format_ = chance.choice(("csv", "jsonl", "xes"))
    content = _EVENTS[format_](chance)
    (folder / "mapping.yaml").write_text(_MAPPING.format(format=format_, prefix=""), encoding="utf-8")
    path = Path(chance.choice(_PATHS)) if chance.random() < 0.03 else _file(folder, content, chance)
    return partial(_import, world, folder, path, f"events {format_}", content)


def mapping_file(world: World, folder: Path, chance: Random) -> Act:
    """A mapping that is wrong, over rows that are not."""
    content = _MAPPING.format(format=chance.choice(("csv", "jsonl")), prefix="").encode()
    match chance.randrange(6):
        case 0:
            content = chance.choice(_YAML_BOMBS).encode()
        case 1:
            content = as_json(nasty(chance))
        case 2:
            content = bomb(chance)
        case _:
            content = spoiled(chance, content)
    (folder / "mapping.yaml").write_bytes(content)
    path = folder / "rows"
    path.write_bytes(_rows_of(Random(0), list(_EVENT), list(_EVENT.values())))
    return partial(_import, world, folder, path, "mapping", content)


async def _import(world: World, folder: Path, path: Path, kind: str, content: bytes) -> Outcome:
    sink: _Sink | None = None
    sent = content + str(folder).encode() + str(path).encode("utf-8", "surrogatepass")
    try:
        mapping: Mapping = load_mapping(folder / "mapping.yaml")
        sink = _Sink(world.organisation.factory, world.organisation.id, mapping)
        refused: list[str] = []
        await import_events(
            path,
            mapping=mapping,
            mapping_path=folder / "mapping.yaml",
            sink=sink,
            on_refused=lambda each: refused.append(each.text),
        )
    except Exception as error:  # noqa: BLE001 - as above
        return Outcome(f"{kind} refused", _explained(error), accepted=bool(sink and sink.taken), sent=sent)
    told = "\n".join(refused).encode("utf-8", "surrogatepass")
    return Outcome(f"{kind} read", told, accepted=bool(sink.taken), sent=sent, inputs=max(1, len(refused)))


def _csv(chance: Random) -> bytes:
    if chance.random() < 0.5:
        return _rows_of(chance, list(_EVENT), list(_EVENT.values()))
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(_EVENT)
    for number in range(chance.choice(_ROWS)):
        row = {**_EVENT, "id": str(number), chance.choice(list(_EVENT)): nasty_text(chance)[:2_000]}
        rows.writerow(row.values())
    return written.getvalue().replace("\0", "").encode("utf-8", "replace")


def _jsonl(chance: Random) -> bytes:
    content = b"\n".join(_line(chance, number) for number in range(chance.choice(_ROWS)))
    return chance.choice((content, content, spoiled(chance, content), bomb(chance)))


def _line(chance: Random, number: int) -> bytes:
    row = {**_EVENT, "id": str(number), chance.choice([*_EVENT, "more"]): nasty(chance)}
    return as_json(row if chance.random() < 0.8 else nasty(chance))


def _xes(chance: Random) -> bytes:
    keys = "".join(f'<string key="{key}" value="{value}"/>' for key, value in _EVENT.items())
    log = f'<?xml version="1.0"?><log><trace><event>{keys}</event></trace></log>'.encode()
    match chance.randrange(6):
        case 0:
            entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
            return f"<!DOCTYPE log [{entities}]><log><trace><event>&a11;{keys}</event></trace></log>".encode()
        case 1:
            return b"<log>" + b"<trace>" * chance.choice((60, 70, 50_000))
        case 2:
            return (
                b'<log><trace><event><string key="'
                + b"k" * chance.choice((10_000, 3_000_000))
                + b'"/></event></trace></log>'
            )
        case 3:
            many = b"".join(b'<string key="%d" value="v"/>' % n for n in range(20_000))
            return b"<log><trace><event>" + many + b"</event></trace></log>"
        case 4:
            return log.decode().encode(chance.choice(("utf-16", "utf-32", "cp037")))
        case _:
            return spoiled(chance, log)


_EVENTS: Final[dict[str, Callable[[Random], bytes]]] = {"csv": _csv, "jsonl": _jsonl, "xes": _xes}


def pack_folder(world: World, folder: Path, chance: Random) -> Act:
    """Quest files with faults, checked, and never published."""
    names = sorted(CRAFT)
    broken = chance.choice(names)
    content = spoiled(chance, CRAFT[broken].encode())
    match chance.randrange(8):
        case 0:
            content = chance.choice(_YAML_BOMBS).encode()
        case 1:
            content = as_json({chance.choice(("events", "badges", "quests", "streaks", "skills")): nasty(chance)})
        case 2:
            content = bomb(chance)
        case 3:
            content = CRAFT[broken].encode() + b"\n" + chance.choice(_YAML_BOMBS).encode()
        case _:
            pass
    _empty(folder)
    for name in names:
        (folder / name).write_bytes(content if name == broken else CRAFT[name].encode())
    if chance.random() < 0.05:
        with contextlib.suppress(OSError, ValueError):
            (folder / "more.yaml").symlink_to(chance.choice(_PATHS))

    async def act() -> Outcome:
        try:
            loaded = load_pack(folder)
            found = check_pack(loaded)
            told = "\n".join(each.render(locale) for each in found for locale in ("en", "nb"))
            if loaded.document is None and len(loaded.files) == len(names):
                await world.organisation.factory.publishing().publish(world.organisation.id, dict(loaded.files))
        except Exception as error:  # noqa: BLE001 - as above
            return Outcome("pack refused", _explained(error), sent=content + str(folder).encode())
        return Outcome("pack told" if found else "pack sound", told.encode("utf-8", "surrogatepass"), sent=content)

    return act


def _empty(folder: Path) -> None:
    for old in folder.glob("*"):
        old.unlink()


def settings_given(_world: World, folder: Path, chance: Random) -> Act:
    """Variables of the environment, or a `.env`, that make no sense."""
    names = [f"VEKST_{name.upper()}" for name in Settings.model_fields]
    given = {name: nasty_text(chance)[:2_000] for name in chance.sample(names, chance.choice((1, 1, 2, 5)))}
    sent = "\n".join(f"{name}={value}" for name, value in given.items()).encode("utf-8", "surrogatepass")
    file = None
    if chance.random() < 0.4:
        file = folder / ".env"
        file.write_bytes(spoiled(chance, sent))
        given = {}

    async def act() -> Outcome:
        try:
            with _environment(given):
                Settings(_env_file=file)
        except Exception as error:  # noqa: BLE001 - as above
            return Outcome("settings refused", _explained(error), sent=sent + str(folder).encode())
        return Outcome("settings taken", sent=sent)

    return act


@contextlib.contextmanager
def _environment(given: dict[str, str]) -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if name.startswith("VEKST_")}
    for name in before:
        del os.environ[name]
    # What the system itself would never pass on is left out.
    fitting = {name: value for name, value in given.items() if "\0" not in value and _encodable(value)}
    os.environ.update(fitting)
    try:
        yield
    finally:
        for name in fitting:
            os.environ.pop(name, None)
        os.environ.update(before)


def _encodable(value: str) -> bool:
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def by_command(world: World, folder: Path, chance: Random) -> Act:
    """A whole command with arguments that it can't use; it ends before it reaches the database, or is refused there."""
    (folder / "rows").write_bytes(_rows_of(chance, _PEOPLE, _PERSON))
    (folder / "mapping.yaml").write_text("format: csv\n", encoding="utf-8")
    path, text = chance.choice((str(folder / "rows"), chance.choice(_PATHS))), nasty_text(chance)[:500]
    arguments = chance.choice(
        (
            ["people", "import", path, "--org", text],
            ["events", "import", path, "--org", "x", "--mapping", chance.choice((path, str(folder / "mapping.yaml")))],
            ["quests", "check", path],
            ["quests", text, path],
            ["token", "--org", "x", "--as", "kari", text],
            ["erase", text],
            [text],
            [text, "--help"],
            ["org", "create", "x", text],
        )
    )
    sent = " ".join(arguments).encode("utf-8", "surrogatepass") + str(folder).encode() + (folder / "rows").read_bytes()
    environment = {
        "VEKST_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
        "VEKST_REDIS_URL": "redis://127.0.0.1:9/0",
        "VEKST_MODE": "development",
    }

    async def act() -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        try:
            with _environment(environment), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                # A command has a loop of its own.
                await asyncio.to_thread(get_command(app).main, arguments, prog_name="vekst", standalone_mode=False)
        except SystemExit:
            pass
        except Exception as error:  # noqa: BLE001 - as above
            return Outcome("command refused", _explained(error), sent=sent)
        return Outcome("command answered", sent=sent)

    return act
