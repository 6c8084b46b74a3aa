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
    "event/in_place_event",
    "event/set_count",
    "file/locked_append",
    "file/records",
    "lock/boost_lock",
    "lock/file_lock",
    "lock/holding",
    "lock/in_place_lock",
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
    "pool/batch",
    "pool/byte_lane",
    "pool/crew_of_threads",
    "pool/forked_worker",
    "pool/prefork",
    "pool/prefork_worker",
    "pool/tasks",
    "pool/worker_link",
    "queue/closable",
    "queue/closing_event",
    "queue/counted_queue",
    "queue/end_counts",
    "queue/joinable",
    "queue/locked_ring",
    "queue/moodycamel_ends",
    "queue/polling",
    "queue/push_pull",
    "queue/unix_queue",
    "semaphore/bounded",
    "semaphore/in_place_semaphore",
    "semaphore/permit_count",
    "semaphore/posix_permits",
    "semaphore/sysv_permits",
    "value/element_server",
    "value/locked_elements",
    "value/locked_file",
    "value/mapped_memory",
}


def catalogue() -> set[str]:
    text = (ROOT / "impl" / "catalogue.cmake").read_text()
    return {
        f"{f}/{h}" for f, h in re.findall(r"^handoff_implementation\((\w+)\s+(\w+)", text, re.M)
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


def test_every_python_source_stays_small() -> None:
    long = [p.name for p in (ROOT / "cli").glob("*.py") if len(p.read_text().splitlines()) > 300]
    assert long == []
