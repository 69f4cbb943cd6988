"""How much room stored values take: table and index, as they lie after real traffic."""

from __future__ import annotations

import tempfile
from pathlib import Path

PAGE = "PRAGMA alone.page_size"


def bytes_per_value(folder: str) -> float:
    """This function will put the frames of a clinic into a file of their own, in the order they
    came, and divide its size by the values in it.
    """
    import pysqlite3

    with tempfile.TemporaryDirectory() as apart:
        clinic = pysqlite3.connect(Path(folder) / "clinic.sqlite3")
        clinic.execute("ATTACH ? AS alone", [str(Path(apart) / "frames.sqlite3")])
        (table,) = clinic.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'records_frame'"
        ).fetchone()
        clinic.execute(table.replace('"records_frame"', 'alone."records_frame"', 1))
        clinic.execute(
            'INSERT INTO alone."records_frame" SELECT * FROM main."records_frame" ORDER BY "id"'
        )
        clinic.commit()
        (pages,) = clinic.execute("PRAGMA alone.page_count").fetchone()
        (size,) = clinic.execute(PAGE).fetchone()
        # A reading is ten bytes of a frame.
        (values,) = clinic.execute(
            'SELECT sum(length("signals")) / 10 FROM main."records_frame"'
        ).fetchone()
        clinic.close()
    return float(pages * size / values)
