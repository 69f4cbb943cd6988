"""`reprieve chart INFUSION`: one infusion record whole, as stored."""

from __future__ import annotations

import argparse
import dataclasses
import uuid
from typing import Any

from reprieve.knowledge import BadValue

HELP = "print one infusion record: values, rates, mg given, events, alarms, scores, signatures"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add the infusion's id."""
    parser.add_argument("infusion", metavar="INFUSION", help="the infusion's id")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will return the record with times as ISO 8601. Raises BadValue."""
    from reprieve.config.migrate import require_database
    from reprieve.pathway import infusion
    from reprieve.records.queries import charts, clinics

    require_database()
    try:
        wanted = uuid.UUID(args.infusion)
    except ValueError as error:
        raise BadValue("INFUSION", f"{args.infusion!r} is not an infusion's id") from error
    for clinic in clinics.clinics():
        chart = charts.chart(clinic=clinic.id, encounter=wanted)
        if chart is not None:
            course = infusion.stream(clinic=clinic.id, encounter=wanted)
            return _plain(chart, course)
    raise BadValue("INFUSION", f"no infusion {args.infusion}")


def _plain(chart: Any, course: Any) -> dict[str, Any]:
    from reprieve.records.queries.charts import iso

    end = course.ended_ms if course.ended_ms is not None else 2**62
    given = course.given_ug(end) if course.rate_ug_per_h == 0 else None
    record = dataclasses.asdict(chart)
    record["rates"] = [
        {"start": iso(s.start_ms), "end": iso(s.end_ms), "mg_per_h": s.rate_ug_per_h / 1000}
        for s in course.segments
    ]
    record["mg_given"] = None if given is None else given / 1000
    record.pop("alarm_state")
    return _times(record)  # type: ignore[no-any-return]  # the same shape as it was given


def _times(value: Any) -> Any:
    """Name milliseconds as people read them: `at_ms` becomes `at`, in ISO 8601."""
    from reprieve.records.queries.charts import iso

    if isinstance(value, dict):
        return {_name(k): iso(v) if _is_ms(k, v) else _times(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_times(v) for v in value]
    return str(value) if isinstance(value, uuid.UUID) else value


def _is_ms(key: str, value: Any) -> bool:
    return key.endswith("_ms") and (value is None or isinstance(value, int))


def _name(key: str) -> str:
    return key.removesuffix("_ms")
