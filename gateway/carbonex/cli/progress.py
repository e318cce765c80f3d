"""Progress bar of a long recovery."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from carbonex.wire.counts import counted


if TYPE_CHECKING:
    from carbonex.gateway.server.starting.recovering import Recovery


PATIENCE_SECONDS: Final = 1.0  # a shorter recovery needs no bar
REFRESH_SECONDS: Final = 0.25


async def show(recovery: Recovery) -> None:
    """Draw a bar on stderr until cancelled: rows done, rows left, rate, time left."""
    await asyncio.sleep(PATIENCE_SECONDS)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rows · {task.fields[commands]} · {task.fields[rate]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,  # a refresh thread would compete with the recovery
    ) as progress:
        task = progress.add_task(
            "recovering",
            total=None,
            commands=counted(0, "command"),
            rate="restoring the snapshot",
        )
        while True:
            if recovery.done:
                progress.update(
                    task,
                    completed=recovery.done,
                    total=recovery.total,
                    commands=counted(recovery.commands, "command"),
                    rate=f"{recovery.rate:,.0f}/s",
                )
            progress.refresh()
            await asyncio.sleep(REFRESH_SECONDS)
