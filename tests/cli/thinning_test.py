"""What is left out when the budget is too small."""

from cli import thinning
from cli.thinning import STEPS, thinned

PIPE = [f"pipe/pipe_pair/stream/peers:threads/place:same_l3/size:{n}" for n in (1024, 8, 64, 16384)]
QUEUE = [
    f"queue/ring/stream/peers:threads/place:same_l3/producers:1/consumers:1/size:{size}/capacity:{n}"
    for size, n in ((8, 1024), (64, 1024), (16384, 64))
]
POOL = ["pool/std_async/apply/peers:threads/place:compact/workers:2"]


MANY = [
    f"queue/ring/stream/peers:threads/place:compact/producers:{p}/consumers:{c}/size:8/capacity:1024"
    for p, c in ((4, 1), (1, 4), (2, 2), (4, 4))
]


def sizes(names: list[str]) -> list[int]:
    return [int(name.partition("/size:")[2].partition("/")[0]) for name in names]


def test_the_first_step_keeps_the_smallest_the_middle_and_the_largest_size() -> None:
    assert sizes(thinned(PIPE, STEPS[0])) == [1024, 8, 16384]


def test_the_second_step_keeps_the_smallest_and_the_middle_size_of_those() -> None:
    assert sizes(thinned(thinned(PIPE, STEPS[0]), STEPS[1])) == [1024, 8]


def test_the_third_step_keeps_the_smallest_size() -> None:
    assert sizes(thinned(PIPE, STEPS[2])) == [8]


def test_the_fourth_step_keeps_starts_by_the_two_parents_with_the_least_memory() -> None:
    starts = [
        f"process/fork/start/peers:processes/place:unpinned/work:resident_{memory}"
        for memory in ("1gib_huge", "256mib", "0", "1gib")
    ]
    assert thinned(starts, STEPS[3]) == [starts[1], starts[2]]
    assert thinned(POOL, STEPS[3]) == POOL


POOL_NAME = "pool/std_async/{}/peers:threads/place:{}/workers:{}/work:{}"


PLACED = [("compact", 1), ("compact", 2), ("compact", 4), ("compact", 8), ("unpinned", 2)]


def of_pools(*parts: tuple[str, str, int, str]) -> list[str]:
    return [POOL_NAME.format(*part) for part in parts]


def test_the_fifth_step_keeps_workers_of_pools_that_are_near_each_other() -> None:
    near = of_pools(*(("cpu_bound", "compact", n, "sieve") for n in (1, 2, 8)))
    far = of_pools(("cpu_bound", "scatter", 4, "sieve"), ("cpu_bound", "unpinned", 2, "sieve"))
    assert thinned([*far, *near], STEPS[4]) == near
    locks = [name.replace("pool/", "lock/") for name in [*far, *near]]
    assert thinned(locks, STEPS[4]) == locks


WORKS = {
    "cpu_bound": ["1us", "10us", "100us", "1ms", "sieve"],
    "memory_bound": ["sum_64mib"],
    "io_bound": ["fsync", "wait_1ms", "wait_5ms", "http", "http_5ms"],
    "mixed": ["short_90_long_10"],
    "nested": ["1us", "empty"],
    "table": ["inherited", "shared", "copied", "mapped"],
}
ALL_WORKS = [(scenario, "compact", 2, work) for scenario, works in WORKS.items() for work in works]


def test_the_sixth_step_keeps_two_works_of_each_kind_for_pools() -> None:
    kept = {"10us", "sieve", "sum_64mib", "wait_5ms", "http", "short_90_long_10"}
    kept |= {"inherited", "shared"}
    expected = of_pools(*(part for part in ALL_WORKS if part[-1] in kept or part[0] == "nested"))
    assert thinned(of_pools(*ALL_WORKS), STEPS[5]) == expected
    floors = [name.replace("pool/std_async", "floor/serial") for name in of_pools(*ALL_WORKS)]
    assert len(thinned(floors, STEPS[5])) == len(expected)


def test_the_twelfth_step_keeps_one_work_of_each_kind_for_pools() -> None:
    kept = {"sieve", "sum_64mib", "wait_5ms", "short_90_long_10", "inherited"}
    kept_parts = {
        (scenario, kept_work) for scenario, _, _, kept_work in ALL_WORKS if kept_work in kept
    }
    kept_parts.add(("nested", "1us"))
    expected = of_pools(*(part for part in ALL_WORKS if (part[0], part[-1]) in kept_parts))
    assert thinned(of_pools(*ALL_WORKS), STEPS[11]) == expected


def test_the_seventh_step_keeps_the_fewest_and_the_most_workers() -> None:
    assert thinned(MANY, STEPS[6]) == [MANY[2], MANY[3]]
    counts = [POOL[0].replace("workers:2", f"workers:{n}") for n in (1, 2, 4)]
    assert thinned(counts, STEPS[6]) == [counts[0], counts[2]]


def test_the_eighth_step_keeps_the_nearest_cpus_where_there_is_no_round_trip() -> None:
    places = ("same_cpu", "same_l3", "cross_node")
    streams = [PIPE[0].replace("same_l3", place) for place in places]
    assert thinned(streams, STEPS[7]) == [streams[1]]
    trips = [name.replace("stream", "ping_pong") for name in streams]
    assert thinned(trips, STEPS[7]) == trips


def test_the_ninth_step_keeps_processes_where_workers_are_spread_over_the_machine() -> None:
    threads = MANY[0].replace("peers:processes", "peers:threads")
    processes = MANY[0].replace("peers:threads", "peers:processes")
    assert thinned([threads, processes], STEPS[8]) == [processes]
    assert thinned([threads], STEPS[8]) == [threads]
    pinned = [PIPE[0], PIPE[0].replace("peers:threads", "peers:processes")]
    assert thinned(pinned, STEPS[8]) == pinned


def test_the_tenth_step_keeps_the_most_producers_and_consumers_that_are_spread() -> None:
    name = "queue/mpmc_ring+spin/stream/peers:processes/place:{}/producers:{}/consumers:{}/size:8"
    spread = [name.format("compact", *ends) for ends in ((2, 1), (1, 2), (2, 2), (4, 4))]
    assert thinned(spread, STEPS[9]) == spread[3:]
    pair = [name.format("same_l3", 1, 1), *spread]
    assert thinned(pair, STEPS[9]) == [pair[0], pair[4]]


def test_the_eleventh_step_keeps_the_shortest_hold_the_most_writes_and_the_nearest_alarm() -> None:
    holds = [
        f"lock/mcs_lock/contended/peers:threads/place:compact/workers:4/work:{hold}"
        for hold in ("hold_100ns", "hold_1us", "hold_0")
    ]
    assert thinned(holds, STEPS[10]) == holds[2:]
    alarm = "signal/timerfd/alarm/peers:processes/place:compact/workers:1/work:ahead_5ms"
    assert thinned([alarm, alarm.replace("5ms", "100us")], STEPS[10]) == [
        alarm.replace("5ms", "100us")
    ]
    sieve = "pool/std_async/cpu_bound/peers:threads/place:compact/workers:2/work:sieve"
    assert thinned([sieve], STEPS[10]) == [sieve]


def test_the_thirteenth_step_keeps_the_nearest_cpus_of_cpython() -> None:
    own, theirs = (
        [f"lock/{name}/ping_pong/peers:processes/place:{p}" for p in ("same_cpu", "same_l3")]
        for name in ("mcs_lock", "cpython_multiprocessing")
    )
    assert thinned([*own, *theirs], STEPS[12]) == [*own, theirs[1]]


def test_the_fourteenth_step_keeps_starts_by_the_parent_with_the_least_memory() -> None:
    starts = [
        f"process/fork/start/peers:processes/place:unpinned/work:resident_{memory}"
        for memory in ("256mib", "0")
    ]
    assert thinned(starts, STEPS[13]) == starts[1:]


def of_two_numbers(scenario: str, work: str = "") -> list[str]:
    name = f"pool/std_async/{scenario}/peers:threads/place:compact/workers:{{}}{work}"
    return [name.format(1), name.format(8)]


def test_then_pools_keep_the_most_workers_or_the_fewest_but_for_two_curves() -> None:
    curve, table = of_two_numbers("io_bound", "/work:wait_5ms"), of_two_numbers("table", "/work:x")
    apply = of_two_numbers("apply")
    assert thinned([*curve, *table, *apply], STEPS[14]) == [*curve, table[1], *apply]
    assert thinned([*curve, *table, *apply], STEPS[15]) == [*curve, *table, apply[0]]
    locks = [name.replace("pool/", "lock/") for name in apply]
    assert thinned(locks, STEPS[14]) == thinned(locks, STEPS[15]) == locks


def test_then_processes_stay_where_both_kinds_do_much_the_same() -> None:
    both = [f"queue/ring/{{}}/peers:{peers}/place:{{}}" for peers in ("threads", "processes")]
    streams = [name.format("stream", "same_l3") for name in both]
    trips = [name.format("ping_pong", "same_l3") for name in both]
    on_one = [name.format("ping_pong", "same_cpu") for name in both]
    assert thinned([*streams, *trips, *on_one], STEPS[16]) == [streams[1], *trips, *on_one]
    assert thinned([*streams, *trips, *on_one], STEPS[17]) == [*streams, *trips, on_one[1]]
    assert thinned(streams[:1] + on_one[:1], STEPS[17]) == streams[:1] + on_one[:1]


def test_then_the_most_workers_stay_where_they_are_spread() -> None:
    locks = [
        f"lock/mcs_lock/contended/peers:processes/{place}"
        for place in (
            "place:same_l3/workers:2",
            "place:compact/workers:4",
            "place:compact/workers:8",
        )
    ]
    assert thinned(locks, STEPS[18]) == [locks[0], locks[2]]
    curve = of_two_numbers("cpu_bound", "/work:sieve")
    assert thinned(curve, STEPS[18]) == curve


def test_then_cpu_bound_and_io_bound_work_of_pools_stays() -> None:
    kinds = [*thinning.CURVES, *thinning.NESTED, *thinning.MAPPED[:3]]
    works = [of_two_numbers(kind, "/work:x")[1] for kind in kinds]
    serial = "floor/serial/table/peers:threads/place:same_cpu/work:x"
    assert thinned([*works, serial], STEPS[19]) == [*works[:3], serial]


def test_the_last_step_keeps_one_and_two_workers_of_nested_tasks() -> None:
    nested = of_pools(*(("nested", "compact", n, "1us") for n in (1, 2, 4, 8)))
    curve = of_two_numbers("cpu_bound", "/work:sieve")
    assert STEPS[20] is STEPS[-1]
    for step in (6, 14, 15, 18, 19):
        assert thinned(nested, STEPS[step]) == nested
    assert thinned([*nested, *curve], STEPS[20]) == [*nested[:2], *curve]


def test_a_capacity_that_goes_with_the_size_does_not_make_another_series() -> None:
    assert sizes(thinned(QUEUE, STEPS[0])) == [8, 64, 16384]
    assert sizes(thinned(QUEUE, STEPS[1])) == [8, 64]


def test_other_parts_of_the_name_do() -> None:
    other = [name.replace("threads", "processes") for name in PIPE]
    assert sizes(thinned(PIPE + other, STEPS[2])) == [8, 8]


def test_cases_without_a_size_stay() -> None:
    assert thinned(POOL, STEPS[2]) == POOL


def test_nothing_is_left_out_of_what_fits() -> None:
    cases = {"pipe": PIPE}
    assert thinning.thin_until(cases, lambda _: True) == (cases, "")


def test_no_more_is_left_out_than_needed() -> None:
    cases = {"pipe": PIPE, "pool": POOL}
    kept, words = thinning.thin_until(cases, lambda found: thinning.count(found) <= 3)
    assert sizes(kept["pipe"]) == [1024, 8] and kept["pool"] == POOL
    assert words == "2 of 5 cases, all but the smallest and the middle size of each series"


def test_pools_are_left_with_two_curves_and_nested_tasks_in_the_end() -> None:
    parts = [(s, place, n, w) for s, _, _, w in ALL_WORKS for place, n in PLACED]
    kept, _ = thinning.thin_until({"pool": of_pools(*parts)}, lambda _: False)
    works = {name.split("/")[2] for name in kept["pool"]}
    assert works == {"cpu_bound", "io_bound", "nested"} and len(kept["pool"]) == 6


def test_every_step_keeps_of_what_the_one_before_has_kept() -> None:
    cases = {"pipe": PIPE, "queue": MANY}
    kept, words = thinning.thin_until(cases, lambda found: thinning.count(found) <= 3)
    assert sizes(kept["pipe"]) == [8] and kept["queue"] == MANY[2:]
    assert words == (
        "5 of 8 cases, all but the smallest size of each series"
        " and, of those, the fewest and the most workers"
    )


def test_the_last_step_is_taken_though_it_does_not_fit() -> None:
    kept, words = thinning.thin_until({"pipe": PIPE}, lambda _: False)
    assert sizes(kept["pipe"]) == [8] and words.startswith("3 of 4 cases")


def test_nothing_is_said_when_no_step_helps() -> None:
    cases = {"pool": POOL}
    assert thinning.thin_until(cases, lambda _: False) == (cases, "")
