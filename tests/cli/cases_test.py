"""Choosing cases: filters, implementation names, and errors that help."""

import pytest

from cli import cases
from cli.errors import Exit, Failure

NAMES = [
    "queue/mpmc_ring+spin/stream/peers:threads/place:same_l3/producers:1/consumers:1/size:8",
    "queue/mpmc_ring+spin_park/stream/peers:threads/place:same_l3/producers:1/consumers:1/size:64",
    "queue/slot_ring+spin/stream/peers:processes/place:same_l3/producers:1/consumers:1/size:65536",
    "pipe/pipe_pair/ping_pong/peers:threads/place:same_l3/size:64",
]
BY_FAMILY = {"queue": NAMES[:3], "pipe": NAMES[3:]}


def test_a_whole_part_of_a_name_matches_only_whole_parts() -> None:
    assert cases.matching("size:64", NAMES) == [NAMES[1], NAMES[3]]
    assert cases.matching("mpmc_ring+spin", NAMES) == [NAMES[0]]


def test_text_matches_anywhere_and_plus_is_no_operator_in_it() -> None:
    assert cases.matching("ring+spin/stream", NAMES) == [NAMES[0], NAMES[2]]


def test_a_regular_expression_matches_what_no_text_does() -> None:
    assert cases.matching("size:(8|64)$", NAMES) == [NAMES[0], NAMES[1], NAMES[3]]


def test_every_piece_of_a_filter_has_to_match() -> None:
    assert cases.matching("size:64 ping_pong", NAMES) == [NAMES[3]]


def test_no_filter_chooses_everything() -> None:
    assert cases.choose(cases.Choice(), BY_FAMILY) == BY_FAMILY


def test_a_bad_filter_is_an_error_that_names_it() -> None:
    with pytest.raises(Failure, match=r"bad filter 'size:\(8'") as caught:
        cases.check_filter("size:(8")
    assert caught.value.code == Exit.USAGE


def test_a_filter_without_a_match_names_the_nearest_cases() -> None:
    with pytest.raises(Failure, match="no case matches") as caught:
        cases.choose(cases.Choice("pipe/pipe_pear/ping_pong/peers:threads"), BY_FAMILY)
    assert NAMES[3] in str(caught.value)
    assert caught.value.code == Exit.USAGE


def test_an_unknown_implementation_names_the_nearest() -> None:
    with pytest.raises(Failure, match="unknown implementation 'mpcm_ring'") as caught:
        cases.choose(cases.Choice(names=("mpcm_ring",)), BY_FAMILY)
    assert "mpmc_ring" in str(caught.value)


def test_a_name_without_policy_means_all_its_policies() -> None:
    assert cases.by_names(["mpmc_ring"], NAMES) == NAMES[:2]
    assert cases.by_names(["slot_ring+spin", "pipe_pair"], NAMES) == NAMES[2:]


def test_families_without_a_chosen_case_are_left_out() -> None:
    assert list(cases.choose(cases.Choice("ping_pong"), BY_FAMILY)) == ["pipe"]
