"""What every page about one patient begins with: who it is, and what must not be overlooked."""

from __future__ import annotations

import uuid
from typing import Any

from django.urls import reverse

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import patients
from reprieve.records.queries.patients import PatientHeader
from reprieve.web import crisis, presenters
from reprieve.web.access import PageRequest


def opened(request: PageRequest, patient: uuid.UUID) -> PatientHeader:
    """This function will return the patient's header and log that it was shown.

    Raises NotFound for a patient of another clinic.
    """
    header = patients.header(clinic=request.actor.clinic, patient=patient)
    if header is None:
        raise NotFound(N_("There is no such patient."))
    request.shown.append(str(patient))
    return header


def context(request: PageRequest, header: PatientHeader) -> dict[str, Any]:
    """This function will give a page its sticky header, with the patient's alerts."""
    alerts = crisis.alerts(request.actor, patient=header.id)
    href = reverse("patient", args=[header.id])
    return {
        "patient": presenters.strip(header, on=request.at.date(), alerts=alerts, href=href),
        "patient_id": header.id,
        "state": header.state,
    }
