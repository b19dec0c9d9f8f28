"""The catalogues of other languages, brought up to the sentences of the code and checked."""
