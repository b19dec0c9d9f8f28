"""Files become one document, or everything that is wrong with them, at once and in order."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.quests.packs import base_files, codes, load, told, with_base
from vekst.quests import PACK_FILE, check_pack, load_pack, load_pack_files

DATA = Path(__file__).parent / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in base_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def codes_in(folder: Path) -> list[str]:
    return [each.code for each in check_pack(load_pack(folder))]


def test_a_folder_and_its_texts_give_the_same_document(folder: Path) -> None:
    loaded = load_pack(folder)
    assert loaded.document == load_pack_files(loaded.files).document
    assert loaded.document is not None
    assert loaded.files == base_files()


def test_the_split_into_files_is_the_authors(folder: Path) -> None:
    whole = base_files()[PACK_FILE] + base_files()["base.yaml"]
    assert load_pack_files({PACK_FILE: whole}).document == load_pack(folder).document


def test_files_in_folders_belong_to_the_pack(folder: Path) -> None:
    (folder / "more" / "skills").mkdir(parents=True)
    (folder / "more" / "skills" / "a.yaml").write_text("skills: {listening: {title: Listening, levels: [5]}}")
    document = load_pack(folder).document
    assert document is not None
    assert "listening" in document.skills


def test_a_file_with_a_byte_order_mark_or_windows_line_ends_is_read(folder: Path) -> None:
    (folder / "a.yaml").write_bytes(b"\xef\xbb\xbfskills:\r\n  listening: {title: L, levels: [5]}\r\n")
    assert load_pack(folder).document is not None


def test_a_missing_pack_file_is_told(tmp_path: Path) -> None:
    assert codes_in(tmp_path) == ["NO_PACK_FILE"]


def test_a_missing_folder_is_a_pack_without_a_pack_file(tmp_path: Path) -> None:
    assert codes_in(tmp_path / "nowhere") == ["NO_PACK_FILE"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_pack_file_lacks_what_a_pack_must_have(text: str) -> None:
    found = [(each.file, each.line, each.code) for each in told({PACK_FILE: text})]
    assert found == [(PACK_FILE, 1, "MISSING_KEY")] * 5


@pytest.mark.parametrize("text", ["skills: [", "- a", "skills: {}\n---\nskills: {}", "skills:\0"])
def test_a_file_that_is_lost_does_not_make_what_it_holds_unknown(text: str) -> None:
    [found] = told({"a.yaml": text, "b.yaml": "badges: {x: {title: X, earn: {badge: {key: in-the-other-file}}}}"})
    assert found.file == "a.yaml"


@pytest.mark.parametrize(
    ("pack", "told_as"),
    [
        ('streaks: {s: {title: S, every: day, counts: {count: {event: a.b, at_least: "3"}}}}', '`"3"`'),
        ("badges: {b: {title: B, skill: 5}}", "in quotes"),
    ],
)
def test_a_text_and_what_looks_like_a_number_are_told_apart(pack: str, told_as: str) -> None:
    assert any(told_as in each.render("en") for each in told(pack) if each.code == "WRONG_TYPE")


def test_an_unreadable_file_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path, _mode: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert set(codes_in(folder)) == {"UNREADABLE_FILE"}


def test_a_folder_named_like_a_file_is_no_file(folder: Path) -> None:
    (folder / "a.yaml").mkdir()
    assert codes_in(folder) == []


def test_other_endings_and_links_are_left_out_and_told(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text("skills: {secret: {title: S, levels: [1]}}")
    (folder / "link.yaml").symlink_to(outside)
    (folder / "linked").symlink_to(outside.parent)
    (folder / "a.yml").write_text("skills: {a: {title: A, levels: [1]}}")
    (folder / "notes.txt").write_text("not YAML: [")
    loaded = load_pack(folder)
    assert [(each.file, each.code) for each in loaded.diagnostics] == [
        ("a.yml", "IGNORED_FILE"),
        ("link.yaml", "IGNORED_FILE"),
    ]
    assert loaded.document is not None
    assert set(loaded.document.skills) == {"discovery"}


def test_a_file_that_is_not_utf8_is_told_with_the_place_of_the_byte(folder: Path) -> None:
    (folder / "a.yaml").write_bytes("skills:\n  a: Øvelse".encode("latin-1"))
    [found] = load_pack(folder).diagnostics
    assert (found.code, found.line, found.column) == ("NOT_UTF8", 2, 6)


def test_a_null_byte_is_told_with_its_place() -> None:
    [found] = told("skills:\n  a\0b: 1")
    assert (found.code, found.line, found.column) == ("BAD_CHARACTER", 2, 4)


def test_files_and_packs_have_a_size(folder: Path) -> None:
    (folder / "a.yaml").write_text("#" * (512 * 1024 + 1))
    assert codes_in(folder) == ["TOO_LARGE"]
    half = "#" * (512 * 1024)
    assert codes({f"{i}.yaml": half for i in range(9)}) == ["TOO_LARGE"]


def test_a_pack_has_at_most_200_files(folder: Path) -> None:
    for index in range(200):
        (folder / f"{index}.yaml").touch()
    assert codes_in(folder) == ["TOO_LARGE"]


def test_a_key_twice_over_two_files_names_both_places() -> None:
    [found] = told({"z.yaml": "skills:\n  discovery: {title: D, levels: [5]}"})
    assert (found.file, found.line, found.column) == ("z.yaml", 2, 3)
    assert "base.yaml:22:3" in found.message()


def test_header_keys_belong_to_the_pack_file_alone() -> None:
    assert codes({"a.yaml": "zone: Europe/Oslo"}) == ["UNKNOWN_KEY"]


def test_an_entry_of_wrong_form_hides_no_other_fault() -> None:
    wrong = """
badges:
  one: {title: One, erns: 5}
  two: {title: Two, earn: {badge: {key: one}}}
  three: {title: Three, earn: {badge: {key: onee}}}
"""
    assert [(each.line, each.code) for each in told(wrong) if each.severity == "error"] == [
        (3, "MISSING_KEY"),
        (3, "UNKNOWN_KEY"),
        (5, "UNKNOWN_REFERENCE"),
    ]


def test_a_pack_with_an_error_has_no_document_but_what_was_readable() -> None:
    loaded = load("badges: {one: {titel: One}}\nskills: {listening: {title: L, levels: [5]}}")
    assert loaded.document is None
    assert loaded.readable is not None
    assert "listening" in loaded.readable.skills


@pytest.mark.parametrize("locale", ["en", "nb"])
def test_all_errors_come_at_once_in_order_and_in_plain_words(locale: str, golden: Callable[[Path, str], None]) -> None:
    wrong = (DATA / "many-errors.yaml").read_text(encoding="utf-8")
    golden(
        DATA / f"many-errors.{locale}.txt", "".join(f"{each.render(locale)}\n" for each in told({"many.yaml": wrong}))
    )


def test_the_same_files_are_told_the_same_in_any_order() -> None:
    files = with_base({"a.yaml": "skils: {}", "b.yaml": "badges: {x: 1}"})
    forwards = load_pack_files(files).diagnostics
    backwards = load_pack_files(dict(reversed(files.items()))).diagnostics
    assert forwards == backwards


def test_an_example_in_the_last_file_keeps_its_place() -> None:
    [found] = told({"z.yaml": "examples:\n  - name: n\n    given: [{at: x, event: y}]\n    expect: [{badge: b}]"})
    assert (found.file, found.line, found.column) == ("z.yaml", 3, 18)


@pytest.mark.parametrize("words", ["'   '", '"\\t"', "{en: Listening, nb: ' '}"])
def test_a_text_of_blanks_alone_is_empty(words: str) -> None:
    assert codes(f"skills: {{listening: {{title: {words}, levels: [5]}}}}")[:1] == ["EMPTY_TEXT"]


def test_values_that_stand_twice_are_shown_as_written_and_a_flag_is_not_a_number() -> None:
    rules = (
        "badges: {{b: {{title: B, earn: {{count: {{event: call.practised, where: {{note: [{}]}}, at_least: 1}}}}}}}}"
    )
    [twice] = [each for each in told(rules.format("true, false, true")) if each.code == "DUPLICATE_VALUE"]
    assert "`true`" in twice.message()
    assert "DUPLICATE_VALUE" not in codes(rules.format("1, true"))


@pytest.mark.parametrize(
    ("zone", "cure"),
    [
        ("Oslo", "did you mean `Europe/Oslo`?"),
        ("europe/oslo", "did you mean `Europe/Oslo`?"),
        ("Europe/Olso", "did you mean `Europe/Oslo`?"),
        ("GMT+1", "write it as in `Europe/Oslo`"),
        ("UTC+2", "write it as in `Europe/Oslo`"),
        ("CET", None),
    ],
)
def test_a_zone_is_suggested_by_its_city_and_never_by_hours(zone: str, cure: str | None) -> None:
    files = {PACK_FILE: base_files()[PACK_FILE].replace("Europe/Oslo", zone)}
    assert [each.cure() for each in told(files) if each.code == "UNKNOWN_ZONE"] == ([cure] if cure else [])
