"""Draw the results' charts as SVG; the same results give the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import msgspec
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.report import RESULTS, Chart, Report, number


if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis


PLOTS: Final = Path(__file__).parents[1] / "docs/plots"
STYLE: Final[dict[Any, Any]] = {
    "svg.hashsalt": "carbonex",  # without it ids are random
    "svg.fonttype": "none",  # keep text as text
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
INCHES: Final = (7.5, 4.5)
# Colours that colour-blind people can tell apart (Okabe and Ito), plus markers.
COLOURS: Final = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7"),
    *("#e69f00", "#56b4e9", "#000000", "#8c8c00"),
)
MARKERS: Final = "osD^vPX*"
LINES: Final = ("-", "--", ":")  # for each repetition of the colours
WIDE: Final = 1_000  # ratio from which a logarithmic axis has room for decades only
BESIDE: Final = 6  # number of lines from which the legend is beside the axes


def draw(results: Path = RESULTS, plots: Path = PLOTS) -> list[Path]:
    """Draw every chart of the reports in ``results``; return the files, sorted."""
    paths = []
    for path in sorted(results.glob("*.json")):
        report = msgspec.json.decode(path.read_bytes(), type=Report)
        for chart in report.charts:
            plots.mkdir(parents=True, exist_ok=True)
            paths.append(plots / f"{chart.name}.svg")
            save(chart, paths[-1])
    return sorted(paths)


def save(chart: Chart, path: Path) -> None:
    """Draw one chart as the SVG file ``path``."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=INCHES, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        _lines(axes, chart)
        axes.set_title(chart.title, loc="left")
        axes.set_xlabel(chart.x)
        axes.set_ylabel(chart.y)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _lines(axes: Axes, chart: Chart) -> None:
    for n, series in enumerate(chart.series):
        axes.plot(
            series.x,
            series.y,
            label=series.name,
            color=COLOURS[n % len(COLOURS)],
            marker=MARKERS[n % len(MARKERS)],
            linestyle=LINES[n // len(COLOURS) % len(LINES)],
            markersize=4,
            linewidth=1.5,
        )
    _scale(axes.xaxis, is_log="x" in chart.log)
    _scale(axes.yaxis, is_log="y" in chart.log)
    if len(chart.series) >= BESIDE:
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    elif len(chart.series) > 1:
        axes.legend(frameon=False)


def _scale(axis: Axis, *, is_log: bool) -> None:
    """Format an axis as reports do; a linear axis starts at zero."""
    axes = axis.axes
    name = "x" if axis is axes.xaxis else "y"
    if is_log:
        axes.set(**{f"{name}scale": "log"})
        low, high = axis.get_view_interval()
        axis.set_major_locator(
            LogLocator(subs=(1, 2, 5) if high < WIDE * low else (1,))
        )
        axis.set_minor_formatter(NullFormatter())
    else:
        axes.set(**{f"{name}lim": (0, None)})
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
