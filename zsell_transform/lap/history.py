"""Activities and notes of a lap: each written once every record on its row has a System ID."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.markup import escaped
from zsell_transform.frames.positions import positions
from zsell_transform.frames.sparse import BLANK, has
from zsell_transform.lap.added_lines import CONTACT_IN_SELL, DEAL_IN_SELL, LEAD_IN_SELL, LEFT_OUT
from zsell_transform.lap.link_cells import (
    ABSENT,
    BY_ID,
    BY_KEY,
    ORGANIZATION_LINK,
    PERSON_LINK,
    WAIT,
    form,
    organization_cells,
    parted,
    person_cells,
)
from zsell_transform.lap.lonely import told_lonely
from zsell_transform.lap.main_plans import MainPlans
from zsell_transform.lap.plans import DECIDED, OUT, PRESENT, SKIPPED, WAITING, Plan, links_of, state
from zsell_transform.lap.reasons import (
    NO_DEAL_ID,
    NO_EXPORT,
    NO_LEAD_ID,
    NO_ORGANIZATION_ID,
    NO_PERSON_ID,
    UNSEEN_PARTIES,
    reason,
)
from zsell_transform.lap.rows import as_issues_tell, is_left_out, placed_orphans, told_orphans, usable_key
from zsell_transform.lap.sides import Sides
from zsell_transform.lap.targets import Targets, read_at
from zsell_transform.pipedrive.fields import NAMES, SYSTEM_IDS
from zsell_transform.pipedrive.lead_people import HELD, OWN
from zsell_transform.pipedrive.lead_people import LEAD as LEAD_PERSON
from zsell_transform.sell.entities import TARGETS, mark_of

COLUMNS: Final = (
    SYSTEM_IDS["deals"],
    NAMES["deals"],
    SYSTEM_IDS["leads"],
    NAMES["leads"],
    *PERSON_LINK,
    *ORGANIZATION_LINK,
)

#: What was decided of a lead and is not written of it.
_DECIDED: Final = ("id", "state", "who", "shown", "there", "converted")


def plan_history(entity: str, sides: Sides, main: MainPlans, *, blocked: bool) -> Plan:
    """The plan of one history entity.

    Args:
        main: what becomes of the records that it hangs on.
        blocked: nothing of it may be written.
    """
    rows, held, ask = sides.graph.history[entity], sides.held, sides.ask
    companies, people, deals, leads = main.companies, main.people, main.deals, main.leads
    item = TARGETS[entity]
    marks = held[item]["mark"].drop_nulls().unique()
    mark = pl.lit(mark_of(entity)) + pl.col("id")
    rows = rows.with_columns(there=mark.is_in(marks.implode()) if marks.len() else pl.lit(False))
    rows = _parties(_about(rows, deals, leads, people, companies))
    rows = placed_orphans(rows, _on_nothing(entity), ask.orphans["notes"], companies)
    rows = read_at(rows, people.frame.select("form", "by_value", "company_at"), "person_at", "p_")
    rows = read_at(rows, companies.frame.select("form"), "organization_at", "o_")
    rows = _stated(_formed(rows, single_pass=ask.single_pass), item, blocked=blocked)
    rows = parted(rows, {"deal": "d_form", "lead": "l_form", "person": "p_form", "organization": "o_form"})
    going = _texts(rows.filter(pl.col("state") == OUT), deals, leads, people, companies)
    cells = going.select(*_cells(alone=ask.id_links == "alone"), _extra().alias("_extra"))
    rows = rows.with_columns(out_at=_nth(pl.col("state") == OUT))
    return Plan(
        entity=entity,
        rows=read_at(rows, cells, "out_at", "").select(
            *DECIDED,
            "_extra",
            BLANK.alias("joins"),
            *COLUMNS,
            linked=pl.when("asked").then(pl.col("about").is_not_null() & ~pl.col("to_parties")),
        ),
        link_columns=COLUMNS,
        overrides=(),
        added=pl.DataFrame(schema={"id": pl.String}),
        found=issues.gather(
            [
                _told(rows, going, entity),
                *pl.collect_all(
                    told_lonely(
                        rows,
                        held,
                        entity,
                        {"deals": deals["title"], "leads": leads["title"]},
                        single_pass=ask.single_pass,
                    )
                ),
            ]
        ),
        links=links_of(
            rows.with_columns(_shown("d_form", "deals_at"), _shown("l_form", "leads_at")),
            {
                "deals": ("deals_at", deals["id"]),
                "leads": ("leads_at", leads["id"]),
                "persons": ("person_at", people.frame["id"]),
                "organizations": ("organization_at", companies.frame["id"]),
            },
        ),
    )


def _nth(wanted: pl.Expr) -> pl.Expr:
    """The running number of each wanted row among them."""
    return pl.when(wanted).then(wanted.cast(pl.UInt32).cum_sum() - 1)


# --- what is decided, of every record: flags and positions only -------------------------------------------


def _about(
    rows: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame, people: Targets, companies: Targets
) -> pl.DataFrame:
    """What the record hangs on, with what is known of that deal (`d_`) or lead (`l_`).

    A link to a record that is left out counts as dangling.
    """
    at = {"deals": deals, "leads": leads}
    rows = rows.with_columns(
        pl.when(pl.col("about") == kind).then("about_at").alias(f"{kind}_at") for kind in at
    )
    rows = rows.with_columns(_left_out(rows, kind, frame) for kind, frame in at.items()).with_columns(
        gone=pl.any_horizontal(pl.col(f"gone_{kind}").is_not_null() for kind in at),
        gone_title=pl.coalesce(f"gone_{kind}" for kind in at),
    )
    rows = rows.with_columns(
        pl.when(~pl.col("gone")).then(column).alias(column) for column in ("about", "deals_at", "leads_at")
    )
    rows = read_at(rows, _of_deals(deals, people, companies), "deals_at", "d_")
    rows = read_at(rows, _of_leads(leads), "leads_at", "l_")
    return rows.with_columns(pl.col(pl.Boolean).fill_null(value=False))


def _left_out(rows: pl.DataFrame, kind: str, records: pl.DataFrame) -> pl.Series:
    """The titles of the deals or leads that the records hang on and that are left out."""
    titles = records.select(pl.when(pl.col("state") == SKIPPED).then(pl.coalesce("title", "id"))).to_series()
    return titles.gather(rows[f"{kind}_at"]).alias(f"gone_{kind}")


def _place_of(records: pl.DataFrame, shown: str, targets: Targets) -> pl.Expr:
    """At which row what Pipedrive shows stands; the many System IDs are looked at only where it shows any."""
    if not has(records, shown):
        return pl.lit(None, dtype=pl.UInt32)
    return pl.lit(positions(records[shown], targets.frame["system_id"]))


def _of_deals(deals: pl.DataFrame, people: Targets, companies: Targets) -> pl.DataFrame:
    """Whether the deal is in Pipedrive, and its parties: those that Pipedrive shows (`shown`), or Sell's."""
    parties = {"person": people, "organization": companies}
    return deals.select(
        *(
            pl.when("shown")
            .then(_place_of(deals, f"held_{party}_id", targets))
            .otherwise(f"{party}_at")
            .alias(f"{party}_at")
            for party, targets in parties.items()
        ),
        *_shown_parties(),
        there=pl.col("system_id").is_not_null(),
        withheld="withheld",
    )


def _shown_parties() -> list[pl.Expr]:
    """Whether Pipedrive's export shows a record's parties, and which of them go on the row."""
    return [
        pl.col("shown"),
        pl.col("held_person_id").is_not_null().alias("names_person"),
        pl.col("held_organization_id").is_not_null().alias("names_organization"),
    ]


def _of_leads(leads: pl.DataFrame) -> pl.DataFrame:
    """Whether the lead is in Pipedrive, or has become a deal there (`converted`), and whose person it has."""
    there = pl.col("there")
    return leads.select(
        "party_at",
        "organization_at",
        *_shown_parties(),
        "there",
        "converted",
        own=~there & pl.col("who").is_in([OWN, LEAD_PERSON]).fill_null(value=False),
        held=~there & pl.col("who").eq_missing(HELD),
        out=pl.col("state") == OUT,
        valued=pl.any_horizontal(pl.col("email", "work", "mobile").is_not_null()),
    )


def _parties(rows: pl.DataFrame) -> pl.DataFrame:
    """The person and organization that belong on the row: the deal's or lead's own, or what it hangs on."""
    about = pl.col("about")
    return rows.with_columns(
        person_at=pl.when(about == "contacts")
        .then("about_at")
        .otherwise(pl.coalesce("d_person_at", "l_party_at")),
        organization_at=pl.when(about == "companies")
        .then("about_at")
        .otherwise(pl.coalesce("d_organization_at", "l_organization_at")),
    )


def _on_nothing(entity: str) -> pl.Expr:
    """Whether a note has no link left; an activity needs none at all."""
    return pl.col("about").is_null() & pl.lit(TARGETS[entity] == "notes")


def _formed(rows: pl.DataFrame, *, single_pass: bool) -> pl.DataFrame:
    """How each link is written.

    A deal or lead is named by its System ID or not at all. In a single pass one that is not there yet is
    named in the text, and its parties on the row (`to_parties`).
    """
    of_deal = (pl.col("about") == "deals").fill_null(value=False) | pl.col("l_converted")
    of_lead = (pl.col("about") == "leads").fill_null(value=False) & ~pl.col("l_converted")
    there = pl.col("d_there") | pl.col("l_there")
    to_parties = pl.lit(single_pass) & (of_deal | of_lead) & ~there
    known = pl.when(there).then(form(BY_ID)).otherwise(form(WAIT))
    return rows.with_columns(
        to_parties.alias("to_parties"),
        pl.when(of_deal & ~to_parties).then(known).alias("d_form"),
        pl.when(of_lead & ~to_parties).then(known).alias("l_form"),
        _person_form(single_pass=single_pass).alias("p_form"),
        _organization_form(single_pass=single_pass).alias("o_form"),
    )


def _person_form(*, single_pass: bool) -> pl.Expr:
    has_organization, now = pl.col("organization_at").is_not_null(), pl.lit(single_pass)
    own_key = now & (pl.col("l_valued") | has_organization) & pl.col("l_out")
    return (
        pl.when(pl.col("l_there") | pl.col("d_shown"))
        .then(pl.when(pl.col("l_names_person") | pl.col("d_names_person")).then(form(BY_ID)))
        .when("l_own")
        .then(pl.when(own_key).then(form(BY_KEY)).otherwise(form(WAIT)))
        .when("l_held")
        .then(form(WAIT))
        .when(pl.col("person_at").is_null())
        .then(None)
        .when(pl.col("p_form") == BY_ID)
        .then(form(BY_ID))
        .when(now & (pl.col("p_form") == BY_KEY) & usable_key())
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def _organization_form(*, single_pass: bool) -> pl.Expr:
    has_organization = pl.col("organization_at").is_not_null()
    return (
        pl.when("l_there")
        .then(pl.when("l_names_organization").then(form(BY_ID)).otherwise(form(ABSENT)))
        .when("d_shown")
        .then(pl.when("d_names_organization").then(form(BY_ID)).when("d_withheld").then(form(ABSENT)))
        .when(~has_organization & pl.col("p_company_at").is_not_null())
        .then(form(ABSENT))
        .when(~has_organization)
        .then(None)
        .when(pl.col("o_form") == BY_ID)
        .then(form(BY_ID))
        .when(pl.lit(single_pass) & (pl.col("o_form") == BY_KEY))
        .then(form(BY_KEY))
        .otherwise(form(WAIT))
    )


def _stated(rows: pl.DataFrame, item: str, *, blocked: bool) -> pl.DataFrame:
    stuck = {
        NO_DEAL_ID: "d_form",
        NO_LEAD_ID: "l_form",
        NO_PERSON_ID: "p_form",
        NO_ORGANIZATION_ID: "o_form",
    }
    # Without its person and organization the row would count as present for ever, and they would be lost.
    unseen = pl.col("l_there") & ~pl.col("l_shown")
    waits = unseen | pl.any_horizontal(pl.col(link).eq_missing(form(WAIT)) for link in stuck.values())
    why: Any = pl.when(pl.lit(blocked)).then(reason(NO_EXPORT[item]))
    why = why.when(unseen & pl.col("l_converted")).then(reason(UNSEEN_PARTIES["deals"]))
    why = why.when(unseen).then(reason(UNSEEN_PARTIES["leads"]))
    for text, link in stuck.items():
        why = why.when(pl.col(link).eq_missing(form(WAIT))).then(reason(text))
    stated = (
        pl.when("there")
        .then(state(PRESENT))
        .when(is_left_out())
        .then(state(SKIPPED))
        .when(pl.lit(blocked) | waits)
        .then(state(WAITING))
        .otherwise(state(OUT))
    )
    return rows.with_columns(state=stated).with_columns(reason=pl.when(pl.col("state") == WAITING).then(why))


# --- what is written, of the records that go out ----------------------------------------------------------


def _texts(
    rows: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame, people: Targets, companies: Targets
) -> pl.DataFrame:
    """With the names and System IDs of what is on the row.

    The person and organization on a lead's row may be its own.
    """
    person, lead = ("system_id", "name", "email", "work", "mobile"), leads.drop(*_DECIDED)
    deal = deals.select("system_id", "name", "title", pl.col("^held_.*$"))
    rows = read_at(rows, deal, "deals_at", "d_")
    rows = read_at(rows, lead.rename({"name": "shown"}), "leads_at", "l_")
    rows = read_at(rows, people.frame.select(person), "person_at", "p_")
    rows = read_at(rows, companies.frame.select("system_id", "name", "address"), "organization_at", "o_")
    own, converted = pl.col("l_own"), pl.col("l_converted")

    def held(column: str) -> Any:
        return pl.when("l_there").then(f"l_held_{column}").when("d_shown").then(f"d_held_{column}")

    return rows.with_columns(
        deal_id=pl.coalesce("d_system_id", pl.when(converted).then("l_deal_id")),
        deal_title=pl.when(converted).then("l_deal_title").otherwise("d_name"),
        p_system_id=held("person_id").otherwise("p_system_id"),
        p_name=held("person").when(own).then("l_person_name").otherwise("p_name"),
        p_email=pl.when(own).then("l_email").otherwise("p_email"),
        p_work=pl.when(own).then("l_work").otherwise("p_work"),
        p_mobile=pl.when(own).then("l_mobile").otherwise("p_mobile"),
        o_system_id=held("organization_id").otherwise("o_system_id"),
        o_name=held("organization").otherwise("o_name"),
    )


def _cells(*, alone: bool) -> list[pl.Expr]:
    return [
        pl.when(pl.col("d_form") == BY_ID).then("deal_id").alias(SYSTEM_IDS["deals"]),
        pl.when(pl.col("d_form") == BY_ID)
        .then(BLANK if alone else pl.col("deal_title"))
        .alias(NAMES["deals"]),
        pl.when(pl.col("l_form") == BY_ID).then("l_system_id").alias(SYSTEM_IDS["leads"]),
        pl.when(pl.col("l_form") == BY_ID).then(BLANK if alone else pl.col("l_shown")).alias(NAMES["leads"]),
        *person_cells("p_form", "p_", alone=alone),
        *organization_cells("o_form", "o_", alone=alone),
    ]


def _shown(link: str, at: str) -> pl.Expr:
    """The row of a deal or lead that is named as such; a lead that has become a deal is not told of."""
    return pl.when(pl.col(link).is_not_null() & ~pl.col("l_converted")).then(at).alias(at)


def _extra() -> pl.Expr:
    """What the row cannot name stands in its text: a deal or lead in a single pass, or a lost link."""
    lost, to_parties = pl.col("about").is_null(), pl.col("to_parties")
    nameless = pl.all_horizontal(pl.col("name", "deal_name", "lead_name").is_null())

    def line(words: str, where: pl.Expr, *said: str) -> pl.Expr:
        return pl.lit(words) + escaped(pl.when(where).then(pl.coalesce(said)))

    lines = [
        line(DEAL_IN_SELL, to_parties & (pl.col("about") == "deals"), "d_title"),
        line(LEAD_IN_SELL, to_parties & (pl.col("about") == "leads"), "l_title"),
        line(DEAL_IN_SELL, lost, "deal_name"),
        line(LEAD_IN_SELL, lost, "lead_name"),
        line(CONTACT_IN_SELL, lost, "name"),
        line(LEFT_OUT, pl.col("gone") & nameless, "gone_title"),
    ]
    text = pl.concat_str(lines, separator="<br>", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _told(rows: pl.DataFrame, going: pl.DataFrame, entity: str) -> pl.DataFrame:
    lonely = (pl.col("gone") | pl.col("orphan")) & (pl.col("state") != PRESENT)
    told = as_issues_tell(issues.few(rows, lonely))
    return issues.gather(
        pl.collect_all(
            [
                issues.found(
                    as_issues_tell(issues.few(going, pl.col("to_parties"))),
                    "linked_to_parties_only",
                    entity=entity,
                    field="about",
                    value=pl.coalesce("d_title", "l_title"),
                ),
                issues.found(
                    told.filter("gone"),
                    "link_to_left_out",
                    entity=entity,
                    field="about",
                    value=pl.coalesce("name", "deal_name", "lead_name", "gone_title"),
                ),
                *told_orphans(told, entity),
            ]
        )
    )
