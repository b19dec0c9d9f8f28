"""`vekst quests …`: checking an author's packs, and the JSON Schema that helps to write them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from vekst.cli.failures import Failure
from vekst.cli.options import AsJson, new_app
from vekst.cli.publishing import publish
from vekst.cli.quests_plan import plan

if TYPE_CHECKING:
    from vekst.quests import Diagnostic

__all__ = ["app"]

app = new_app("Quest files: check, plan and publish them, and write the schema for editors.")
app.command(epilog="Example: vekst quests plan quests/sales-craft --org acme --html plan.html")(plan)
app.command(epilog="Example: vekst quests publish quests/sales-craft --org acme")(publish)

DEFAULT_QUESTS: Final = Path("quests")
DEFAULT_SCHEMA: Final = Path("schema/quest-file.schema.json")


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is to be said about one pack."""

    folder: Path
    diagnostics: Sequence["Diagnostic"]
    examples: int
    share: Fraction | None
    limit: Fraction | None

    @property
    def errors(self) -> int:
        return sum(each.severity == "error" for each in self.diagnostics)

    @property
    def warnings(self) -> int:
        return len(self.diagnostics) - self.errors


@app.command(epilog="Example: vekst quests check quests/sales-craft")
def check(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="A pack, or a folder of packs.")] = DEFAULT_QUESTS,
    locale: Annotated[
        str, typer.Option("--locale", metavar="LOCALE", help="The language of the answers: en or nb.")
    ] = "en",
    as_json: AsJson = False,
) -> None:
    """Read every pack below a folder, find what is wrong or could be better, and judge its examples.

    Exits with 1 if there is an error; warnings alone are advice.
    """
    if locale not in {"en", "nb"}:
        raise Failure(f"there are no answers in {locale}; use --locale en or nb", code=2)
    checked = [_check(pack) for pack in _packs(folder)]
    if as_json:
        print(json.dumps([_as_json(each, locale) for each in checked], indent=2, ensure_ascii=False))
    else:
        for each in checked:
            _print(each, locale)
    raise typer.Exit(1 if any(each.errors for each in checked) else 0)


@app.command(epilog="Example: vekst quests schema --check")
def schema(
    file: Annotated[Path, typer.Option("--file", metavar="FILE", help="Where the schema stands.")] = DEFAULT_SCHEMA,
    only_check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit with 1 if the file is not current.")
    ] = False,
) -> None:
    """Write the JSON Schema of quest files, which editors use to complete and explain."""
    from vekst.quests.schema import schema_text

    text = schema_text()
    if only_check:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            raise Failure(f"{file} is not current; write it with: vekst quests schema")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    print(file)


def _packs(folder: Path) -> list[Path]:
    from vekst.quests import PACK_FILE

    if not folder.is_dir():
        raise Failure(f"{folder} is not a folder; name the folder of a pack, or one with packs in it", code=2)
    if (folder / PACK_FILE).is_file():
        return [folder]
    packs = [file.parent for file in sorted(folder.rglob(PACK_FILE))]
    outermost = [pack for pack in packs if not any(other in pack.parents for other in packs)]
    if not outermost:
        raise Failure(f"no pack below {folder}: a pack is a folder with a {PACK_FILE}", code=2)
    return outermost


def _check(folder: Path) -> _Checked:
    from vekst.quests import check_pack, has_errors, load_pack, outcome_share
    from vekst.quests.examples import check_examples

    loaded = load_pack(folder)
    diagnostics, document = check_pack(loaded), loaded.document
    if document is None:
        return _Checked(folder, diagnostics, 0, None, None)
    if not has_errors(diagnostics):
        diagnostics = (*diagnostics, *check_examples(document, loaded.places))
    limit = document.pack.recognition.outcomes_at_most
    return _Checked(folder, diagnostics, len(document.examples), outcome_share(document), limit)


def _print(checked: _Checked, locale: str) -> None:
    for each in checked.diagnostics:
        print(f"{checked.folder}/{each.render(locale)}")
    counts = ((checked.errors, "error"), (checked.warnings, "warning"), (checked.examples, "example"))
    counted = ", ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts)
    print(f"{checked.folder}: {counted}{_share(checked)}")


def _share(checked: _Checked) -> str:
    if checked.share is None or checked.limit is None:
        return ""
    return f", outcomes {float(checked.share):.1%} of the points in reach (at most {float(checked.limit):.0%})"


def _as_json(checked: _Checked, locale: str) -> dict[str, Any]:
    return {
        "pack": str(checked.folder),
        "errors": checked.errors,
        "examples": checked.examples,
        "outcomeShare": None if checked.share is None else float(checked.share),
        "outcomesAtMost": None if checked.limit is None else float(checked.limit),
        "diagnostics": [each.as_json(locale) for each in checked.diagnostics],
    }
