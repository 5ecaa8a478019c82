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

from zsell_transform.drafting import Drafted, Drafts, draft_all
from zsell_transform.intake import take_in
from zsell_transform.linked import Linked, linked
from zsell_transform.machine.disk import temporary_files
from zsell_transform.machine.given import expect
from zsell_transform.machine.origins import origins
from zsell_transform.machine.processes import own_prefix
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import NOTE
from zsell_transform.pipedrive.namesakes import twins
from zsell_transform.progress import Progress, Stage, Tell
from zsell_transform.proof.added import added_links
from zsell_transform.proof.closed_stages import placed_earlier, without_placed_earlier
from zsell_transform.proof.differences import (
    DIFFERING,
    differing,
    doubled,
    other_company,
    other_names,
    unseen_columns,
)
from zsell_transform.proof.leads import lead_notes, without_said
from zsell_transform.proof.links import (
    Links,
    compare_links,
    without_misled,
    without_sells_own,
    wrong_people_of_leads,
)
from zsell_transform.proof.merged import links_without_merged, merged_records
from zsell_transform.proof.missing import missing_records
from zsell_transform.proof.placeholders import settled, without_needless
from zsell_transform.proof.readings import without_readings
from zsell_transform.proof.repair import link_files, note_parts, value_files
from zsell_transform.proof.result import Proof
from zsell_transform.proof.skips import read_skip_files
from zsell_transform.proof.too_many import beside, importable, to_take_off
from zsell_transform.proof.unseen import unverifiable
from zsell_transform.sell.entities import ENTITIES
from zsell_transform.standing.account import Account, expected_account, presence, several
from zsell_transform.twins import named_as_there

SUMMARY: Final = (
    "entity", "in_sell", "added", "there", "missing", "left_out", "merged", "differing", "wrong_links",
    "unverifiable",
)  # fmt: skip


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
        with Stage(tell, "linking", rows):
            known = linked(drafted.drafts, drafted.keys, drafted.records.seen, ask)
        with Stage(tell, "comparing", rows):
            proof = _compared(drafted, known, held, ask, skipped, given.export.unread)
    read = origins([source, given.export, pipedrive, ask, skip_file])
    paths = tuple(path.absolute() for path in read)
    strangers = given.export.raw_issues.filter(pl.col("code") == "table_not_recognised")["file"]
    return attrs.evolve(
        proof, strangers=tuple(strangers), mapped=mapping is not None, read=paths, bom=ask.bom
    )


def _compared(
    drafted: Drafted, known: Linked, held: Held, ask: Mapping, skipped: pl.DataFrame, unread: pl.DataFrame
) -> Proof:
    """The account of Sell's beside what Pipedrive shows.

    Args:
        skipped: as of `read_skip_files`.
        unread: as of `Export.unread`.
    """
    drafts = drafted.drafts
    wanted = expected_account(known.graph, ask, known.left_out, held)
    there = presence(wanted.records, held)
    asked = settled(wanted, there)
    wanted = without_needless(wanted, there, held)
    links = _links(wanted, there, asked, known, held, ask)
    notes = lead_notes(drafts, there, held)
    values = _other_values(drafts, wanted, there, held, ask, notes)
    placed = placed_earlier(values, drafts, there, held)
    values = without_placed_earlier(values, placed)
    untold = drafted.filled.get("leads", {}).get(NOTE, 0) if notes is None else 0
    found = {
        "missing": missing_records(wanted, there, known, held, ask, skipped),
        "merged": merged_records(there, ask),
        "differing": values,
        "wrong_links": links.wrong,
        "unverifiable": unverifiable(unseen_columns(drafts, there, held), links, untold, placed),
    }
    own = beside(_of_its_own(values, there), drafts)
    told = pl.concat([values.select("entity", "source_id"), links.wrong.select("entity", "source_id")])
    return Proof(
        ok=_ok(there, found["merged"], told),
        missing=found["missing"],
        merged=found["merged"],
        differing=values,
        links=links.wrong,
        parties_only=links.parties_only,
        unverifiable=found["unverifiable"],
        skipped=skipped,
        twins=twins(held),
        by_hand=to_take_off(own, held),
        unread=unread,
        repairs=_repairs(there, held, links, importable(own)),
        summary=_summary(wanted.records, there, found),
    )


def _links(
    wanted: Account, there: pl.DataFrame, asked: pl.DataFrame, known: Linked, held: Held, ask: Mapping
) -> Links:
    """The links, compared; those that are wrong without what explains itself."""
    relations = wanted.relations
    links = compare_links(relations, there, held, single_pass=ask.single_pass)
    wrong = [
        without_sells_own(links.wrong, wanted.companies_of_deals, there),
        wrong_people_of_leads(known.graph, there, relations, held, known.details),
        added_links(relations, there, asked, held),
    ]
    unexplained = without_misled(pl.concat(wrong), relations)
    return attrs.evolve(links, wrong=links_without_merged(unexplained, there, ask))


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


def _ok(there: pl.DataFrame, merged: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """entity, id, system_id of the records of which nothing is told."""
    shared = there.join(merged.select("item", "system_id"), on=["item", "system_id"], how="semi")
    against = pl.concat([told.rename({"source_id": "id"}), shared.select("entity", "id")]).unique()
    fine = there.join(against, on=["entity", "id"], how="anti", maintain_order="left")
    return fine.select("entity", "id", "system_id")


def _places(there: pl.DataFrame) -> pl.DataFrame:
    """entity, item, source_id of the records that are there once and for themselves."""
    own = there.filter(~pl.struct("item", "system_id").is_duplicated() & ~several())
    return own.select("entity", "item", source_id="id")


def _of_its_own(values: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """The differing values of such records."""
    return values.join(_places(there), on=["entity", "source_id"], how="semi", maintain_order="left")


def _repairs(
    there: pl.DataFrame, held: Held, links: Links, values: pl.DataFrame
) -> dict[str, dict[str, list[pl.DataFrame]]]:
    """Of records that are there once and for themselves: links that lack, values that can be put right."""
    of_lead = (pl.col("entity") == "leads") & (pl.col("field") == NOTE)
    as_values = value_files(values.filter(~of_lead), held)
    if parts := note_parts(values.filter(of_lead), held):
        as_values["notes"] = [*as_values.get("notes", []), *parts]
    return {
        "links": link_files(pl.concat([links.wrong, links.parties_only]), _places(there), held),
        "values": as_values,
    }


def _summary(records: pl.DataFrame, there: pl.DataFrame, found: MappingOf[str, pl.DataFrame]) -> pl.DataFrame:
    own = records.group_by("entity", maintain_order=True).agg(
        in_sell=(~pl.col("added")).sum().cast(pl.Int64),
        added=pl.col("added").sum().cast(pl.Int64),
        left_out=pl.col("left_out").sum().cast(pl.Int64),
    )
    counts = {"there": there, **found}
    for name, frame in counts.items():
        of = frame.group_by("entity", maintain_order=True).agg(pl.len().cast(pl.Int64).alias(name))
        own = own.join(of, on="entity", how="left", maintain_order="left")
    order = pl.col("entity").replace_strict(
        {entity: n for n, entity in enumerate(ENTITIES)}, return_dtype=pl.Int32
    )
    return own.with_columns(pl.exclude("entity").fill_null(0)).sort(order).select(SUMMARY)


__all__: Final = ["Proof", "verify"]
