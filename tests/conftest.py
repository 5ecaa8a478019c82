"""What many tests share: the sample account, and how long a property test may think."""

from __future__ import annotations

import os
from pathlib import Path

# A worker has a core to itself: with more threads than cores, the suite takes a quarter longer.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
# Thousands of small tables: memory that one test has freed serves the next (a twentieth less time).
os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:1,dirty_decay_ms:30000,muzzy_decay_ms:30000")

import gc

import pytest
from hypothesis import HealthCheck, settings

from tests.machines import small
from tests.moved import Moved, account, move

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "sample_exports" / "sell"

# Shared machines are slow at times: no deadline. In CI the same examples every time, elsewhere new ones.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session")
def sample() -> Path:
    """The invented account as Sell's full export."""
    return SAMPLE


@pytest.fixture(scope="session")
def after_lap_1() -> Path:
    """What Pipedrive exports once the sample's first lap was imported."""
    return ROOT / "sample_exports" / "pipedrive_after_lap_1"


def pytest_collection_finish() -> None:
    """What is loaded by now is no garbage: a worker need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--golden",
        action="store_true",
        help="rewrite the expected output of the golden folders, and say what changed",
    )


@pytest.fixture(scope="session")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """An account that came through the loop as it should; whoever edits its exports copies them."""
    return move(account(), tmp_path_factory.mktemp("moved"))


@pytest.fixture
def sell(tmp_path: Path) -> Path:
    """A small Sell export in a folder of the test's own."""
    return small(tmp_path / "sell")
