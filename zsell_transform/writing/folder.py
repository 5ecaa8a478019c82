"""The output folder while it is made: whole or not at all.

    with Folder("lap_1", sources=[export]) as folder:
        part = folder.roll("2-persons")
        part.add(persons)
        facts = folder.settle()["2-persons"]
        folder.text("setup.md", setup)
        folder.finish(ledger=…, inputs=…, version=…, mapping_sha256=…)

Left without `finish`, by an exception or by Ctrl-C, it leaves nothing behind and an earlier folder as it was.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final

import polars as pl

from zsell_transform.errors import TargetError
from zsell_transform.machine.disk import full
from zsell_transform.machine.moves import discard, move
from zsell_transform.machine.origins import origins
from zsell_transform.machine.paths import path_of
from zsell_transform.machine.processes import own_prefix
from zsell_transform.machine.signals import deferred
from zsell_transform.writing.appearing import appear, clear, hidden, recover
from zsell_transform.writing.manifest import NAME, FileFacts, files_in, manifest_text, weigh
from zsell_transform.writing.rolling import MEGABYTES, ROWS, Rolled, Rolling
from zsell_transform.writing.target import check_target, is_same, keep_apart, look

#: Where tables lie until it is known how many files each has.
SCRATCH: Final = ".parts"
MEGABYTE: Final = 1_000_000  # the smaller reading of "50 MB", so that either is kept


class Folder:
    """One output folder, made beside its target; without a target, in a temporary place that `close` removes.

    Attributes:
        target: the folder as given; None for a temporary one.
        path: where the files are now: a hidden folder until `finish`, then the target.
        facts: file → what is known of it, for everything written by `roll`, `table` or `text`.
        sources: the paths of what the run reads, from the root, so that they hold wherever one goes.
    """

    def __init__(
        self,
        target: str | Path | None,
        sources: Iterable[object] = (),
        *,
        overwrite: bool = False,
        sign: str | None = None,
    ) -> None:
        """Checks the target, and touches nothing yet.

        Args:
            target: the folder that shall appear.
            sources: whatever the run reads, in any form (`origins`); the target may lie inside, but neither
                be nor hold one of them.
            overwrite: replace a folder of ours also where its files were changed or others were added.
            sign: the file by which folders of this kind are known, where no other kind may be replaced.

        Raises:
            TargetError: naming what would be harmed.
        """
        self.target = None if target is None else path_of(target, "the target", TargetError)
        self.facts: dict[str, FileFacts] = {}
        self._rolling: dict[str, list[Rolling]] = {}
        self._rolled: dict[str, Rolled] = {}
        self._parents: list[Path] = []
        self._finished = False
        self._real = self.target and self.target.resolve()  # a link to a folder stays a link
        self.sources: tuple[Path, ...] = ()
        self.reads(*sources)
        if self.target:
            self._seen = check_target(self.target, overwrite=overwrite, sign=sign)
        self.path = Path()

    def reads(self, *sources: object) -> None:
        """Notes what the run reads: the target may lie inside, but neither be nor hold any of it.

        Raises:
            TargetError: naming what would be harmed.
        """
        paths = origins(sources)
        if self.target:
            keep_apart(self.target, paths)
        self.sources += tuple(path.absolute() for path in paths)

    # --- life ---------------------------------------------------------------------------------------------

    def __enter__(self) -> Folder:
        if self._real is None:
            self.path = Path(tempfile.mkdtemp(prefix=own_prefix()))
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
            if self.target and kind is KeyboardInterrupt:
                raise KeyboardInterrupt(f"{self.target} is written") from error
            return
        failure = self._failure(error)
        self._let_go()
        clear(self.path)
        for place in self._parents:
            try:
                place.rmdir()
            except OSError:  # somebody else has put something there meanwhile
                break
        if failure:
            told = self.target or f"the folder of temporary files, {self.path.parent},"
            raise TargetError(f"{told} cannot be written: {failure}") from error

    def _failure(self, error: BaseException | None) -> str:
        """What the system said where a file could not be written."""
        if isinstance(error, OSError) and self._is_ours(error.filename):
            return error.strerror or str(error)
        return full(error)

    def _is_ours(self, file: object) -> bool:
        return bool(file) and self.path in Path(str(file)).parents

    def _let_go(self) -> None:
        """Closes what a run that failed has left open; where the disk is full, that fails once more."""
        for parts in self._rolling.values():
            for part in parts:
                with suppress(OSError):
                    part.close()

    def close(self) -> None:
        """Removes a temporary folder; one with a target stays."""
        if self._real is None and self.path != Path():
            self._end()

    # --- files --------------------------------------------------------------------------------------------

    def roll(
        self, stem: str, *, rows: int | None = ROWS, megabytes: float | None = MEGABYTES, bom: bool = False
    ) -> Rolling:
        """The next part of a table, to which rows are added as they come; `settle` names its files.

        Args:
            stem: `2-persons`, `updates/2-persons`: one file gets this name, several get `-01`, `-02` behind.
            rows, megabytes: what no file may pass; None is no limit.
            bom: begin each file with a byte order mark, for spreadsheets that ask for it.
        """
        place = self.path / SCRATCH
        place.mkdir(parents=True, exist_ok=True)
        size = None if megabytes is None else octets(megabytes)
        parts = self._rolling.setdefault(stem, [])
        number = sum(map(len, self._rolling.values()))
        parts.append(Rolling(place, str(number), rows, size, bom))
        return parts[-1]

    def settle(self) -> dict[str, list[FileFacts]]:
        """Counts and names the files of all tables rolled so far; a table without a record has no file."""
        settled: dict[str, list[FileFacts]] = {}
        for stem, parts in self._rolling.items():
            written = [file for part in parts for file in part.close()]
            settled[stem] = []
            for name, file in zip(_names(stem, len(written)), written, strict=True):
                file.path = move(file.path, self.place(name))
                self._rolled[name] = file
                settled[stem].append(FileFacts(name, file.rows, file.bytes, file.sha256))
            self.facts |= {one.file: one for one in settled[stem]}
        self._rolling.clear()
        discard(self.path / SCRATCH)
        return settled

    def table(
        self,
        stem: str,
        parts: pl.LazyFrame | Sequence[pl.LazyFrame],
        *,
        rows: int | None = ROWS,
        megabytes: float | None = MEGABYTES,
        bom: bool = False,
    ) -> list[FileFacts]:
        """One small table at once, each frame a part of its own."""
        for part in [parts] if isinstance(parts, pl.LazyFrame) else parts:
            self.roll(stem, rows=rows, megabytes=megabytes, bom=bom).add(part.collect())
        return self.settle().get(stem, [])

    def headers(self, name: str) -> tuple[str, ...]:
        """The columns of a table written here."""
        return self._rolled[name].columns

    def read(self, name: str, at: Sequence[int]) -> pl.DataFrame:
        """A few rows of a table written here, by their numbers from 0 in rising order; not the others."""
        return self._rolled[name].read(at)

    def text(self, name: str, text: str) -> FileFacts:
        """A text file, UTF-8, its line ends as they are in `text`."""
        data = text.encode()
        self.place(name).write_bytes(data)
        self.facts[name] = FileFacts(name, None, len(data), hashlib.sha256(data).hexdigest())
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
        fields: MappingOf[str, MappingOf[str, str]] = MappingProxyType({}),
    ) -> Path:
        """Writes the manifest over every file that is there, and lets the folder appear; returns its path.

        Raises:
            TargetError: the target was changed while this run was working.
        """
        other = [file for file in files_in(self.path) if file not in self.facts and file[-1] != "/"]
        self.facts |= {one.file: one for one in weigh(self.path, other)}
        manifest = manifest_text(
            ledger=ledger,
            inputs=inputs,
            outputs=self.facts.values(),
            version=version,
            mapping_sha256=mapping_sha256,
            fields=fields,
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
            if self._real.is_dir() and look(self._real) != self._seen:
                raise TargetError(
                    f"{self.target} was changed while this run was working; it was not replaced"
                )
            with deferred():  # once it is there, whoever asks to stop comes too late
                earlier = appear(self.path, self._real)
                self.path, self._finished = self._real, True
            clear(earlier)
        self._finished = True
        return self.path


def octets(megabytes: float) -> int:
    """The most bytes that a file of so many megabytes may have."""
    return int(megabytes * MEGABYTE)


def publish(made: Folder, target: str | Path, *, overwrite: bool = False) -> Path:
    """A finished folder (a temporary one) appears a second time, as `target`, under the same rules: what its
    run has read is not written over now either.

    Raises:
        TargetError: as `Folder`.
    """
    folder = Folder(target, made.sources, overwrite=overwrite)
    if folder.target and not is_same(folder.target, made.path):
        keep_apart(folder.target, [made.path], mutually=True)
    gone = [file for file in made.facts if not (made.path / file).is_file()]
    if gone:
        raise TargetError(f"{gone[0]} of this lap is no longer where it was kept, {made.path}: run it again")
    with folder:
        mode = folder.path.stat().st_mode  # a temporary folder's is another
        shutil.copytree(made.path, folder.path, dirs_exist_ok=True)
        folder.path.chmod(mode)
        return folder.appear()


def _names(stem: str, count: int) -> list[str]:
    if count == 1:
        return [f"{stem}.csv"]
    width = max(2, len(str(count)))
    return [f"{stem}-{number:0{width}}.csv" for number in range(1, count + 1)]
