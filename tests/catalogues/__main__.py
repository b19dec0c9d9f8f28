"""`python -m tests.catalogues`: writes the catalogues anew, and says what is left to translate."""

from __future__ import annotations

import sys

from tests.catalogues.catalogues import brought_up, files, read


def main() -> None:
    """Bring every catalogue up to the code."""
    for path, subject, language in files():
        path.parent.mkdir(exist_ok=True)
        path.write_text(brought_up(path, subject, language), encoding="utf-8")
        left = [
            message.context for message in read(path, language) if message.id and (message.fuzzy or not message.string)
        ]
        sys.stdout.write(f"{language}/{path.name}: {', '.join(map(str, left)) or 'whole'}\n")


main()
