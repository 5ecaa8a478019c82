"""The rules of the house, read off the source itself: who may know whom, and what nobody does."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import zsell_transform

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "zsell_transform"
SOURCES = sorted(PACKAGE.rglob("*.py"))


def module(path: Path) -> str:
    """`transformers/deals.py` → `transformers.deals`; a folder's `__init__` is the folder."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "zsell_transform"


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def only_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """Every node that is run: what stands under `if TYPE_CHECKING` is not."""
    for child in ast.iter_child_nodes(node):
        if not only_for_types(child):
            yield child
            yield from statements(child)


MODULES = {module(path): path for path in SOURCES}


def imported(path: Path) -> set[str]:
    """The modules of this package that a module imports, wherever in its text."""
    found: set[str] = set()
    for node in statements(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "zsell_transform":
            room = (node.module or "").removeprefix("zsell_transform").lstrip(".")
            names = {f"{room}.{alias.name}".lstrip(".") for alias in node.names}
            found |= {name if name in MODULES else room for name in names}
        elif isinstance(node, ast.Import):
            names = {alias.name.removeprefix("zsell_transform.") for alias in node.names}
            found |= names & MODULES.keys()
    return (found - {""}) & MODULES.keys()


GRAPH = {name: imported(path) for name, path in MODULES.items()}


def folders(name: str) -> set[str]:
    """`standing.account` → `standing`, whose `__init__` is run before it; but for the package itself."""
    return {name[:end] for end, letter in enumerate(name) if letter == "."}


def run_before(name: str) -> set[str]:
    """What an import of a module runs: what it imports, and each folder that holds that but not itself."""
    return GRAPH[name] | {folder for other in GRAPH[name] for folder in folders(other)} - folders(name)


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(room + ".") for room in rooms)


def others(*rooms: str) -> tuple[str, ...]:
    """All modules outside some rooms."""
    return tuple(name for name in MODULES if not within(name, rooms))


#: The corridor itself, which no room knows.
CORRIDOR = ("migration", "migrated", "output", "ending", "__main__")
#: What a room must not know (rooms are modules or folders), each with its reason.
STRANGERS: dict[str, tuple[tuple[str, ...], str]] = {
    "errors": (tuple(MODULES), "the ground knows nothing"),
    "issues": (others("errors", "issues", "catalogue"), "issues are for everybody"),
    "catalogue": (others("catalogue"), "wording is for everybody"),
    "frames": (others("frames", "machine"), "they hold any frame, whatever it is of"),
    "machine": (others("machine", "errors"), "files and threads are everybody's"),
    "cleaning": (("sell", "pipedrive", "mapping", "survey", "transformers"), "words know no entity"),
    "sell": (("pipedrive", "transformers", "reading", "linker", "lap", "writing"), "Sell knows only itself"),
    "reading": (
        ("survey", "transformers", "linker", "lap", "pipedrive", "writing", "guide"),
        "reading comes before everything",
    ),
    "survey": (("transformers", "linker", "lap", "writing", "guide"), "it only looks at Sell's tables"),
    "linker": (("pipedrive", "transformers", "lap", "writing", "guide"), "it knows nothing of Pipedrive"),
    "transformers": (
        ("linker", "lap", "reading", "writing", "guide", "pipedrive.keys", "pipedrive.exports"),
        "a mapping table, nothing more",
    ),
    "pipedrive.keys": (("sell", "transformers", "reading", "survey"), "keys know nothing of Sell"),
    "pipedrive.wizard": (
        ("mapping", "transformers", "linker", "lap", "writing", "reading", "sell", "survey"),
        "a judge knows nothing of how files are made",
    ),
    "lap": (
        ("transformers", "reading", "writing", "guide", "standing", "proof", "delta"),
        "it decides, it does not write, and what proves it knows more than it",
    ),
    "standing": (
        ("proof", "delta", "twins", "transformers", "reading", "writing", "guide"),
        "it says what stands where, whoever asks",
    ),
    "proof": (("delta",), "what is there is there, whatever it was before"),
    "delta": (("proof",), "what changed is found without a proof"),
    "writing": (("transformers", "linker", "lap", "sell", "pipedrive"), "it writes what it is given"),
    "guide": (("transformers", "reading", "linker"), "it tells what others found"),
}  # fmt: skip


@pytest.mark.parametrize("room", STRANGERS)
def test_a_room_knows_only_what_lies_below_it(room: str) -> None:
    """A forbidden import would turn the one corridor into a maze."""
    strangers, reason = STRANGERS[room]
    strangers += CORRIDOR
    crossed = {
        f"{name} imports {other}"
        for name, others in GRAPH.items()
        if within(name, (room,))
        for other in others
        if within(other, strangers) and not within(other, (room,))
    }

    assert not crossed, reason


def test_entity_modules_do_not_know_each_other() -> None:
    """One can read, change or delete an entity's transformer without looking at another one."""
    from zsell_transform.sell.entities import ENTITIES

    entities = {f"transformers.{entity}" for entity in ENTITIES}

    assert {(name, other) for name in entities & GRAPH.keys() for other in GRAPH[name] & entities} == set()


def test_no_import_goes_round_in_a_circle() -> None:
    """Data goes one way; so do imports."""
    left = {name: run_before(name) - {name} for name in GRAPH}
    # A folder's `__init__` imports its own modules, which may look at each other but not back at it.
    while ready := {name for name, others in left.items() if not others & left.keys()}:
        left = {name: others for name, others in left.items() if name not in ready}

    assert sorted(left) == []


# ---- what nobody does -----------------------------------------------------------------------------------

#: The careful reader takes damaged files record by record, the wizard is a loop by nature, the guide and the
#: console print a few chosen rows, and the counts of the ledger are a handful.
LOOPERS = ("reading", "pipedrive.wizard", "guide", "console", "ending.counting")
LOOPS = {"map_elements", "map_rows", "iter_rows", "rows", "to_dicts"}
#: Who else makes dicts of rows, and of which.
OF_FEW_ROWS = {
    "pipedrive.conflicts": "records that share a key: names of their own are given one after the other",
    "pipedrive.lead_people": "people of leads that fit several known ones, for the same reason",
    "sell.stages": "the stages of an account",
    "survey": "a column each",
    "lap": "a reason to wait each",
    "delta": "a field each",
    "proof": "the lines of a ledger",
    "ending.telling": "a reason or an item each",
    "ending.trial_files": "the links of a trial's records",
}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method, with its name."""
    for node in statements(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def test_nobody_loops_over_rows() -> None:
    """A loop over records is a hundred times slower than an expression, and `map_elements` hides one."""
    found = [
        f"{module(path)}:{call.lineno} {name}"
        for path in SOURCES
        for name, call in calls(path)
        if name == "map_elements" or (name in LOOPS and not within(module(path), LOOPERS))
        if name != "to_dicts" or not within(module(path), tuple(OF_FEW_ROWS))
    ]

    assert found == []


def test_no_path_is_a_pattern() -> None:
    """polars takes `[1]`, `*` and `?` in a path for a pattern, and reads whatever else matches it."""
    readers = {f"{how}_{what}" for how in ("scan", "read") for what in ("csv", "parquet", "ipc", "ndjson")}
    found = [
        f"{module(path)}:{call.lineno} {name}"
        for path in SOURCES
        for name, call in calls(path)
        if name in readers and ast.unparse(call.func).startswith("pl.") and keyword(call, "glob") != "False"
    ]

    assert found == []


#: What an import of the package may bring along; everything else is imported where it is used.
HEAVY = {
    "yaml",
    "jinja2",
    "chardet",
    "zipfile",
    "tqdm",
    "xml",
    "asyncio",
    "importlib.metadata",
}


def test_importing_the_package_is_light() -> None:
    """Start-up counts: a notebook or a small export should not wait for what it does not use."""
    code = "import polars, attrs, sys; had = {*sys.modules}; import zsell_transform"
    code += "; zsell_transform.transform; print(*{*sys.modules} - had)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert HEAVY & set(printed.split()) == set()


def test_what_the_package_exports_is_imported_when_asked_for() -> None:
    """`import zsell_transform` alone waits for nothing, not even for polars."""
    code = "import sys, zsell_transform as zt; print('polars' in sys.modules, *{*zt.__all__} - {*dir(zt)})"
    code += "; print(*[name for name in zt.__all__ if getattr(zt, name) is None])"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert printed == "False\n\n"
    with pytest.raises(AttributeError, match="has no attribute 'transfrom'"):
        zsell_transform.transfrom  # noqa: B018


def test_modules_are_short_enough_to_read() -> None:
    """A module that does not fit on a few screens has more than one job."""
    lines = {module(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}

    assert {name: n for name, n in lines.items() if n > 450} == {}


def first_line(node: ast.FunctionDef) -> int:
    """Where a function's code begins: signature and docstring are read before it, not with it."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return body[0].lineno


def test_functions_are_short_enough_to_read() -> None:
    """Sixty lines are one screen; a table of fields may be as long as it has fields."""
    long = {
        f"{module(path)}.{node.name}": lines
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and not (node.returns and ast.unparse(node.returns) == "Table")
        and (lines := (node.end_lineno or 0) - first_line(node) + 1) > 60
    }

    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    """The first line of a module is its sign on the door."""
    assert [
        module(path) for path in SOURCES if path.read_text().strip() and not ast.get_docstring(tree(path))
    ] == []


def test_no_file_names_a_machine() -> None:
    """Paths of somebody's machine have no place in a repository."""
    files = [
        path
        for folder in ("zsell_transform", "tests", "docs", "benchmarks")
        for path in (ROOT / folder).rglob("*.*")
        if path.suffix != ".pyc"  # compiled modules say where they lie, and are in no repository
    ]
    needles = ("/" + "work" + "/", "/" + "home" + "/", "/" + "root" + "/")
    texts = {path: path.read_text(encoding="utf-8", errors="ignore") for path in files if path.is_file()}

    assert [
        str(path.relative_to(ROOT))
        for path, text in texts.items()
        if any(needle in text for needle in needles)
    ] == []


# ---- the order of records -------------------------------------------------------------------------------


def keyword(call: ast.Call, name: str) -> str | None:
    return next((ast.unparse(given.value) for given in call.keywords if given.arg == name), None)


def unordered(path: Path) -> Iterator[str]:
    """Joins, groups and uniques that leave the order of their rows to the thread count.

    Not looked at: `", ".join(parts)` (no key), semi and anti joins, and what the same statement sorts.
    """
    for statement in ast.walk(tree(path)):
        if not isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr):
            continue
        inside = [
            (n.func.attr, n)
            for n in ast.walk(statement)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        ]
        if any(name == "sort" for name, _ in inside):
            continue
        for name, call in inside:
            keyed = {given.arg for given in call.keywords} & {"on", "left_on", "how"}
            join = name == "join" and bool(keyed) and keyword(call, "how") not in {"'semi'", "'anti'"}
            group = name == "group_by"
            if (join or group) and keyword(call, "maintain_order") in {None, "False"}:
                yield f"{module(path)}:{call.lineno} {name}"


#: Rooms that only count, print or judge: nothing that they touch is written in its order.
ORDERLESS = ("console", "ending.counting", "ending.telling", "guide", "pipedrive.wizard")


def test_order_is_never_left_to_chance() -> None:
    """The same input gives the same bytes on any number of threads; small fixtures never show the fault."""
    assert [
        found for path in SOURCES if not within(module(path), ORDERLESS) for found in unordered(path)
    ] == []
