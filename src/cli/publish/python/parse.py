"""Reads Python for `sortie check`: the syntax tree of a file as JSON. No code of the file is ever run.

The text's annotations may be texts themselves, which is how types are named before they are declared.
"""

import ast
import copy
import json
import os
import sys
import warnings
import zipfile

# What only says how a node is used, or what comments say.
OMITTED = {"ctx", "kind", "type_comment", "type_ignores"}


def parse(text: str) -> str:
    """`{"tree", "warnings"}`, or `{"error"}` with Python's own message and place."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            tree = ast.parse(text)
            dumped = dump(tree)
            # Finds what the grammar allows and Python does not, such as a return outside of a function.
            compile(tree, "function", "exec", dont_inherit=True)
        except SyntaxError as error:
            return json.dumps({"error": {"message": error.msg, "line": error.lineno, "column": error.offset}})
        except (RecursionError, MemoryError):
            return json.dumps({"error": {"message": "nested too deep", "line": None, "column": None}})
        except ValueError as error:
            return json.dumps({"error": {"message": str(error), "line": None, "column": None}})
    said = [{"message": str(each.message), "line": each.lineno} for each in caught]
    return json.dumps({"tree": dumped, "warnings": said})


def interpreter() -> str:
    """The modules that `import` finds without any package, by their full names, and what markers ask about (PEP 508)."""
    # These two are no files.
    found = {*sys.builtin_module_names, "collections.abc", "os.path"}
    archives = [path for path in sys.path if zipfile.is_zipfile(path)]
    for path in (name for archive in archives for name in zipfile.ZipFile(archive).namelist()):
        module = path.removesuffix(".pyc").removesuffix(".py").removesuffix("/__init__")
        if module != path:
            found.add(module.replace("/", "."))
    version = ".".join(map(str, sys.version_info[:3]))
    markers = {
        "os_name": os.name,
        "sys_platform": sys.platform,
        "platform_machine": "wasm32",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Emscripten",
        "platform_version": "",
        "python_version": ".".join(version.split(".")[:2]),
        "python_full_version": version,
        "implementation_name": sys.implementation.name,
        "implementation_version": version,
        "extra": "",
    }
    return json.dumps({"found": sorted(found), "known": sorted(sys.stdlib_module_names), "markers": markers})


def dump(node: object) -> object:
    """A node with its fields; without a value, a field is left out. `column` counts bytes, from 0."""
    if isinstance(node, list):
        return [dump(each) for each in node]
    if not isinstance(node, ast.AST):
        return node
    dumped = {"kind": type(node).__name__}
    if hasattr(node, "lineno"):
        dumped |= {"line": node.lineno, "column": node.col_offset}
    if isinstance(node, ast.Constant):
        return dumped | constant(node.value)
    for name, value in ast.iter_fields(node):
        if name not in OMITTED and value is not None:
            dumped[name] = dump(Unquote().visit(copy.deepcopy(value)) if is_type(node, name) else value)
    return dumped


def constant(value: object) -> dict[str, object]:
    kind = "ellipsis" if value is ... else "None" if value is None else type(value).__name__
    return {"type": kind, "value": value if isinstance(value, (str, bool)) else repr(value)[:100]}


def is_type(node: ast.AST, field: str) -> bool:
    """Whether a field holds a type, in which texts stand for what they say."""
    if field in ("annotation", "returns"):
        return True
    if field != "value" or not isinstance(node, (ast.Assign, ast.AnnAssign, ast.TypeAlias)):
        return False
    return isinstance(node.value, (ast.Subscript, ast.BinOp)) or isinstance(node, ast.TypeAlias)


class Unquote(ast.NodeTransformer):
    """Puts the types that texts stand for in their place, where the texts are."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        inner = expression(node.value) if isinstance(node.value, str) else None
        if inner is None:
            return node
        for each in ast.walk(inner):
            ast.copy_location(each, node)
        return self.visit(inner)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        name = getattr(node.value, "attr", None) or getattr(node.value, "id", None)
        if name == "Literal":
            return node
        if name == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
            node.slice.elts[0] = self.visit(node.slice.elts[0])
            return node
        return self.generic_visit(node)


def expression(text: str) -> ast.expr | None:
    try:
        # In brackets, as Python reads annotations: lines may break.
        return ast.parse(f"({text})", mode="eval").body
    except (SyntaxError, ValueError):
        return None



