"""Whatever goes wrong: nothing acknowledged is lost or half stored, nothing wrong published, and the next run heals.

Few seeds of each fault; ``make soak`` tries many.
"""

import re
from collections.abc import Iterator

import pytest

from tests.faults.declared import FAULTS, Fault
from tests.faults.trying import Ground, Tried, ground
from tests.soak import BEGIN, DOCUMENT, END


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with ground(tmp_path_factory.mktemp("ground")) as found:
        yield found


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_after_a_fault_all_is_whole_and_the_next_run_ends_as_if_it_had_not_been(made: Ground, fault: Fault) -> None:
    if fault.needs_mounts and not made.has_mounts:
        pytest.skip("this process may not mount")
    tried = Tried()
    for seed in range(fault.in_tests):
        made.try_fault(fault, seed, tried)
    assert tried.wrong == []


def test_the_documented_faults_are_the_declared_ones() -> None:
    _, _, rest = DOCUMENT.read_text().partition(BEGIN)
    told, _, _ = rest.partition(END)
    rows = re.findall(r"^\| (.+?) \| (\d+) ", told, re.MULTILINE)
    assert [name for name, _ in rows] == list(FAULTS)
