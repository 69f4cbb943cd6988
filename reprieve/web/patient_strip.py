"""The patient in view of a page: found, logged as shown, and put into the header's words."""

from __future__ import annotations

import uuid

from django.urls import reverse

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import patients
from reprieve.web import presenters
from reprieve.web.access import PageRequest


def opened(
    request: PageRequest, patient: uuid.UUID
) -> tuple[patients.PatientHeader, presenters.PatientStrip]:
    """This function will return a patient's header and its words. Raises NotFound."""
    header = patients.header(clinic=request.actor.clinic, patient=patient)
    if header is None:
        raise NotFound(N_("There is no such patient."))
    request.shown.append(str(patient))
    href = reverse("patient", args=[patient])
    return header, presenters.strip(header, on=request.at.date(), href=href)
