"""What modules of the package import, read from their sources."""

import ast
from pathlib import Path

from helpers.paths import ROOT

PACKAGE = ROOT / "crossmodal"


def imports(path: Path):
    """Dotted names that a module imports when it is loaded or run, type-checking blocks left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
