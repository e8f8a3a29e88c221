"""Writes every generated file of the contracts anew."""

from pathlib import Path

from shared.contracts.publish.artifacts import artifacts

ROOT = Path(__file__).parents[3]

for path, content in artifacts().items():
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(content, encoding="utf-8")
