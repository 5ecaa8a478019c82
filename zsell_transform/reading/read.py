"""`read_export`: whatever a person exported from Sell → an `Export`, in the order in which it is known."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingOf
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.labels import one_label
from zsell_transform.errors import ExportError, MappingError
from zsell_transform.machine.disk import full, readable, temporary_files
from zsell_transform.machine.origins import made_of, origins
from zsell_transform.machine.paths import slashed
from zsell_transform.machine.processes import own_prefix, sweep
from zsell_transform.mapping import Mapping
from zsell_transform.progress import Stage, Tell, silent
from zsell_transform.reading import csv_file, damage, frames, recognise, unite, vocabulary
from zsell_transform.reading.attached import attached
from zsell_transform.reading.csv_file import Table
from zsell_transform.reading.deleted import current
from zsell_transform.reading.dictionaries import Dictionaries, dictionaries_of
from zsell_transform.reading.export import Export, InputFile
from zsell_transform.reading.id_headers import ids_of_parties, unsure, with_id_headers
from zsell_transform.reading.labels import labelled
from zsell_transform.reading.parents import with_parents
from zsell_transform.reading.parties import Known, known_kinds, of_kind, with_kind
from zsell_transform.reading.recognise import Meaning, wishes_for
from zsell_transform.reading.shape import shaped
from zsell_transform.reading.source import Found, files_of, unchanged
from zsell_transform.reading.vocabulary import PARTIES, SMART_LIST
from zsell_transform.sell.columns import DATES, IDS, Headers

#: What a record without an id is known by.
_KNOWN_BY: Final = {
    **dict.fromkeys((*PARTIES, "leads"), "e-mail, else by its name"),
    "deals": "name",
}
#: What somebody owns, of what Smart Lists hold.
_OWNED: Final = (*PARTIES, "leads", "deals")
#: Files that are looked through at once: while one is read, the other is searched.
_AT_ONCE: Final = 2
#: More names than this are not listed in an error.
_NAMES_LISTED: Final = 5


def read_export(source: object, mapping: Any = None) -> Export:
    """A Sell export in any of its families.

    Args:
        source: a folder, zip, CSV file, list of paths, `Export`, or dict of frames by entity, also of
            `users`, `stages` … that give ids their names.
        mapping: YAML path, dict or `Mapping`; its `columns`, `encoding` and `smart_lists` matter here.

    Raises:
        ExportError: nothing there can be read as a Sell export, in one line for a person.
        MappingError: the mapping is wrong, or asks an `Export` to be read otherwise than it was.
    """
    return exported(source, Mapping.load(mapping))


def exported(source: object, ask: Mapping, tell: Tell = silent) -> Export:
    """The same, with a loaded mapping; tells how many bytes are checked."""
    ask.check_columns({entity: vocabulary.canonical_columns(entity) for entity in ask.columns})
    if isinstance(source, Export):
        _expect_read_so(source, ask)
        return source
    with temporary_files(), readable(Path("the export")):
        return _exported(source, ask, tell)


def _expect_read_so(export: Export, ask: Mapping) -> None:
    """What was read is not read again: a wish about reading that comes too late is told, not passed over.

    Raises:
        MappingError: the mapping asks for what the export was read without.
    """
    late = [place for place, wish in ask.of_reading().items() if export.read_by.get(place) != wish]
    if late:
        raise MappingError(
            f"mapping: {_listed(late)}: this export was read without, and columns, encoding and smart_lists "
            "count while files are read: give the same mapping to `zt.read_export`, or the files in place of "
            "the export"
        )


def _exported(source: object, ask: Mapping, tell: Tell) -> Export:
    # An export may be held for long, in a notebook of a machine that shares this folder: no time ends it.
    sweep(Path(gettempdir()), "zsell-*", after=None)
    temporary = TemporaryDirectory(prefix=own_prefix(), ignore_cleanup_errors=True)
    files: list[Found] = []
    try:
        reading = _Reading(ask, Path(temporary.name), tell)
        read = origins(source)
        if isinstance(source, MappingOf):
            reading.tables += frames.tables(source, ask.columns)
        else:
            files = files_of(source, Path(temporary.name) / "zip")
            reading.take_files(files)
            read += tuple(one.path for one in files if Path(temporary.name) not in one.path.parents)
        export = reading.export(temporary)
        made_of(export.tables, read)
        return made_of(export, read)
    except BaseException as error:
        temporary.cleanup()
        if isinstance(error, OSError | pl.exceptions.PolarsError) and not full(error):
            unchanged(files)  # it fails in any words where a file was cut or is gone
        raise


class _Reading:
    """What is known while an export is read: its tables with their meanings, and the issues so far."""

    def __init__(self, ask: Mapping, temporary: Path, tell: Tell) -> None:
        self.ask, self.temporary, self.tell = ask, temporary, tell
        self.tables: list[tuple[Table, Meaning]] = []
        self.origins: list[Found] = []
        self.notes: list[pl.DataFrame] = []
        self.failures: list[str] = []
        self.packed: list[str] = []
        self.ids = ids_of_parties(())
        self.cleared: frozenset[str] = frozenset()  # files with rows that stand for no record

    def take_files(self, found: list[Found]) -> None:
        self.packed = [one.file for one in found if one.is_packed]
        sure = {one.file for one in found if one.is_table or len(found) == 1}
        tables = [one for one in found if one.file in sure or self._is_sells(one, sure)]
        checking = Stage(self.tell, "checking", sum(one.size for one in tables))
        beside = tuple(one.path for one in tables)
        with checking, ThreadPoolExecutor(_AT_ONCE) as pool:
            read = [
                pool.submit(self._read, one, n, checking, beside) if one in tables else None
                for n, one in enumerate(found)
            ]
        for one, table in zip(found, read, strict=True):
            if table is None:
                self.notes.append(_no_table(one, sure))
                continue
            try:
                self._take(one, table.result())
            except ExportError as error:
                self.failures.append(str(error))
                code = "file_unreadable" if one.size else "file_empty"
                self.notes.append(issues.issue(code, file=one.file, field=one.file, detail=str(error)))
        unchanged(found)

    def _is_sells(self, one: Found, tables: Container[str]) -> bool:
        """Whether a file with another ending is a table of Sell's: its header says so, and it is no copy."""
        if one.is_instead or one.copied in tables:
            return False
        headers = csv_file.first_record(one, vocabulary.judge)
        return bool(headers) and bool(recognise.meaning(headers, one.file, self.ask.columns).entity)

    def _read(self, one: Found, n: int, checking: Stage, beside: Sequence[Path]) -> Table:
        asked = _of_file(self.ask.encoding, one.file)
        with checking.share(one.size) as at:
            others = [path for path in beside if path != one.path]
            return csv_file.read(one, self.temporary / str(n), vocabulary.judge, asked, at, others)

    def _take(self, one: Found, table: Table) -> None:
        self.origins.append(one)
        meaning = recognise.meaning(table.names, one.file, self.ask.columns, partial(_are_ids, table))
        self.tables.append((table, meaning))

    # --- tables → an export ----------------------------------------------------------------------------

    def export(self, temporary: TemporaryDirectory[str]) -> Export:
        self.ids = ids_of_parties(self.tables)
        self.tables = [
            (one, with_id_headers(one, of_it, self._wished(of_it), self.ids)) for one, of_it in self.tables
        ]
        left = current(self.tables, lambda entity: wishes_for(entity, self.ask.columns))
        self.tables, self.cleared = left.tables, left.files
        self.notes.append(left.issues)
        carried = [(table, meaning) for table, meaning in self.tables if meaning.is_carried]
        self._refuse_nothing(carried)
        dictionaries = dictionaries_of(self.tables)
        grouped: dict[str, list[unite.Part]] = {}
        parts_of = [
            self._part(table, meaning, dictionaries, self.temporary / f"part{n}")
            for n, (table, meaning) in enumerate(carried)
        ]
        meanings = [meaning for _, meaning in carried]
        known = known_kinds([(one, part.frame) for one, part in zip(meanings, parts_of, strict=True)])
        for meaning, part in zip(meanings, parts_of, strict=True):
            group = "contacts" if meaning.entity in PARTIES else meaning.entity
            grouped.setdefault(group, []).append(self._with_kind(part, meaning, known))
        parts, merged = self._united(grouped)
        if "companies" in parts:
            parts["companies"], told = with_parents(parts["companies"])
            self.notes.append(told)
        with_labels = labelled(parts, self.tables)
        beside = attached(with_labels.parts, self.tables)
        self.notes += [with_labels.issues, beside.issues]
        files = beside.files | with_labels.files
        return Export(
            with_labels.parts | ({"deals": beside.deals} if beside.files else {}),
            tuple(_input_file(table, meaning) for table, meaning in self.tables),
            issues.gather([*self._of_files(files), *self.notes]),
            unknown={
                table.file: table.frame.drop("_row")
                for table, meaning in self.tables
                if not (meaning.is_carried or meaning.is_dictionary or table.file in files)
            },
            merged=merged,
            dictionaries=dictionaries,
            headers=_headers(carried),
            origins=tuple(self.origins),
            read_by=self.ask.of_reading(),
            temporary=temporary,
        )

    def _refuse_nothing(self, carried: list[tuple[Table, Meaning]]) -> None:
        """One line that says why there is nothing to migrate, where there is nothing.

        Raises:
            ExportError: no file is recognised, or none of them holds a record.
        """
        if any(table.rows for table, _ in carried):
            return
        if carried:
            none = "no record below it" + (" that was not deleted in Sell" if self.cleared else "")
            raise ExportError(f"{_listed(table.file for table, _ in carried)}: there is a header, but {none}")
        if self.failures and not self.tables:
            raise ExportError("; ".join(self.failures[:_NAMES_LISTED]))
        if not self.tables and self.packed:
            raise ExportError(f"{_listed(self.packed)}: packed; unpack it, and give the folder again")
        if not self.tables:
            raise ExportError(
                "there is no CSV file here: give the folder, zip or files of a Zendesk Sell export"
            )
        names = _listed(table.file for table, _ in self.tables)
        if all(meaning.is_pipedrives for _, meaning in self.tables):
            raise ExportError(
                f"{names}: from or for Pipedrive; give Sell's export here, and Pipedrive's as `pipedrive`"
            )
        raise ExportError(f"no header of a Zendesk Sell export was recognised in {names}")

    def _wished(self, meaning: Meaning) -> dict[str, str]:
        """The headers of a table of which the mapping says what they mean."""
        return wishes_for(meaning.entity, self.ask.columns)

    def _part(
        self, table: Table, meaning: Meaning, dictionaries: Dictionaries, temporary: Path
    ) -> unite.Part:
        """One file as a canonical table, with everything told that can be told of it alone."""
        kinds = PARTIES if meaning.entity in PARTIES else (meaning.entity,)
        wishes = {kind: self.ask.columns.get(kind, {}) for kind in kinds}
        frame, notes = shaped(table, meaning, wishes, dictionaries, temporary)
        self.notes.append(notes)
        if label := _of_file(self.ask.smart_lists, table.file):
            frame = frame.with_columns(pl.lit(one_label(label)).alias("_smart_list"))
        columns = tuple(frame.collect_schema().names())
        if table.suspicious or table.odd_ids:
            ids = sorted(IDS.get(meaning.entity, frozenset()) & set(columns))
            frame, ruined = damage.without_ruined_ids(frame, ids, table.file)
            self._tell(meaning.entity, ruined)
        if table.suspicious:
            self._tell(meaning.entity, damage.cells(frame, table.file))
        days = sorted(DATES.get(meaning.entity, frozenset()) & set(columns))
        self._tell(meaning.entity, damage.serial_days(frame, days, table.file))
        if "id" not in columns and table.rows:
            by = _KNOWN_BY.get(meaning.entity, "content, date and link")
            told = partial(issues.issue, entity=meaning.entity, file=table.file)
            self.notes.append(told("records_without_id", field="id", value=table.rows, detail=by))
        only = True if meaning.entity == "companies" and "is_organisation" not in columns else None
        return unite.Part(table.file, meaning.family, frame, columns, only)

    def _with_kind(self, part: unite.Part, meaning: Meaning, known: Known) -> unite.Part:
        """The part with `_company`, if it holds people or companies."""
        if meaning.entity not in PARTIES:
            return part
        frame, notes = with_kind(part.frame, meaning, part.file, known)
        self.notes.append(notes)
        return attrs.evolve(part, frame=frame, columns=(*part.columns, "_company"))

    def _united(
        self, grouped: dict[str, list[unite.Part]]
    ) -> tuple[dict[str, tuple[pl.LazyFrame, ...]], dict[str, int]]:
        """Each entity's tables, disjoint by id, companies and people apart; how many records were united."""
        parts: dict[str, tuple[pl.LazyFrame, ...]] = {}
        merged: dict[str, int] = {}
        for group, files in grouped.items():
            whole = unite.united(files, group, self.temporary / f"united_{group}")
            self.notes.append(whole.issues)
            kinds = (("companies", True), ("contacts", False)) if group in PARTIES else ((group, None),)
            for entity, company in kinds:
                held = [frame for frame, only in whole.tables if only is None or only == company]
                parts[entity] = tuple(of_kind(frame, company) for frame in held)
                if count := whole.merged.get(company):
                    merged[entity] = count
        return parts, merged

    def _of_files(self, beside: frozenset[str]) -> list[pl.DataFrame]:
        """What is told of files as wholes: how they were read, and those that are left alone.

        Args:
            beside: files whose rows stand on deals or are labels of records.
        """
        told = []
        for table, meaning in self.tables:
            told.append(table.issues.with_columns(pl.lit(meaning.entity or None, pl.String).alias("entity")))
            whole = partial(issues.issue, file=table.file, field=table.file)
            if table.names and recognise.is_named_by_place(meaning, first := table.names[0]):
                by_place = partial(issues.issue, entity=meaning.entity, file=table.file, field=first)
                told.append(by_place("name_by_place", value=table.rows))
            if others := self._without_owner(table, meaning):
                ownerless = partial(issues.issue, entity=meaning.entity, file=table.file, field="owner")
                told.append(ownerless("owner_not_known", value=table.rows, detail=others))
            told += self._unsure_ids(table, meaning)
            is_record_list = not (meaning.is_pipedrives or meaning.is_dictionary)
            if is_record_list and not table.rows and table.file not in self.cleared:
                told.append(whole("header_without_records", entity=meaning.entity or None))
            elif meaning.is_pipedrives:
                told.append(whole("file_of_pipedrives", value=table.rows))
            elif not meaning.entity:
                told.append(whole("table_not_recognised", value=table.rows))
            elif not (meaning.is_carried or meaning.is_dictionary or table.file in beside):
                told.append(whole("file_not_carried", value=table.rows))
        return told

    def _without_owner(self, table: Table, meaning: Meaning) -> str:
        """Where the records of a Smart List have no owner: the headers that may mean one; else blank.

        Nearly every list shows the owner. One under a name that is not known becomes a custom field, and its
        records go to whoever imports them.
        """
        is_list = meaning.family == SMART_LIST and meaning.entity in _OWNED and table.rows
        if not is_list or "owner" in meaning.columns.values():
            return ""
        if self._is_told_elsewhere(meaning, {"owner", "owner_id"}):
            return ""
        wished = self.ask.columns.get(meaning.entity, ())
        known = {*meaning.columns, *meaning.rivals, *meaning.momentary, *wished}
        known |= vocabulary.canonical_columns(meaning.entity)
        unknown = [name for name in table.names if name not in known]
        return _listed(unknown) if unknown else ""

    def _unsure_ids(self, table: Table, meaning: Meaning) -> Iterator[pl.DataFrame]:
        """Headers of a Smart List that may be those of the ids of what it names, which nobody knows."""
        for one in unsure(table, meaning, self._wished(meaning), self.ids):
            if not self._is_told_elsewhere(meaning, {*one.columns}):
                yield issues.issue(
                    "link_id_not_known",
                    entity=meaning.entity,
                    file=table.file,
                    field=one.header,
                    value=_listed(one.names),
                    detail=" or ".join(one.columns),
                )

    def _is_told_elsewhere(self, meaning: Meaning, columns: set[str]) -> bool:
        """Whether an export that always has one of some columns stands beside a list."""
        kinds = PARTIES if meaning.entity in PARTIES else (meaning.entity,)
        return any(
            other.entity in kinds and other.family != SMART_LIST and bool(columns & {*other.columns.values()})
            for _, other in self.tables
        )

    def _tell(self, entity: str, found: pl.DataFrame) -> None:
        self.notes.append(found.with_columns(pl.lit(entity).alias("entity")))


def _are_ids(table: Table, header: str) -> bool:
    """Whether a column may hold the ids of its records: a long number in each, and no number twice."""
    cells = pl.col(header).str.strip_chars()
    long_numbers = cells.str.contains(r"^\d{4,}$").all()
    asked = table.frame.select(may_be=long_numbers & cells.is_unique().all(), blank=cells.null_count())
    may_be, blank = asked.collect(engine="streaming").row(0)
    return bool(may_be) and not blank


def _headers(carried: list[tuple[Table, Meaning]]) -> dict[str, Headers]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for table, meaning in carried:
        for entity in PARTIES if meaning.entity in PARTIES else (meaning.entity,):
            known = found.setdefault(entity, {})
            for header in table.names:
                meant = (*known.get(header, ()), meaning.columns.get(header, ""))
                known[header] = tuple(dict.fromkeys(filter(None, meant)))
    return dict(found)


def _no_table(one: Found, tables: Container[str]) -> pl.DataFrame:
    """What is told of a file that is not read: most of all where it may be one of Sell's lists.

    Args:
        tables: names of files that are read.
    """
    told = partial(issues.issue, file=one.file, field=one.file)
    if read := [name for name in one.copies if name in tables]:
        return told("file_copied", detail=read[0])
    if not one.is_instead:
        return told("file_not_recognised")
    hinted = bool(recognise.hinted(one.file))
    if one.is_packed_table or (hinted and one.is_packed and not one.is_archive):
        return told("list_packed", detail=one.is_instead)
    code = "list_not_csv" if hinted and not one.is_packed else "file_not_csv"
    return told(code, detail=one.is_instead)


def _input_file(table: Table, meaning: Meaning) -> InputFile:
    return InputFile(
        table.file, meaning.entity, meaning.family, table.encoding, table.delimiter, table.rows, table.sha256
    )


def _of_file(wishes: MappingOf[str, str], file: str) -> str | None:
    """What the mapping says of a file, by its whole name or its last part."""
    name = slashed(file)
    return wishes.get(name) or wishes.get(name.rsplit("/", 1)[-1])


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _NAMES_LISTED} more" if len(every) > _NAMES_LISTED else ""
    return ", ".join(every[:_NAMES_LISTED]) + more
