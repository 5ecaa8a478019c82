"""Every cell that changed in Sell since an earlier run, beside what Pipedrive shows."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence

import attrs
import polars as pl

from zsell_transform import issues
from zsell_transform.addressing import TEXTS
from zsell_transform.delta.cells import BY_STAGE, BY_STATUS, cells_of, with_shown
from zsell_transform.delta.merged import Merged, said
from zsell_transform.delta.owners import importing_user
from zsell_transform.drafting import Drafts
from zsell_transform.frames.sparse import BLANK, column_or_blank
from zsell_transform.ids import BY_NAME, is_by_name
from zsell_transform.pipedrive.exports.held import Held
from zsell_transform.pipedrive.fields import DEAL_STAGE, DEAL_STATUS, NOTE
from zsell_transform.sell.entities import HISTORY, TARGETS
from zsell_transform.standing.account import persons_of_leads
from zsell_transform.standing.sameness import kinds, with_added_lines
from zsell_transform.standing.shown_cells import values_of
from zsell_transform.transformers.custom import READ, TIME
from zsell_transform.transformers.deals import STAGE_KEY
from zsell_transform.transformers.draft import Draft


def changed_values(
    then: Drafts, now: Drafts, there: pl.DataFrame, held: Held, merged: Merged
) -> tuple[list[pl.DataFrame], pl.DataFrame]:
    """Every changed cell of a record that is there, beside what Pipedrive shows; and issues about those that
    lost against the record with which theirs is one.
    """
    done, lost, importer = [], [], importing_user(then, now, there, held)
    for entity, draft in now.items():
        mine = there.filter(pl.col("entity") == entity)
        if not mine.height:
            continue
        drafts = [drafted for drafted in (draft, then.get(entity)) if drafted is not None]
        headers = list(dict.fromkeys(header for drafted in drafts for header in drafted.headers))
        read = {header: source for drafted in drafts for header, source in _read(drafted.origins)}
        told = [*headers, *map(said, read)]
        sides = [_with_cells_of_sell(drafted, read) for drafted in drafts]
        nobodys = _Nobodys(_by_name_alone(mine, held), importer)
        old, new = (
            side.with_columns(pl.col(header).alias(said(header)) for header in _as_they_stand(drafts))
            for side in changed_records(
                _earlier(sides, told), sides[0], told, mine, merged.of_entity(entity)["id"]
            )
        )
        of = kinds(values_of(TARGETS[entity], headers), draft.types)
        lost += merged.lost(entity, old, new, of, held)
        old, new = merged.as_one(entity, old), merged.as_one(entity, new)
        for place in _places(entity, mine, held):
            if place.item in held.raw and place.rows.height:
                values = values_of(place.item, headers)
                own = [header for header in values if header != NOTE or entity != "leads"]
                done += [
                    _changed(place, old, new, held, header, kind, nobodys)
                    for header, kind in kinds(own, draft.types).items()
                ]
    return done, issues.gather(pl.collect_all(lost))


@attrs.frozen(eq=False)
class _Nobodys:
    """What Pipedrive filled by itself.

    Attributes:
        by_name: ids of records that it holds by the name that another record called them.
        importer: the user to whom it gave what had no owner.
    """

    by_name: pl.Series
    importer: str | None

    def choice(self, header: str, kind: str) -> pl.Expr:
        """Whether nobody has chosen the owner there: of a name alone, or of a blank cell."""
        if kind != "user":
            return pl.lit(value=False)
        blank = pl.col("old").is_null() & pl.col("there").is_not_null()
        fell_to = blank & pl.col("there").eq_missing(pl.lit(self.importer, dtype=pl.String))
        named = pl.col("_id").is_in(self.by_name.implode()) & pl.lit(header.endswith(" - Owner"))
        return named | fell_to


def _read(origins: pl.DataFrame) -> list[tuple[str, str]]:
    """Custom fields whose cells are read, with the columns that they are read from.

    A column is named once: with the day of a date-time, not with its time.
    """
    custom = origins.filter((pl.col("kind") == "custom") & pl.col("type").is_in(READ))
    first = custom.unique("source", keep="first", maintain_order=True)
    return list(zip(first["header"], first["source"], strict=True))


def _as_they_stand(drafts: Sequence[Draft]) -> list[str]:
    """Custom fields whose cells are written as they stand in Sell."""
    custom = (pl.col("kind") == "custom") & ~pl.col("type").is_in(READ)
    headers = [header for draft in drafts for header in draft.origins.filter(custom)["header"]]
    return list(dict.fromkeys(headers))


def _with_cells_of_sell(draft: Draft, read: MappingOf[str, str]) -> pl.LazyFrame:
    """The draft, and what Sell holds in the columns from which its custom fields are read."""
    there = set(draft.records.collect_schema().names())
    cells = (pl.col(source).alias(said(header)) for header, source in read.items() if source in there)
    return draft.whole.select(*draft.shown, *cells)


def _earlier(sides: Sequence[pl.LazyFrame], headers: Sequence[str]) -> pl.LazyFrame:
    """The records of then; of those that there were not, or by their name only, all that is known is new.

    Args:
        sides: the records of now, and of then where there are any of their kind.
    """
    rows, *then = (padded(frame, headers) for frame in sides)
    earlier = then[0] if then else rows.clear()
    since = rows.join(earlier, on="_id", how="anti", maintain_order="left")
    return pl.concat([earlier, since.with_columns(BLANK.alias(header) for header in headers)])


def _by_name_alone(mine: pl.DataFrame, held: Held) -> pl.Series:
    """Ids of records that Pipedrive holds by the name that another record called them."""
    if mine["item"][0] not in ("organizations", "persons"):
        return pl.Series(dtype=pl.String)
    held_by_name = held[mine["item"][0]].select("system_id", is_by_name("sell_id"))
    named = held_by_name.filter("sell_id")["system_id"]
    ids = mine.filter(pl.col("system_id").is_in(named.implode()))["id"]
    return ids.filter(~ids.str.starts_with(BY_NAME))


@attrs.frozen(eq=False)
class _Place:
    """An item in which cells of an entity stand.

    Attributes:
        rows: id, system_id, own: a lead's person may be another's, too.
    """

    entity: str
    item: str
    rows: pl.DataFrame


def _places(entity: str, mine: pl.DataFrame, held: Held) -> list[_Place]:
    """Where an entity's cells stand."""
    if entity != "leads":
        return [_Place(entity, mine["item"][0], mine.select("id", "system_id", own=True))]
    leads = mine.filter(pl.col("item") == "leads")
    return [
        _Place(entity, "leads", leads.select("id", "system_id", own=True)),
        _Place(entity, "persons", persons_of_leads(leads, held)),
    ]


def changed_records(
    then: pl.LazyFrame,
    now: pl.LazyFrame,
    headers: Sequence[str],
    there: pl.DataFrame,
    whatever: pl.Series | None = None,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The records that changed and are there, as they were and as they are; hashes find them.

    Args:
        whatever: ids of records that are wanted whether or not they changed.
    """
    present = there.lazy().select(_id="id")
    sides = [
        padded(frame, headers).join(present, on="_id", how="semi", maintain_order="left")
        for frame in (then, now)
    ]
    old_hash, new_hash = (side.select("_id", h=pl.struct(headers).hash()) for side in sides)
    both = new_hash.join(old_hash, on="_id", how="inner", maintain_order="left", suffix="_then")
    ids = (
        both.filter(pl.col("h") != pl.col("h_then"))
        .select("_id")
        .collect(engine="streaming")
        .unique(maintain_order=True)
    )
    if whatever is not None and len(whatever):
        ids = pl.concat([ids, pl.DataFrame({"_id": whatever})]).unique(maintain_order=True)
    old, new = pl.collect_all(
        [side.join(ids.lazy(), on="_id", how="semi", maintain_order="left") for side in sides],
        engine="streaming",
    )
    old, new = (side.unique("_id", keep="first", maintain_order=True) for side in (old, new))
    return old, new


def padded(frame: pl.LazyFrame, headers: Sequence[str]) -> pl.LazyFrame:
    """A draft with exactly these headers; those that it lacks are blank."""
    names = set(frame.collect_schema().names())
    return frame.select(
        "_id",
        "_file",
        pl.col("_row").cast(pl.Int64),
        *(column_or_blank(names, h) for h in (*headers, STAGE_KEY)),
    )


def _changed(
    place: _Place, old: pl.DataFrame, new: pl.DataFrame, held: Held, header: str, kind: str, nobodys: _Nobodys
) -> pl.DataFrame:
    """The changed cells under a header, as `CELLS`."""
    rows = place.rows.select("system_id", "own", _id="id")
    changed = _differing(header, old, new).join(rows, on="_id", how="inner", maintain_order="left")
    cells = with_shown(changed, held, place.item, header)
    kept = place.entity in HISTORY and header in TEXTS.values()
    text = with_added_lines(pl.col("new"), pl.col("there"), headed=place.item == "notes")
    cells = cells.with_columns(
        new=text if kept else pl.col("new"),
        old=pl.when(nobodys.choice(header, kind)).then("there").otherwise("old"),
        source_id="_id",
    )
    moved = pl.lit(kind == "stage") & pl.col("now").ne_missing(pl.col("then"))
    compared_as = pl.when(moved).then(pl.lit("moved_stage")).otherwise(pl.lit(kind))
    return cells_of(cells, place.entity, place.item, header, compared_as)


def _differing(header: str, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The cells under a header that changed in Sell, as of `_both`."""
    other = pl.col("new").ne_missing(pl.col("old"))
    said_otherwise = _unfit() & pl.col("said").ne_missing(pl.col("said_then"))
    cells = _both(header, old, new).filter(other | said_otherwise)
    if day := _day_beside(header, new.columns):  # a day that cannot be read is told, and that is enough
        unfit = _both(day, old, new).filter(_unfit())["_id"]
        cells = cells.filter(~pl.col("_id").is_in(unfit.implode()))
    if header == DEAL_STAGE:  # of deals that stay where they were, other deals decide how it is called
        cells = cells.filter(pl.col("_id").is_in(_moved(old, new).implode()))
    if header in (*BY_STATUS, *BY_STAGE):  # nobody emptied what a deal has by where it stands
        moved = _moved(old, new, by_stage=header in BY_STAGE)
        cells = cells.filter(pl.col("new").is_not_null() | ~pl.col("_id").is_in(moved.implode()))
    return cells


def _both(header: str, old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The cells under a header as they were and as they are, beside what Sell said and says there."""
    cell = said(header)
    given = (
        column_or_blank(new.columns, cell).alias("said"),
        column_or_blank(old.columns, cell).alias("said_then"),
    )
    return new.select("_id", "_file", "_row", given[0], now=STAGE_KEY, new=header).join(
        old.select("_id", given[1], then=STAGE_KEY, old=header), on="_id", how="inner", maintain_order="left"
    )


def _unfit() -> pl.Expr:
    """Whether the type of a field takes nothing of what Sell says."""
    return pl.col("new").is_null() & pl.col("said").is_not_null()


def _day_beside(header: str, columns: Sequence[str]) -> str | None:
    """The day of a date-time, where this is its time."""
    day = header.removesuffix(TIME)
    return day if day != header and said(header) not in columns and said(day) in columns else None


def _moved(old: pl.DataFrame, new: pl.DataFrame, *, by_stage: bool = True) -> pl.Series:
    """Ids of deals whose status in Sell is another one by now, or their stage."""
    then, now = (frame.select("_id", STAGE_KEY, s=DEAL_STATUS) for frame in (old, new))
    both = now.join(then, on="_id", how="inner", maintain_order="left", suffix="_then")
    other = pl.col("s").ne_missing(pl.col("s_then"))
    stage = pl.lit(by_stage) & pl.col(STAGE_KEY).ne_missing(pl.col(f"{STAGE_KEY}_then"))
    return both.filter(other | stage)["_id"]
