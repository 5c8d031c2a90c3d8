"""docs/classes.md: a class goes through an existing engine.

`pip install -e '.[dask]'` for this test alone, which is left out where Dask is not there.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed")
PAGE = (Path(__file__).parent.parent / "docs" / "classes.md").read_text(encoding="utf-8")


def test_the_program_of_the_page_runs_on_a_local_cluster(tmp_path):
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    found = done.stdout.strip().splitlines()[-1]
    assert re.fullmatch(r"\[\{.*'right': 1.*\}, \{.*('wrong'|'slip'): 1.*\}\]", found), found
