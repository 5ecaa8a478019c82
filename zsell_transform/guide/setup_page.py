"""`setup.md`: the setup kit as a page to tick off, in the order in which a person does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from zsell_transform.guide.columns import HEDGES
from zsell_transform.guide.setup import SETTINGS, Setup
from zsell_transform.guide.words import code, count, listed, markdown, upright
from zsell_transform.pipedrive.account import duplicates_answer
from zsell_transform.pipedrive.fields import PREFIXES

Lines = Iterator[str]

#: How an item is called where one creates its fields and labels.
ITEM_NAMES: Final = {
    "organizations": "Organizations", "persons": "People", "deals": "Deals", "leads": "Leads",
    "activities": "Activities", "notes": "Notes",
}  # fmt: skip


def setup_markdown(setup: Setup, *, lap: int = 1, delta: bool = False, complete: bool = False) -> str:
    """The page as text; the same kit gives the same bytes.

    Args:
        setup: the kit.
        lap: the number of this lap; from the second on the page says that the setting up should be done.
        delta: whether it is no lap, but what changed since an earlier run.
        complete: whether no lap follows.
    """
    sections = (
        ("Who does it", _who),
        ("Does the plan hold it?", _plan),
        ("Users", _users),
        ("Currencies", _currencies),
        ("Custom fields", _fields),
        ("Labels", _labels),
        ("Pipelines and stages", _stages),
        ("Activity types", _activity_types),
        ("Lost reasons", _lost_reasons),
        ("The files, column by column", _files),
    )
    written = [(title, list(section(setup))) for title, section in sections]
    written.append(("Afterwards", list(_afterwards(setup, complete=complete))))
    lines = list(_opening(lap, delta=delta))
    for number, (title, body) in enumerate(((title, body) for title, body in written if body), 1):
        lines += ["", f"## {number}. {title}", "", *body]
    return upright("\n".join(lines) + "\n")


def _opening(lap: int, *, delta: bool) -> Lines:
    yield "# Setting up Pipedrive for this import"
    yield ""
    yield (
        "Pipedrive's import creates records, but not users, labels, stages or options. What the files name "
        "must exist first. It is listed below in the order in which to do it. Tick off as you go, in a copy "
        "of this page: the next run does not replace a folder in which a file was changed."
    )
    if lap > 1 or delta:
        yield ""
        yield (
            f"**This is {'a delta' if delta else f'lap {lap}'}.** What an earlier lap asked for is listed "
            "again, since it must still be there. What was added in Sell meanwhile (users, currencies, "
            "fields and their options, labels, stages, types) is to be created before the files are "
            "imported. After a trial that was kept, so is all that the trial did not need."
        )
    yield ""
    yield (
        "Where something is marked as likely or as a guess, no public text of Pipedrive's confirms it. "
        "A trial shows how it comes out: where this lap has a folder `trial/`, import that first; its "
        "`trial.md` says what to look for."
    )


# --- before the files ---------------------------------------------------------------------------------------


def _who(setup: Setup) -> Lines:
    yield (
        "- [ ] An **admin** of the Pipedrive account runs the import: others need a permission for it, and "
        "only admins may be allowed to set creation dates in the past (likely, not confirmed)."
    )
    yield (
        "- [ ] If the account is in use already: export everything from it first, and give that to the first "
        "lap, too: it then says which records join one that is there. A merge cannot be undone."
    )
    yield (
        "- [ ] Nobody else imports or edits meanwhile. Imports do not start automations, except imports that "
        "change or delete leads: pause those automations."
    )


def _plan(setup: Setup) -> Lines:
    rows = setup.tables["plan"]
    seats, fields = (
        rows.filter(pl.col("check") == check) for check in ("open deals and leads", "custom fields")
    )
    if seats.height:
        opened, created = seats.item(0, "found"), fields.item(0, "found")
        yield (
            f"{seats.item(0, 'detail').split(';')[0]} count against the plan's limit, and "
            f"{count(created, 'custom field is', 'custom fields are')} needed in all. What does "
            "not fit ends up in the wizard's skip file."
        )
        yield ""
        yield f"| Plan | Open ones a seat | Seats for {opened:,} | Custom fields | {created:,} fit |"
        yield "|---|---:|---:|---:|---|"
        for seat, field in zip(seats.to_dicts(), fields.to_dicts(), strict=True):
            needed = f"{seat['seats']:,}" if seat["fits"] else "more than the plan allows at all"
            yield (
                f"| {seat['plan']} | {seat['limit']:,} | {needed} | {field['limit']:,} | "
                f"{'yes' if field['fits'] else '**no**'} |"
            )
        yield ""
        yield "- [ ] The account's plan and seats are enough. (Older plans have other limits.)"
    for row in rows.filter(~pl.col("check").is_in(["open deals and leads", "custom fields"])).to_dicts():
        mark = "- " if row["fits"] else "- [ ] **"
        end = "" if row["fits"] else "** Shorten the list, or keep the field as text."
        told = f"{row['found']:,} {row['check']}, a field takes {row['limit']:,}."
        yield f"{mark}{markdown(row['detail'])}: {told}{end}"


def _users(setup: Setup) -> Lines:
    users = setup.tables["users"].to_dicts()
    if users:
        yield (
            "Invite everyone who owns a record. Records without an owner may all go to whoever runs the "
            "import (likely, not confirmed). Notes are not counted: they have no owner in Pipedrive."
        )
        yield ""
    for user in users:
        sell = "" if user["sell_user"] == user["user"] else f", in Sell: {markdown(user['sell_user'])}"
        yield f"- [ ] **{markdown(user['user'])}** ({count(user['records'], 'record')}{sell})"
    gone = setup.lost_users.to_dicts()
    if gone:
        names = listed(
            f"{markdown(user['sell_user'])} ({count(user['records'], 'record')}, with notes)" for user in gone
        )
        yield ""
        yield (
            f"Deleted in Sell, so not invited: {names}. Their names are kept in the field `Sell owner` and "
            "in texts; `owners:` in the mapping gives the records to someone else."
        )


def _currencies(setup: Setup) -> Lines:
    rows = setup.tables["currencies"].to_dicts()
    if rows:
        yield "A deal in a currency that the account does not have is skipped (likely, not confirmed)."
        yield ""
    for row in rows:
        yield f"- [ ] **{markdown(row['currency'])}** ({count(row['deals'], 'deal')})"


def _fields(setup: Setup) -> Lines:
    rows = setup.tables["fields"].to_dicts()
    if not rows:
        return
    yield (
        "Create each with exactly this name and type, so that the wizard finds it by its name. A column "
        "whose field does not exist may be dropped without any message (likely, not confirmed). Type and "
        "options follow from all values of the column."
    )
    for item in dict.fromkeys(_home(row) for row in rows):
        yield ""
        yield f"**{ITEM_NAMES[item]}**" + (" (leads have the fields of deals)" if item == "deals" else "")
        yield ""
        for row in (row for row in rows if _home(row) == item):
            yield from _field(row)


def _home(row: dict[str, Any]) -> str:
    first = str(row["item"]).split(",")[0]
    return SETTINGS.get(first, first)


def _field(row: dict[str, Any]) -> Lines:
    only = " · for leads" if row["item"] == "leads" else ""
    why = f" · {markdown(row['evidence'])}" if row["custom"] else ""
    yield f"- [ ] **{markdown(row['name'])}** · {row['type']}{only}{why}"
    if row["options"]:
        yield f"  - options: {', '.join(code(option) for option in row['options'])}"


def _labels(setup: Setup) -> Lines:
    rows = setup.tables["labels"].to_dicts()
    if not rows:
        return
    yield "Each item has its own labels; the number behind a label is how many records have it."
    for item in dict.fromkeys(row["item"] for row in rows):
        yield ""
        yield f"**{ITEM_NAMES[item]}**"
        yield ""
        for row in (row for row in rows if row["item"] == item):
            twins = (
                f" · the same as {markdown(row['twins'])}? `labels:` in the mapping makes one of them"
                if row["twins"]
                else ""
            )
            yield f"- [ ] {code(row['label'])} ({row['records']:,}){twins}"


def _stages(setup: Setup) -> Lines:
    rows = setup.tables["stages"].to_dicts()
    if not rows:
        return
    yield (
        "In Pipedrive, won and lost deals stay in a stage of their pipeline; `closed_stages:` in the mapping "
        "says in which. Probability is the median win likelihood of the stage's deals."
    )
    by_pipeline: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        by_pipeline.setdefault(row["pipeline"], []).append(row)
    for pipeline, of_it in by_pipeline.items():
        yield ""
        yield (
            f"**{markdown(pipeline)}**" if pipeline else "**The pipeline** (the export does not say its name)"
        )
        yield ""
        yield from map(_stage, of_it)


def _stage(row: dict[str, Any]) -> str:
    chance = "" if row["probability"] is None else f" · probability {row['probability']} %"
    held = [f"{row[status]:,} {status}" for status in ("open", "won", "lost") if row[status]]
    spelled = "" if row["cell"] == row["stage"] else f" · {code(row['cell'])} in the file"
    deals = ", ".join(held) or "no deal"
    return f"- [ ] {row['position']}. **{markdown(row['stage'])}**{chance} · {deals}{spelled}"


def _activity_types(setup: Setup) -> Lines:
    rows = setup.tables["activity_types"].to_dicts()
    new = [row for row in rows if row["create"]]
    for row in new:
        used = count(row["activities"], "activity", "activities")
        yield f"- [ ] Create **{markdown(row['type'])}** ({used})"
    known = [f"{markdown(row['type'])} ({row['activities']:,})" for row in rows if not row["create"]]
    if known:
        yield f"- [ ] Leave these switched on; a new account has them: {listed(known)}"


def _lost_reasons(setup: Setup) -> Lines:
    rows = setup.tables["lost_reasons"].to_dicts()
    if rows:
        yield "Needed only if the account has a fixed list of reasons; otherwise reasons are plain text."
        yield ""
    for row in rows:
        yield f"- [ ] {markdown(row['reason'])} ({count(row['deals'], 'deal')})"


# --- the files ----------------------------------------------------------------------------------------------


def _for_each_file() -> Lines:
    yield "1. Upload the file. One row of headers, UTF-8, commas."
    yield (
        "2. Check every column against the file's list below; the wizard finds most by their names. A field "
        "of the same name under another icon (person, organization, deal) is another field. Fields in bold "
        "were created above."
    )
    yield (
        "3. It is not known whether an account in another language finds English headers: give the wizard's "
        "own templates with `templates:` in the mapping, or choose the fields by hand."
    )
    yield (
        f"4. When it asks about duplicates: **{duplicates_answer()}**. The files are made for that answer: "
        "with the other one, a record that several rows name would be created several times."
    )
    yield (
        "5. Look at the preview, start the import, and keep the skip file (Import history › Details) if "
        "there is one."
    )


def _files(setup: Setup) -> Lines:
    rows = setup.tables["columns"].to_dicts()
    if not rows:
        return
    yield "For each file, in this order: account menu › Tools and apps › Import data › From a spreadsheet."
    yield ""
    yield from _for_each_file()
    for file in dict.fromkeys(row["file"] for row in rows):
        yield ""
        yield f"### {file}"
        yield ""
        yield f"- [ ] imported, {count(sum(row['file'] == file for row in rows), 'column')} looked at"
        yield ""
        yield "| Column | Goes to | What else to do |"
        yield "|---|---|---|"
        yield from (_column(row) for row in rows if row["file"] == file)


def _column(row: dict[str, Any]) -> str:
    field = f"{markdown(PREFIXES.get(row['item'], row['item']))} › {markdown(row['field'])}"
    goes = field if row["own"] else f"**{field}** ({row['type']})"
    needed = " · required" if row["required"] else ""
    unsure = HEDGES["low"] if row["sure"] == "low" else ""
    step = _sentence(row["click"]).replace("|", r"\|") if row["click"] else ""
    return f"| {code(row['column'], cell=True)} | {goes}{unsure}{needed} | {step} |"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _afterwards(setup: Setup, *, complete: bool) -> Lines:
    for row in setup.tables["filters"].to_dicts():
        yield (
            f"- [ ] The Smart List {code(row['smart_list'])} as a filter: {markdown(row['filter'])} "
            f"({count(row['records'], 'record')})"
        )
    if not complete:
        yield "- [ ] Export everything from Pipedrive and run the next lap; `report.html` gives the command."
    elif setup.tables["columns"].height:
        yield (
            "- [ ] Export everything from Pipedrive again and prove it with `verify`; `report.html` gives "
            "the command."
        )
    else:
        yield "- [ ] Nothing is left to import: prove it with `verify`; `report.html` gives the command."
