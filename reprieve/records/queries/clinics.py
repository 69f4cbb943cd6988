"""Clinics, their sites and chairs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from reprieve.records.models import Chair, Clinic, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicView:
    """A practice as shown."""

    id: uuid.UUID
    name: str
    timezone: str
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairView:
    """A chair with its site and whether a monitor feeds it."""

    id: uuid.UUID
    site: uuid.UUID
    site_name: str
    name: str
    bed: str
    has_feed: bool


def clinic(clinic: uuid.UUID) -> ClinicView:
    """This function will return one practice."""
    return _view(Clinic.objects.get(pk=clinic))


def clinics() -> list[ClinicView]:
    """This function will list every practice of this installation: for the product itself."""
    return [_view(row) for row in Clinic.objects.order_by("created_at", "id")]


def chairs(*, clinic: uuid.UUID) -> list[ChairView]:
    """This function will list the chairs in use, by site and name."""
    rows = Chair.of(clinic).filter(active=True).select_related("site")
    return [
        ChairView(
            id=row.pk,
            site=row.site_id,
            site_name=row.site.name,
            name=row.name,
            bed=row.bed,
            has_feed=row.has_feed,
        )
        for row in rows.order_by("site__name", "name")
    ]


def first_site(*, clinic: uuid.UUID) -> uuid.UUID | None:
    """This function will return the clinic's first site."""
    return Site.of(clinic).order_by("name").values_list("id", flat=True).first()


def _view(row: Clinic) -> ClinicView:
    return ClinicView(id=row.pk, name=row.name, timezone=row.timezone, is_demo=row.is_demo)
