"""Values that Pipedrive does not show as they were written: cell by cell, in one pass over each draft."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from typing import Final

import attrs
import polars as pl

from zsell_transform.drafting import Drafts
from zsell_transform.folding import folded
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.tall import name_of, tall
from zsell_transform.ids import is_by_name
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import COMPANY_IN_SELL, NAMES
from zsell_transform.proof.merged import values_without_merged
from zsell_transform.sell.entities import HISTORY, TARGETS
from zsell_transform.standing.account import own_persons_of_leads, several
from zsell_transform.standing.sameness import kinds, same
from zsell_transform.standing.shown_cells import in_pipedrive, is_shown, shown_beside, values_of

DIFFERING: Final = dict.fromkeys(
    ("entity", "source_id", "system_id", "field", "sell", "pipedrive"), pl.String
)


@attrs.frozen(eq=False)
class Subject:
    """Cells of one entity that stand in one item, with where they stand.

    Attributes:
        frame: `_id` and the headers.
        there: id, system_id.
        kinds: header → how it is compared.
    """

    entity: str
    item: str
    frame: pl.LazyFrame
    there: pl.DataFrame
    kinds: MappingOf[str, str]

    def compared(self, held: Held) -> list[str]:
        """The headers that Pipedrive's export shows."""
        return [header for header in self.kinds if is_shown(held, self.item, header)]

    def beside(self, held: Held) -> pl.LazyFrame:
        """_id, system_id, each compared header, and what Pipedrive shows for it (`in_pipedrive`)."""
        headers = self.compared(held)
        known = shown_beside(held, self.item, headers)
        found = self.there.select("system_id", _id="id").join(
            known, on="system_id", how="inner", maintain_order="left"
        )
        return self.frame.select("_id", *headers).join(
            found.lazy(), on="_id", how="inner", maintain_order="left"
        )


def subjects(drafts: Drafts, there: pl.DataFrame, held: Held) -> list[Subject]:
    """What is compared: each entity with its item, and leads also with the people who came with them."""
    found = []
    for entity, draft in drafts.items():
        types = draft.types
        mine = there.filter((pl.col("entity") == entity) & ~several())
        for item, rows in _by_item(entity, mine, held):
            if item in held.raw and rows.height:
                headers = values_of(item, draft.headers)
                found.append(
                    Subject(entity, item, draft.frame, rows.select("id", "system_id"), kinds(headers, types))
                )
    return found


def _by_item(entity: str, there: pl.DataFrame, held: Held) -> Iterable[tuple[str, pl.DataFrame]]:
    if entity != "leads":
        return [(str(item), rows) for (item,), rows in there.partition_by("item", as_dict=True).items()]
    as_leads = there.filter(pl.col("item") == "leads")
    return [("leads", as_leads), ("persons", own_persons_of_leads(as_leads, held))]


def differing(drafts: Drafts, there: pl.DataFrame, held: Held, ask: Mapping) -> pl.DataFrame:
    """The values that Sell has and Pipedrive shows otherwise; blank cells of Sell's are not compared."""
    compared = [(subject, subject.beside(held)) for subject in subjects(drafts, there, held)]
    users = _users(compared, ask)
    wide = pl.collect_all(
        [_differing(subject, rows, users) for subject, rows in compared], engine="streaming"
    )
    parts = [_long(subject, rows) for (subject, _), rows in zip(compared, wide, strict=True)]
    found = pl.concat([pl.DataFrame(schema=DIFFERING), *parts])
    return values_without_merged(found, there, ask)


def _users(compared: list[tuple[Subject, pl.LazyFrame]], ask: Mapping) -> dict[str, str]:
    """E-mail → printed name of the users whom the mapping names by their e-mail."""
    if not any("@" in (user or "") for user in ask.owners.values()):
        return {}
    pairs = [
        rows.select(written=pl.col(header), there=pl.col(in_pipedrive(header))).drop_nulls()
        for subject, rows in compared
        for header, kind in subject.kinds.items()
        if kind == "user" and in_pipedrive(header) in rows.collect_schema().names()
    ]
    return printed_users(pl.concat(pl.collect_all(pairs, engine="streaming"))) if pairs else {}


def printed_users(pairs: pl.DataFrame) -> dict[str, str]:
    """E-mail of a user → the name that Pipedrive prints for it, where the records leave no doubt.

    A name that is the most frequent one for several users is none: all their records fell to whoever
    imported.

    Args:
        pairs: written, there.
    """
    counts = (
        pairs.filter(pl.col("written").str.contains("@", literal=True) & pl.col("there").is_not_null())
        .group_by("written", "there", maintain_order=True)
        .len()
        .sort("written", "len", "there", descending=[False, True, False])
        .unique("written", keep="first", maintain_order=True)
    )
    own = counts.filter(pl.col("there").is_unique())
    return dict(zip(own["written"].to_list(), own["there"].to_list(), strict=True))


def _differing(subject: Subject, rows: pl.LazyFrame, users: MappingOf[str, str]) -> pl.LazyFrame:
    """The rows on which any cell differs, with the differing cells only."""
    there = set(rows.collect_schema().names())
    headers = [header for header in subject.kinds if in_pipedrive(header) in there]
    cells: list[pl.Expr] = []
    for header in headers:
        flag = differs(subject.kinds[header], pl.col(header), pl.col(in_pipedrive(header)), users)
        cells.append(flag.alias(_is_other(header)))
    flags = [_is_other(header) for header in headers]
    return rows.with_columns(cells).filter(pl.any_horizontal(flags) if flags else pl.lit(value=False))


def _is_other(header: str) -> str:
    """The column that says whether the cells under a header differ."""
    return f"! {header}"


def differs(kind: str, written: pl.Expr, there: pl.Expr, users: MappingOf[str, str]) -> pl.Expr:
    """Whether a written cell is not what is there. What is equal as it stands is not looked at any closer."""
    unlike = written.ne_missing(there)
    near: pl.Expr = pl.when(unlike).then(written)
    far: pl.Expr = pl.when(unlike).then(there)
    if kind == "user" and users:
        near = near.replace(list(users), list(users.values()))
    return near.is_not_null() & ~same(kind, near, far)


def _long(subject: Subject, wide: pl.DataFrame) -> pl.DataFrame:
    flagged = [header for header in subject.kinds if _is_other(header) in wide.columns]
    numbered = wide.with_row_index("n")
    parts = [
        numbered.filter(_is_other(header)).select(
            "n",
            pl.lit(subject.entity).alias("entity"),
            pl.col("_id").alias("source_id"),
            "system_id",
            pl.lit(header).alias("field"),
            pl.col(header).alias("sell"),
            pl.col(in_pipedrive(header)).alias("pipedrive"),
        )
        for header in flagged
    ]
    return (
        pl.concat(parts).sort("n", maintain_order=True).select(*DIFFERING)
        if parts
        else pl.DataFrame(schema=DIFFERING)
    )


def other_company(
    wanted: pl.DataFrame, companies: pl.DataFrame, there: pl.DataFrame, held: Held
) -> pl.DataFrame:
    """Deals whose `Company in Sell` is not the one that their row could not name.

    A blank one is right where the deal stands at that company: its row could name it, as the person had moved
    there in Pipedrive.

    Args:
        wanted, companies: id and value, id and company (Sell id), as in `Account`.
    """
    if not is_shown(held, "deals", COMPANY_IN_SELL):
        return pl.DataFrame(schema=DIFFERING)
    shown = shown_beside(held, "deals", [COMPANY_IN_SELL])
    mine = there.filter((pl.col("entity") == "deals") & ~several()).select("id", "system_id")
    rows = wanted.join(mine, on="id", how="inner", maintain_order="left").join(
        shown.rename({in_pipedrive(COMPANY_IN_SELL): "pipedrive"}),
        on="system_id",
        how="left",
        maintain_order="left",
    )
    places = there.filter((pl.col("entity") == "companies") & ~several())
    known = companies.join(
        places.select(company="id", own="system_id"), on="company", how="inner", maintain_order="left"
    )
    stands = firsts(held.deals, "system_id").select("system_id", "organization_id")
    rows = rows.join(known, on="id", how="left", maintain_order="left").join(
        stands, on="system_id", how="left", maintain_order="left"
    )
    at_it = pl.col("pipedrive").is_null() & (pl.col("own") == pl.col("organization_id"))
    rows = rows.filter(~at_it.fill_null(value=False))
    # Of companies that are one by wish of the mapping, the first one's spelling stands there.
    return rows.filter(~same("word", pl.col("value"), pl.col("pipedrive"))).select(
        pl.lit("deals").alias("entity"),
        pl.col("id").alias("source_id"),
        "system_id",
        pl.lit(COMPANY_IN_SELL).alias("field"),
        pl.col("value").alias("sell"),
        "pipedrive",
    )


def other_names(records: pl.DataFrame, there: pl.DataFrame) -> pl.DataFrame:
    """Companies, people and leads that the export only names, and that are called otherwise in Pipedrive.

    Args:
        records, there: of `Account` and `presence`.
    """
    headers = {entity: NAMES[TARGETS[entity]] for entity in ("companies", "contacts", "leads")}
    named = records.filter(pl.col("added") & pl.col("entity").is_in(list(headers)))
    printed = there.filter(~several()).select("entity", "id", "system_id", pipedrive="name")
    rows = named.join(printed, on=["entity", "id"], how="inner", maintain_order="left")
    # Of a `name:` record any spelling will do: the first that is met stands for all.
    by_name = is_by_name("id") & (folded(pl.col("name")) == folded(pl.col("pipedrive")))
    return rows.filter(~same("name", pl.col("name"), pl.col("pipedrive")) & ~by_name).select(
        "entity",
        pl.col("id").alias("source_id"),
        "system_id",
        pl.col("entity").replace_strict(headers, return_dtype=pl.String).alias("field"),
        pl.col("name").alias("sell"),
        "pipedrive",
    )


def doubled(there: pl.DataFrame) -> pl.DataFrame:
    """Sell ids and marks that stand on several records: they are there, and there is one too many."""
    twice = there.filter(several())
    field = pl.when(pl.col("entity").is_in(HISTORY)).then(pl.lit("mark")).otherwise(pl.lit("Zendesk Sell ID"))
    return twice.select(
        "entity",
        pl.col("id").alias("source_id"),
        "system_id",
        field.alias("field"),
        pl.lit("on one record").alias("sell"),
        pl.format("on {}", pl.col("system_id")).alias("pipedrive"),
    )


def unseen_columns(drafts: Drafts, there: pl.DataFrame, held: Held) -> pl.DataFrame:
    """entity, field, count: columns that hold values and that Pipedrive's export does not show."""
    asked = []
    for subject in subjects(drafts, there, held):
        if headers := [header for header in subject.kinds if header not in subject.compared(held)]:
            present = subject.there.lazy().select(_id="id")
            rows = subject.frame.select("_id", *headers).join(
                present, on="_id", how="semi", maintain_order="left"
            )
            counts = rows.select(pl.col(header).count().cast(pl.Int64) for header in headers)
            asked.append(
                tall(counts, headers, (), "field", "count").select(
                    pl.lit(subject.entity).alias("entity"), name_of("field"), "count"
                )
            )
    schema = {"entity": pl.String, "field": pl.String, "count": pl.Int64}
    found = pl.concat([pl.DataFrame(schema=schema), *pl.collect_all(asked, engine="streaming")])
    return found.filter(pl.col("count") > 0)
