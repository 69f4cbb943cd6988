"""Diagnostic criteria: exact logic with three answers (yes, no, unknown and what is needed).

`judge(name="budapest", facts={...})` answers; the names are `criteria()`. Each criterion is one
TOML file (its facts, thresholds and source) and one small function.
"""

from reprieve.clinical.criteria.facts import Fact, facts_of
from reprieve.clinical.criteria.judging import criteria, judge
from reprieve.clinical.criteria.verdict import Verdict

__all__ = ["Fact", "Verdict", "criteria", "facts_of", "judge"]
