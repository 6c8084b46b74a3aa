"""What to know before believing the numbers."""

from plots import units
from plots.findings import Finding, peers
from results import stats
from results.load import FEW_SAMPLES, Run

SLOW_COPY = 1.5  # times what one to a page takes


def _noise(run: Run) -> Finding:
    some = [c.text for c in run.cases if max(c.share("noisy"), c.share("probe_moved")) > 0]
    noisy = [case.text for case in run.cases if case.noisy]
    part = (
        f"{len(some)} of {len(run.cases)} cases had a noisy launch or one during which the probe"
        f" moved, {len(noisy)} of them in half of the launches or more"
    )
    return Finding("Noise:", [part], noisy)


def _probes(run: Run) -> list[Finding]:
    found = []
    for place, modes in sorted(run.probe_modes().items()):
        shown = ", ".join(f"{units.time(m.median)} ({m.share:.0%} of probes)" for m in modes)
        several = f"{len(modes)} modes, so the machine's pair of CPUs changed: "
        part = ("one mode, " if len(modes) == 1 else several) + shown
        found.append(Finding(f"Raw cache-line probe, {place or 'no placement'}:", [part]))
    return found


def _few_launches(run: Run) -> Finding | None:
    few = [c.text for c in run.cases if not c.error and len(c.values()) < stats.FEWEST_FOR_INTERVAL]
    if not few:
        return None
    part = (
        f"{len(few)} of {len(run.cases)} cases have fewer than {stats.FEWEST_FOR_INTERVAL}, so min..max"
        " is shown for them and no confidence interval"
    )
    return Finding("Few launches:", [part], few)


def _few_samples(run: Run) -> Finding | None:
    few = [case.text for case in run.cases if not case.error and case.few_samples]
    if not few:
        return None
    part = f"{len(few)} cases sampled fewer than {FEW_SAMPLES} times a launch: rough medians"
    return Finding("Few samples:", [part], few)


def _displaced_copies(run: Run) -> Finding | None:
    """Where a processor copies slowly, which messages are kept from: a user's may not be."""
    parts = []
    for key, way in (("memcpy", "by memcpy"), ("read", "by the kernel into a process")):
        to_page = float(run.context.get(f"{key}_16KiB_ns", 0))
        displaced = float(run.context.get(f"{key}_16KiB_displaced_ns", 0))
        if displaced > SLOW_COPY * to_page:
            parts.append(f"{way} {units.time(displaced)} instead of {units.time(to_page)}")
    if not parts:
        return None
    lead = "Slow copies of 16 KiB to an address 16 B behind the source's modulo 4 KiB:"
    kept = "messages of 4 KiB and more begin in the middle of a page here, but for CPython's"
    return Finding(lead, [*parts, kept])


def notices(run: Run) -> list[Finding]:
    """Every notice that this run deserves."""
    found = [
        peers(run),
        _noise(run),
        *_probes(run),
        _displaced_copies(run),
        _few_launches(run),
        _few_samples(run),
    ]
    return [finding for finding in found if finding]
