"""What every test shares: options, a clean environment, and the house's fixtures."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

from tests.house.engines import BYTECODE, KEYS, SERVER

# Hundreds of processes are started: none of them compiles again what another has compiled.
sys.dont_write_bytecode = False
sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.house.databases", "tests.house.running", "tests.house.browser"]

TESTS = Path(__file__).parent
NEED_A_DATABASE = frozenset({"db", "fresh_database", "live_clinic"})
# Their tests run without Django, which the tests of the other rooms need at import.
PLAIN = frozenset({"knowledge", "units", "pharmacology", "clinical"}) | frozenset(
    {"monitoring", "scheduling", "outcomes", "spec", "vectors"}
)

# At full size the longest single test is the campaign of a hundred kills.
LONG_TIMEOUT_S = 4500.0

hypothesis.settings.register_profile("usual", deadline=None, max_examples=50)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2000)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.addoption("--long", action="store_true", help="full size: fuzzing, kills, load")


def pytest_configure(config: pytest.Config) -> None:
    is_long = config.getoption("--long")
    hypothesis.settings.load_profile("long" if is_long else "usual")
    if is_long:
        config.option.timeout = LONG_TIMEOUT_S
    if not hasattr(config, "workerinput"):
        _prepare_run(config)
    _clean_environment()


def _prepare_run(config: pytest.Config) -> None:
    """What the processes of one run share; their environment is inherited."""
    run = os.environ["REPRIEVE_TESTS_RUN"] = tempfile.mkdtemp(prefix="reprieve-tests-")
    config.add_cleanup(lambda: shutil.rmtree(run, ignore_errors=True))
    os.environ.pop(SERVER, None)
    if config.getoption("--engine") == "postgresql":
        from tests.house.server import Server

        server = Server()
        config.add_cleanup(server.stop)
        os.environ[SERVER] = server.address


def _clean_environment() -> None:
    """No test may see or touch the developer's own clinic."""
    for name in [n for n in os.environ if n.startswith("REPRIEVE_")]:
        if not name.startswith("REPRIEVE_TESTS_"):
            del os.environ[name]
    os.environ["REPRIEVE_DATA"] = str(Path(os.environ["REPRIEVE_TESTS_RUN"]) / "no-clinic")
    os.environ.update(KEYS)
    if SERVER in os.environ:
        os.environ["REPRIEVE_DATABASE_URL"] = os.environ[SERVER]


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Start Django before a test file that may import models is read."""
    room = module_path.relative_to(TESTS).parts[0].removeprefix("test_").removesuffix(".py")
    if room not in PLAIN:
        from tests.house.databases import start_django

        start_django()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what uses the database; leave long tests to --long."""
    left = [item for item in items if not _belongs(config, item)]
    if left:
        config.hook.pytest_deselected(items=left)
        is_left = set(left)
        items[:] = [item for item in items if item not in is_left]


def _belongs(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("long") and not config.getoption("--long"):
        return False
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    if config.getoption("--engine") == "postgresql":
        return _is_of_the_engine(config, item) and not NEED_A_DATABASE.isdisjoint(fixtures)
    return item.get_closest_marker("postgresql") is None


def _is_of_the_engine(config: pytest.Config, item: pytest.Item) -> bool:
    """Pages reach the database only through queries and pathway, whose tests run on each engine.

    The whole pathway is walked on both in a browser; tests of single pages only at full size.
    """
    if item.get_closest_marker("once"):
        return False
    room = item.path.relative_to(TESTS).parts[0]
    if room == "journeys":
        return True
    is_page = room == "web"
    is_in_browser = "browser" in getattr(item, "fixturenames", ())
    return not is_in_browser and (not is_page or bool(config.getoption("--long")))


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether this run was asked for at full size."""
    return bool(request.config.getoption("--long"))
