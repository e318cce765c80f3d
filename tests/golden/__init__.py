"""Golden logs: what each release wrote, and what every later one must make of it.

    tests/golden/RELEASE/NAME/00000000000000000001.archive    the log, as an archive
    tests/golden/RELEASE/NAME/expected.json                   what came of it

The rules:

- A golden log is never made again. Where one fails, the build is wrong: the same
  rows must lead to the same events for as long as their semantics are known.
- With each release, before it is tagged, ``python tests/golden/make.py RELEASE``
  adds its logs, which hold every command that it knows.
- An event that gains a field, at its end, fails nothing: the expectation says how
  many fields each struct had, and only those are compared. An event that is new,
  moved or without a field that it had is another meaning: see ``ActivateSemantics``.
- The digest is compared while the snapshot's FORMAT is what it was.
- A release that drops semantics removes the golden logs that need them.
"""
