"""What every test shares: options, a clean environment, and the house's fixtures."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.house.engines import BYTECODE, KEYS, SERVER

if TYPE_CHECKING:
    from tests.world import World

# Hundreds of processes are started: none of them compiles again what another has compiled.
sys.dont_write_bytecode = False
sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["tests.house.databases", "tests.house.running", "tests.house.browser"]

TESTS = Path(__file__).parent
NEED_A_DATABASE = frozenset({"db", "fresh_database", "live_clinic"})
STARTS_PROCESSES = frozenset({"served", "browser", "gateway"})
# Walks, trials and papers beside the main ones: by name, by continuous integration, at full size.
BESIDE = frozenset({
    "clinical/test_instruments_hostile.py", "config/test_backup.py", "config/test_demo.py",
    "config/test_forecasts.py", "config/test_gateway.py", "config/test_init.py",
    "config/test_move.py", "config/test_point_in_time.py", "config/test_rehearse.py",
    "config/test_rotation.py", "faults/test_campaign.py", "faults/test_clock_jump.py",
    "faults/test_dialects.py", "faults/test_halves.py", "faults/test_kills.py",
    "faults/test_ledger_tampering.py", "faults/test_silence.py", "house/test_server.py",
    "journeys/test_answers_at_home.py", "journeys/test_by_hand.py",
    "journeys/test_by_hand_on_tablet.py",
    "journeys/test_charted_wrongly.py", "journeys/test_controlled_drugs.py",
    "journeys/test_curves.py", "journeys/test_it_did_not_happen.py", "journeys/test_keyboard.py",
    "journeys/test_outage.py", "journeys/test_pictures.py", "journeys/test_relief_fades.py",
    "journeys/test_scripts_on_screen.py", "outcomes/registry/test_cases.py",
    "outcomes/registry/test_engines.py", "outcomes/registry/test_report.py",
    "pathway/test_exporting.py", "pathway/test_exporting_research.py",
    "pathway/test_importing_practice.py", "pathway/test_registry.py",
    "pharmacology/test_forecast_calibration.py", "properties/test_hl7v2_forms.py",
    "properties/test_out_and_in.py", "properties/test_pump_acts.py", "web/test_account_browser.py",
    "web/test_account_keyboard.py", "web/test_catalogue.py", "web/test_desk_browser.py",
    "web/test_document_pictures.py", "web/test_downtime.py", "web/test_dropped_in.py",
    "web/test_emergency_alarms.py", "web/test_evaluation_lists.py", "web/test_form_browser.py",
    "web/test_gate_browser.py", "web/test_home_browser.py", "web/test_infusion_screen.py",
    "web/test_matrix.py", "web/test_matrix_patients.py", "web/test_papers.py",
    "web/test_record_pdf.py", "web/test_registry.py", "web/test_scripts_live.py",
    "web/test_sensitivity.py", "web/test_settings_ladder.py", "web/test_sign_on_browser.py",
    "web/test_spanish_rules.py",
})  # fmt: skip
# Long, and alike on each engine: before a commit on one of them.
ON_ONE_ENGINE = {
    "journeys/test_on_feed.py": "postgresql", "records/test_scope.py": "sqlite",
}  # fmt: skip
# What differs by engine most: guards, races, what outlives a killed process, the whole pathway.
OF_EACH_ENGINE = frozenset({"records", "faults", "journeys"})
LONGEST = frozenset(
    {"test_by_hand", "test_on_feed", "test_kills", "test_campaign", "test_scripts_on_screen"}
)
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
    parser.addoption("--wide", action="store_true", help="every walk, every room on each engine")
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


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A founded clinic with a person for each role, whose passwords are hashed quickly."""
    from tests.chairside import quick_world  # needs a started Django

    with quick_world() as made:
        yield made


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Start Django before a test file that may import models is read."""
    room = module_path.relative_to(TESTS).parts[0].removeprefix("test_").removesuffix(".py")
    if room not in PLAIN:
        from tests.house.databases import start_django

        start_django()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """On PostgreSQL do not even read the folders of which nothing would run."""
    if config.getoption("--engine") != "postgresql" or collection_path.parent != TESTS:
        return None
    room = collection_path.name
    is_unread = room in PLAIN
    is_unread |= room == "web" and not config.getoption("--long")
    is_unread |= collection_path.is_dir() and room not in OF_EACH_ENGINE and not _is_wide(config)
    return True if is_unread else None


def _is_wide(config: pytest.Config) -> bool:
    """Whether all is to be run that is not a campaign: what was named is."""
    asked = config.getoption("--wide") or config.getoption("--long")
    return bool(asked) or config.args != config.getini("testpaths")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what uses the database; leave long tests to --long."""
    left = [item for item in items if not _belongs(config, item)]
    if left:
        config.hook.pytest_deselected(items=left)
    is_left = set(left)
    kept = [item for item in items if item not in is_left]
    items[:] = _longest_first(kept, hands=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def pytest_collection_finish() -> None:
    """What was collected stays: the collector of garbage need not walk through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _longest_first(items: list[pytest.Item], *, hands: int) -> list[pytest.Item]:
    """Deal the files with browsers and processes out to the heads of the workers' shares.

    Each worker begins with an equal share of the list and takes from the tail of another's when
    its own is done: what is long and stands last would leave the others idle.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        if not STARTS_PROCESSES.isdisjoint(getattr(item, "fixturenames", ())):
            files.setdefault(item.path, []).append(item)
    is_long = {item for file in files.values() for item in file}
    rest = iter([item for item in items if item not in is_long])
    dealt: list[list[pytest.Item]] = [[] for _ in range(hands)]
    for turn, path in enumerate(sorted(files, key=lambda p: p.stem not in LONGEST)):
        dealt[turn % hands] += files[path]
    share = len(items) // hands
    found = [one for hand in dealt for one in (*hand, *islice(rest, max(0, share - len(hand))))]
    return [*found, *rest]


def _belongs(config: pytest.Config, item: pytest.Item) -> bool:
    if item.get_closest_marker("long") and not config.getoption("--long"):
        return False
    engine = config.getoption("--engine")
    if not _is_wide(config) and not _is_before_a_commit(item, engine):
        return False
    fixtures = frozenset(getattr(item, "fixturenames", ()))
    other = "sqlite" if engine == "postgresql" else "postgresql"
    if item.get_closest_marker(other):
        return False
    if engine == "postgresql":
        return _is_of_the_engine(config, item) and not NEED_A_DATABASE.isdisjoint(fixtures)
    return True


def _is_before_a_commit(item: pytest.Item, engine: str) -> bool:
    file = item.path.relative_to(TESTS).as_posix()
    return file not in BESIDE and ON_ONE_ENGINE.get(file, engine) == engine


def _is_of_the_engine(config: pytest.Config, item: pytest.Item) -> bool:
    """Pages reach the database only through queries and pathway, whose tests run on each engine.

    The whole pathway is walked on both in a browser; tests of single pages only at full size.
    """
    if item.get_closest_marker("once"):
        return bool(config.getoption("--long"))
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
