"""The page: one self-contained file."""

from pathlib import Path

import jinja2
from markupsafe import Markup

from plots import findings, notices, style, tables, threads_or_processes, units
from plots.figures.common import Drawn
from results.load import Run

HERE = Path(__file__).parent
UNKNOWN = "unknown"


def _asset(name: str) -> Markup:
    return Markup((HERE / name).read_text(encoding="utf-8"))


def _svg(folder: Path, stem: str) -> Markup:
    text = (folder / f"{stem}.svg").read_text(encoding="utf-8")
    return Markup(style.inline(text, stem))


def _what(run: Run) -> str:
    meta, context = run.meta, run.context
    dirty = " with local changes" if meta["dirty"] else ""
    launches = units.span([len(case.values()) for case in run.cases if not case.error])
    return (
        f"{len(run.cases)} cases in {launches} launches of {units.digits(meta['slice_ms'])} ms"
        f" slices on {context.get('cpu_model', UNKNOWN)}, {context.get('num_cpus', '?')} CPUs,"
        f" kernel {context.get('kernel', UNKNOWN)}, {meta['started'][:16].replace('T', ' ')},"
        f" commit {meta['commit'][:7] or UNKNOWN}{dirty}"
    )


def _environment(run: Run) -> list[tuple[str, str]]:
    # Google Benchmark's own list of caches says the same as our cache_sizes, at length.
    left_out = ("launch", "caches")
    return sorted((key, str(value)) for key, value in run.context.items() if key not in left_out)


def render(run: Run, drawn: list[Drawn], figures: Path) -> str:
    """The page of a run whose figures lie in the given folder."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    rows = tables.case_rows(run)
    values = {
        key: sorted({getattr(row, key) for row in rows} - {""})
        for key in ("family", "scenario", "peers", "place")
    }
    return environment.get_template("page.html.j2").render(
        machine=run.meta["machine"],
        what=_what(run),
        findings=findings.main_lines(run),
        notices=notices.notices(run),
        versus=threads_or_processes.answer(run),
        rows=rows,
        columns=tables.COLUMNS,
        values=values,
        figures=[(d, None if d.missing else _svg(figures, d.stem)) for d in drawn],
        peer_death=tables.peer_death(run),
        left_out=tables.left_out(run),
        failures=tables.failures(run),
        environment=_environment(run),
        command=" ".join(run.meta["command"]),
        seed=run.meta["seed"],
        css=_asset("page.css"),
        js=_asset("page.js"),
    )
