"""Words that fill the messages: kinds of things, kinds of values, and reasons, in every language."""

from collections.abc import Mapping
from typing import Final

__all__ = ["WORDS"]


def _words(en: str, nb: str) -> Mapping[str, str]:
    return {"en": en, "nb": nb}


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "did_you_mean": _words("did you mean `{suggestion}`?", "mente du `{suggestion}`?"),
    # Kinds of things in a pack.
    "event": _words("event", "hendelsestypen"),
    "field": _words("field", "feltet"),
    "skill": _words("skill", "ferdigheten"),
    "quest": _words("quest", "oppdraget"),
    "step": _words("step", "steget"),
    "badge": _words("badge", "merket"),
    "tier": _words("tier", "nivået"),
    "streak": _words("streak", "serien"),
    "milestone": _words("milestone", "milepælen"),
    "calendar": _words("calendar", "kalenderen"),
    "challenge": _words("challenge", "utfordringen"),
    "leaderboard": _words("leaderboard", "tavlen"),
    # Kinds of values.
    "text": _words("a text", "en tekst"),
    "number": _words("a number", "et tall"),
    "whole_number": _words("a whole number", "et helt tall"),
    "flag": _words("`true` or `false`", "`true` eller `false`"),
    "list": _words("a list", "en liste"),
    "mapping": _words("a mapping (`key: value`)", "et avsnitt (`nøkkel: verdi`)"),
    "nothing": _words("nothing", "ingenting"),
    "value": _words("a text, a number or a flag", "en tekst, et tall eller et flagg"),
    "text_or_locales": _words("a text, or one per locale", "en tekst, eller en per språk"),
    "choice": _words("a choice", "et valg"),
    # What YAML has and quest files have not.
    "anchors": _words("anchors and aliases (`&`, `*`)", "ankere og referanser (`&`, `*`)"),
    "tags": _words("tags (`!`)", "merkelapper (`!`)"),
    "directives": _words("directives (`%`)", "direktiver (`%`)"),
    "several_documents": _words("several documents in one file (`---`)", "flere dokumenter i én fil (`---`)"),
    "merge_keys": _words("merge keys (`<<`)", "flettenøkler (`<<`)"),
    "complex_keys": _words("lists and mappings as keys", "lister og avsnitt som nøkler"),
    # Why a file is left out.
    "yml_suffix": _words("its name ends in `.yml`", "navnet slutter på `.yml`"),
    "symlink": _words("it is a symbolic link", "den er en symbolsk lenke"),
    "the_file": _words("the file", "filen"),
    "the_pack": _words("the pack", "pakken"),
}
