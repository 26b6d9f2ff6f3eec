"""Writes an audit of many sections and exports it: how long that takes, and how much memory at most."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from corpus import finding, page


TARGETS = ["list", "freshness", "qdrant"]


def peak(command):
    """Runs a command; seconds and the most memory it held, in MiB."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.monotonic() - started, usage.ru_maxrss / 1024


def write(path, pages, sections, wrong):
    with open(path, "w", encoding="utf-8") as out:
        out.write('{"schema_version": 1, "tool": {"name": "shelflife", "version": "0"}, "now": "2026-06-01T00:00:00Z", '
                  '"scope": "full", "summary": {}, "systems": [], "documents": [')
        for i in range(pages):
            document = page(f"docs/{i % 997}/page-{i:06}.md", [False] * sections)
            out.write(("," if i else "") + json.dumps(document))
        out.write('], "findings": [')
        for i in range(wrong):
            out.write(("," if i else "") + json.dumps(finding(f"docs/{i % 997}/page-{i:06}.md", 0)))
        out.write('], "inconclusive": [], "suppressed": []}')


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve())
    failed = passed = 0
    with tempfile.TemporaryDirectory(prefix="shelflife-flat-") as folder:
        folder = pathlib.Path(folder)
        figures = {}
        for count in [20_000, 200_000]:
            audit = folder / f"{count}.json"
            write(audit, count // 10, 10, 100)
            for target in TARGETS:
                figures[count, target] = peak([binary, "export", audit, "--to", target, "-o", folder / f"{count}-{target}"])
        for target in TARGETS:
            (_, small), (seconds, large) = figures[20_000, target], figures[200_000, target]
            # Ten times the sections; what may grow is a few bytes a page.
            good = large < small + 16
            passed, failed = passed + good, failed + (not good)
            print(f"{'ok  ' if good else 'FAIL'} {target}: 200,000 sections in {seconds:.1f} s, {large:.0f} MiB (20,000: {small:.0f} MiB)",
                  flush=True)
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
