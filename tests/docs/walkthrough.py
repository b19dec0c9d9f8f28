"""Goes through a document from top to bottom, does what it shows, and compares what it says about the answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

import httpx

from tests.docs.commands import shown_commands
from tests.docs.markdown import Document, Snippet
from tests.docs.sandbox import Sandbox, matches

__all__ = ["walk_through"]

_ANYTHING = "…"


def walk_through(document: Document, sandbox: Sandbox) -> int:
    """Do what the document shows; how many blocks were run."""
    for snippet in document.of("yaml"):
        if "pack" in snippet.values:
            sandbox.write(f"quests/{snippet.values['pack']}/{snippet.values['file']}", snippet.text)
    done = 0
    for snippet, after in zip(document.snippets, _following(document.snippets), strict=True):
        if "file" in snippet.values and "pack" not in snippet.values:
            sandbox.write(snippet.values["file"], snippet.text)
        elif snippet.language == "console" and "no-run" not in snippet.values:
            _run_console(snippet, sandbox)
            done += 1
        elif "run" in snippet.flags:
            _run(snippet, after, sandbox)
            done += 1
    return done


def _following(snippets: Sequence[Snippet]) -> list[list[Snippet]]:
    """For each block the ones right after it that belong to it: variables and answers."""
    found = []
    for place in range(len(snippets)):
        belonging: list[Snippet] = []
        for snippet in snippets[place + 1 :]:
            if not snippet.flags & {"variables", "answer"} and "answer" not in snippet.values:
                break
            belonging.append(snippet)
        found.append(belonging)
    return found


def _run(snippet: Snippet, after: list[Snippet], sandbox: Sandbox) -> None:
    if snippet.language == "graphql":
        variables = next((json.loads(sandbox.fitted(s.text)) for s in after if "variables" in s.flags), None)
        _compare(snippet, after, _ask(snippet, variables, sandbox), sandbox)
    elif snippet.language == "sql":
        assert sandbox.query(snippet.text), f"{snippet.place} answers nothing"
    elif "background" in snippet.flags:
        sandbox.start(snippet.text)
    else:
        _compare(snippet, after, _succeeded(snippet.place, sandbox.run(snippet.text)), sandbox)


def _run_console(snippet: Snippet, sandbox: Sandbox) -> None:
    for shown in shown_commands(snippet):
        said = _succeeded(snippet.place, sandbox.run(shown.command))
        assert not shown.output or matches(sandbox.fitted(shown.output), said), f"{snippet.place} says:\n{said}"


def _succeeded(place: str, completed: subprocess.CompletedProcess[str]) -> str:
    assert completed.returncode == 0, f"{place} exit {completed.returncode}\n{completed.stdout}\n{completed.stderr}"
    return completed.stdout


def _ask(snippet: Snippet, variables: Any, sandbox: Sandbox) -> str:
    token = _succeeded(snippet.place, sandbox.run(f"vekst token --org demo --as {snippet.values['as']}")).strip()
    answer = httpx.post(
        f"http://127.0.0.1:{sandbox.port}/graphql",
        json={"query": sandbox.fitted(snippet.text), "variables": variables},
        headers={
            "Authorization": f"Bearer {token}",
            "Accept": "application/graphql-response+json",
            "Accept-Language": "en",
        },
        trust_env=False,
        timeout=30,
    )
    assert answer.status_code == 200, f"{snippet.place} {answer.status_code} {answer.text}"
    return answer.text


def _compare(snippet: Snippet, after: list[Snippet], said: str, sandbox: Sandbox) -> None:
    expected = next((s for s in after if "answer" in s.flags or "answer" in s.values), None)
    if expected is None:
        if snippet.language == "graphql":
            body = json.loads(said)
            assert "errors" not in body, f"{snippet.place} {said}"
            assert not _refusals(body), f"{snippet.place} {said}"
        return
    shown = sandbox.fitted(expected.text)
    if expected.language == "json":
        only_shape = expected.values.get("answer") == "shape"
        different = _difference(json.loads(shown), json.loads(said), only_shape=only_shape)
        assert different is None, f"{expected.place} {different}\n{said}"
    else:
        assert matches(shown, said), f"{expected.place} says:\n{said}"


def _refusals(value: Any) -> bool:
    """Whether anything in an answer was refused, by the fields that every refusal and problem has."""
    match value:
        case {"code": str(), "message": str()}:
            return True
        case dict():
            return any(map(_refusals, value.values()))
        case list():
            return any(map(_refusals, value))
    return False


def _difference(shown: Any, real: Any, *, only_shape: bool, where: str = "answer") -> str | None:
    """Where the real answer is not the shown one; of a shape only keys and kinds count, and the entries shown."""
    match shown, real:
        case str(), _ if shown == _ANYTHING:
            return None
        case dict(), dict():
            if shown.keys() != real.keys():
                return f"{where}: shown {sorted(shown)}, real {sorted(real)}"
            found = (_difference(shown[key], real[key], only_shape=only_shape, where=f"{where}.{key}") for key in shown)
            return next((each for each in found if each), None)
        case list(), list():
            if (len(real) < len(shown)) if only_shape else (len(real) != len(shown)):
                return f"{where}: shown {len(shown)} entries, real {len(real)}"
            pairs = enumerate(zip(shown, real, strict=False))
            found = (
                _difference(one, other, only_shape=only_shape, where=f"{where}[{place}]")
                for place, (one, other) in pairs
            )
            return next((each for each in found if each), None)
    same = type(shown) is type(real) if only_shape else shown == real
    return None if same else f"{where}: shown {shown!r}, real {real!r}"
