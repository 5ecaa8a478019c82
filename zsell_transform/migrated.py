"""What `transform` gives back: the tables, the ledger, the issues, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import attrs
import polars as pl

from zsell_transform.errors import ExportError
from zsell_transform.frames.tables import Named, Tables
from zsell_transform.guide.laps import next_folder
from zsell_transform.guide.setup import Setup
from zsell_transform.guide.story import Story
from zsell_transform.guide.words import upright
from zsell_transform.machine.given import expect
from zsell_transform.machine.paths import as_given, as_text, path_of
from zsell_transform.machine.single import Single
from zsell_transform.sell.entities import ITEMS
from zsell_transform.writing.folder import Folder, publish
from zsell_transform.writing.manifest import FileFacts

if TYPE_CHECKING:
    from zsell_transform.pipedrive.wizard import Rehearsal


@attrs.frozen(eq=False, repr=False)
class Migration(Single):
    """One lap of a migration.

    Attributes:
        issues: what could not be carried as it was, in the columns of `issues.csv` (severity, code, entity,
            file, row …).
        complete: True when nothing was missing, nothing waits, and every file of the export could be read.
        story: everything that report and notebook show.
        rehearsal: what the wizard's model made of the files, or None.
    """

    _OURS: ClassVar = frozenset({"story"})
    _ELSEWHERE: ClassVar = (
        'its tables are files of a run; write it to a folder (`migration.write("lap_1")`), and read the'
        " numbered files or `records/` there"
    )
    issues: pl.DataFrame
    complete: bool
    story: Story
    rehearsal: Rehearsal | None
    _ledger: pl.DataFrame
    _setup: Setup
    _written: MappingOf[str, tuple[FileFacts, ...]]
    _updates: tuple[FileFacts, ...]
    _home: Folder
    _target: Path | None

    def summary(self) -> pl.DataFrame:
        """The ledger, one row a Sell entity: entity, target, rows_in, added, rows_out, present, waiting,
        merged, skipped, updated, linked, unlinked, errors, warnings. Always `rows_in + added == rows_out +
        present + waiting + merged + skipped`.
        """
        return self._ledger

    @property
    def tables(self) -> Tables:
        """Item → the rows of its numbered files, all text, read whenever asked for; empty cells are null."""
        return Tables(ITEMS, self.scan)

    def scan(self, item: str) -> pl.LazyFrame:
        """The same for one item, lazily; the columns are those of its numbered files, all parts together.

        Raises:
            KeyError: there is no such item.
            ExportError: a file of the lap is no longer where it was written.
        """
        if item not in ITEMS:
            raise KeyError(f"{item!r} is no item; there are {', '.join(ITEMS)}")
        paths = [self._home.path / facts.file for facts in self._written.get(item, ())]
        if missing := [path.name for path in paths if not path.exists()]:
            raise ExportError(
                f"{missing[0]} of this lap is no longer where it was written: {self._home.path}"
            )
        return scan_files(paths)

    @property
    def setup(self) -> dict[str, pl.DataFrame]:
        """What to create in Pipedrive first, by topic: users, currencies, fields, labels, stages,
        activity_types, lost_reasons, filters, columns, plan.
        """
        return Named(self._setup.tables)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files to upload, in order: the numbered ones, then `updates/`; none without a target."""
        if self._target is None:
            return ()
        numbered = (facts for item in ITEMS for facts in self._written.get(item, ()))
        return tuple(self._target / facts.file for facts in (*numbered, *self._updates))

    def write(self, target: str | Path, *, overwrite: bool = False) -> Migration:
        """Writes the whole folder; what `transform(…, target)` would have written.

        Returns:
            The migration with its folder: `files` and the next steps are those of the returned one, and this
            one goes on having none.

        Raises:
            TargetError, ZsellError: as for `transform`.
        """
        expect(overwrite=overwrite)
        publish(self._home, target, overwrite=overwrite)
        name = as_given(as_text(target))
        after = next_folder(name, self.story.lap, delta=self.story.previous is not None)
        named = attrs.evolve(self.story, target=name, next_target=after)
        return attrs.evolve(self, target=path_of(target), story=named)

    def __repr__(self) -> str:
        from zsell_transform.guide.notebook import migration_text

        return upright(migration_text(self.story))

    def _repr_html_(self) -> str:
        from zsell_transform.guide.notebook import migration_html

        return upright(migration_html(self.story))


def scan_files(paths: list[Path]) -> pl.LazyFrame:
    """Written files, all text, one below the other; columns that a part lacks are null there."""
    if not paths:
        return pl.LazyFrame()
    scans = (pl.scan_csv(path, infer_schema=False, glob=False) for path in paths)
    return pl.concat(scans, how="diagonal")


__all__: Final = ["Migration", "scan_files"]
