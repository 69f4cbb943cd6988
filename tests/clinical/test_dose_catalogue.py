"""Every data file on dose and evidence states its source, its date and whether it is verified."""

from datetime import date

import pytest

from reprieve import knowledge

FILES = [
    *(("reprieve.clinical", name) for name in knowledge.names("reprieve.clinical")),
    *(
        (package, name)
        for package in ("reprieve.clinical.regimens", "reprieve.clinical.evidence")
        for name in knowledge.names(package)
    ),
]


@pytest.mark.parametrize(("package", "name"), FILES)
def test_data_file_states_source_date_and_mark(package, name):
    data = knowledge.load(package, name).data
    assert data["source"].strip()
    assert isinstance(data["valid_from"], date)
    assert isinstance(data["verified"], bool)


def test_the_files_are_found():
    names = {name for _, name in FILES}
    assert {"guardrails", "rescue", "recipe", "mme", "published", "crps"} <= names
