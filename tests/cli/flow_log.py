"""The log that a venue would have which was brought a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from carbonex.cli.flows.flow import opening
from carbonex.engine import Batch, GatewayOpened


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from carbonex.cli.flows.flow import Flow
    from carbonex.engine import Command


BATCH: Final = 500  # commands; any size gives the same events


def batches_of(flow: Flow) -> Iterator[Batch]:
    """Yield the log of a venue that is set up and then gets nothing but the flow."""
    groups: list[Sequence[Command]] = [[GatewayOpened("")], opening(flow)]
    size = len(flow.commands)
    groups += (flow.commands[at : at + BATCH] for at in range(0, size, BATCH))
    for n, group in enumerate(groups):
        yield Batch(n, 1, 1, n, list(group))
