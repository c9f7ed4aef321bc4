"""The search on a Dask cluster: same bits, even when a worker dies on the way."""

from __future__ import annotations

import os
import signal
import threading
import time

import numpy as np
import pytest

from priam.identification.blocks import FIELDS, blocks_of, run_blocks
from priam.identification.observations import alleles_seen, observation_axis, seen_of
from priam.identification.records import read_exchange
from priam.identification.search import SearchTask, targets_of
from priam.identification.settings import Profiles
from priam.identification.tables import MutationChoice
from priam.simulation import ExchangePlan, simulate_exchange, write_exchange

distributed = pytest.importorskip("distributed")


@pytest.mark.slow
def test_two_processes_one_killed_midway_give_the_same_bits(tmp_path):
    write_exchange(simulate_exchange(ExchangePlan(60, 60, 70), 4), tmp_path / "in")
    records = read_exchange(tmp_path / "in")
    seen = alleles_seen(records.cases, records.families)
    from priam.genetics.frequencies import load_packaged

    axis = observation_axis(load_packaged(records.frequencies), seen, Profiles(), 5.0)
    rows = axis.rows_of(axis.columns_of([seen_of(case) for case in records.cases]))
    task = SearchTask(axis, rows, MutationChoice("proportional", {"rate": 0.002}), 2.0)
    blocks = blocks_of(records.families, targets_of(records.families), 8)
    here = run_blocks(task, blocks, tmp_path / "here", lambda a, b: None)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        victim = next(iter(cluster.workers.values())).pid

        def kill():
            while len(list((tmp_path / "there").glob("*.npz"))) < 2:
                time.sleep(0.05)
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        address = cluster.scheduler_address
        there = run_blocks(task, blocks, tmp_path / "there", lambda a, b: None, address)
        killer.join(timeout=10)
        assert not killer.is_alive(), "no worker was killed"
    for one, two in zip(here, there, strict=True):
        assert all(np.array_equal(getattr(one, f), getattr(two, f)) for f in FIELDS)
