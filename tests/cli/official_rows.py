"""A few of the record's rows: its first four days, three of several vintages, the reopening.

2024-04-23 touched a limit that is exactly half a fen before rounding; on 2024-11-27
the composite's low can only be reached before the second vintage opens; 2025-11-04
has a block at two prices and an auction whose average is no whole fen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from carbonex.cli.official.files import (
    CCER_FILE,
    COMPOSITE_FILE,
    VINTAGES_FILE,
    CcerDay,
    CeaDay,
    FormatError,
    ccer as ccer_row,
    composite as composite_row,
    parsed,
    vintage as vintage_row,
)
from carbonex.wire.dates import date_text
from carbonex.wire.money import format_fen


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


R = TypeVar("R", CeaDay, CcerDay)

FIGURES: Final = (
    "prev_close,open,high,low,close,"
    "listed_volume_t,listed_turnover_cny,block_volume_t,block_turnover_cny,auction_volume_t,auction_turnover_cny,"
    "total_volume_t,total_turnover_cny,ytd_total_volume_t,ytd_total_turnover_cny,"
    "cum_total_volume_t,cum_total_turnover_cny"
)
VINTAGES: Final = """\
2021-07-16,CEA,2019-2020,,48.00,52.80,48.00,51.23,4103953,210230053.25,0,0.00,,,4103953,210230053.25,4103953,210230053.25,4103953,210230053.25
2021-07-19,CEA,2019-2020,51.23,52.80,53.00,52.08,52.30,130800,6841289.00,0,0.00,,,130800,6841289.00,4234753,217071342.25,4234753,217071342.25
2021-07-20,CEA,2019-2020,52.30,52.92,54.00,52.90,53.28,162000,8631277.00,0,0.00,,,162000,8631277.00,4396753,225702619.25,4396753,225702619.25
2021-07-21,CEA,2019-2020,53.28,54.20,55.50,54.07,54.40,112000,6092830.00,100000,5292000.00,,,212000,11384830.00,4608753,237087449.25,4608753,237087449.25
2024-04-23,CEA,2019-2020,90.25,95.00,99.28,95.00,98.97,10779,1066805.00,0,0.00,,,10779,1066805.00,2269956,181447942.68,279477164,13848634651.33
2024-04-23,CEA21,2021,100.00,100.00,0.00,0.00,100.00,0,0.00,0,0.00,,,0,0.00,1291752,109109573.64,42967748,2966488087.89
2024-04-23,CEA22,2022,98.53,99.50,100.00,99.50,99.84,97000,9684000.00,0,0.00,,,97000,9684000.00,9198712,755842763.82,131938119,9150428060.20
2024-11-27,CEA,2019-2020,104.44,103.40,103.50,102.00,102.23,17190,1757365.00,100000,10330000.00,0,0.00,117190,12087365.00,7454658,704298613.20,284661866,14371485321.85
2024-11-27,CEA21,2021,99.97,103.40,103.40,103.00,103.00,83697,8620991.00,0,0.00,0,0.00,83697,8620991.00,6235063,584514864.51,47911059,3441893378.76
2024-11-27,CEA22,2022,103.33,104.00,104.00,102.90,103.07,439487,45299161.00,1041284,97427544.88,0,0.00,1480771,142726705.88,58226953,5418329649.47,180966360,13812914945.85
2024-11-27,CEA23,2023,103.64,103.79,104.50,102.55,103.32,462118,47744117.77,3845428,366976114.88,0,0.00,4307546,414720232.65,31626286,3074905627.20,31626286,3074905627.20
2025-11-04,CEA,2019-2020,60.31,60.31,0.00,0.00,60.31,0,0.00,0,0.00,0,0.00,0,0.00,414007,32649907.46,287308185,14625115011.08
2025-11-04,CEA21,2021,53.17,53.17,0.00,0.00,53.17,0,0.00,0,0.00,0,0.00,0,0.00,768868,55339603.69,49439299,3571042474.41
2025-11-04,CEA22,2022,54.00,50.00,50.00,50.00,50.00,6948,347400.00,0,0.00,0,0.00,6948,347400.00,3785216,258199360.04,195902620,15171508160.95
2025-11-04,CEA23,2023,47.43,48.80,50.40,48.80,50.29,71280,3584512.00,0,0.00,0,0.00,71280,3584512.00,43160573,2969023922.19,145747224,12980274250.45
2025-11-04,CEA24,2024,48.72,50.00,50.80,49.50,50.07,613265,30704760.32,460961,16127557.00,100000,4894850.00,1174226,51727167.32,94312305,5601860768.05,94312305,5601860768.05
"""
COMPOSITE: Final = """\
2021-07-16,,48.00,52.80,48.00,51.23,4103953,210230053.25,0,0.00,,,4103953,210230053.25,4103953,210230053.25,4103953,210230053.25
2021-07-19,51.23,52.80,53.00,52.08,52.30,130800,6841289.00,0,0.00,,,130800,6841289.00,4234753,217071342.25,4234753,217071342.25
2021-07-20,52.30,52.92,54.00,52.90,53.28,162000,8631277.00,0,0.00,,,162000,8631277.00,4396753,225702619.25,4396753,225702619.25
2021-07-21,53.28,54.20,55.50,54.07,54.40,112000,6092830.00,100000,5292000.00,,,212000,11384830.00,4608753,237087449.25,4608753,237087449.25
2024-04-23,96.26,97.84,99.76,97.84,99.60,107779,10750805.00,0,0.00,,,107779,10750805.00,12760420,1046400280.14,454383031,25965550799.42
2024-11-27,102.85,102.88,103.31,102.08,102.91,1002492,103421634.77,4986712,474733659.76,0,0.00,5989204,578155294.53,103542960,9782048754.38,545165571,34701199273.66
2025-11-04,52.73,53.00,53.42,52.40,52.77,691493,34636672.32,460961,16127557.00,100000,4894850.00,1252454,55659079.32,142440969,8917073561.43,772709633,51949800664.94
"""
REOPENING: Final = """\
2025-03-07,80.45,748800,60241797.62,1124115,84077077.62,ok,
2025-03-10,107.36,148136,15903820.12,1272251,99980897.74,ok,
2025-03-11,106,100,10600,1272351,99991497.74,ok,
2025-03-12,96.21,8518,819485.8,1280869,100810983.54,ok,
2025-03-13,72.81,5460,397542.6,1286329,101208526.14,ok,
"""
REOPENING_CLOSES: Final = (8962, 8887, 8812, 8660, 8804)  # of the composite, in fen

VINTAGES_TEXT: Final = f"date,instrument,vintage,{FIGURES}\n{VINTAGES}"
COMPOSITE_TEXT: Final = f"date,{FIGURES}\n{COMPOSITE}"
CCER_HEADER: Final = (
    "date,avg_price_cny_per_t,volume_t,turnover_cny,"
    "cum_volume_t,cum_turnover_cny,parse_status,note_zh\n"
)
SEVERAL: Final = (20240423, 20241127, 20251104)


def vintages(date: int) -> list[CeaDay]:
    """Return the vintages' rows of one day."""
    rows = _rows(VINTAGES_TEXT, vintage_row)
    return [row for row in rows if row.date == date]


def composite(date: int) -> CeaDay:
    """Return the composite's row of one day."""
    rows = _rows(COMPOSITE_TEXT, composite_row)
    return next(row for row in rows if row.date == date)


def reopening() -> list[CcerDay]:
    """Return the first five days of the reopened market for certified reductions."""
    return _rows(CCER_HEADER + REOPENING, ccer_row)


def _rows(text: str, make: Callable[[Any], R]) -> list[R]:
    """Return a file's rows, all of which can be read."""
    items = [item for item, _ in parsed(text.splitlines(), "rows", make)]
    assert not any(isinstance(item, FormatError) for item in items)
    return [item for item in items if not isinstance(item, FormatError)]


def write_four_days(folder: Path, change: tuple[str, str] = ("", "")) -> str:
    """Write the record's first four days into ``folder``, one text replaced."""
    folder.mkdir()
    for name, text in (
        (VINTAGES_FILE, VINTAGES_TEXT),
        (COMPOSITE_FILE, COMPOSITE_TEXT),
    ):
        header, *rows = text.replace(*change).splitlines()
        rows = [row for row in rows if row.startswith("2021")]
        (folder / name).write_text("\n".join([header, *rows, ""]))
    (folder / CCER_FILE).write_text(CCER_HEADER)
    return str(folder)


def write_reopening(folder: Path) -> str:
    """Write the reopening's first five days into ``folder``, as if all began there.

    What certified reductions came to is the record's. Allowances have one vintage,
    which trades a tonne a day at what was the composite's close.
    """
    folder.mkdir()
    closes, days = REOPENING_CLOSES, reopening()
    cea, ccer = [], []
    for n, day in enumerate(days):
        before, close = (format_fen(closes[at]) for at in (max(n - 1, 0), n))
        total = f"{n + 1},{format_fen(sum(closes[: n + 1]))}"
        none = "0,0.00"
        cea.append(
            f"{before},{close},{close},{close},{close},"
            f"1,{close},{none},{none},1,{close},{total},{total}"
        )
        tonnes = sum(each.day.quantity for each in days[: n + 1])
        paid = format_fen(sum(each.day.turnover for each in days[: n + 1]))
        turnover = format_fen(day.day.turnover)
        ccer.append(
            f"{format_fen(day.average)},{day.day.quantity},{turnover},{tonnes},{paid},ok,"
        )
    dates = [date_text(day.date) for day in days]
    for name, header, between, rows in (
        (VINTAGES_FILE, f"date,instrument,vintage,{FIGURES}", "CEA,2019-2020,", cea),
        (COMPOSITE_FILE, f"date,{FIGURES}", "", cea),
        (CCER_FILE, CCER_HEADER.rstrip(), "", ccer),
    ):
        lines = [
            f"{date},{between}{row}" for date, row in zip(dates, rows, strict=True)
        ]
        (folder / name).write_text("\n".join([header, *lines, ""]))
    return str(folder)
