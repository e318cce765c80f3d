"""What the server and the compiled engine are busy with: whose samples, which calls."""

from __future__ import annotations

from shutil import which

import pytest

from benchmarks import shares
from benchmarks.instruction_shares import OTHER, OWN, divided, purposes
from benchmarks.shares import Sample, Size, owner, samples, shared
from carbonex.engine import COMPILED


SITE = "/home/u/carbonex/.venv/lib/python3.13/site-packages"
PERF = f"""\
           5aa524 [unknown] (/usr/bin/python3.13)
           52fc9c _Py_Dealloc (/usr/bin/python3.13)
           12ab34 Struct_vectorcall ({SITE}/msgspec/_core.cpython-313.so)
 ffffffff81000000 clear_page_erms ([kernel.kallsyms])
"""
CALLGRIND = """\
ob=(1) /x/carbonex_engine__mypyc.so
fn=(1) apply
7 10
cob=(2) /usr/bin/python3.13
cfn=(2) PyDict_GetItem
calls=2 0
+1 30
cfn=(3) place
calls=1 0
* 500
fn=(3)
9 5
cob=(2)
cfn=(4) PyList_Append
calls=1 0
-2 8
ob=(2)
fn=(2)
3 30
cob=(1)
cfn=(1)
calls=1 0
3 553
""".splitlines()


def test_a_sample_belongs_to_a_library_and_perhaps_a_function() -> None:
    found = samples(PERF)
    assert found[1] == Sample("/usr/bin/python3.13", "_Py_Dealloc")
    assert shared(found) == {"Python": 50, "msgspec": 25, "kernel": 25}


@pytest.mark.parametrize(
    ("library", "whose"),
    [
        ("[vdso]", "kernel"),
        (f"{SITE}/carbonex_engine__mypyc.cpython-313.so", "carbonex, compiled"),
        ("/usr/lib/libpython3.13.so.1.0", "Python"),
        ("/usr/lib/x86_64-linux-gnu/libc.so.6", "libc"),
        ("/usr/lib/x86_64-linux-gnu/libz.so.1", "other libraries"),
    ],
)
def test_whose_a_library_is(library: str, whose: str) -> None:
    assert owner(library) == whose


def test_the_shares_of_a_server_under_load_are_all_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "QUICK", Size(1, 1_500))
    report = shares.measure(quick=True)
    if not report.figures:
        pytest.skip(report.notes[0])
    assert {"Python", "kernel", "msgspec"} <= {figure.name for figure in report.figures}
    assert sum(figure.median for figure in report.figures) == pytest.approx(100)


def test_without_perf_there_are_no_shares_but_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shares, "which", lambda _: None)
    report = shares.measure(quick=True)
    assert report.figures == []
    assert "perf is missing: install it" in report.notes[0]


def test_calls_out_of_the_compiled_code_are_told_from_its_own() -> None:
    dicts = "dicts: look-ups and changes"
    assert purposes(CALLGRIND) == {OWN: 15, dicts: 30, OTHER: 8}


def test_the_compiled_engine_is_divided() -> None:
    valgrind = which("valgrind")
    if valgrind is None:
        pytest.skip("valgrind is missing")
    if not COMPILED:
        pytest.skip("the engine is not compiled")
    spent = divided(valgrind, "rest")
    assert min(spent.values()) >= 0
    assert spent[OWN] > 0
