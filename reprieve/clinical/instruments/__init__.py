"""Instruments: every scale the clinic scores, one TOML file each, and the code that scores them.

`instrument("phq-9")` gives the value a form, a chart or a FHIR Questionnaire is made from;
`score(...)` turns answers into a result. The shipped ids are `instruments()`.
"""

from reprieve.clinical.instruments.answers import Filled, read_document
from reprieve.clinical.instruments.model import (
    OWN_SYSTEM,
    Band,
    Flag,
    Instrument,
    Item,
    Option,
    Subscale,
)
from reprieve.clinical.instruments.reading import instrument, instruments, read
from reprieve.clinical.instruments.scoring import Raised, Score, score, score_document
from reprieve.clinical.instruments.words import words

__all__ = [
    "OWN_SYSTEM",
    "Band",
    "Filled",
    "Flag",
    "Instrument",
    "Item",
    "Option",
    "Raised",
    "Score",
    "Subscale",
    "instrument",
    "instruments",
    "read",
    "read_document",
    "score",
    "score_document",
    "words",
]
