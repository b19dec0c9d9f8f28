"""`make fuzz-schema`: schemathesis makes operations of the exported schema for a while, as three callers."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import httpx
from pydantic import SecretStr

from tests.fuzz.operations import NAMES
from tests.fuzz.world import World
from tests.support.apis import ApiProcess, api_process
from tests.support.servers import shared_endpoints, with_database, with_redis
from tests.support.workers import worker_process
from vekst.api import create_app
from vekst.settings import Mode, Settings
from vekst.tokens import DevelopmentIssuer

__all__ = ["main"]

ROOT: Final = Path(__file__).parents[3]
_CALLERS: Final = {"a learner": "kari", "a manager": "nora", "nobody": None}
# Half of what it gives to an argument is something that exists; it would hardly guess that.
_CONFIG: Final = """
[generation]
database = "none"
[generation.dictionaries]
string = {{ dictionary = "words", probability = 0.5 }}
integer = {{ dictionary = "counts", probability = 0.5 }}
[dictionaries.words]
values = {words}
[dictionaries.counts]
values = [0, 1, 2, 5, 20, 100]
"""


def main() -> None:
    """Run; the exit code is 1 where schemathesis finds a fault or a process logs one."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.by_schema", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="in all, shared by the callers (default 10)")
    parser.add_argument("--seed", type=int, default=2026, help="of what is made (default 2026)")
    asked = parser.parse_args()
    seconds = max(1, round(asked.minutes * 60 / len(_CALLERS)))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vekst-fuzz-")))
        settings = _settings(stack, folder)
        world = asyncio.run(_world(settings))
        config = folder / "schemathesis.toml"
        config.write_text(_CONFIG.format(words=json.dumps([*NAMES, *world.ids])))
        urls = {
            "database_url": settings.database_url.get_secret_value(),
            "redis_url": settings.redis_url.get_secret_value(),
        }
        logs = [folder / "api.log", folder / "worker.log"]
        api = stack.enter_context(api_process(settings.data_dir, logs[0], VEKST_REQUESTS_PER_MINUTE="0", **urls))
        stack.enter_context(worker_process(**urls, log=logs[1]))
        asyncio.run(api.ready())
        faulty = []
        for caller, person in _CALLERS.items():
            sys.stdout.write(f"\nAs {caller}\n")
            sys.stdout.flush()
            token = world.tokens[person] if person else None
            if not _sound(_command(api, config, token, seconds, asked.seed), folder):
                faulty.append(caller)
        answered = httpx.get(f"{api.address}/metrics", trust_env=False).text.splitlines()
        logged = [line for log in logs for line in log.read_text().splitlines() if '"level": "error"' in line]
    counted = [line for line in answered if line.startswith("vekst_graphql_answers_total")]
    sys.stdout.writelines(f"{line}\n" for line in (*counted, *logged[:20], f"logged errors: {len(logged)}"))
    sys.stdout.write(f"at fault for: {', '.join(faulty) or 'nobody'}\n")
    sys.exit(bool(faulty or logged))


def _settings(stack: ExitStack, folder: Path) -> Settings:
    found = stack.enter_context(shared_endpoints(folder, "schemathesis"))
    return Settings(
        mode=Mode.DEVELOPMENT,
        database_url=SecretStr(stack.enter_context(with_database(found, "vekst_test_schemathesis"))),
        redis_url=SecretStr(stack.enter_context(with_redis(found, 0))),
        data_dir=folder / "data",
        _env_file=None,
    )


async def _world(settings: Settings) -> World:
    """Two organisations in which something has happened."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        return await World.create(app, app.state.process, DevelopmentIssuer.open(settings.data_dir))


def _command(api: ApiProcess, config: Path, token: str | None, seconds: int, seed: int) -> list[str]:
    return [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{api.address}/graphql"),
        *("--checks", "answered_as_promised", "--phases", "fuzzing", "--continue-on-failure", "--no-shrink"),
        *("--max-time", str(seconds), "--seed", str(seed), "--warnings", "off", "--no-color"),
        *(("--header", f"Authorization: Bearer {token}") if token else ()),
    ]


def _sound(command: list[str], folder: Path) -> bool:
    """Whether schemathesis finds nothing wrong; what it keeps goes into the folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.fuzz.by_schema.hooks"}
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    main()
