"""The formulas themselves, against textbook values and against one another."""

from math import inf

import pytest

from tests.theory.formulas import (
    Centre,
    erlang_c,
    mean_value_analysis,
    mg1_wait,
    mmc_wait,
    ps_sojourn,
    repairman_throughput,
)


def test_erlang_c_of_one_server_is_its_load() -> None:
    assert erlang_c(1, 0.7) == pytest.approx(0.7)


def test_erlang_c_of_two_servers_by_hand() -> None:
    # a = 1, c = 2: (1/2 · 2) / (1 + 1 + 1) = 1/3
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)


def test_pollaczek_khinchine_agrees_with_erlang() -> None:
    assert mg1_wait(0.8, 1.0, 2.0) == pytest.approx(mmc_wait(0.8, 1.0, 1))
    assert mg1_wait(0.8, 1.0, 1.0) == pytest.approx(mmc_wait(0.8, 1.0, 1) / 2)


def test_processor_sharing_on_one_core() -> None:
    assert ps_sojourn(0.75, 1.0) == pytest.approx(4.0)


def test_balanced_network_by_hand() -> None:
    # n customers at k equal stations of demand d: X = n / (d (n + k - 1))
    throughput, residence = mean_value_analysis([Centre(0.5), Centre(0.5)], 4)
    assert throughput == pytest.approx(4 / (0.5 * 5))
    assert residence == pytest.approx([1.25, 1.25])


@pytest.mark.parametrize(("machines", "repairers"), [(1, 1), (6, 1), (9, 3), (4, 4)])
def test_repairman_agrees_with_mean_value_analysis(machines: int, repairers: int) -> None:
    throughput, _ = mean_value_analysis([Centre(10.0, inf), Centre(2.0, repairers)], machines)
    assert throughput == pytest.approx(repairman_throughput(machines, repairers, 10.0, 2.0))
