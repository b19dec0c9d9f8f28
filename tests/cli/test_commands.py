"""The commands one after the other, as somebody who sets up an organisation types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.running import urls, vekst
from tests.imports.files import HEADER, MAPPING, ROW
from tests.support.packs import CRAFT
from vekst.push import SenderKey
from vekst.settings import Settings
from vekst.tokens import DevelopmentIssuer

NOWHERE = {"VEKST_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "VEKST_REDIS_URL": "redis://127.0.0.1:1/0"}


@pytest.fixture(scope="module")
def env(settings: Settings) -> dict[str, str]:
    return urls(settings)


@pytest.fixture(scope="module")
def org(env: dict[str, str]) -> str:
    key = f"cli-{uuid4().hex[:8]}"
    created = vekst("org", "create", key, "--name", "Command line AS", "--json", env=env)
    assert created.returncode == 0, created.stderr
    assert json.loads(created.stdout)["key"] == key
    return key


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    folder.mkdir()
    for name, text in CRAFT.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    text = MAPPING.replace("  brave: {column: brave, as: flag}\n  channel: {value: phone}\n", "")
    path.write_text(text.replace("loss.reflected", "lesson.completed"), encoding="utf-8")
    return path


def test_an_organisation_from_nothing_to_a_second_import_that_adds_nothing(
    env: dict[str, str], org: str, pack: Path, mapping: Path, tmp_path: Path
) -> None:
    people, events, report = tmp_path / "people.csv", tmp_path / "events.csv", tmp_path / "refused.csv"
    people.write_text("person,name,role,team\nnora,Nora,manager,north\nkari,Kari,learner,north\n", encoding="utf-8")
    events.write_text(
        HEADER + ROW + ",2,call,done,2026-03-02T10:00:00+01:00,5,\n" + ROW.replace("kari", "ola"), encoding="utf-8"
    )
    importing = ("events", "import", events, "--org", org, "--mapping", mapping)

    assert vekst("people", "import", people, "--org", org, env=env).stdout == "Added 2 people and updated 0.\n"
    assert vekst("people", "import", people, "--org", org, env=env).stdout == "Added 0 people and updated 2.\n"
    published = vekst("quests", "publish", pack, "--org", org, env=env).stdout
    assert published == "Published as version 1.\n2 of 2 learners are judged under it.\n"
    assert vekst("quests", "publish", pack, "--org", org, env=env).stdout == "Version 1 has these files.\n"

    first = vekst(*importing, "--report", report, env=env)
    assert (first.returncode, first.stderr) == (0, ""), "nothing is drawn where nobody looks"
    assert first.stdout.splitlines()[:2] == ["3 rows: 2 stored, 0 there already.", "1 people added."]
    assert list(csv.reader(lines(report))) == [
        ["row", "code", "field", "reason"],
        ["3", "NO_PERSON", "", "`who` is empty: it is nobody's event"],
    ]
    again = vekst(*importing, "--json", env=env)
    counts = json.loads(again.stdout)
    assert (again.returncode, counts["stored"], counts["duplicates"], counts["refused"]) == (0, 0, 2, 1)


def test_an_import_of_which_nothing_is_there_is_told_in_words_and_ends_with_1(
    env: dict[str, str], org: str, pack: Path, mapping: Path, tmp_path: Path
) -> None:
    vekst("quests", "publish", pack, "--org", org, env=env)
    events, report = tmp_path / "events.csv", tmp_path / "refused.csv"
    events.write_text(HEADER + ROW.replace("call,done", "lost,x"), encoding="utf-8")
    ended = vekst("events", "import", events, "--org", org, "--mapping", mapping, "--report", report, env=env)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert ended.stdout.startswith("1 rows: 0 stored, 0 there already.\n")
    (row,) = list(csv.DictReader(lines(report)))
    assert (row["row"], row["field"]) == ("2", "data.minutes")
    assert " " in row["reason"]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_a_person_is_handed_out_and_then_erased_for_good(
    env: dict[str, str], org: str, pack: Path, tmp_path: Path
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("person,name,team\nmia,Mia Example,south\n", encoding="utf-8")
    vekst("people", "import", people, "--org", org, env=env)
    about = ("--org", org, "--person", "mia")

    document = json.loads(vekst("export", *about, "--json", env=env).stdout)
    profile = next(each for each in document["data"] if each["kind"] == "PROFILE")
    assert profile["rows"]["people"][0]["name"] == "Mia Example"
    assert "name: Mia Example" in vekst("export", *about, env=env).stdout

    erased = vekst("erase", *about, env=env)
    assert (erased.returncode, erased.stderr) == (0, "")
    assert erased.stdout.startswith(f"Erased mia from {org}: ")
    unknown = vekst("export", *about, env=env)
    assert (unknown.returncode, unknown.stdout, unknown.stderr.count("\n")) == (1, "", 1)
    assert vekst("people", "import", people, "--org", org, env=env).stdout.splitlines() == [
        "Added 0 people and updated 0.",
        "Left out who was erased, as they asked: mia.",
    ]


def test_what_was_done_at_the_command_line_is_told_with_who_did_it(env: dict[str, str], tmp_path: Path) -> None:
    key, people = f"cli-{uuid4().hex[:8]}", tmp_path / "people.csv"
    people.write_text("person,name,team\nmia,Mia Example,south\n", encoding="utf-8")
    by_olga = {**env, "VEKST_OPERATOR": "olga"}
    vekst("org", "create", key, env=by_olga)
    vekst("people", "import", people, "--org", key, env=by_olga)
    vekst("export", "--org", key, "--person", "mia", env=env)

    told = json.loads(vekst("audit", "--org", key, "--json", env=env).stdout)
    exported, added, created = told["entries"]
    assert [each["act"] for each in (created, added, exported)] == [
        "ORGANISATION_CREATED",
        "PERSON_ADDED",
        "PERSON_EXPORTED",
    ]
    assert {each["authorKind"] for each in told["entries"]} == {"OPERATOR"}
    assert (added["author"], added["person"], added["facts"]) == ("olga", "mia", {"role": "learner", "in": ["south"]})
    assert exported["author"] != "olga"
    assert len({each["requestId"] for each in told["entries"]}) == 3

    asked = ("audit", "--org", key, "--person", "mia", "--act", "PERSON_ADDED", "--since", added["at"])
    line = vekst(*asked, env=env).stdout
    assert f"PERSON_ADDED A person was added: mia {json.dumps(added['facts'])} by operator olga" in line
    assert line.count("\n") == 1
    assert vekst("audit", "--org", key, "--most", "2", env=env).stdout.count("\n") == 3, "and that there is more"
    assert vekst("audit", "--org", key, "--since", "2999-01-01", env=env).stdout == (
        "Nothing was done that these options ask for.\n"
    )
    for wrong in (("--act", "NOTHING"), ("--since", "yesterday")):
        said = vekst("audit", "--org", key, *wrong, env=env)
        assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)


def test_a_token_is_printed_alone_and_signs_in(env: dict[str, str], settings: Settings) -> None:
    said = vekst("token", "--org", "demo", "--as", "kari", env=env)
    assert (said.returncode, said.stderr, said.stdout.count("\n")) == (0, "", 1)
    assert said.stdout.count(".") == 2
    assert DevelopmentIssuer.open(settings.data_dir).jwks()["keys"]


def test_tokens_are_refused_where_a_real_issuer_is_set(env: dict[str, str]) -> None:
    said = vekst("token", "--org", "demo", "--as", "kari", env={**env, "VEKST_ISSUER": "https://sign-in.example.com"})
    assert (said.returncode, said.stdout) == (1, "")
    assert "unset VEKST_ISSUER" in said.stderr


def test_a_key_for_pushes_is_printed_as_the_setting_that_it_is(env: dict[str, str]) -> None:
    said = vekst("push-key", env=env)
    assert (said.returncode, said.stderr, said.stdout.count("\n")) == (0, "", 1)
    name, _, key = said.stdout.strip().partition("=")
    assert name == "VEKST_PUSH_PRIVATE_KEY"
    document = json.loads(vekst("push-key", "--json", env=env).stdout)
    assert SenderKey.read(document["privateKey"]).public == document["publicKey"] != SenderKey.read(key).public


def test_the_doctor_finds_a_good_installation_well(quiet_settings: Settings) -> None:
    said = vekst("doctor", "--json", env=urls(quiet_settings))
    assert said.returncode == 0, said.stdout
    assert {each["name"] for each in json.loads(said.stdout)["findings"]} >= {
        "python",
        "postgresql",
        "schema",
        "valkey",
    }


def test_a_machine_of_ones_own_is_well_without_any_setting(tmp_path: Path) -> None:
    said = vekst("doctor", "--data", tmp_path / "data", "--json")
    assert said.returncode == 0, said.stdout + said.stderr
    [found] = [each["found"] for each in json.loads(said.stdout)["findings"] if each["name"] == "settings"]
    assert found == "mode development, tokens from the local issuer"


@pytest.mark.parametrize("servers", ["named", "of one's own"])
def test_production_without_an_issuer_is_not(env: dict[str, str], servers: str, tmp_path: Path) -> None:
    where = env if servers == "named" else {"VEKST_DATA_DIR": str(tmp_path)}
    said = vekst("doctor", "--json", env={**where, "VEKST_MODE": "production"})
    assert said.returncode == 1
    [cure] = [each["cure"] for each in json.loads(said.stdout)["findings"] if each["name"] == "settings"]
    assert cure == "set VEKST_ISSUER for the API"


def test_the_doctor_names_what_is_wrong_and_ends_with_1(tmp_path: Path) -> None:
    said = vekst("doctor", "--data", tmp_path, env=NOWHERE)
    assert said.returncode == 1
    assert "wrong" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["org", "create", "Acme"], "Acme"),
        (["people", "import", "none.csv", "--org", "{org}"], "none.csv: no such file or directory; check the path"),
        (["people", "import", "{here}", "--org", "nobody"], "vekst org create nobody"),
        (["quests", "publish", "nowhere", "--org", "{org}"], "pack.yaml"),
        (["events", "import", "{here}", "--org", "{org}", "--mapping", "{here}"], "{here}:1:1 "),
    ],
)
def test_a_failure_is_one_line_that_names_the_cure(
    env: dict[str, str], org: str, tmp_path: Path, arguments: list[str], told: str
) -> None:
    here = tmp_path / "people.csv"
    here.write_text("person\nkari\n", encoding="utf-8")
    ended = vekst(*(each.format(org=org, here=here) for each in arguments), env=env)
    assert ended.returncode in {1, 2}
    assert ended.stderr.startswith("vekst: ")
    assert told.format(here=here) in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"VEKST_DATABASE_URL": "mysql://x"}, "vekst: VEKST_DATABASE_URL must begin with postgresql://"),
        ({"VEKST_PORT": "many"}, "VEKST_PORT"),
        (
            {"VEKST_DATABASE_URL": "postgresql://nobody@127.0.0.1:one/none"},
            "vekst: VEKST_DATABASE_URL has a port that is",
        ),
        ({"VEKST_REDIS_URL": "redis://127.0.0.1:one/0"}, "vekst: VEKST_REDIS_URL has a port that is no number"),
        ({"VEKST_ISSUER": "sign-in.example.com"}, "vekst: VEKST_ISSUER must begin with http:// or https://"),
        (NOWHERE, "vekst: PostgreSQL cannot be used; check VEKST_DATABASE_URL, and run: vekst migrate\n"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_printed(
    env: dict[str, str], wrong: dict[str, str], told: str
) -> None:
    ended = vekst("org", "create", "x", env={**env, **wrong})
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr
