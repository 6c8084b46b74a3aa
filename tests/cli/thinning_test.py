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


def test_the_fourth_step_keeps_the_fewest_and_the_most_workers() -> None:
    assert thinned(MANY, STEPS[3]) == [MANY[2], MANY[3]]
    counts = [POOL[0].replace("workers:2", f"workers:{n}") for n in (1, 2, 4)]
    assert thinned(counts, STEPS[3]) == [counts[0], counts[2]]


def test_the_fifth_step_keeps_the_nearest_cpus_where_there_is_no_round_trip() -> None:
    places = ("same_cpu", "same_l3", "cross_node")
    streams = [PIPE[0].replace("same_l3", place) for place in places]
    assert thinned(streams, STEPS[4]) == [streams[1]]
    trips = [name.replace("stream", "ping_pong") for name in streams]
    assert thinned(trips, STEPS[4]) == trips


def test_the_sixth_step_keeps_processes_where_workers_are_spread_over_the_machine() -> None:
    threads = MANY[0].replace("peers:processes", "peers:threads")
    processes = MANY[0].replace("peers:threads", "peers:processes")
    assert thinned([threads, processes], STEPS[5]) == [processes]
    assert thinned([threads], STEPS[5]) == [threads]
    pinned = [PIPE[0], PIPE[0].replace("peers:threads", "peers:processes")]
    assert thinned(pinned, STEPS[5]) == pinned


def test_the_last_step_keeps_the_most_producers_and_consumers_that_are_spread() -> None:
    name = "queue/mpmc_ring+spin/stream/peers:processes/place:{}/producers:{}/consumers:{}/size:8"
    spread = [name.format("compact", *ends) for ends in ((2, 1), (1, 2), (2, 2), (4, 4))]
    assert thinned(spread, STEPS[6]) == spread[3:]
    pair = [name.format("same_l3", 1, 1), *spread]
    assert thinned(pair, STEPS[6]) == [pair[0], pair[4]]


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
