"""The page that adds an event works: its edits are made in a copy, and its commands typed there."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.docs.steps import Command, Edit, PageIsStale, steps
from tests.plants.planting import environment

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist")


@pytest.mark.stack
def test_the_page_works_as_it_stands(tmp_path: Path) -> None:
    copy = shutil.copytree(ROOT, tmp_path / "copy", ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(sys.prefix)
    page = (ROOT / "docs/ten-minutes.md").read_text(encoding="utf-8")
    for step in steps(page):
        step.take(copy, environment(copy))


PAGE = """
```diff
+++ lamp.txt
@@
 one
-two
+three
@@
 four
+
+five
+++ new.txt
+new
```

```console
$ cat lamp.txt
t…e
```

```sh
cat new.txt
```
"""

EDITS = [
    Edit("lamp.txt", "one\ntwo\n", "one\nthree\n"),
    Edit("lamp.txt", "four\n", "four\n\nfive\n"),
    Edit("new.txt", "", "new\n"),
]


def test_steps_are_read_in_the_order_of_the_page() -> None:
    commands = [Command("cat lamp.txt", ("t…e",)), Command("cat new.txt")]
    assert list(steps(PAGE)) == [*EDITS, *commands]


def test_steps_are_taken(tmp_path: Path) -> None:
    (tmp_path / "lamp.txt").write_text("one\ntwo\nfour\n", encoding="utf-8")
    for step in steps(PAGE):
        step.take(tmp_path, environment(tmp_path))
    assert (tmp_path / "lamp.txt").read_text(encoding="utf-8") == "one\nthree\nfour\n\nfive\n"


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Edit("lamp.txt", "three\n", "four\n"), "found 0 times in lamp.txt"),
        (Edit("lamp.txt", "one\n", "four\n"), "found 2 times in lamp.txt"),
        (Edit("gone.txt", "one\n", "four\n"), "found 0 times in gone.txt"),
        (Edit("lamp.txt", "", "new\n"), "lamp.txt is there already"),
        (Command("cat gone.txt"), "cat gone.txt ended with 1"),
        (Command("cat lamp.txt", ("t…e",)), "cat lamp.txt does not print 't…e'"),
    ],
)
def test_a_step_that_does_not_hold_is_found(
    step: Edit | Command, told: str, tmp_path: Path
) -> None:
    (tmp_path / "lamp.txt").write_text("one\none\n", encoding="utf-8")
    with pytest.raises(PageIsStale, match=re.escape(told)):
        step.take(tmp_path, environment(tmp_path))
