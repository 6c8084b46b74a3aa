"""What must not drift: the README's table, and the catalogue against the headers in impl/."""

import re
from pathlib import Path

import pytest

from cli import build, listing
from cli.errors import Failure
from cli.listing import TABLE_FAMILIES
from cli.paths import RELEASE

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- implementations: begin -->", "<!-- implementations: end -->"
# Headers that implementations share; none of them is an implementation.
SHARED = {
    "barrier/generation",
    "barrier/generations",
    "barrier/in_place_barrier",
    "condition/futex_sleep",
    "condition/monitor_condition",
    "condition/wake_ups",
    "event/in_place_event",
    "event/set_count",
    "file/locked_append",
    "file/records",
    "lock/boost_lock",
    "lock/file_lock",
    "lock/holding",
    "lock/in_place_lock",
    "manager/boost_segment",
    "manager/checks",
    "manager/glancing_park",
    "manager/lmdb_changes",
    "manager/memory_file",
    "manager/messages",
    "manager/remote_client",
    "manager/service",
    "manager/socket_channel",
    "manager/sqlite_connection",
    "manager/store",
    "pipe/accepted_sockets",
    "pipe/byte_ring",
    "pipe/byte_ring_end",
    "pipe/descriptor_pairs",
    "pipe/framing",
    "pipe/grpc_call",
    "pipe/grpc_connection",
    "pipe/iceoryx_ports",
    "pipe/mailbox_end",
    "pipe/nng_connection",
    "pipe/outbox",
    "pipe/packet_end",
    "pipe/parcel_lanes",
    "pipe/pipe_write",
    "pipe/udp_box",
    "pipe/unix_address",
    "pipe/untaken_ends",
    "pipe/zeromq_pair",
    "pool/arguments",
    "pool/batch",
    "pool/byte_lane",
    "pool/completions",
    "pool/crew_of_threads",
    "pool/descriptor_lanes",
    "pool/dropping_threads",
    "pool/fixed_stealing_lane",
    "pool/forked_worker",
    "pool/holder_lock",
    "pool/idle_workers",
    "pool/imap",
    "pool/incoming_reply",
    "pool/map_call",
    "pool/nested_batches",
    "pool/nested_lane",
    "pool/nested_tasks",
    "pool/pipe_stream",
    "pool/prefork",
    "pool/prefork_worker",
    "pool/process_pool",
    "pool/results",
    "pool/ring_lanes",
    "pool/shared_array",
    "pool/stealing_lane",
    "pool/taking_prefork",
    "pool/taking_worker",
    "pool/task_pool",
    "pool/tasks",
    "pool/tbb_arena_threads",
    "pool/tbb_loops",
    "pool/thread_per_batch",
    "pool/tried_threads",
    "pool/worker_link",
    "process/children",
    "process/daemon",
    "process/fork_server_loop",
    "process/job",
    "process/keeper",
    "process/keeper_link",
    "process/posix_spawn_program",
    "process/process_worker",
    "process/program_start",
    "process/record",
    "process/started",
    "process/thread_worker",
    "process/worker_main",
    "queue/atomic_queue_ring",
    "queue/closable",
    "queue/closing_event",
    "queue/counted_queue",
    "queue/end_counts",
    "queue/joinable",
    "queue/locked_ring",
    "queue/moodycamel_ends",
    "queue/numbered_ends",
    "queue/polling",
    "queue/push_pull",
    "queue/unix_queue",
    "semaphore/bounded",
    "semaphore/in_place_semaphore",
    "semaphore/permit_count",
    "semaphore/posix_permits",
    "semaphore/sysv_permits",
    "signal/addresses",
    "signal/alarm_of",
    "signal/blocked_signal",
    "signal/child_watcher_of",
    "signal/handled_signal",
    "signal/kill",
    "signal/messenger_of",
    "signal/queued_value",
    "signal/signal_workers",
    "value/element_server",
    "value/locked_elements",
    "value/locked_file",
    "value/mapped_memory",
}


def catalogue() -> set[str]:
    text = (ROOT / "impl" / "catalogue.cmake").read_text()
    return {
        f"{f}/{h}" for f, h in re.findall(r"^ *handoff_implementation\((\w+)\s+(\w+)", text, re.M)
    }


def headers() -> set[str]:
    found = [path for family in TABLE_FAMILIES for path in (ROOT / "impl" / family).glob("*.hpp")]
    return {f"{path.parent.name}/{path.stem}" for path in found if path.stem != "contract"}


def test_every_header_of_a_family_is_on_a_line_of_the_catalogue() -> None:
    assert headers() - catalogue() - SHARED == set()


def test_every_folder_of_headers_is_a_family() -> None:
    folders = {path.parent.name for path in (ROOT / "impl").glob("*/contract.hpp")}
    assert folders == set(TABLE_FAMILIES)


def test_every_line_of_the_catalogue_has_its_header() -> None:
    assert catalogue() - headers() == set()


def test_shared_headers_exist_and_are_on_no_line() -> None:
    assert SHARED - headers() == set()
    assert SHARED & catalogue() == set()


def test_the_table_in_the_readme_is_current() -> None:
    try:
        rows = listing.rows()
    except (Failure, OSError) as error:
        pytest.skip(f"the table is made from the benchmark binaries: {error}")
    lines = build.catalogue(RELEASE)
    absent = [str(line["header"]) for line in lines if not line["built"] and line["package"]]
    if absent:
        pytest.skip(f"not built here, but in the table: {', '.join(absent)}")
    text = (ROOT / "README.md").read_text()
    table = text.split(BEGIN)[1].split(END)[0].strip()
    assert table == listing.as_markdown(rows), "./handoff list --markdown prints the current one"


def test_what_is_never_built_is_listed_with_its_reason() -> None:
    written = (ROOT / "impl" / "catalogue.cmake").read_text()
    never = dict(re.findall(r'^handoff_absent\(\w+ (\S+)\s+"([^"]*)"\)', written, re.MULTILINE))
    assert len(never) == written.count("\nhandoff_absent(")
    if not (RELEASE / "catalogue.json").exists():
        pytest.skip("nothing was configured here")
    listed = {line["name"]: line["reason"] for line in build.not_built(RELEASE)}
    assert {name: listed.get(name) for name in never} == never


def test_every_python_source_stays_small() -> None:
    long = [p.name for p in (ROOT / "cli").glob("*.py") if len(p.read_text().splitlines()) > 300]
    assert long == []
