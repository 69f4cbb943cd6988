"""Put the shipped SQLite library in place of Python's own, before Django is imported.

Libraries older than 3.51.3 can corrupt a write-ahead-log database that has several writers.
"""

import sys

import pysqlite3
import pysqlite3.dbapi2

OLDEST_SAFE = (3, 51, 3)


def swap() -> None:
    """This function will make `import sqlite3` mean the shipped library in this process."""
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def is_safe() -> bool:
    """This function will tell whether the library in use is new enough for several writers."""
    return tuple(pysqlite3.sqlite_version_info) >= OLDEST_SAFE
