"""`verify`: is everything of a Sell export in Pipedrive, value by value and link by link?

Reads both exports, works out what the mapping would write, and compares it with what Pipedrive shows. Nothing
is taken from the files of a lap, so that a fault of writing, importing or working by hand shows alike.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import attrs
import polars as pl

from zsell_transform._version import VERSION
from zsell_transform.details import Details
from zsell_transform.drafting import Drafts, draft_all
from zsell_transform.intake import take_in
from zsell_transform.lap import plan
from zsell_transform.lap.words import OUT
from zsell_transform.linked import linked
from zsell_transform.linker import Graph
from zsell_transform.machine.disk import temporary_files
from zsell_transform.machine.given import expect
from zsell_transform.machine.origins import origins
from zsell_transform.machine.processes import own_prefix
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import NOTE, STEMS
from zsell_transform.pipedrive.namesakes import twins
from zsell_transform.progress import Progress, Stage, Tell
from zsell_transform.proof.account import Account, account, presence
from zsell_transform.proof.added import added_links
from zsell_transform.proof.closed_stages import placed_earlier, without_placed_earlier
from zsell_transform.proof.differences import (
    DIFFERING,
    differing,
    doubled,
    other_company,
    other_names,
    unseen_columns,
    wished,
)
from zsell_transform.proof.leads import lead_notes, without_said
from zsell_transform.proof.links import (
    Links,
    compare_links,
    lead_people,
    without_misled,
    without_sells_own,
)
from zsell_transform.proof.placeholders import settled, without_needless
from zsell_transform.proof.readings import without_readings
from zsell_transform.proof.repair import link_files, note_parts, value_files
from zsell_transform.proof.skips import read_skip_files
from zsell_transform.proof.unseen import not_exported, unverifiable
from zsell_transform.sell.entities import ENTITIES, TARGETS
from zsell_transform.twins import named_as_there
from zsell_transform.writing.folder import Folder

MISSING: Final = dict.fromkeys(("entity", "item", "source_id", "name", "reason"), pl.String)
MERGED: Final[dict[str, Any]] = {
    "entity": pl.String, "item": pl.String, "system_id": pl.String, "name": pl.String,
    "source_ids": pl.String, "records": pl.Int64,
}  # fmt: skip
SUMMARY: Final = (
    "entity", "in_sell", "added", "there", "missing", "left_out", "merged", "differing", "wrong_links",
    "unverifiable",
)  # fmt: skip
#: Why a record is missing that the next lap would write.
NEXT_LAP: Final = "not in Pipedrive: the next lap writes it"
NO_MAPPING: Final = (
    "No mapping was given, so this compares with what the defaults write: if the laps had one, give the "
    "proof the same."
)
#: The page of a proof, by which its folder is told from that of a lap: a lap is never replaced by a proof.
PAGE: Final = "proof.html"
Frames = dict[str, pl.DataFrame]


@attrs.frozen(eq=False, repr=False)
class Proof:
    """What a comparison found. Every frame is empty where there is nothing to tell.

    Attributes:
        ok: entity, id, system_id: records that are there with all that can be seen of them.
        missing: entity, item, source_id, name, reason.
        merged: entity, item, system_id, name, source_ids, records: records of Pipedrive that hold several of
            Sell's, other than by wish of the mapping.
        differing: entity, source_id, system_id, field, sell, pipedrive: values of Sell's that Pipedrive shows
            otherwise. Cells that are blank in Sell are not compared, nor ` (City)` behind a name that was
            kept apart.
        links: entity, source_id, system_id, relation, expected (Sell id), expected_system_id, found.
        parties_only: the same columns, of activities and notes that a single pass wrote without their deal
            or lead; they do not count against the proof, and `repair/links` adds what is missing.
        unverifiable: entity, field, count, reason: what Pipedrive's exports do not show, and stages of closed
            deals that an earlier run chose.
        skipped: file, row, entity, source_id, name, reason, to_do: rows of Pipedrive's skip files.
        twins: item, system_id, name, beside, sell_id: records without a Sell id that show nothing but what
            one of Sell's does (`beside`). They do not count against the proof: `hint` tells of them.
        repairs: `links` and `values`, by item the parts of their files.
    """

    ok: pl.DataFrame
    missing: pl.DataFrame
    merged: pl.DataFrame
    differing: pl.DataFrame
    links: pl.DataFrame
    parties_only: pl.DataFrame
    unverifiable: pl.DataFrame
    skipped: pl.DataFrame
    twins: pl.DataFrame
    repairs: MappingOf[str, MappingOf[str, Sequence[pl.DataFrame]]]
    _summary: pl.DataFrame
    _mapped: bool = True
    _read: tuple[Path, ...] = ()
    _bom: bool = False

    def summary(self) -> pl.DataFrame:
        """One row an entity: entity, in_sell, added, there, missing, left_out, merged, differing,
        wrong_links, unverifiable.
        """
        return self._summary

    @property
    def hint(self) -> str:
        """What may explain the differences, and twins, which are none; blank where nothing does."""
        unmapped = "" if self._mapped or self.complete else NO_MAPPING
        return " ".join(said for said in (unmapped, self._told_twins()) if said)

    def _told_twins(self) -> str:
        if not self.twins.height:
            return ""
        first = self.twins.row(0, named=True)
        return (
            f"{self.twins.height} in Pipedrive without a Sell id called as one from Sell (`twins`; for one,"
            f" '{first['name']}', System ID {first['system_id']} beside {first['beside']}): if they are the"
            " same, merge them there."
        )

    @property
    def unseen(self) -> str:
        """How much stands in columns that the exports lack, and what to do; blank where nothing does."""
        from zsell_transform.guide.words import count, listed

        values, links = not_exported(self.unverifiable)
        told = [count(number, one) for number, one in ((values, "value"), (links, "link")) if number]
        why = "could not be seen, as the exports lack their columns (export all columns)"
        return f"{listed(told)} {why}" if told else ""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing, merged, different or linked otherwise."""
        return not any(frame.height for frame in (self.missing, self.merged, self.differing, self.links))

    def __bool__(self) -> bool:
        return self.complete

    @property
    def frames(self) -> Frames:
        """Every frame by name, the summary first."""
        names = (
            "ok",
            "missing",
            "merged",
            "differing",
            "links",
            "parties_only",
            "unverifiable",
            "skipped",
            "twins",
        )
        return {"summary": self._summary, **{name: getattr(self, name) for name in names}}

    def __repr__(self) -> str:
        from zsell_transform.guide.notebook import proof_text
        from zsell_transform.guide.words import upright

        return upright(proof_text(self.frames, self.hint, self.unseen))

    def _repr_html_(self) -> str:
        from zsell_transform.guide.notebook import proof_html
        from zsell_transform.guide.words import upright

        return upright(proof_html(self.frames, self.hint, self.unseen))

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Writes `proof.html`, each frame with rows as CSV, what there is to repair; returns the folder.

        Raises:
            TargetError: as for `transform`, and where the folder is that of a lap, or holds what was read.
        """
        from zsell_transform.guide.report import proof_html_page

        expect(overwrite=overwrite)
        with Folder(folder, self._read, overwrite=overwrite, sign=PAGE) as made:
            for name, frame in self.frames.items():
                made.table(
                    name,
                    frame.lazy().with_columns(pl.all().cast(pl.String)),
                    rows=None,
                    megabytes=None,
                    bom=self._bom,
                )
            for kind, files in self.repairs.items():
                for item, parts in files.items():
                    made.table(f"repair/{kind}/{STEMS[item]}", [part.lazy() for part in parts], bom=self._bom)
            page = proof_html_page(self.frames, version=VERSION, hint=self.hint, unseen=self.unseen)
            made.text(PAGE, page)
            return made.finish(ledger=self._summary.to_dicts(), inputs=[], version=VERSION, mapping_sha256="")


def verify(
    source: Any,
    pipedrive: str | Path,
    *,
    mapping: str | Path | dict[str, Any] | Mapping | None = None,
    skip_file: str | Path | Sequence[str | Path] | None = None,
    progress: bool | Tell | None = None,
) -> Proof:
    """Compares a Sell export with what Pipedrive's own exports show, by what the mapping would write.

    Args:
        source: the Sell export, as for `transform`.
        pipedrive: a folder with Pipedrive's own exports.
        mapping: the mapping of the migration.
        skip_file: Pipedrive's skip files: one, several, or a folder of them.
        progress: as for `transform`.

    Raises:
        ExportError: an export or a skip file cannot be read.
        MappingError: the mapping is wrong.
        ZsellError: `progress` is not what it may be.
    """
    expect(progress=progress)
    ask = Mapping.load(mapping)
    skipped = read_skip_files(skip_file)
    with (
        Progress(progress) as tell,
        temporary_files(),
        tempfile.TemporaryDirectory(prefix=own_prefix()) as room,
    ):
        given = take_in(source, pipedrive, ask, Path(room), tell)
        held, rows = given.held, sum(given.records.seen.rows.values())
        with Stage(tell, "drafting", rows):
            drafted = draft_all(named_as_there(given.records, held, ask), ask)
            drafts = drafted.drafts
        with Stage(tell, "linking", rows):
            known = linked(drafts, drafted.keys, drafted.records.seen, ask)
            graph, left_out = known.graph, known.left_out
        with Stage(tell, "comparing", rows):
            wanted = account(graph, ask, left_out, held)
            there = presence(wanted.records, held)
            asked = settled(wanted, there)
            wanted = without_needless(wanted, there, held)
            links = compare_links(wanted.relations, there, held, single_pass=ask.single_pass)
            added = added_links(wanted.relations, there, asked, held)
            people = lead_people(graph, there, wanted.relations, held, known.details)
            notes = lead_notes(drafts, there, held)
            values = _other_values(drafts, wanted, there, held, ask, notes)
            placed = placed_earlier(values, drafts, there, held)
            values = without_placed_earlier(values, placed)
            columns = unseen_columns(drafts, there, held)
            told = drafted.filled.get("leads", {}).get(NOTE, 0) if notes is None else 0
            missing = _missing(wanted, there, graph, held, ask, known.details, left_out, skipped)
    wrong = without_sells_own(links.wrong, wanted.companies_of_deals, there)
    wrong = without_misled(pl.concat([wrong, people, added]), wanted.relations)
    wrong = _without_wished(wrong, wished(there, ask))
    links = attrs.evolve(links, wrong=wrong)
    proof = _proof(
        wanted, there, held, ask, links, values, missing=missing,
        unverifiable=unverifiable(columns, links, told, placed), skipped=skipped,
    )  # fmt: skip
    read = origins([source, given.export, pipedrive, ask, skip_file])
    paths = tuple(path.absolute() for path in read)
    return attrs.evolve(proof, mapped=mapping is not None, read=paths, bom=ask.bom)


def _other_values(
    drafts: Drafts, wanted: Account, there: pl.DataFrame, held: Held, ask: Mapping, notes: pl.DataFrame | None
) -> pl.DataFrame:
    """Every value that Pipedrive shows otherwise, as `DIFFERING`; leads' notes where an export shows them."""
    unlike = without_readings(differing(drafts, there, held, ask), drafts, held)
    return pl.concat(
        [
            without_said(unlike, there, held),
            other_company(wanted.company_in_sell, wanted.companies_of_deals, there, held),
            other_names(wanted.records, there),
            pl.DataFrame(schema=DIFFERING) if notes is None else notes,
            doubled(there),
        ]
    )


def _without_wished(wrong: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """Of records that the mapping merged the first one's links stand; another one may fill what it lacks."""
    marked = wrong.join(joined, on=["entity", "source_id"], how="left", maintain_order="left")
    filled = pl.col("expected").is_null() | ~pl.col("first")
    return marked.filter(~(pl.col("first").is_not_null() & filled)).drop("first")


def _proof(
    wanted: Account, there: pl.DataFrame, held: Held, ask: Mapping, links: Links, values: pl.DataFrame,
    *, missing: pl.DataFrame, unverifiable: pl.DataFrame, skipped: pl.DataFrame,
) -> Proof:  # fmt: skip
    merged = _merged(there, ask)
    against = pl.concat(
        [
            values.select("entity", id="source_id"),
            links.wrong.select("entity", id="source_id"),
            there.join(merged.select("item", "system_id"), on=["item", "system_id"], how="semi").select(
                "entity", "id"
            ),
        ]
    ).unique()
    ok = there.join(against, on=["entity", "id"], how="anti", maintain_order="left").select(
        "entity", "id", "system_id"
    )
    frames = {
        "missing": missing,
        "merged": merged,
        "differing": values,
        "wrong_links": links.wrong,
        "unverifiable": unverifiable,
    }
    return Proof(
        ok=ok,
        missing=missing,
        merged=merged,
        differing=values,
        links=links.wrong,
        parties_only=links.parties_only,
        unverifiable=unverifiable,
        skipped=skipped,
        twins=twins(held),
        repairs=_repairs(there, held, links, values),
        summary=_summary(wanted.records, there, frames),
    )


def _missing(
    wanted: Account, there: pl.DataFrame, graph: Graph, held: Held, ask: Mapping, details: Details,
    left_out: pl.Series, skipped: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """Records that are not there, each with the most telling reason."""
    gone = wanted.records.filter(~pl.col("left_out")).join(
        there, on=["entity", "id"], how="anti", maintain_order="left"
    )
    if not gone.height:
        return pl.DataFrame(schema=MISSING)
    reasons = _reasons(graph, held, ask, details, left_out)
    told = skipped.unique(["entity", "source_id"], keep="last", maintain_order=True).select(
        "entity", id="source_id", said=pl.format("skipped by Pipedrive: {}. {}", "reason", "to_do")
    )
    items = pl.col("entity").replace_strict(TARGETS)
    no_file = pl.when(~items.is_in(list(held.given))).then(pl.format("no export of {} was given", items))
    unreadable = pl.when(~items.is_in(list(held.readable))).then(
        pl.format("the export of {} cannot be read, or has no column with Sell's ids or marks", items)
    )
    named = gone.join(reasons, on=["entity", "id"], how="left", maintain_order="left").join(
        told, on=["entity", "id"], how="left", maintain_order="left"
    )
    return named.select(
        "entity",
        items.alias("item"),
        pl.col("id").alias("source_id"),
        "name",
        pl.coalesce("said", no_file, unreadable, "reason", pl.lit(NEXT_LAP)).alias("reason"),
    )


def _reasons(graph: Graph, held: Held, ask: Mapping, details: Details, left_out: pl.Series) -> pl.DataFrame:
    """entity, id, reason: why the next lap would not write a record; asked only where one is missing."""
    lap = plan(graph, held, ask, details, left_out=left_out)
    return pl.concat(
        [
            one.rows.filter(pl.col("state") != OUT).select(
                pl.lit(entity).alias("entity"),
                "id",
                reason=pl.coalesce(
                    pl.format("waits: {}", pl.col("reason")),
                    pl.format("in the next lap: {}", pl.col("state")),
                ),
            )
            for entity, one in lap.plans.items()
        ]
    ).unique(["entity", "id"], keep="first", maintain_order=True)


def _merged(there: pl.DataFrame, ask: Mapping) -> pl.DataFrame:
    """Records of Pipedrive that hold several Sell records of one entity which the mapping wants apart."""
    wished = [entity for entity, wish in ask.duplicates.items() if wish == "merge"]
    shared = there.filter(
        ~pl.col("entity").is_in(wished) & pl.struct("entity", "item", "system_id").is_duplicated()
    )
    return (
        shared.group_by("entity", "item", "system_id", maintain_order=True)
        .agg(
            pl.col("name").first(),
            pl.col("id").str.join(", ").alias("source_ids"),
            pl.len().cast(pl.Int64).alias("records"),
        )
        .select(*MERGED)
    )


def _repairs(
    there: pl.DataFrame, held: Held, links: Links, values: pl.DataFrame
) -> dict[str, dict[str, list[pl.DataFrame]]]:
    """Of records that are there once and for themselves: links that lack, values that differ."""
    own = there.filter(
        ~pl.struct("item", "system_id").is_duplicated()
        & ~pl.col("system_id").str.contains(", ", literal=True)
    )
    items = own.select("entity", "item", source_id="id")
    single = values.join(items, on=["entity", "source_id"], how="semi", maintain_order="left")
    of_lead = (pl.col("entity") == "leads") & (pl.col("field") == NOTE)
    as_values = value_files(single.filter(~of_lead), held)
    if parts := note_parts(single.filter(of_lead), held):
        as_values["notes"] = [*as_values.get("notes", []), *parts]
    return {
        "links": link_files(pl.concat([links.wrong, links.parties_only]), items, held),
        "values": as_values,
    }


def _summary(records: pl.DataFrame, there: pl.DataFrame, frames: Frames) -> pl.DataFrame:
    own = records.group_by("entity", maintain_order=True).agg(
        in_sell=(~pl.col("added")).sum().cast(pl.Int64),
        added=pl.col("added").sum().cast(pl.Int64),
        left_out=pl.col("left_out").sum().cast(pl.Int64),
    )
    counts = {"there": there, **frames}
    for name, frame in counts.items():
        of = frame.group_by("entity", maintain_order=True).agg(pl.len().cast(pl.Int64).alias(name))
        own = own.join(of, on="entity", how="left", maintain_order="left")
    order = pl.col("entity").replace_strict(
        {entity: n for n, entity in enumerate(ENTITIES)}, return_dtype=pl.Int32
    )
    return own.with_columns(pl.exclude("entity").fill_null(0)).sort(order).select(SUMMARY)


__all__: Final = ["Proof", "verify"]
