"""Invented practices of any size as the registry's Parquet files, made by DuckDB itself.

Ten infusions a patient (a series of six over three weeks, then boosters), 300 diary entries each.
"""

from __future__ import annotations

from pathlib import Path

INFUSIONS, ENTRIES = 10, 300
FIRST_DAY, LAST_DAY = 20_000, 20_420

_SQL = {
    "patients": """
        SELECT p AS patient,
               ['crps', 'fibromyalgia', 'neuropathic', ''][1 + p % 4] AS condition
        FROM range({patients}) t(p)""",
    "infusions": """
        SELECT p AS patient, 'i' || p || '-' || n AS infusion,
               {first} + p % 50 + CASE WHEN n < 6 THEN n * 4 ELSE 60 + 60 * (n - 6) END AS day,
               day * 86400 + 54000 AS start_s,
               ['ketamine-0.5mgkg-40min-x6', 'ketamine-80mg-2h-x6'][1 + p % 2] AS regimen,
               CASE WHEN n < 6 THEN 's' ELSE 'b' || n END AS plan,
               CASE WHEN n < 6 THEN 0 ELSE 1 END AS is_booster,
               (20 + hash(p, 'mg') % 70) * 1000 AS given_ug,
               (50 + hash(p, 'kg') % 60) * 1000 AS weight_g
        FROM range({patients}) t(p), range({infusions}) u(n)""",
    "diary": """
        SELECT p AS patient, {first} + p % 50 - 10 + n AS day,
               60 * CASE WHEN n < 11 OR hash(p, 'r') % 2 = 0 OR n > 40 + hash(p, 'd') % 200
                    THEN 6 + hash(p, n) % 4 ELSE 2 + hash(p, n) % 3 END AS pain_60
        FROM range({patients}) t(p), range({entries}) u(n)""",
    "scores": """
        SELECT p AS patient, {first} + p % 50 + k * 60 - 5 AS day, day * 86400 AS at_s,
               i AS instrument,
               CASE WHEN i = 'pgic' THEN 1 + hash(p, k) % 7 ELSE hash(p, i, k) % 11 END
                   * 1000000 AS value_u
        FROM range({patients}) t(p), range(3) u(k),
             (VALUES ('peg'), ('pgic'), ('peg.pain')) v(i)""",
    "events": """
        SELECT p AS patient, 'i' || p || '-' || n AS infusion,
               ['nausea', 'dissociation', 'hypertension'][1 + (hash(p, n) % 3)::BIGINT] AS term,
               1 + hash(n, p) % 3 AS grade, CASE WHEN hash(p, n, 's') % 500 = 0 THEN 1 ELSE 0 END
                   AS serious
        FROM range({patients}) t(p), range({infusions}) u(n) WHERE hash(p, n, 'e') % 4 = 0""",
    "opioids": """
        SELECT p AS patient, {first} - 100 + k * 130 AS from_day,
               {first} - 100 + (k + 1) * 130 AS until_day,
               (60 - 10 * k + hash(p, k) % 20) * 1000000 AS ug_mme
        FROM range({patients}) t(p), range(4) u(k) WHERE p % 2 = 0""",
}


def write(folder: Path, *, patients: int) -> int:
    """This function will write the files of a practice and return how many diary entries it has."""
    import duckdb

    with duckdb.connect() as engine:
        engine.execute("SET threads = 2; SET memory_limit = '2GB'")
        for name, sql in _SQL.items():
            told = sql.format(
                patients=patients, first=FIRST_DAY, infusions=INFUSIONS, entries=ENTRIES
            )
            engine.execute(f"COPY ({told}) TO '{folder / name}.parquet' (FORMAT parquet)")
    return patients * ENTRIES
