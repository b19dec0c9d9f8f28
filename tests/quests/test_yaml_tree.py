"""YAML is read exactly, with places, and whatever is no plain YAML is told."""

from decimal import Decimal

import pytest

from vekst.quests.yaml_tree import MAX_DEPTH, Spot, parse_yaml


def value_of(text: str) -> object:
    tree = parse_yaml(text, "f.yaml")
    assert tree.problems == ()
    return tree.value


def codes_of(text: str) -> list[str]:
    return [each.code for each in parse_yaml(text, "f.yaml").problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("7", 7),
        ("-7", -7),
        ("007", 7),
        ("0.10", Decimal("0.10")),
        ("1e3", Decimal(1000)),
        ("2026-01-01", "2026-01-01"),
        ("2026-03-02T09:00+01:00", "2026-03-02T09:00+01:00"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("10%", "10%"),
        ('"7"', "7"),
        ("'true'", "true"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        (r'"\ud83c\udf31"', "\N{SEEDLING}"),
        ("[1, [2]]", (1, (2,))),
        ("{5: 10}", {5: 10}),
    ],
)
def test_values_are_those_of_yaml_1_2(text: str, value: object) -> None:
    read = value_of(text)
    assert read == value
    assert type(read) is type(value)


def test_a_number_is_never_a_float() -> None:
    assert value_of("[0.1, 0.2]") == (Decimal("0.1"), Decimal("0.2"))


def test_every_value_and_key_has_its_place() -> None:
    tree = parse_yaml("a:\n  b: [1, {c: 2}]\n", "f.yaml")
    assert tree.keys["a", "b"] == Spot(2, 3)
    assert tree.values["a", "b"] == Spot(2, 6)
    assert tree.keys["a", "b", 1, "c"] == Spot(2, 11)
    assert tree.values["a", "b", 1, "c"] == Spot(2, 14)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1", "NOT_CLOSED"),
        ("a: {b: 1\nc: [2]\n", "NO_COMMA"),
        ("a: 1\n b: 2", "STRAY_COLON"),
        ("a:\n  b: 1\n c: 2", "BAD_INDENT"),
        ("\ta: 1", "BAD_BLANK"),
        ("a: %x", "NEEDS_QUOTES"),
        ("a: 'Don't'", "TEXT_AFTER_END"),
        ("a: {b: 1} c", "TEXT_AFTER_END"),
        ("a: [1, 2}", "NO_COMMA"),
        ("a: - 1", "BAD_YAML"),
        ('a: "\\x"', "BAD_YAML"),
        ("a: &x 1", "YAML_FEATURE"),
        ("a: *x", "YAML_FEATURE"),
        ("!x a", "YAML_FEATURE"),
        ("!!python/object:os.system a", "YAML_FEATURE"),
        ("a: 1\n--- \nb: 2", "YAML_FEATURE"),
        ("%YAML 1.1\n---\na: 1", "YAML_FEATURE"),
        ("<<: {a: 1}", "YAML_FEATURE"),
        ("? [a]\n: 1", "YAML_FEATURE"),
        ("a: x\0y", "BAD_CHARACTER"),
        ("a: x\ud800y", "BAD_CHARACTER"),
        (r'a: "\0"', "BAD_CHARACTER"),
        (r'a: "\ud800"', "BAD_CHARACTER"),
        (r'a: "\e[31m"', "BAD_CHARACTER"),
        ("a: .nan", "BAD_NUMBER"),
        ("a: -.INF", "BAD_NUMBER"),
        ("a: 1e999999999999", "BAD_NUMBER"),
        ("a: 12345678901234567", "BAD_NUMBER"),
        ("a: 0.1234567890123456", "BAD_NUMBER"),
        ("a: 0x1F", "BAD_NUMBER"),
        ("a:", "EMPTY_VALUE"),
        ("a: ~", "EMPTY_VALUE"),
        ("true: 1", "BAD_KEY"),
        ("1.5: 1", "BAD_KEY"),
        ("a: 1\na: 2", "DUPLICATE_KEY"),
    ],
)
def test_what_is_not_plain_yaml_is_told(text: str, code: str) -> None:
    assert codes_of(text) == [code]


def test_a_no_break_space_is_told_where_it_stands() -> None:
    problem = parse_yaml("a:\n \u00a0b: 1\n  c: 2\n", "f.yaml").problems[-1]
    assert (problem.code, problem.line, problem.column) == ("BAD_BLANK", 2, 2)


@pytest.mark.parametrize("sign", ["'", '"', "[", "{"])
def test_what_is_never_closed_is_told_where_it_was_opened(sign: str) -> None:
    problem = parse_yaml(f"a: 1\nb:\n  c: {sign}d\n" + "\n" * 50, "f.yaml").problems[-1]
    assert (problem.code, problem.line, problem.column) == ("NOT_CLOSED", 3, 6)
    assert f"`{sign}`" in problem.message()


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("a: &x 1", "write the values out, or put a text that begins with such a sign in quotes"),
        ("a: 1\n---\nb: 2", "put each into a file of its own"),
        ("a: !x 1", "put a text that begins with `!` in quotes, or take it out"),
    ],
)
def test_every_feature_that_is_left_out_has_its_own_cure(text: str, cure: str) -> None:
    assert [problem.cure() for problem in parse_yaml(text, "f.yaml").problems] == [cure]


def test_a_value_that_was_refused_is_nothing() -> None:
    assert parse_yaml("a: .nan\nb: 1", "f.yaml").value == {"a": None, "b": 1}


def test_under_a_key_that_stands_twice_the_first_value_counts_and_keeps_its_place() -> None:
    tree = parse_yaml("a: {x: 1}\na: {x: 2, y: {z: 3}}\nb: 4", "f.yaml")
    assert tree.value == {"a": {"x": 1}, "b": 4}
    assert tree.values["a", "x"] == Spot(1, 8)
    assert ("a", "y") not in tree.values
    assert tree.problems[0].arguments["first"] == "f.yaml:1:1"


def test_depth_is_bounded_before_memory_is() -> None:
    assert codes_of("[" * 1_000_000) == ["TOO_DEEP"]
    assert codes_of("[" * MAX_DEPTH + "]" * MAX_DEPTH) == []


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert codes_of(bomb) == ["YAML_FEATURE"]


def test_an_empty_file_holds_nothing() -> None:
    assert parse_yaml("", "f.yaml").value is None
    assert parse_yaml("# only a comment\n", "f.yaml").problems == ()
