"""Organizations and persons of a lap: what is there, what goes out, what would have been merged."""

from __future__ import annotations

from functools import partial

import polars as pl

from zsell_transform import issues
from zsell_transform.details import Details
from zsell_transform.frames.positions import firsts, positions, stands_twice
from zsell_transform.frames.sparse import beside, has, one_of
from zsell_transform.ids import ranked
from zsell_transform.lap.link_cells import (
    BY_ID,
    BY_KEY,
    ORGANIZATION_LINK,
    WAIT,
    form,
    organization_cells,
    parted,
)
from zsell_transform.lap.placeholder import PLACEHOLDER_ID, with_placeholder
from zsell_transform.lap.plans import MERGED, OUT, PRESENT, WAITING, Plan, links_of, state
from zsell_transform.lap.reasons import NO_EXPORT, NO_ORGANIZATION_KEY, reason
from zsell_transform.lap.shown import own_companies
from zsell_transform.lap.targets import Targets, read_at
from zsell_transform.linker import Graph
from zsell_transform.mapping import Mapping
from zsell_transform.pipedrive import keys
from zsell_transform.pipedrive.exports import Held
from zsell_transform.pipedrive.fields import NAMES, ORGANIZATION_ADDRESS
from zsell_transform.pipedrive.own_ids import sell_id_cell
from zsell_transform.sell.entities import TARGETS

#: Contacts as lead persons are compared with them, and their traces, unless merging has changed these.
Compared = tuple[pl.DataFrame, pl.DataFrame | None]


def organizations(
    graph: Graph, held: Held, ask: Mapping, *, blocked: bool, placeholder: bool
) -> tuple[Plan, Targets]:
    """The plan of the companies, and how each can be linked to."""
    companies = with_placeholder(graph.companies) if placeholder else graph.companies
    known = keys.organizations(
        companies.select("id", "name", "address", "city"),
        _recognised(held, "organizations"),
        merge=ask.duplicates["companies"] == "merge",
        bare_separate=ask.bare_organizations == "separate",
        lap_before=held.has_ours,
    )
    rows = _known(companies, known)
    rows = _filled(rows, ["address"])
    rows = _stated(rows, held, "organizations", blocked=blocked)
    own = rows.select(
        "id",
        "system_id",
        form=_form(),
        name=_written_name(rows),
        address="address",
        title="name",
        place=pl.coalesce(pl.lit("#") + pl.col("system_id"), pl.lit("#") + pl.col("joins"), "id"),
        joins="joins",
    )
    members = _with_members(rows, own)
    sure = rows.select(_placed("linkable", members["place"])).to_series()
    targets = Targets(members, _as_one(sure, members["carried"], rows))
    plan = Plan(
        entity="companies",
        rows=parted(rows, {}).select(
            "n", "id", "state", "reason", "part", "joins", "into", linked=pl.lit(None, dtype=pl.Boolean)
        ),
        link_columns=(),
        overrides=(
            rows.filter(pl.col("n").is_not_null() & pl.col("renamed")).select(
                "n", pl.col("final").alias(NAMES["organizations"])
            ),
        ),
        added=rows.filter(pl.col("added")).select(
            "id",
            pl.col("final").alias(NAMES["organizations"]),
            pl.col("address").alias(ORGANIZATION_ADDRESS),
            sell_id_cell(pl.col("id")).alias("Organization - Zendesk Sell ID"),
        ),
        found=issues.gather(
            [_told_collisions(known, rows, "companies"), _told_by_name(rows, held, "companies")]
        ),
        links=links_of(rows, {}),
    )
    return plan, targets


def persons(
    graph: Graph, held: Held, ask: Mapping, companies: Targets, details: Details, *, blocked: bool
) -> tuple[Plan, Targets, Compared]:
    """The plan of the contacts, how each can be linked to, and what lead persons are compared with.

    Args:
        details: reads what their keys are made of.
    """
    contacts = companies.standing(_with_values(graph.contacts, details.values), "company_at")
    known = keys.persons(
        contacts.select("id", "name", "email", "work", "mobile", _place(contacts, companies)),
        with_place(_recognised(held, "persons")),
        partial(_towns, contacts["n"], details),
        merge=ask.duplicates["contacts"] == "merge",
        lap_before=held.has_ours,
    )
    rows = _filled(_known(contacts, known), ["email", "work", "mobile", "company_at"])
    told = ("form", "joins", "address") if has(companies.frame, "joins") else ("form",)
    rows = read_at(rows, companies.frame.select(told), "company_at", "o_")
    rows = _stated(rows, held, "persons", blocked=blocked, waits=pl.col("o_form").eq_missing(form(WAIT)))
    own = own_companies(rows, companies, held, claimed_twice(held, "organizations"))
    targets = Targets(_with_members(rows, _person_targets(rows.with_columns(own))))
    rows = parted(rows, {"organization": "o_form"})
    cells = organization_cells("o_form", "o_", alone=ask.id_links == "alone")
    plan = Plan(
        entity="contacts",
        rows=rows.select(
            "n",
            "id",
            "state",
            "reason",
            "part",
            "joins",
            "into",
            "o_form",
            "company_at",
            linked=pl.when(pl.col("asked").fill_null(False)).then(pl.col("company_at").is_not_null()),
        ),
        link_columns=ORGANIZATION_LINK,
        overrides=(_renamed_people(rows.filter("renamed", pl.col("n").is_not_null()), details),),
        added=_added_people(rows.filter(pl.col("added"))),
        found=issues.gather(
            [
                _told_collisions(known, rows, "contacts"),
                _told_by_name(rows, held, "contacts"),
                _lost_companies(rows, companies),
            ]
        ),
        links=links_of(rows, {"organizations": ("company_at", companies.frame["id"])}),
        linked=partial(_with_organization, companies.frame.select("system_id", "name", "address"), cells),
    )
    traces = None if has(rows, "into") else known.traces
    return plan, targets, (_compared(rows, companies, held), traces)


def _with_organization(organizations: pl.DataFrame, cells: list[pl.Expr], rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of contacts with their organization's columns: texts of which only a file's worth is held."""
    going = pl.col("state") == OUT
    return read_at(rows, organizations, "company_at", "o_").with_columns(
        pl.when(going).then(cell).alias(cell.meta.output_name()) for cell in cells
    )


def _towns(n: pl.Series, details: Details, uids: pl.Series) -> pl.Series:
    """Cities of the contacts in some rows; records of Pipedrive stand behind these and have none."""
    mine = pl.select(pl.when(uids < n.len()).then(uids)).to_series()
    return details.naming(n.gather(mine).alias("n"))["city"]


def _with_values(contacts: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Contacts with their e-mails and phones; those that the export only names stand last and have none."""
    named = contacts.height - values.height
    every = pl.concat([values, values.clear(named)]).rechunk() if named else values
    return pl.concat([contacts.drop("email"), every], how="horizontal")


def _known(records: pl.DataFrame, known: keys.Keys) -> pl.DataFrame:
    """Records with what is known of each; `final` is the name as it is to be written."""
    return pl.concat([records, known.frame.drop("id").rename({"name": "final"})], how="horizontal")


def _form() -> pl.Expr:
    """By System ID where it is known, by its key where this lap writes it and the key is proven."""
    return (
        pl.when(pl.col("linkable") & pl.col("system_id").is_not_null())
        .then(form(BY_ID))
        .when((pl.col("state") == OUT) & pl.col("proven"))
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def _written_name(rows: pl.DataFrame) -> pl.Expr:
    """As Pipedrive prints it, once it is there."""
    if not has(rows, "system_id"):
        return pl.col("final")
    return pl.coalesce(pl.when(pl.col("system_id").is_not_null()).then("printed"), "final")


def _person_targets(rows: pl.DataFrame) -> pl.DataFrame:
    own = ("id", "system_id", "email", "work", "mobile", "company_at", "joins")
    return rows.select(*own, form=_form(), name=_written_name(rows), by_value=_has_value())


def _has_value() -> pl.Expr:
    """Whether folding leaves anything of the e-mail, or any digits of the phones: asked without folding."""
    email = pl.col("email").str.contains(r"\S").fill_null(value=False)
    phones = [pl.when(~email).then(c).str.contains(r"\d").fill_null(value=False) for c in ("work", "mobile")]
    return pl.any_horizontal(email, *phones)


def _compared(rows: pl.DataFrame, companies: Targets, held: Held) -> pl.DataFrame:
    """What lead people are compared with: each contact as Sell has it and as Pipedrive has it."""
    there = firsts(held.persons, "sell_id").select(id="sell_id", held_emails="emails", held_phones="phones")
    own = ("id", "name", "final", "printed", "email", "work", "mobile", "system_id", "joins")
    return beside(rows.select(*own, _place(rows, companies), one=_heads(rows)), there, "id")


def _heads(rows: pl.DataFrame) -> pl.Series:
    """Of each record, the id of the one that it is one with: its own, unless they were merged."""
    carried = pl.col("into").is_not_null() & pl.col("system_id").is_null()
    place = pl.coalesce(pl.lit("#") + pl.col("system_id"), "id")
    known = rows.select(place=place, carried=carried, into=pl.when(carried).then("into"))
    if has(rows, "into"):
        at = positions(known["into"], rows["id"])
        known = known.with_columns(pl.coalesce(known["place"].gather(at), "place").alias("place"))
    sure = rows.select(_placed("linkable", known["place"])).to_series()
    one = _as_one(sure, known["carried"], rows)
    return rows["id"] if one is None else rows["id"].gather(one)


def _place(people: pl.DataFrame, companies: Targets) -> pl.Series:
    """The token of each person's organization."""
    return companies.frame["place"].gather(people["company_at"])


def with_place(people: pl.DataFrame) -> pl.DataFrame:
    """Pipedrive's people with the token of their organization."""
    return people.select(
        "system_id", "name", "emails", "phones", "sell_id", place=pl.lit("#") + pl.col("organization_id")
    )


def _recognised(held: Held, item: str) -> pl.DataFrame:
    """Pipedrive's records, each with its Sell ids, also those that several carry: they are there."""
    several = held.twice.filter(pl.col("item") == item)
    if not several.height:
        return held[item]
    carried = several.select("sell_id", system_id=pl.col("system_ids").str.split(", ")).explode("system_id")
    return (
        held[item]
        .join(carried, on="system_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("sell_id", "sell_id_right").alias("sell_id"))
        .drop("sell_id_right")
        .unique(["system_id", "sell_id"], keep="first", maintain_order=True)
    )


def _stated(
    rows: pl.DataFrame, held: Held, item: str, *, blocked: bool, waits: pl.Expr | None = None
) -> pl.DataFrame:
    """Rows with state, reason, linkable; a Sell id of two records in Pipedrive is there, but not linkable.

    One of them may carry another id beside it (`11, 12`), by which it is known.
    """
    twice = held.standing_twice(item)
    waits = pl.lit(False) if waits is None else waits
    there = pl.col("system_id").is_not_null()
    return rows.with_columns(
        linkable=~one_of("system_id", twice) | one_of("id", held[item]["sell_id"]) if twice.len() else True,
        state=pl.when(there)
        .then(state(PRESENT))
        .when(blocked)
        .then(state(WAITING))
        .when(pl.col("into").is_not_null())
        .then(state(MERGED))
        .when(waits)
        .then(state(WAITING))
        .otherwise(state(OUT)),
        reason=pl.when(~there & pl.lit(blocked))
        .then(reason(NO_EXPORT[item]))
        .when(~there & waits)
        .then(reason(NO_ORGANIZATION_KEY)),
    )


def claimed_twice(held: Held, item: str) -> pl.Series:
    """Sell ids that several records in Pipedrive carry."""
    return held.twice.filter(pl.col("item") == item)["sell_id"]


def _filled(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The head of merged records takes what it lacks from the others, as its row does (`merging`)."""
    if not has(rows, "into"):
        return rows
    group = rows.select("id", "into", *columns).with_columns(head=pl.coalesce("into", "id"))
    values = (
        group.sort("head", pl.col("into").is_not_null(), *ranked("id"), nulls_last=True)
        .group_by("head")
        .agg(pl.col(column).drop_nulls().first() for column in columns)
    )
    heads = group.filter(pl.col("into").is_not_null()).select("head").unique()
    more = values.join(heads, on="head", how="semi").rename({"head": "id"})
    joined = rows.join(more, on="id", how="left", maintain_order="left", suffix=" (merged)")
    return joined.with_columns(pl.coalesce(c, f"{c} (merged)").alias(c) for c in columns).drop(
        f"{c} (merged)" for c in columns
    )


def _with_members(rows: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Records that were merged into another are linked to through that one; `carried` says which."""
    if not has(rows, "into"):
        return own.with_columns(carried=pl.lit(value=False))
    is_member = pl.col("into").is_not_null() & pl.col("system_id").is_null()
    into = rows.select(pl.when(is_member).then("into")).to_series()
    head = positions(into, rows["id"]).alias("head")
    carried = own.with_columns(carried=into.is_not_null())
    at = pl.select(pl.coalesce(head, pl.int_range(rows.height, dtype=pl.UInt32))).to_series()
    return carried.select("id", pl.all().exclude("id", "carried").gather(at), "carried")


def _placed(known: str, place: pl.Series) -> pl.Expr:
    """Where each record stands; one of which nobody can know it, as its id stands twice, is with no other."""
    return pl.when(known).then(pl.lit(place)).otherwise("id")


def _as_one(place: pl.Series, carried: pl.Series, rows: pl.DataFrame) -> pl.Series | None:
    """Of each record, at which row stands the one that it is one with, whether a lap merges them or somebody
    has merged them in Pipedrive; None where each stands alone.

    Args:
        place: where each record stands: equal of those that are one.
        carried: whether it is written in another one's row.
        rows: the planned records; of which none goes into another one and none is there, all stand alone.
    """
    if not (has(rows, "into") or has(rows, "system_id")) or not stands_twice(place):
        return None
    rows = pl.DataFrame([place.alias("place"), carried.alias("carried")]).with_row_index("at")
    heads = rows.filter(~pl.col("carried"))
    at = heads["at"].gather(positions(place, heads["place"]))
    return pl.select(pl.coalesce(at, rows["at"])).to_series()


def _suffix() -> pl.Expr:
    return pl.col("final").str.strip_prefix(pl.col("name").str.strip_chars_end())


def _renamed_people(rows: pl.DataFrame, details: Details) -> pl.DataFrame:
    """A distinguished person carries the suffix behind the name and behind the last name."""
    last = pl.col("last").is_not_null()
    return rows.with_columns(details.naming(rows["n"]).get_columns()).select(
        "n",
        pl.col("final").alias(NAMES["persons"]),
        pl.when(~last & pl.col("first").is_not_null())
        .then(pl.concat_str("first", _suffix()))
        .otherwise("first")
        .alias("Person - First name"),
        pl.when(last).then(pl.concat_str("last", _suffix())).alias("Person - Last name"),
    )


def _added_people(rows: pl.DataFrame) -> pl.DataFrame:
    last = pl.when(pl.col("last").is_not_null() & pl.col("renamed")).then(pl.concat_str("last", _suffix()))
    return rows.select(
        "id",
        pl.col("final").alias(NAMES["persons"]),
        pl.col("first").alias("Person - First name"),
        pl.coalesce(last, "last").alias("Person - Last name"),
        sell_id_cell(pl.col("id")).alias("Person - Zendesk Sell ID"),
    )


def _lost_companies(rows: pl.DataFrame, companies: Targets) -> pl.DataFrame:
    """Companies of people who went into another's row, which names another one."""
    members = rows.filter((pl.col("state") == MERGED) & pl.col("company_at").is_not_null())
    if not members.height:
        return issues.empty()
    heads = rows.select(into="id", head_at="company_at")
    both = members.join(heads, on="into", how="left", maintain_order="left")
    known = companies.frame.select("place", "title")
    both = read_at(read_at(both, known, "company_at", "own_"), known, "head_at", "head_")
    lost = issues.few(both, pl.col("own_place").ne_missing(pl.col("head_place")))
    return issues.found(
        lost.rename({"file": "_file", "row": "_row", "id": "_id"}).with_columns(
            pl.col("_file").cast(pl.String)
        ),
        "merged_value_lost",
        entity="contacts",
        field="organisation_name",
        value=pl.col("own_title"),
        detail=pl.col("head_title"),
    ).collect()


def _told_by_name(rows: pl.DataFrame, held: Held, entity: str) -> pl.DataFrame:
    """Records that are there as what was known of them before: a name."""
    theirs = held[TARGETS[entity]]["sell_id"].drop_nulls()
    if not theirs.str.starts_with("name:").any():
        return issues.empty()
    ids = pl.concat([theirs, held.twice["sell_id"]]).implode()
    by_name = (pl.col("state") == PRESENT) & ~pl.col("id").is_in(ids) & ~pl.col("id").str.starts_with("name:")
    there = issues.few(rows, by_name).rename({"file": "_file", "row": "_row", "id": "_id"})
    return issues.found(
        there,
        "present_by_name",
        entity=entity,
        field="name",
        value=pl.col("name"),
        detail=pl.col("system_id"),
    ).collect()


def _told_collisions(known: keys.Keys, rows: pl.DataFrame, entity: str) -> pl.DataFrame:
    added = rows.filter(pl.col("added") & (pl.col("state") == OUT))
    named = added.rename({"file": "_file", "row": "_row", "id": "_id"}).lazy()
    absent = issues.gather(
        issues.found(named.filter(which), code, entity=entity, field="name", value=pl.col("name")).collect()
        for which, code in (
            (pl.col("_id") != PLACEHOLDER_ID, "added_by_reference"),
            (pl.col("_id") == PLACEHOLDER_ID, "placeholder_added"),
        )
    )
    if not known.collisions.height:
        return absent
    written = rows.filter(pl.col("state").is_in([OUT, MERGED]))
    place = written.select("id", _file=pl.col("file").cast(pl.String), _row="row")
    told = known.collisions.join(place, on="id", how="inner", maintain_order="left").rename({"id": "_id"})
    told = told.with_columns(written=pl.coalesce("final", "name"))
    fates = (
        ("distinguished", "final", "final", "with"),
        ("merged_duplicate", "into", "name", "into"),
        ("joins_existing", "joins", "written", "joins"),
    )
    found = [
        issues.found(
            issues.few(told, pl.col(fate).is_not_null()),
            code,
            entity=entity,
            field="name",
            value=pl.col(value),
            detail=pl.col(detail),
        )
        for code, fate, value, detail in fates
    ]
    return issues.gather([*pl.collect_all(found), absent])
