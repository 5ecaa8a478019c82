"""The docs are true: every block of code runs, every output shown is what comes out, every page can be found.

Sybil cuts the blocks out of README and docs. They run page by page in a folder with a Sell export under the
names that the docs use. A `text` block behind a `python` block is what the last line of that block shows.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser

import zsell_transform as zt
from zsell_transform.__main__ import main
from zsell_transform.issues import KINDS
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS, SOURCES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def run_python(example: Example) -> None:
    """Run the block; what its last line is worth is kept for a `text` block behind it."""
    block, names = ast.parse(example.parsed), example.namespace
    last = block.body.pop() if isinstance(block.body[-1], ast.Expr) else None
    exec(compile(block, str(example.path), "exec"), names)
    names["shown"] = eval(ast.unparse(last), names) if last else None


def compare_text(example: Example) -> None:
    """A `text` block that follows a shown value is its representation; others are prose or pictures."""
    shown = example.namespace.pop("shown", None)
    if shown is None:
        return
    told, right = str(example.parsed).rstrip("\n"), repr(shown).rstrip("\n")
    if example.namespace["rewrite"]:
        example.namespace["rewritten"].append((told, right))
    else:
        assert told == right, "pytest tests/test_docs.py --golden rewrites it"


def load_mapping(example: Example) -> None:
    """A `yaml` block is a mapping, or a part of one."""
    zt.Mapping.load(yaml.safe_load(example.parsed))


def run_command(example: Example) -> None:
    """Lines that call the command run here; setting up environments is CI's part."""
    for line in str(example.parsed).splitlines():
        if line.startswith("python -m zsell_transform"):
            assert main(shlex.split(line)[3:]) in {0, 1}, line


PARSERS = [
    CodeBlockParser(language="python", evaluator=run_python),
    CodeBlockParser(language="text", evaluator=compare_text),
    CodeBlockParser(language="yaml", evaluator=load_mapping),
    CodeBlockParser(language="sh", evaluator=run_command),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """A folder with the sample under the names of the docs, as the working directory."""
    samples = ROOT / "sample_exports"
    shutil.copytree(samples, tmp_path / "sample_exports")
    for name in ("sell_export", "sell_export_2"):
        shutil.copytree(samples / "sell", tmp_path / name)
    shutil.copytree(samples / "smart_lists_en", tmp_path / "smart_lists")
    shutil.copytree(samples / "pipedrive_after_lap_1", tmp_path / "pipedrive_export")
    (tmp_path / "any.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_block_runs(page: Path, desk: Path, request: pytest.FixtureRequest) -> None:
    """Code that a reader may copy works, and shows what the page says that it shows."""
    document = Sybil(PARSERS).parse(page)
    if page.name == "delta.md":  # it goes on from a lap that was imported
        zt.transform("sell_export", "lap_1", rehearse=False)
    document.namespace |= {"rewrite": request.config.getoption("--golden"), "rewritten": []}
    for example in document.examples():
        example.evaluate()
    text = page.read_text(encoding="utf-8")
    for told, right in document.namespace["rewritten"]:
        text = text.replace(f"```text\n{told}\n```", f"```text\n{right}\n```", 1)
    if document.namespace["rewritten"]:
        page.write_text(text, encoding="utf-8")


def linked(text: str) -> list[str]:
    """Targets of relative links, without anchors."""
    return [target.split("#")[0] for target in re.findall(r"\]\((?!https?:)([^)#][^)]*)\)", text)]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    """Relative links point to files that are there."""
    targets = linked(page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def menu() -> set[str]:
    """The pages in the site's menu."""
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    return set(re.findall(r": ([\w/-]+\.(?:md|ipynb))$", text, re.MULTILINE))


def test_every_page_is_in_the_menu() -> None:
    """A page that nobody can find is no page."""
    docs = ROOT / "docs"
    pages = {str(path.relative_to(docs)) for kind in ("*.md", "*.ipynb") for path in docs.rglob(kind)}

    assert pages == menu()


def test_every_public_name_is_in_the_reference() -> None:
    """What can be imported can be looked up."""
    text = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^::: zsell_transform\.(\w+)$", text, re.MULTILINE))
    errors = {name for name in zt.__all__ if name.endswith("Error")}

    assert set(zt.__all__) - {"__version__"} - errors == documented - {"errors"}


def test_the_mapping_page_knows_every_key() -> None:
    """The page shows each key of the mapping once, with its default where it has one."""
    import attrs

    text = (ROOT / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")
    shown: dict[str, Any] = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)[0])
    keys = {field.name for field in attrs.fields(zt.Mapping) if not field.name.startswith("_")}

    assert set(shown) == keys


def test_readme_has_two_commands_of_one_line() -> None:
    """CI runs them word for word: the first makes the sample's files, the second runs the tests."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line.startswith("python3 -m venv")]

    assert len(commands) == 2
    assert commands[0].endswith("-m zsell_transform sample_exports/sell lap_1")
    assert "pytest" in commands[1]


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """What fills the reference pages; what it sets in the environment ends with the test."""
    monkeypatch.setenv("TQDM_DISABLE", "1")
    spec = importlib.util.spec_from_file_location("hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_pages_leave_nothing_open(hooks: ModuleType) -> None:
    """Texts of activities and notes had no source, sources of assumptions no place, advice had raw slots."""
    rows = hooks.fields().splitlines()
    for column, kind in (("Note", "large_text"), ("Content", "content")):
        [row] = [row for row in rows if row.startswith(f"| `{column}` | {kind} |")]
        assert "`content`" in row
    assert [row for row in rows if row.startswith("| `Email` | email | create as *Text* |")]
    cited = {code for one in ASSUMPTIONS.values() for code in re.findall(r"\b[KFRVN]\d+\b", one.source)}
    assert cited == set(SOURCES)
    assert [code for code, kind in KINDS.items() if re.search(r"\{\w+\}", kind.todo.split("`")[0])] == []


def test_links_of_the_tutorial_are_addresses_on_the_site(hooks: ModuleType) -> None:
    """MkDocs leaves those of a notebook as they are: `how-to/trial.md` led nowhere."""
    there = SimpleNamespace(url_relative_to=lambda _: "../how-to/trial/")
    files = SimpleNamespace(get_file_from_path=lambda path: there if path == "how-to/trial.md" else None)
    html = '<a href="how-to/trial.md#x">a</a> <a href="nowhere.md">b</a>'

    def shown(path: str) -> str:
        page = SimpleNamespace(file=SimpleNamespace(src_uri=path))
        return str(hooks.on_page_content(html, page=page, files=files))

    assert shown("tutorial.ipynb") == '<a href="../how-to/trial/#x">a</a> <a href="nowhere.md">b</a>'
    assert shown("index.md") == html
