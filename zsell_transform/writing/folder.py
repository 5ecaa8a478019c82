"""The output folder while it is made: whole or not at all.

    with Folder("lap_1", sources=[export]) as folder:
        sinks = folder.sink("2-persons", [persons])
        pl.collect_all([*sinks, *issues], engine="streaming")
        facts = folder.settle()["2-persons"]
        folder.text("setup.md", setup)
        folder.finish(ledger=…, inputs=…, version=…, mapping_sha256=…)

Left without `finish`, by an exception or by Ctrl-C, it leaves nothing behind and an earlier folder as it was.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import polars as pl

from zsell_transform.errors import TargetError
from zsell_transform.writing.csv_files import CsvSink, Told
from zsell_transform.writing.manifest import NAME, FileFacts, files_in, manifest_text, weigh
from zsell_transform.writing.target import appear, check_target, discard, hidden, recover, sight

#: Where tables lie until it is known how many files each has.
SCRATCH: Final = ".parts"
MEGABYTE: Final = 1_000_000  # the smaller reading of "50 MB", so that either is kept


class Folder:
    """One output folder, made beside its target; without a target, in a temporary place that `close` removes.

    Attributes:
        target: the folder as given; None for a temporary one.
        path: where the files are now: a hidden folder until `finish`, then the target.
        facts: file → what is known of it, for everything written by `sink`, `table` or `text`.
    """

    def __init__(
        self,
        target: str | Path | None,
        sources: Iterable[object] = (),
        *,
        overwrite: bool = False,
        told: Told | None = None,
    ) -> None:
        """Checks the target, and touches nothing yet.

        Args:
            target: the folder that shall appear.
            sources: whatever the run reads (paths and lists of paths; anything else is passed over); the
                target may lie inside, but neither be nor hold one of them.
            overwrite: replace a folder of ours also where its files were changed or others were added.
            told: called with the rows so far of the table that is being written, perhaps from another thread.

        Raises:
            TargetError: naming what would be harmed.
        """
        self.target = None if target is None else Path(target)
        self.facts: dict[str, FileFacts] = {}
        self._told = told
        self._sinks: dict[str, CsvSink] = {}
        self._parents: list[Path] = []
        self._finished = False
        self._real = self.target and self.target.resolve()  # a link to a folder stays a link
        if self.target:
            self._seen = check_target(self.target, _paths(sources), overwrite=overwrite)
        self.path = Path()

    # --- life ---------------------------------------------------------------------------------------------

    def __enter__(self) -> Folder:
        if self._real is None:
            self.path = Path(tempfile.mkdtemp(prefix="zsell-"))
            self._end = weakref.finalize(self, discard, self.path)
            return self
        missing = [place for place in self._real.parents if not place.exists()]
        try:
            self._real.parent.mkdir(parents=True, exist_ok=True)
            self._parents = missing
            self.path = hidden(self._real)
        except OSError as error:
            raise TargetError(f"{self.target} cannot be written: {error.strerror or error}") from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._finished:
            return
        failure = self._failure(error)
        discard(self.path)
        for place in self._parents:
            try:
                place.rmdir()
            except OSError:  # somebody else has put something there meanwhile
                break
        if failure:
            raise TargetError(
                f"{self.target or 'the temporary folder'} cannot be written: {failure}"
            ) from error

    def _failure(self, error: BaseException | None) -> str:
        """What the system said where a file could not be written; polars hides it in an error of its own."""
        if isinstance(error, OSError) and error.filename and self.path in Path(str(error.filename)).parents:
            return error.strerror or str(error)
        if isinstance(error, OSError | pl.exceptions.PolarsError):
            failures = (sink.failure for sink in self._sinks.values())
            return next((one.strerror or str(one) for one in failures if one), "")
        return ""

    def close(self) -> None:
        """Removes a temporary folder; one with a target stays."""
        if self._real is None and self.path != Path():
            self._end()

    # --- files --------------------------------------------------------------------------------------------

    def sink(
        self,
        stem: str,
        parts: pl.LazyFrame | Sequence[pl.LazyFrame],
        *,
        rows: int | None = 50_000,
        megabytes: float | None = 50.0,
        bom: bool = False,
    ) -> list[pl.LazyFrame]:
        """Plans the files of one table; nothing is written until the returned frames are collected together.

        Args:
            stem: `2-persons`, `updates/2-persons`: one file gets this name, several get `-01`, `-02` behind.
            parts: frames whose columns are the file's, in their order; each begins a new file.
            rows, megabytes: what no file may pass; None is no limit.
            bom: begin each file with a byte order mark, for spreadsheets that ask for it.

        Returns:
            The lazy sinks, one a part, for `pl.collect_all(…, engine="streaming")`; then `settle` follows.
        """
        place = self.path / SCRATCH / str(len(self._sinks))
        place.mkdir(parents=True)
        size = None if megabytes is None else int(megabytes * MEGABYTE)
        sink = self._sinks[stem] = CsvSink(place, rows, size, bom, self._told)
        return sink.lazily([parts] if isinstance(parts, pl.LazyFrame) else parts)

    def settle(self) -> dict[str, list[FileFacts]]:
        """Cuts what passed a limit; counts and names the files of all tables collected so far, as planned.

        A table without a record has no file, and an empty list here.
        """
        settled: dict[str, list[FileFacts]] = {}
        for stem, sink in self._sinks.items():
            written = sink.settle()
            names = _names(stem, len(written))
            settled[stem] = []
            for name, (file, rows) in zip(names, written, strict=True):
                file.path.rename(self.place(name))
                settled[stem].append(FileFacts(name, rows, file.size, file.sha256))
            self.facts |= {one.file: one for one in settled[stem]}
        self._sinks.clear()
        discard(self.path / SCRATCH)
        return settled

    def table(
        self,
        stem: str,
        parts: pl.LazyFrame | Sequence[pl.LazyFrame],
        *,
        rows: int | None = 50_000,
        megabytes: float | None = 50.0,
        bom: bool = False,
    ) -> list[FileFacts]:
        """One table at once: `sink`, collect, `settle`."""
        pl.collect_all(self.sink(stem, parts, rows=rows, megabytes=megabytes, bom=bom), engine="streaming")
        return self.settle()[stem]

    def text(self, name: str, text: str) -> FileFacts:
        """A text file, UTF-8, its line ends as they are in `text`."""
        self.place(name).write_bytes(text.encode())
        [self.facts[name]] = weigh(self.path, [name])
        return self.facts[name]

    def place(self, name: str) -> Path:
        """Where to write a file that this class does not write itself (`records/deals.parquet`)."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    # --- the end ------------------------------------------------------------------------------------------

    def finish(
        self,
        *,
        ledger: Sequence[dict[str, Any]],
        inputs: Sequence[dict[str, Any]],
        version: str,
        mapping_sha256: str,
    ) -> Path:
        """Writes the manifest over every file that is there, and lets the folder appear; returns its path.

        Raises:
            TargetError: the target was changed while this run was working.
        """
        other = [file for file in files_in(self.path) if file not in self.facts]
        self.facts |= {one.file: one for one in weigh(self.path, other)}
        manifest = manifest_text(
            ledger=ledger,
            inputs=inputs,
            outputs=self.facts.values(),
            version=version,
            mapping_sha256=mapping_sha256,
        )
        (self.path / NAME).write_bytes(manifest.encode())
        return self.appear()

    def appear(self) -> Path:
        """Lets the folder appear as it is, manifest and all; returns its path.

        Raises:
            TargetError: the target was changed while this run was working.
        """
        if self._real is not None:
            recover(self._real)
            if self._real.is_dir() and sight(self._real) != self._seen:
                raise TargetError(
                    f"{self.target} was changed while this run was working; it was not replaced"
                )
            appear(self.path, self._real)
            self.path = self._real
        self._finished = True
        return self.path


def publish(
    made: Path, target: str | Path, sources: Iterable[object] = (), *, overwrite: bool = False
) -> Path:
    """A finished folder (a temporary one) appears a second time, as `target`, under the same rules.

    Raises:
        TargetError: as `Folder`.
    """
    with Folder(target, sources, overwrite=overwrite) as folder:
        shutil.copytree(made, folder.path, dirs_exist_ok=True)
        return folder.appear()


def _names(stem: str, count: int) -> list[str]:
    if count == 1:
        return [f"{stem}.csv"]
    width = max(2, len(str(count)))
    return [f"{stem}-{number:0{width}}.csv" for number in range(1, count + 1)]


def _paths(given: Iterable[object]) -> list[Path]:
    """The paths among what a run reads; frames and the like cannot be harmed by writing a folder."""
    found: list[Path] = []
    for one in given:
        if isinstance(one, str | Path):
            found.append(Path(one))
        elif isinstance(one, list | tuple):
            found += _paths(one)
    return found
