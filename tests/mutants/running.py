"""Running mutants: each in a process of its own, until a test fails.

The tests are collected and run once as they are, and the lines that each of them
runs are noted: a mutant meets those that run its line, and no others.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType

    import pytest

    from .mutant import Mutant

    Line = tuple[str, int]


SECONDS: Final = 120  # of the processor: a mutant that never ends is noticed, too
MEMORY: Final = 3 << 30  # bytes: so is one that takes all there is
KILLED: Final = 1  # exit status
CASES: Final = 100  # of one test


class Reach(NamedTuple):
    """Which lines a test runs, and how long that takes; a random one may run any."""

    item: pytest.Item
    lines: set[Line]
    seconds: float
    random: bool

    def meets(self, mutant: Mutant) -> bool:
        """Tell whether it can notice a mutant."""
        change, path = mutant.change, mutant.source.path
        if self.random or not change.function:
            return True
        lines = range(change.line, change.end + 1)
        return any((path, line) in self.lines for line in lines)


class Running:
    """A plugin of pytest that runs mutants in place of its loop."""

    def __init__(self, mutants: list[Mutant], say: Callable[[str], None]) -> None:
        self.mutants = mutants
        self.survivors: list[tuple[Mutant, int]] = []  # and the tests that it met
        self._say = say
        self._failed = False

    def pytest_collection(self) -> None:
        """Let random tests be few, and the same for every mutant."""
        # Imported here: pytest rewrites the assertions of what it has not seen yet.
        from hypothesis import HealthCheck, Phase, settings  # noqa: PLC0415

        settings.register_profile(
            "mutants",
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        files = {mutant.source.path for mutant in self.mutants}
        began = time.monotonic()
        tests = _by_turns([*self._measure(session.items, files)])
        gc.freeze()  # what is here by now costs a mutant no copy
        took = time.monotonic() - began
        self._say(f"{len(tests)} tests pass in {took:.0f} s, traced")
        for number, mutant in enumerate(self.mutants, 1):
            self._meet(mutant, tests)
            if number % 50 == 0:
                alive = len(self.survivors)
                took = time.monotonic() - began
                self._say(f"{number} mutants, {alive} survive, {took:.0f} s")
        self._sum_up()
        return True

    def _sum_up(self) -> None:
        made = Counter(mutant.package for mutant in self.mutants)
        alive = Counter(mutant.package for mutant, _ in self.survivors)
        for package, number in made.items():
            self._say(f"{package}: {number} mutants, {alive[package]} survive")

    def _measure(
        self, items: Iterable[pytest.Item], files: set[str]
    ) -> Iterator[Reach]:
        """Run each test as it is; leave out those that fail."""
        for item in _some_cases(items):
            began = time.process_time()
            random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
            with _noting(set() if random else files) as lines:
                self._run(item)
            if self._failed:
                self._say(f"left out, for it fails as it is: {item.nodeid}")
            elif lines or random:
                yield Reach(item, lines, time.process_time() - began, random)
            self._failed = False

    def _run(self, item: pytest.Item) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)

    def _meet(self, mutant: Mutant, tests: list[Reach]) -> None:
        """Let a mutant meet the tests that can notice it."""
        met = [test for test in tests if test.meets(mutant)]
        if not self._is_killed(mutant, met):
            self.survivors.append((mutant, len(met)))
            self._say(f"survives {len(met)} tests: {mutant}")

    def _is_killed(self, mutant: Mutant, tests: list[Reach]) -> bool:
        process = os.fork()
        if process == 0:
            try:
                _bound()
                mutant.wear()
                for test in tests:
                    self._run(test.item)
                    if self._failed:
                        os._exit(KILLED)
            except BaseException:  # noqa: BLE001 - whatever it was, it was noticed
                os._exit(KILLED)
            os._exit(0)
        return os.waitpid(process, 0)[1] != 0


def _some_cases(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return at most so many cases of each test, from its first to its last."""
    cases: dict[str, list[pytest.Item]] = {}
    for item in items:
        cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
    return [
        case for found in cases.values() for case in found[:: -(-len(found) // CASES)]
    ]


def _by_turns(tests: list[Reach]) -> list[Reach]:
    """Return the first case of each test, the quick ones in front, then the second."""
    seen: dict[str, int] = {}
    turns: list[tuple[int, float, int]] = []
    for number, test in enumerate(tests):
        name = test.item.nodeid.partition("[")[0]
        seen[name] = turn = seen.get(name, -1) + 1
        turns.append((int(test.seconds), turn, number))
    return [tests[number] for _, _, number in sorted(turns)]


@contextmanager
def _noting(files: set[str]) -> Iterator[set[Line]]:
    """Note the lines of some files that are run meanwhile."""
    lines: set[Line] = set()

    def trace(frame: FrameType, event: str, _: object) -> Any:
        path = frame.f_code.co_filename
        if path not in files:
            return None
        lines.add((path, frame.f_lineno))
        return trace

    before = sys.gettrace()
    if files:
        sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def _bound() -> None:
    """End this process where it takes more time or memory than any test would."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
