"""The source files of a repository, parsed: what every check here looks at."""

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PRODUCT = ("services", "shared")
TOOLS = ("bench", "cli", "deploy")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file; `name` is what an import calls it: "services.cases.api"."""

    path: str
    text: str

    @property
    def name(self) -> str:
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def length(self) -> int:
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(self.tree)

    @property
    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))

    @property
    def imports(self) -> Iterator[str]:
        """Full names: "shared.contracts.marks.Clear"."""
        for node in self.nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            if isinstance(node, ast.ImportFrom):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    @property
    def strings(self) -> Iterator[str]:
        """The texts in the code, docstrings too."""
        for node in self.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value

    @property
    def comments(self) -> Iterator[str]:
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.string

    @cached_property
    def lines_of_code(self) -> int:
        """Lines that are neither blank, nor comment, nor docstring."""
        layout = {
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENDMARKER,
        }
        written = {
            line
            for token in tokenize.generate_tokens(io.StringIO(self.text).readline)
            if token.type not in layout
            for line in range(token.start[0], token.end[0] + 1)
        }
        return len(written - set(self.docstring_lines()))

    def docstring_lines(self) -> Iterator[int]:
        for node in self.nodes:
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def modules(root: Path, *folders: str) -> list[Module]:
    """The Python files beneath `folders`, in the order of their paths."""
    return [
        Module(str(path.relative_to(root)), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
    ]


def planted(root: Path, files: Mapping[str, str]) -> Path:
    """Writes small files, so that a check can be seen to fail."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root
