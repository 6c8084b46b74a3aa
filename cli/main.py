"""The command line of `./handoff`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cli import build, cases, interruption, listing, report, rounds, running, testing, thinning
from cli.errors import EXIT_CODES, Exit, Failure, Interrupted
from cli.paths import FAMILIES
from cli.terminal import say

DEFAULT_BUDGET = "3m"
ABOUT = """What hands work and data between threads and between processes, and what it costs here.

  ./handoff report     installs, builds, measures within three minutes, and writes a page
  ./handoff test       the same set-up, then every test"""


def budget(text: str) -> float:
    """argparse's view of a duration."""
    try:
        return rounds.parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def seed(text: str) -> int:
    """argparse's view of a seed: zero would leave the cases in their written order."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no seed: a whole number from 1")
    return int(text)


def family(text: str) -> str:
    """argparse's view of a family."""
    if text in FAMILIES:
        return text
    near = cases.nearest(text, FAMILIES)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    raise argparse.ArgumentTypeError(f"unknown family '{text}'{hint} (of {', '.join(FAMILIES)})")


class Commands:
    """Adds subcommands that all look alike."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self.parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(
        self, name: str, summary: str, examples: Sequence[str], more: str = ""
    ) -> argparse.ArgumentParser:
        lines = "\n".join(f"  ./handoff {example}" for example in examples)
        epilog = "\n\n".join(filter(None, [f"examples:\n{lines}", more, EXIT_CODES]))
        parser: argparse.ArgumentParser = self.parsers.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        return parser


def add_no_install(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-install", action="store_true", help="never install packages; say what is missing"
    )


def add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--filter", default="", metavar="TEXT", help="only the cases that match")
    parser.add_argument("--family", type=family, help="one of " + ", ".join(FAMILIES))


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="handoff",
        description=ABOUT,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    commands = Commands(top)

    setup = commands.add(
        "setup", "install missing Debian packages and build", ["setup", "setup --no-install"]
    )
    setup.add_argument(
        "--all", action="store_true", help="also large packages: brokers, servers, gRPC"
    )
    setup.add_argument("--tests", action="store_true", help="also what only the tests need")
    add_no_install(setup)

    list_ = commands.add(
        "list",
        "show every implementation, and what was not built and why",
        ["list", "list --family queue", "list --json"],
    )
    list_.add_argument("--family", type=family, help="one of " + ", ".join(FAMILIES))
    form = list_.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON list of objects")
    form.add_argument("--markdown", action="store_true", help="the table of README.md")
    add_no_install(list_)

    run = commands.add(
        "run",
        "run benchmarks and print them; flags after -- go to Google Benchmark",
        [
            "run --family pipe --filter 'ping_pong size:64'",
            "run mpmc_ring+spin slot_ring --filter peers:processes",
            "run --filter stream/peers:threads -- --benchmark_repetitions=5",
        ],
        cases.MATCHER_HELP,
    )
    run.add_argument("names", nargs="*", metavar="IMPLEMENTATION", help="only these")
    run.add_argument("--budget", type=budget, help="time to spread over the cases, such as 60s")
    add_choice(run)
    add_no_install(run)

    report_ = commands.add(
        "report",
        "measure within a time budget and write a page",
        [
            "report",
            "report --budget 60s",
            "report --family queue --filter 'stream size:64'",
            "report --from results/MACHINE/RUN",
        ],
        rounds.RULE
        + "\n\n"
        + thinning.RULE
        + "\n\n"
        + cases.MATCHER_HELP
        + "\n\nInterrupted, a report ends its processes and removes what it has measured so far.",
    )
    report_.add_argument(
        "--budget", type=budget, default=DEFAULT_BUDGET, help="such as 60s or 3m (the default)"
    )
    report_.add_argument(
        "--output", type=Path, metavar="DIR", help="instead of results/: DIR/<machine>/<run>"
    )
    report_.add_argument("--seed", type=seed, help="of the random orders; printed with the result")
    report_.add_argument(
        "--from", type=Path, dest="source", metavar="FOLDER", help="draw an existing run again"
    )
    add_choice(report_)
    add_no_install(report_)

    test = commands.add("test", "run every test", ["test", "test --quick"])
    test.add_argument("--quick", action="store_true", help="without sanitizers and static analysis")
    add_no_install(test)
    return top


def run_list(options: argparse.Namespace) -> Exit:
    build.set_up(may_install=not options.no_install)
    rows = listing.rows(options.family or "")
    if options.json:
        print(listing.as_json(rows))
    else:
        print(listing.as_markdown(rows) if options.markdown else listing.as_table(rows))
    return Exit.OK


def run_report(options: argparse.Namespace, words: Sequence[str]) -> Exit:
    if options.source is not None:
        return report.redraw(options.source, not options.no_install)
    choice = cases.Choice(options.filter, options.family or "")
    return report.report(
        report.Request(
            choice,
            options.budget,
            options.output,
            options.seed,
            not options.no_install,
            tuple(words),
        )
    )


def run_command(options: argparse.Namespace, words: Sequence[str], flags: list[str]) -> Exit:
    may_install = not options.no_install
    match options.command:
        case "setup":
            build.set_up(True, options.tests, may_install, heavy=options.all)
            say("Ready: ./handoff report measures, ./handoff list shows what there is.")
            return Exit.OK
        case "list":
            return run_list(options)
        case "run":
            cases.check_filter(options.filter)
            build.set_up(may_install=may_install)
            choice = cases.Choice(options.filter, options.family or "", tuple(options.names))
            return running.run(choice, options.budget, flags)
        case "report":
            return run_report(options, words)
        case _:
            return testing.test(options.quick, may_install)


def main(words: Sequence[str]) -> int:
    """Runs a command line; returns the exit code."""
    split = list(words).index("--") if "--" in words else len(words)
    own, flags = list(words[:split]), list(words[split + 1 :])
    options = parser().parse_args(own)
    if flags and options.command != "run":
        parser().error("only `run` passes flags on after --")
    interruption.listen()
    try:
        return int(run_command(options, words, flags))
    except Failure as failure:
        say(f"handoff: {failure}")
        return int(failure.code)
    except Interrupted as interrupted:
        say("handoff: interrupted; every process was ended, unfinished results were removed")
        return interrupted.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return int(Exit.FAILED)
