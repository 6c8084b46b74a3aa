"""`handoff report`: set up, measure within a budget, write the run folder, draw."""

import json
import os
import random
import sys
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cli import build, cases, checkout, folder, listing, measure, process, rounds, thinning
from cli.errors import Exit, Failure
from cli.paths import FAMILIES, PYTHON, RESULTS, ROOT
from cli.terminal import duration, say
from results.stats import precise_enough

BUSY_SHARE = 0.3  # of the CPUs, by load average, above which a machine is called busy
SHOWN_PROBLEMS = 10
SEED_LIMIT = 2**31


@dataclass(frozen=True)
class Request:
    """What the command line asked for."""

    choice: cases.Choice
    budget_s: float
    output: Path | None
    seed: int | None
    may_install: bool
    words: tuple[str, ...]


def leftovers() -> list[str]:
    """Benchmark processes that run already, of whomever."""
    names = {f"bench_{family}" for family in FAMILIES}
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        try:
            name = path.read_text().strip()
        except OSError:
            continue
        if name in names:
            found.append(f"{name} (process {path.parent.name})")
    return found


def warn_when_busy() -> None:
    """Says what would disturb the measurement."""
    for name in leftovers():
        say(f"warning: {name} is running already and will disturb the measurement")
    load, cpus = os.getloadavg()[0], len(os.sched_getaffinity(0))
    if load > BUSY_SHARE * cpus:
        say(f"warning: this machine is busy: load average {load:.1f} on {cpus} CPUs (it may be")
        say("         the build that has just ended); results will be noisier")


def announce(plan: rounds.Plan, count: int, budget_s: float) -> None:
    """Says what is going to happen before it does."""
    text = f"Measuring {count} cases, {plan.slice_ms:.0f} ms each, in at least "
    text += f"{rounds.FEWEST_ROUNDS} rounds; about {duration(plan.total_s)}"
    if plan.over_budget:
        text += f", which is more than the budget of {duration(budget_s)}: choose fewer cases"
        text += " with --filter, or a larger --budget"
    say(text + ".")


def plan_for(chosen: thinning.Cases, budget_s: float) -> rounds.Plan:
    """How these cases would be measured."""
    return rounds.first_plan([c for cases in chosen.values() for c in cases], len(chosen), budget_s)


def fit(chosen: thinning.Cases, request: Request) -> tuple[thinning.Cases, list[str]]:
    """The cases that the budget holds, and sentences on what was left out; see thinning.RULE."""
    if request.choice.filter:
        return chosen, []
    kept, words = thinning.thin_until(
        chosen, lambda cases: not plan_for(cases, request.budget_s).over_budget
    )
    if not words:
        return kept, []
    enough = duration(plan_for(chosen, request.budget_s).total_s)
    text = f"Left out: {words}, because the budget is {duration(request.budget_s)}."
    say(f"{text} About {enough} hold everything.")
    return kept, [text]


def context_of(path: Path) -> dict[str, Any]:
    """The context of the first results file of a run."""
    for file in sorted(path.glob("*.json")):
        context = folder.load(file).get("context", {})
        if context:
            return dict(context)
    raise Failure(Exit.FAILED, "no benchmark binary left a result")


def absent_placements(context: dict[str, Any]) -> list[dict[str, str]]:
    """The placements that this machine lacks: 'same_core: reason; cross_node: reason'."""
    parts = str(context.get("absent_placements", "")).split("; ")
    pairs = [part.split(": ", 1) for part in parts if ": " in part]
    return [{"place": place, "reason": reason} for place, reason in pairs]


def absent_cases(path: Path) -> list[str]:
    """Sentences on the cases that this machine lacks, as the benchmark binaries of a run said."""
    found: dict[str, None] = {}
    for file in sorted(path.glob("*.json")):
        texts = str(folder.load(file).get("context", {}).get("absent_cases", ""))
        found |= dict.fromkeys(text for text in texts.split("; ") if text)
    return [f"Cases {text}." for text in found]


def run_record(
    request: Request,
    measured: measure.Measurement,
    started: datetime,
    context: dict[str, Any],
    left_out: list[str],
) -> dict[str, Any]:
    """What run.json holds."""
    return {
        "schema": folder.SCHEMA,
        "machine": str(context.get("machine_id", "unknown")),
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": checkout.commit(),
        "dirty": checkout.dirty(),
        "seed": measured.seed,
        "budget_s": request.budget_s,
        "slice_ms": measured.slice_ms,
        "launches": measured.done,
        "filter": request.choice.filter,
        "command": ["./handoff", *request.words],
        "not_built": build.not_built(),
        "absent_placements": absent_placements(context),
        "stopped_by": measured.stopped_by(),
        "crashed": measured.crashed,
        "left_out": left_out,
        "implementations": listing.rows(),
    }


def require_sound(path: Path) -> None:
    """Raises, with the faults, unless a run is what results/ says a run is."""
    said: list[str] = []
    if process.stream([PYTHON, "-m", "results.validate", str(path)], said.append, cwd=ROOT) != 0:
        raise Failure(Exit.RESULTS, "\n".join([f"{path} does not hold valid results:", *said]))


def draw(path: Path) -> Exit:
    """Validates and draws a complete run; ends with what to notice and the path of the page."""
    require_sound(path)
    if process.attached([PYTHON, "-m", "plots.report", str(path)], cwd=ROOT) != 0:
        say(f"error: drawing failed; the results are in {path}")
        say(f"       ./handoff report --from {path} draws them again")
        return Exit.FAILED
    return Exit.OK


def tell_problems(measured: measure.Measurement) -> Exit:
    """Names what failed while measuring."""
    problems = [*measured.crashes]
    problems += [f"{name}: {message}" for name, message in sorted(measured.errors.items())]
    for problem in problems[:SHOWN_PROBLEMS]:
        say(f"error: {problem}")
    if len(problems) > SHOWN_PROBLEMS:
        say(f"error: and {len(problems) - SHOWN_PROBLEMS} more, all on the page")
    return Exit.FAILED if problems else Exit.OK


def report(request: Request) -> Exit:
    """The whole way."""
    root = request.output or RESULTS
    cases.check_filter(request.choice.filter)
    with folder.measuring_alone():
        build.set_up(report=True, may_install=request.may_install)
        folder.check(root)
        chosen, left_out = fit(cases.select(request.choice), request)
        warn_when_busy()
        count = thinning.count(chosen)
        plan = plan_for(chosen, request.budget_s)
        announce(plan, count, request.budget_s)
        seed = (
            request.seed
            if request.seed is not None
            else random.SystemRandom().randrange(1, SEED_LIMIT)
        )
        measured = measure.Measurement(chosen, request.budget_s, seed, plan.slice_ms)
        started = datetime.now(timezone.utc)
        with folder.unfinished(root) as path:
            measure.measure(measured, path, precise_enough)
            context = context_of(path)
            left_out += absent_cases(path)
            record = run_record(request, measured, started, context, left_out)
            (path / "run.json").write_text(json.dumps(record, indent=1) + "\n")
            final = folder.complete(path, root, record["machine"], record["commit"])
        spent = duration(process.now() - measured.started)
        say(
            f"Measured {measured.rounds_text()}, in {spent}; seed {seed}; {len(measured.precise)} "
            f"of {count} cases stopped by precision."
        )
    failed = tell_problems(measured)
    sys.stdout.flush()
    drawn = draw(final)
    return max(failed, drawn)


def redraw(path: Path, may_install: bool) -> Exit:
    """Draws an existing run again."""
    from cli import packages

    folder.check_ours(path)
    packages.ensure(report=True, test=False, may_install=may_install)
    return draw(path.resolve())
