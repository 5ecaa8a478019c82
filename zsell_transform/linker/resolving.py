"""One reference, one record: by id, then e-mail, then name; what fits several is told with its candidates.

A record is a *number* here: its row in the index that the reference is looked up in.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final

import attrs
import polars as pl

from zsell_transform.folding import folded
from zsell_transform.frames.pieces import by_slices, in_slices
from zsell_transform.frames.positions import crowded, positions
from zsell_transform.frames.sparse import BLANK, column_or_blank, has, sparse

#: How many candidates of an ambiguous reference an issue names.
CANDIDATES: Final = 5

#: How a reference was resolved; the last two lead nowhere.
HOW: Final = pl.Enum(["id", "email", "name", "deals", "domain", "ambiguous", "dangling"])
LOST: Final = ("ambiguous", "dangling")
#: A company that no reference names: other records led to it.
LED: Final = ("deals", "domain")

#: Entities that are referred to, in the order in which candidates are named.
KIND: Final = pl.Enum(["contacts", "companies", "deals", "leads"])

#: What becomes of a reference: how it was resolved, the record, the records among which it could not be
#: decided, and what says otherwise.
ANSWER: Final = ("how", "kind", "at", "candidates", "says")

_NUMBER: Final = pl.lit(None, dtype=pl.UInt32)


@attrs.frozen
class Index:
    """Records that can be referred to.

    E-mails and names are folded only if a reference asks for one.

    Attributes:
        records: kind, at (row among its kind), id, name, twin; of some, also what else they are called.
        emails: reads their e-mails.
    """

    records: pl.DataFrame
    emails: Callable[[], pl.Series]

    @cached_property
    def by_email(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return _grouped(self._keyed(self.emails()), "value")

    @cached_property
    def by_name(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        return _grouped(self._keyed(self.records["name"]), "value")

    def _keyed(self, values: pl.Series) -> pl.DataFrame:
        said = self.records.select("kind", "id", "twin", values.alias("value")).with_row_index("number")
        keyed = said.with_columns(folded(pl.col("value")))
        return keyed.filter(pl.col("value").is_not_null())


def of_kind(records: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Records as an index holds them; those of one name and one `twin` will be one record."""
    at = pl.int_range(pl.len(), dtype=pl.UInt32)
    twin = column_or_blank(records.columns, "twin")
    also = [name for name in ("also",) if name in records.columns]
    return records.select(pl.lit(kind, dtype=KIND).alias("kind"), "id", "name", twin, *also, at=at)


def _grouped(keyed: pl.DataFrame, by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Values that one record has, with its number; and those that several have, with the first of their ids.

    Split by hash: two values that share one land among those of several, where text decides.
    """
    single = ~crowded(keyed[by])
    one = (pl.len() == 1) | (pl.col("twin").is_not_null().all() & (pl.col("twin").n_unique() == 1))
    groups = (
        keyed.filter(~single)
        .sort("kind", maintain_order=True)
        .group_by(by, maintain_order=True)
        .agg(
            number=pl.when(one).then(pl.col("number").first()),
            candidates=pl.when(~one).then(pl.col("id").head(CANDIDATES).str.join(", ")),
        )
    )
    return keyed.filter(single).select(by, "number"), groups


def _looked_up(asked: pl.Series, known: tuple[pl.DataFrame, pl.DataFrame]) -> tuple[pl.Series, pl.Series]:
    """Of each folded value the number of the one record that has it, or the ids of several that have it."""
    single, several = known
    number = single["number"].gather(positions(asked, single["value"]))
    if not several.height:
        return number, pl.repeat(None, asked.len(), dtype=pl.String, eager=True)
    rest = pl.DataFrame([asked.alias("asked"), number]).select(
        pl.when(pl.col("number").is_null()).then("asked")
    )
    group = positions(rest.to_series(), several["value"])
    number = number.zip_with(number.is_not_null(), several["number"].gather(group))
    return number, several["candidates"].gather(group)


def with_names(rows: pl.DataFrame, index: Index) -> pl.DataFrame:
    """References that no id leads to a record (`number`), with the record that their name says.

    Adds named (number of the only record of that name), namesakes (ids of several), and f, the folded name,
    where no record has it.
    """
    asked = pl.when(pl.col("number").is_null()).then("name")
    if not rows.select(asked.count()).item():
        return rows.with_columns(BLANK.alias("f"), named=_NUMBER, namesakes=BLANK)
    known = index.by_name  # made once, before two slices ask for it
    named = by_slices(lambda some: sparse(_named(some.select(folded(asked)).to_series(), known)), rows)
    return pl.concat([rows, named], how="horizontal")


def _named(f: pl.Series, known: tuple[pl.DataFrame, pl.DataFrame]) -> pl.DataFrame:
    named, namesakes = _looked_up(f, known)
    nobody = named.is_null() & namesakes.is_null()
    return pl.select(pl.when(nobody).then(f).alias("f"), named=named, namesakes=namesakes)


def named_now(rows: pl.DataFrame, names: pl.Series, behind: int) -> pl.DataFrame:
    """References of `with_names`, after records of names that none had stand behind those of the index.

    Args:
        rows: named (number of the only record of that name) and f (the folded name, where no record has it).
        names: the folded names of the added records, in their order.
        behind: how many records stand before them.
    """
    if not names.len():
        return rows
    found = positions(rows["f"], names) + behind
    return rows.with_columns(pl.coalesce("named", found.alias("found")).alias("named"))


def _with_emails(rows: pl.DataFrame, index: Index) -> pl.DataFrame:
    """The same by e-mail: e, mailed and mailboxes, whatever the id says."""
    if not has(rows, "email"):
        return rows.with_columns(e=BLANK, mailed=_NUMBER, mailboxes=BLANK)
    rows = rows.with_columns(folded(pl.col("email")).alias("e"))
    mailed, mailboxes = _looked_up(rows["e"], index.by_email)
    return rows.with_columns(mailed.alias("mailed"), mailboxes.alias("mailboxes"))


def resolve(rows: pl.DataFrame, index: Index) -> pl.DataFrame:
    """References → the same rows with the columns of `ANSWER`.

    Args:
        rows: id, email, name; number (of the record with that id) and the columns of `with_names`.
    """
    rows = _with_emails(rows, index)
    # Slice by slice: each of its branches would take room for all rows.
    how = pl.concat(some.select(how=_how()) for some in in_slices(rows))
    rows = rows.with_columns(how.rechunk().to_series())
    by_name = pl.when(pl.col("id").is_null()).then(pl.coalesce("mailed", "named"))
    to = rows.select(pl.coalesce("number", by_name)).to_series()
    told = [_candidates(rows, index).alias("candidates"), _contradiction(rows, index).alias("says")]
    found = index.records.select(pl.col("kind", "at").gather(to))
    left = rows.drop("number", "named", "namesakes", "mailed", "mailboxes", "e", "f")
    return left.with_columns(*found.get_columns(), *told)


def _how() -> pl.Expr:
    several = pl.col("mailboxes").is_not_null() | pl.col("namesakes").is_not_null()
    said = pl.col("e").is_not_null() | pl.col("f").is_not_null()
    how = {word: pl.lit(word, dtype=HOW) for word in HOW.categories}
    return (
        pl.when(pl.col("number").is_not_null())
        .then(how["id"])
        .when(pl.col("id").is_not_null())
        .then(how["dangling"])
        .when(pl.col("mailed").is_not_null())
        .then(how["email"])
        .when(pl.col("named").is_not_null())
        .then(how["name"])
        .when(several)
        .then(how["ambiguous"])
        .when(said)
        .then(how["dangling"])
    )


def _candidates(rows: pl.DataFrame, index: Index) -> pl.Series | pl.Expr:
    """Of references that lead nowhere, the records that e-mail and name would lead to."""
    ids = index.records["id"]
    lost = rows.select("how", "mailboxes", "mailed", "namesakes", "named").with_row_index("nth")
    lost = lost.filter(pl.col("how").is_in(LOST))
    mailed, named = ids.gather(lost["mailed"]), ids.gather(lost["named"])
    return _spread(rows, lost, pl.coalesce("mailboxes", mailed, "namesakes", named))


def _contradiction(rows: pl.DataFrame, index: Index) -> pl.Series | pl.Expr:
    """What the other evidence says, where it is not what the deciding evidence says."""
    ids, names = index.records["id"], index.records["name"]
    others = index.records["also"] if "also" in index.records.columns else names
    by_id = pl.col("number").is_not_null()
    email_differs = by_id & (pl.col("mailed") != pl.col("number"))
    # A name that is written the same is the same.
    name_differs = by_id & pl.col("name").is_not_null() & pl.col("name").ne_missing(pl.col("of_id"))
    name_beside = ~by_id & (pl.col("mailed") != pl.col("named"))
    several = pl.concat(
        some.select(
            "nth",
            "number",
            "mailed",
            "named",
            "name",
            names.gather(some["number"]).alias("of_id"),
            others.gather(some["number"]).alias("also"),
        ).filter(email_differs | name_differs | name_beside)
        for some in in_slices(rows.with_row_index("nth"))
    )
    called = folded(pl.col("name"))
    renamed = called.is_not_null() & pl.all_horizontal(
        called.ne_missing(folded(pl.col(name))) for name in ("of_id", "also")
    )
    said = (
        pl.when(email_differs)
        .then(pl.format("the e-mail is that of {}", ids.gather(several["mailed"])))
        .when(by_id & renamed)
        .then(pl.format("the record is named {}", pl.col("of_id").fill_null("(without a name)")))
        .when(name_beside)
        .then(pl.format("the name is that of {}", ids.gather(several["named"])))
    )
    return _spread(rows, several, said)


def _spread(rows: pl.DataFrame, few: pl.DataFrame, said: pl.Expr) -> pl.Series | pl.Expr:
    """What is said of a few rows (`nth`), as a column of all rows."""
    if not few.height:
        return BLANK
    nothing = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    return nothing.scatter(few["nth"], few.select(said).to_series())
