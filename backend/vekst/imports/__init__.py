"""Real input: files of events from other systems, read row by row and handed to ingestion as a mapping file says."""

from vekst.imports.errors import ImportStopped
from vekst.imports.mapping import Mapping
from vekst.imports.mapping_file import MappingProblem, WrongMapping, load_mapping
from vekst.imports.people import PeopleFileProblem, read_people
from vekst.imports.run import NewPerson, Sink, import_events
from vekst.imports.summary import Refusal, Summary

__all__ = [
    "ImportStopped",
    "Mapping",
    "MappingProblem",
    "NewPerson",
    "PeopleFileProblem",
    "Refusal",
    "Sink",
    "Summary",
    "WrongMapping",
    "import_events",
    "load_mapping",
    "read_people",
]
