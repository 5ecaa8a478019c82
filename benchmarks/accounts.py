"""Writes invented Sell accounts of any size, always the same for the same size and seed.

    python benchmarks/accounts.py FOLDER --contacts 200000 [--family A|B|C] [--seed 1] [--chunk 1000000]

With N contacts come N/5 companies, N/4 deals, N/4 leads, N tasks and N notes: a quarter of the notes has
several lines, contacts have tags and 12 custom fields, a few references dangle, a few companies share a name.
Family A is Sell's full export, B Smart Lists in English (none for tasks and notes), C a dump of its API.

A column is its name and the text of its cell, with the record's number `i` and a number `h` mixed from it in
braces; the columns of a file are compiled into one function: ten million records take a minute or two.
"""

from __future__ import annotations

import argparse
import datetime
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

Columns = dict[str, str]
Parts = list[tuple[Columns, int]]
BLOCK = 20_000

FIRST = "Acacia Basil Clover Dahlia Elder Fern Ginger Hazel Iris Juniper Kale Laurel Moss Nettle".split()
FIRST += "Olive Poppy Quince Rowan Sage Thyme Ulmus Violet Willow Xyris Yarrow Zinnia".split()
FIRST += "Åsa Björn Çiçek Émile Łucja Ñusta".split()
LAST = "Ashpot Bankside Copse Dell Edgerow Fallow Gully Hedge Ivyholt Jetty Knoll Loam Meadow".split()
LAST += "Nook Orchard Pergola Quarry Ridge Spinney Trellis Underwood Vale Weir Yew Zephyr".split()
LAST += "Ågren Bäck Gómez Hügel O'Mulch".split()
CITY = "Bath,Leeds,Göteborg,Lyon,Köln,Bristol,Malmö,Sevilla,Gdańsk,Porto".split(",")
STREET = "Yeast Lane,Nimbus Row,Weft Yard,Drakvägen,Ledge Street,Downpipe Mews,Barometer Square".split(",")
TRADE = "Roofing,Bakery,Insurance,School,Museum,Library,Hotel,Cooperative,Observatory,Trust".split(",")
OWNER = ["Fern Overgreen", "Basil Thymeson", "Iris Ledger", "Olive Branchley - Deleted"]
TAGS = ["", "VIP", '"VIP,newsletter"', "newsletter", '"from iPhone,partner,bakery"', "partner"]
JSON_TAGS = ["[]", '"[""VIP""]"', '"[""VIP"",""newsletter""]"', '"[""newsletter""]"', '"[""partner""]"', "[]"]
PLANT = "Sedum,Thrift,Chives,Flax,Dandelion,Luktärt".split(",")
STAGE: list[tuple[str, int, int | None]] = [
    ("Incoming", 11, 10),
    ("Qualified", 12, 30),
    ("Quote", 13, 60),
    ("Closure", 14, 90),
]
STAGE += [("Won", 15, None), ("Lost", 16, None), ("Unqualified", 17, None)]
REASON = ["", "", "", "", "", "We were too expensive", ""]
SOURCE = ["", "Referral", "Trade fair", "Website"]
LEAD_STATUS = ["New", "Working", "Unqualified"]
DAY = [str(datetime.date(2020, 1, 1) + datetime.timedelta(days=n)) for n in range(2300)]
DMY = ["/".join(reversed(day.split("-"))) for day in DAY]
SUBJECT = "Call about,Follow up on,Meeting:,Send e-mail on,Order seeds for,Measure,Visit".split(",")
SENTENCES = [
    "Wants thrift, no gnomes.",
    "The lift is small & slow.",
    "Asked for a drawing <A3>.",
    'Said ""maybe"" twice.',
    "Vindlast OK: 0,8 kN/m².",
    "Will decide after the holidays.",
    "Prefers to be called on Mondays.",
    "🌱 for the roof.",
]
COMMENT = ["Ring twice", "Beware of the goose", *[""] * 9]
BREAKS = [" ", " ", " ", "\n"]
BODY = [BREAKS[n % 4].join(SENTENCES[(n * k + k) % 8] for k in range(1, 3 + n % 9)) for n in range(64)]
#: Six in ten tasks and notes are about a contact, a quarter about a deal, the others about a lead.
ABOUT = ["Contact"] * 12 + ["Deal"] * 5 + ["Lead"] * 3
WORDS = {name: value for name, value in globals().items() if name.isupper()}

MOMENT = "{DAY[h % 2300]}T{h % 24:02}:{h % 60:02}:05Z"
LATER = "{DAY[h % 1800 + 400]}T{h % 24:02}:{h % 59:02}:45Z"
FULL_NAME = "{FIRST[h % 32]} {LAST[h // 32 % 30]}"
#: A company in five thousand has the name of the one before it.
COMPANY = "{LAST[k % 30]} {TRADE[k % 10]} {k}"
EMAIL = "{FIRST[h % 26].lower()}.{i}@mail{i % 977}.example"
CUSTOM = {
    "Birthday": "{DAY[h % 2000]}",
    "Favourite plant": "{PLANT[h % 6]}",
    "Ladder code": "{h % 10000:04}",
    "Roof load": "{h % 900}.5",
    "Surveyed": "{DMY[h % 2300]}",
    "Watering": "{h % 2}",
    "Access": "Goods lift {h % 40}",
    "Slope": "{'flat' if h % 3 else 'steep'}",
    "Comment": "{COMMENT[h % 11]}",
    "Next visit": "{DAY[h % 2000 + 300]}T09:30:00Z",
    "Season": "{TAGS[0] if h % 4 else PLANT[h % 6]}",
    "Pager": "",
}
FEW = dict(list(CUSTOM.items())[3:7])


def prefixed(prefix: str, columns: Columns) -> Columns:
    return {prefix + name: cell for name, cell in columns.items()}


def as_json(columns: Columns) -> str:
    """One cell with a JSON object in it, quoted for CSV; its braces are doubled for the compiler."""
    inner = ",".join(f'""{name}"":""{cell}""' for name, cell in columns.items() if cell)
    return '"{{' + inner + '}}"'


# ---- family A -------------------------------------------------------------------------------------------

PERSON_A: Columns = {
    "first_name": "{FIRST[h % 32]}",
    "last_name": "{LAST[h // 32 % 30]}",
    "is_organisation": "false",
    "name": FULL_NAME,
    "organisation_name": COMPANY,
    "owner": "{OWNER[h % 4]}",
    "tags": "{TAGS[h % 6]}",
    "email": EMAIL,
    "address": "{h % 200} {STREET[h % 7]}",
    "mobile": "'+4477{i:08}",
    "phone": "",
    "customer_status": "current",
    "prospect_status": "",
    "city": "{CITY[h % 10]}",
    "country": "GB",
    "created_at": MOMENT,
    "creator": "{OWNER[h % 3]}",
    "creator_id": "",
    **prefixed("custom (contact) ", CUSTOM),
    "description": "",
    "facebook": "",
    "fax": "",
    "id": "{2_000_000_000 + i * 1_000_003 % N}",
    "industry": "",
    "last_activity_date": LATER,
    "linkedin": "",
    "linkedin_display": "",
    "private": "",
    "region": "",
    "skype": "",
    "street": "{h % 200} {STREET[h % 7]}",
    "title": "Gardener",
    "twitter": "",
    "updated_at": LATER,
    "user_id": "",
    "website": "",
    "zip": "{h % 99999:05}",
}
COMPANY_A: Columns = dict.fromkeys(PERSON_A, "") | {
    "is_organisation": "true",
    "name": COMPANY,
    "organisation_name": COMPANY,
    "owner": "{OWNER[h % 4]}",
    "tags": '""',
    "address": "{c} {STREET[c % 7]}",
    "phone": "'+4420{c:08}",
    "customer_status": "current",
    "city": "{CITY[c % 10]}",
    "country": "GB",
    "created_at": MOMENT,
    "creator": "{OWNER[h % 3]}",
    "id": "{1_000_000_000 + c}",
    "industry": "{TRADE[c % 10]}",
    "last_activity_date": LATER,
    "street": "{c} {STREET[c % 7]}",
    "updated_at": LATER,
    "website": "https://c{c}.example",
    "zip": "{c % 99999:05}",
}
LEAD_A: Columns = {
    "first_name": "{FIRST[h % 32]}",
    "last_name": "{LAST[h // 32 % 30]}",
    "company_name": "{LAST[h % 30]} & Sons {i}",
    "owner": "{OWNER[h % 4]}",
    "city": "{CITY[h % 10]}",
    "country": "GB",
    "created_at": MOMENT,
    "creator": "{OWNER[h % 3]}",
    **prefixed("custom ", FEW),
    "description": "",
    "email": "lead{i}@lead.example",
    "facebook": "",
    "fax": "",
    "id": "{4_000_000_000 + i}",
    "industry": "",
    "linkedin": "",
    "mobile": "",
    "phone": "'+4413{i:08}",
    "region": "",
    "skype": "",
    "source": "{SOURCE[h % 4]}",
    "status": "{LEAD_STATUS[h % 3]}",
    "street": "{h % 200} {STREET[h % 7]}",
    "tags": "{TAGS[h % 6]}",
    "title": "",
    "twitter": "",
    "updated_at": LATER,
    "website": "",
    "zip": "{h % 99999:05}",
}
DEAL_A: Columns = {
    "id": "{3_000_000_000 + i}",
    "name": "Garden {i}",
    "scope": "{h % 90000}",
    "pipeline_name": "Rooftop gardens ",
    "pipeline_id": "70",
    "stage_name": "{STAGE[h % 7][0]}",
    "stage_id": "{STAGE[h % 7][1]}",
    "owner": "{OWNER[h % 4]}",
    "tags": "{TAGS[h % 6]}",
    "main_contact_id": "{2_000_000_000 + p * 1_000_003 % N}",
    "main_contact": "{FIRST[g % 32]} {LAST[g // 32 % 30]}",
    "company_id": "{1_000_000_000 + c}",
    "company": COMPANY,
    **prefixed("custom ", FEW),
    "added_at": MOMENT,
    "added_on": "{DAY[h % 2300]}",
    "created_at": MOMENT,
    "creator": "{OWNER[h % 3]}",
    "currency": "GBP",
    "current_win_likelihood": "{STAGE[h % 7][2] or ''}",
    "decimal_value": "{h % 90000}.0",
    "entity_id": "",
    "estimated_close_date": "{DAY[h % 2300]}",
    "forecasted_deal_value": "",
    "hot": "{'true' if h % 5 == 0 else 'false'}",
    "last_activity_date": LATER,
    "last_stage_change_at": LATER,
    "loss_reason": "{REASON[h % 7]}",
    "source": "{SOURCE[h % 4]}",
    "unqualified_reason": '""',
    "updated_at": LATER,
}
#: What a task or note is about; one in a thousand dangles.
ABOUT_ID = (
    "{1 if i % 1000 == 7 else 2_000_000_000 + i * 7 % N if i % 20 < 12 else "
    "(3_000_000_000 if i % 20 < 17 else 4_000_000_000) + i * 7 % Q}"
)
TASK_A: Columns = {
    "content": "{SUBJECT[h % 7]} roof {i}",
    "owner": "{OWNER[h % 4]}",
    "send_time": "",
    "done_at": "{'' if h % 3 else DAY[h % 2300] + 'T10:00:00Z'}",
    "created_at": MOMENT,
    "date": LATER,
    "id": "{8_000_000_000 + i}",
    "remind": "false",
    "taskable_company_name": "",
    "taskable_first_name": "",
    "taskable_id": ABOUT_ID,
    "taskable_last_name": "",
    "taskable_name": "",
    "taskable_type": "{ABOUT[i % 20]}",
    "updated_at": LATER,
}
NOTE_A: Columns = {
    "content": '"{BODY[h % 64]}"',
    "owner": "{OWNER[h % 4]}",
    "noteable_id": ABOUT_ID,
    "noteable_type": "{ABOUT[i % 20]}",
    "noteable_name": "",
    "type": "regular",
    "created_at": MOMENT,
    "id": "{7_000_000_000 + i}",
    "noteable_company_name": "",
    "noteable_first_name": "",
    "noteable_last_name": "",
    "updated_at": LATER,
}

# ---- family B: a Smart List shows the fields under display names, custom ones bare ------------------------

PARTY_B = {
    "Title": "title",
    "Email": "email",
    "Work number": "phone",
    "Mobile number": "mobile",
    "Owner": "owner",
    "Tags": "tags",
    "Street": "street",
    "City": "city",
    "Zip/Post code": "zip",
    "Country": "country",
    "Description": "description",
    "Website": "website",
    "Industry": "industry",
}
CONTACT_B = {"Name": "name", "Contact ID": "id", "First name": "first_name", "Last name": "last_name"}
CONTACT_B |= {"Company": "organisation_name", "Customer status": "customer_status", **PARTY_B}
LEAD_B = {"Lead name": "name", "Lead ID": "id", "First name": "first_name", "Last name": "last_name"}
LEAD_B |= {"Company name": "company_name", "Status": "status", "Source": "source", **PARTY_B}
DEAL_B = {
    "Deal name": "name",
    "Deal ID": "id",
    "Pipeline": "pipeline_name",
    "Pipeline stage": "stage_name",
    "Owner": "owner",
    "Added on": "added_on",
    "Value": "decimal_value",
    "Currency": "currency",
    "Contact": "main_contact",
    "Contact ID": "main_contact_id",
    "Company": "company",
    "Company ID": "company_id",
    "Tags": "tags",
    "Estimated close date": "estimated_close_date",
    "Loss reason": "loss_reason",
    "Source": "source",
    "Win likelihood": "current_win_likelihood",
}


def renamed(names: dict[str, str], columns: Columns, customs: Columns) -> Columns:
    """Family A's cells under other headers."""
    cells = {"name": FULL_NAME} | columns
    return {header: cells[name] for header, name in names.items()} | customs


PERSON_B = renamed(CONTACT_B, PERSON_A, CUSTOM)
COMPANY_B = renamed(CONTACT_B, COMPANY_A, dict.fromkeys(CUSTOM, ""))

# ---- family C: the API's names, ids instead of names, JSON in cells ---------------------------------------

ADDRESS_C = as_json({"line1": "{h % 200} {STREET[h % 7]}", "city": "{CITY[h % 10]}", "country": "GB"})
OWNED_C = {"creator_id": "{301 + h % 3}", "owner_id": "{301 + h % 4}"}
TAIL_C = {
    "tags": "{JSON_TAGS[h % 6]}",
    "custom_fields": as_json(FEW),
    "created_at": MOMENT,
    "updated_at": LATER,
}
PERSON_C: Columns = {
    "id": PERSON_A["id"],
    **OWNED_C,
    "is_organization": "false",
    "contact_id": "{1_000_000_000 + c}",
    "name": FULL_NAME,
    "first_name": "{FIRST[h % 32]}",
    "last_name": "{LAST[h // 32 % 30]}",
    "customer_status": "current",
    "prospect_status": "none",
    "title": "Gardener",
    "website": "",
    "email": EMAIL,
    "phone": "",
    "mobile": "+4477{i:08}",
    "address": ADDRESS_C,
    **TAIL_C,
    "custom_fields": as_json(CUSTOM),
}
COMPANY_C: Columns = PERSON_C | {
    "id": "{1_000_000_000 + c}",
    "is_organization": "true",
    "contact_id": "",
    "name": COMPANY,
    "first_name": "",
    "last_name": "",
    "title": "",
    "email": "",
    "mobile": "",
    "custom_fields": "",
    "website": "https://c{c}.example",
}
LEAD_C: Columns = {
    "id": LEAD_A["id"],
    **OWNED_C,
    "first_name": "{FIRST[h % 32]}",
    "last_name": "{LAST[h // 32 % 30]}",
    "organization_name": LEAD_A["company_name"],
    "status": "{LEAD_STATUS[h % 3]}",
    "source_id": "{401 + h % 3}",
    "email": LEAD_A["email"],
    "phone": "+4413{i:08}",
    "address": ADDRESS_C,
    **TAIL_C,
}
DEAL_C: Columns = {
    "id": DEAL_A["id"],
    **OWNED_C,
    "name": "Garden {i}",
    "value": "{h % 90000}.0",
    "currency": "GBP",
    "hot": "{'true' if h % 5 == 0 else 'false'}",
    "stage_id": "{STAGE[h % 7][1]}",
    "source_id": "{401 + h % 3}",
    "loss_reason_id": "{441 if h % 7 == 5 else ''}",
    "contact_id": DEAL_A["main_contact_id"],
    "organization_id": "{1_000_000_000 + c}",
    "estimated_close_date": "{DAY[h % 2300]}",
    "last_stage_change_at": LATER,
    "added_at": MOMENT,
    **TAIL_C,
}
TASK_C: Columns = {
    "id": TASK_A["id"],
    **OWNED_C,
    "resource_type": "{ABOUT[i % 20].lower()}",
    "resource_id": ABOUT_ID,
    "completed": "{'false' if h % 3 else 'true'}",
    "completed_at": TASK_A["done_at"],
    "due_date": LATER,
    "remind_at": "",
    "content": TASK_A["content"],
    "created_at": MOMENT,
    "updated_at": LATER,
}
NOTE_C: Columns = {
    "id": NOTE_A["id"],
    "creator_id": "{301 + h % 4}",
    "resource_type": "{ABOUT[i % 20].lower()}",
    "resource_id": ABOUT_ID,
    "content": NOTE_A["content"],
    "is_important": "false",
    "type": "regular",
    "created_at": MOMENT,
    "updated_at": LATER,
}
LISTS_C = {
    "users": "id,name,email,status,identity_type\n"
    + "".join(f"{301 + n},{name},user{n}@skymoss.example,active,person\n" for n, name in enumerate(OWNER)),
    "pipelines": "id,name,disabled\n70,Rooftop gardens ,false\n",
    "stages": "id,name,category,likelihood,position,pipeline_id\n"
    + "".join(f"{number},{name},,{win or 0},{number - 10},70\n" for name, number, win in STAGE),
    "lead_sources": "id,name\n401,Referral\n402,Trade fair\n403,Website\n",
    "deal_sources": "id,name\n401,Referral\n402,Trade fair\n403,Website\n",
    "loss_reasons": "id,name\n441,We were too expensive\n",
}

# ---- writing ----------------------------------------------------------------------------------------------


def compiled(columns: Columns, size: int, seed: int) -> Callable[[int], str]:
    """The function that writes record `i` as one line of CSV.

    In the cells: N people, C companies, Q deals or leads; p the number of a deal's contact, c of the company,
    k of the company with that name; h and g are mixed from i and p. One compiled f-string is some ten times
    as fast as a function for each cell.
    """
    numbers = {"N": max(size, 1), "C": max(size // 5, 1), "Q": max(size // 4, 1), "SEED": seed * 97}
    contact = "i * 3 % N" if {"main_contact_id", "organization_id", "Company ID"} & set(columns) else "i"
    line = ",".join(columns.values()) + "\n"
    source = (
        "def write(i):\n"
        "    h = (i * 2654435761 + SEED) % 4294967291\n"
        f"    p = {contact}\n"
        "    g = (p * 2654435761 + SEED) % 4294967291\n"
        "    c = p % C\n"
        "    k = c - (c % 5000 == 1)\n"
        f"    return f'''{line}'''\n"
    )
    names: dict[str, object] = WORDS | numbers
    exec(source, names)
    write = names["write"]
    assert callable(write)
    return write


def blocks(parts: Parts, size: int, seed: int) -> Iterator[str]:
    """The records of a file's parts one after the other, some thousand at a time."""
    for columns, count in parts:
        write = compiled(columns, size, seed)
        for start in range(0, count, BLOCK):
            yield "".join(map(write, range(start, min(start + BLOCK, count))))


def table(folder: Path, stem: str, texts: Iterator[str], header: str, chunk: int) -> None:
    """One entity's files, each with its header and about `chunk` records."""
    for number in itertools.count():
        first = next(texts, None)
        if first is None and number:
            break
        with (folder / stem.format(number)).open("w", encoding="utf-8", newline="") as file:
            file.write(header + (first or ""))
            file.writelines(itertools.islice(texts, max(chunk // BLOCK, 1) - 1))


def families(size: int) -> dict[str, dict[str, Parts]]:
    """Family → file name → its parts. People's company is their number's: five people share one."""
    few, quarter = max(size // 5, 1), max(size // 4, 1)
    a: dict[str, Parts] = {
        "contacts.{}.csv": [(COMPANY_A, few), (PERSON_A, size)],
        "leads.{}.csv": [(LEAD_A, quarter)],
        "deals.{}.csv": [(DEAL_A, quarter)],
        "tasks.{}.csv": [(TASK_A, size)],
        "notes.{}.csv": [(NOTE_A, size)],
    }
    b: dict[str, Parts] = {
        "contacts_20260401_0752.csv": [(COMPANY_B, few), (PERSON_B, size)],
        "leads_20260401_0752.csv": [(renamed(LEAD_B, LEAD_A, FEW), quarter)],
        "deals_20260401_0752.csv": [(renamed(DEAL_B, DEAL_A, FEW), quarter)],
    }
    c: dict[str, Parts] = {
        "contacts.{}.csv": [(COMPANY_C, few), (PERSON_C, size)],
        "leads.{}.csv": [(LEAD_C, quarter)],
        "deals.{}.csv": [(DEAL_C, quarter)],
        "tasks.{}.csv": [(TASK_C, size)],
        "notes.{}.csv": [(NOTE_C, size)],
    }
    return {"A": a, "B": b, "C": c}


def account(
    folder: Path,
    contacts: int,
    family: str = "A",
    seed: int = 1,
    chunk: int = 1_000_000,
    only: str = "",
) -> Path:
    """Write an account with `contacts` people and everything that hangs on them; returns the folder.

    `only` names the one list that is written (`contacts`).
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stem, parts in families(contacts)[family].items():
        if only and not stem.startswith(only):
            continue
        header = ",".join(parts[0][0]) + "\n"
        table(folder, stem, blocks(parts, contacts, seed), header, chunk if "{}" in stem else 10**12)
    if family == "C":
        for name, text in LISTS_C.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description="Write an invented Sell account of any size.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--family", choices="ABC", default="A")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chunk", type=int, default=1_000_000, help="records in one file")
    parser.add_argument("--only", default="", help="the one list to write, such as contacts")
    options = parser.parse_args()
    account(options.folder, options.contacts, options.family, options.seed, options.chunk, options.only)


if __name__ == "__main__":
    main()
