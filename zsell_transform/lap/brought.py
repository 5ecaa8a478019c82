"""People in Pipedrive whom leads of ours brought without the lead that has most to say of them.

Of leads that share a person, the first one's row says who that is, and the others name the person by key
alone (contract, section 4). Where the wizard skipped the first one's row, the others' rows made somebody of
whom Pipedrive knows little more than a name: what is blank there nobody has left blank, so that the row, once
it comes, says it.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.folding import digits, folded
from zsell_transform.frames.positions import firsts
from zsell_transform.frames.sparse import BLANK, beside
from zsell_transform.ids import ranked
from zsell_transform.pipedrive.exports.held import SEVERAL, Held, columns_of_several
from zsell_transform.pipedrive.lead_people import HELD
from zsell_transform.pipedrive.person_values import FIRST_NAME, FOUND_BY, LAST_NAME, TOLD_BESIDE
from zsell_transform.pipedrive.shown_cell import shown_cell

#: What a row says of a person → the wizard's header; Pipedrive's export may show it under another name.
_SHOWN: Final = {
    "first": FIRST_NAME,
    "last": LAST_NAME,
    **{value.key: value.header for value in TOLD_BESIDE},
}
#: Values of which Pipedrive shows several → the column of `Held` that has them.
_SEVERAL: Final = {value.key: value.held for value in FOUND_BY}


def with_first(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Rows with `brings` (its row says who somebody is that other leads' rows have made), and for all leads
    of such a person with the company that the first one gives, where that person has none.

    Args:
        rows: id, who, who_id, company_at, and p_company_at of whom they join.
    """
    brought = pl.concat(
        [
            held.leads.select("person_id", id="sell_id"),
            held.deals.select("person_id", id="sell_lead_id"),
        ]
    ).drop_nulls()
    joining = rows.filter(pl.col("who") == HELD).select("id", "company_at", person_id="who_id")
    joining = joining.join(brought, on="person_id", how="semi", maintain_order="left")
    if not joining.height or not held.shows("persons", "organization_id"):
        return rows.with_columns(brings=pl.lit(value=False))
    every = pl.concat([joining.with_columns(brings=True), brought.with_columns(brings=False)], how="diagonal")
    first = every.sort(*ranked("id"), nulls_last=True, maintain_order=True)
    first = first.unique("person_id", keep="first", maintain_order=True).filter("brings")
    marked = beside(rows, first.select("id", "brings"), "id")
    given = first.select(who_id="person_id", who=pl.lit(HELD), first_at="company_at")
    joined = marked.join(given, on=["who", "who_id"], how="left", maintain_order="left")
    return joined.with_columns(
        pl.col("brings").fill_null(value=False), pl.coalesce("p_company_at", "first_at").alias("p_company_at")
    ).drop("first_at")


def with_shown(rows: pl.DataFrame, joins: pl.Expr, held: Held) -> pl.DataFrame:
    """Rows with what Pipedrive shows of whom they join by System ID (`there_…`), and of those that bring
    somebody, with what that one lacks (`more_…`).

    Args:
        rows: p_system_id, brings, first, last, job, address, email, work, mobile.
        joins: which rows join anybody.
    """
    wanted = rows.filter(joins)["p_system_id"].drop_nulls().unique()
    raw = held.raw.get("persons", pl.DataFrame(schema={"ID": pl.String}))
    lists = {f"there_{name}": name for name in dict.fromkeys(_SEVERAL.values())}
    known = held.persons.filter(pl.col("system_id").is_in(wanted.implode()))
    shown = {name: shown_cell("persons", header, raw.columns) for name, header in _SHOWN.items()}
    cells = {f"there_{name}": BLANK if cell is None else cell for name, cell in shown.items()}
    people = firsts(known, "system_id").select(p_system_id="system_id", **lists)
    people = people.join(
        raw.select(p_system_id="ID", **cells), on="p_system_id", how="left", maintain_order="left"
    )
    lacks = {
        name: pl.lit(value=False) if cell is None else pl.col(f"there_{name}").is_null()
        for name, cell in shown.items()
    }
    # Of people whose e-mails or phones the export does not show, nobody knows that they have none.
    listed = {name for name, begins in SEVERAL.items() if columns_of_several(raw, begins)}
    lacks |= {
        name: pl.col(f"there_{kept}").list.len() == 0 if kept in listed else pl.lit(value=False)
        for name, kept in _SEVERAL.items()
    }
    return beside(rows, people, "p_system_id").with_columns(
        pl.when(joins & pl.col("brings") & lack.fill_null(value=False)).then(name).alias(f"more_{name}")
        for name, lack in lacks.items()
    )


def filled() -> pl.Expr:
    """Which cells a row says of whom it brings; a file has no column that only some of its rows say."""
    says = [
        pl.col(f"more_{name}").is_not_null().cast(pl.UInt8).cast(pl.String) for name in (*_SHOWN, *_SEVERAL)
    ]
    none = pl.all_horizontal(pl.col(f"more_{name}").is_null() for name in (*_SHOWN, *_SEVERAL))
    return pl.when(~none).then(pl.concat_str(pl.lit(" brings "), *says)).otherwise(pl.lit(""))


def unsaid(name: str) -> pl.Expr:
    """Whether Pipedrive does not show a value of a lead of somebody whom it joins by System ID."""
    mine = pl.col(name)
    if name not in _SEVERAL:
        return mine.is_not_null() & (folded(mine) != folded(pl.col(f"there_{name}")).fill_null(""))
    plain = folded if name == "email" else digits
    there = pl.col(f"there_{_SEVERAL[name]}").list.eval(plain(pl.element()))
    said = there.list.contains(plain(mine)) & plain(mine).is_not_null()
    return mine.is_not_null() & ~said.fill_null(value=False)
