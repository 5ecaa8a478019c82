"""Small invented Sell accounts of every awkward shape, and the links that each must end with in Pipedrive.

`random_account(seed, size)` is always the same for the same numbers; `accounts()` is a hypothesis strategy.
`graph(account)` says in plain Python, straight from the contract, what hangs on what; it has the columns
of `Rehearsal.graph`. Where the contract leaves open which of several persons a lead joins, the lead is in
`unsure`.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import attrs
import polars as pl
from hypothesis import strategies as st

Row = dict[str, str]

HEADERS: Final = {
    "contacts": (
        "first_name,last_name,is_organisation,name,organisation_name,owner,tags,email,address,mobile,phone,"
        "customer_status,prospect_status,city,country,created_at,creator,creator_id,description,facebook,fax,id,industry,"
        "last_activity_date,linkedin,linkedin_display,private,region,skype,street,title,twitter,updated_at,user_id,"
        "website,zip"
    ),
    "leads": (
        "first_name,last_name,company_name,owner,city,country,created_at,creator,description,email,facebook,fax,id,"
        "industry,linkedin,mobile,phone,region,skype,status,street,tags,title,twitter,updated_at,website,zip"
    ),
    "deals": (
        "id,name,scope,pipeline_name,pipeline_id,stage_name,stage_id,owner,tags,main_contact_id,main_contact,"
        "company_id,company,added_at,added_on,created_at,creator,currency,current_win_likelihood,decimal_value,entity_id,"
        "estimated_close_date,forecasted_deal_value,hot,last_activity_date,last_stage_change_at,loss_reason,source,"
        "unqualified_reason,updated_at"
    ),
    "notes": (
        "content,owner,noteable_id,noteable_type,noteable_name,type,created_at,id,noteable_company_name,"
        "noteable_first_name,noteable_last_name,updated_at"
    ),
    "tasks": (
        "content,owner,send_time,done_at,created_at,date,id,remind,taskable_company_name,taskable_first_name,"
        "taskable_id,taskable_last_name,taskable_name,taskable_type,updated_at"
    ),
}
NOW: Final = "2026-02-03T04:05:06Z"
PLACEHOLDER: Final = "name:zendesk sell (unlinked)"

# Names that differ by nothing, by case, by blanks, by Unicode form (ligature, composed and not), by accent.
COMPANIES: Final = (
    "Fjord AS",
    "fjord as",
    "Fjord  AS",
    "Straße 7",
    "STRASSE 7",
    "ﬁne Roofs",
    "fine Roofs",
    "Ängar",
    "Angar",
)
ADDRESSES: Final = ("", "", "Quay 1", "quay  1", "Quay 2")
CITIES: Final = ("", "Bath", "Lund")
FIRST: Final = ("Ada", "ADA", "Zoë", "Zoë", "Bo")
LAST: Final = ("Lind", "Lind", "Ek", "")
EMAILS: Final = ("", "", "info@fjord.example", "INFO@fjord.example", "ada@lind.example", "{n}@own.example")
PHONES: Final = ("", "", "+46 70 1", "+46701", "+46 70 2{n}")
OWNERS: Final = ("Kim Ledger", "Lou Branch - Deleted")


def fold(text: str) -> str:
    """Equal names: trimmed, without case, blanks folded, NFKC (contract, section 4)."""
    return " ".join(unicodedata.normalize("NFKC", text).upper().lower().split())


def digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


@attrs.frozen
class Account:
    """One Sell account: rows of the full export by file."""

    contacts: list[Row]
    leads: list[Row]
    deals: list[Row]
    notes: list[Row]
    tasks: list[Row]

    def write(self, folder: Path) -> Path:
        """Writes `contacts.0.csv` and so on, as Sell's full export does."""
        folder.mkdir(parents=True, exist_ok=True)
        for entity, header in HEADERS.items():
            rows: list[Row] = getattr(self, entity)
            if rows:
                with (folder / f"{entity}.0.csv").open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, header.split(","), restval="")
                    writer.writeheader()
                    writer.writerows(rows)
        return folder


# --- making -------------------------------------------------------------------------------------------


@attrs.define
class _Maker:
    """Draws an account; every choice comes from `dice`, so that hypothesis can shrink it."""

    dice: random.Random
    size: int
    number: int = 40000
    known: dict[str, list[Row]] = attrs.Factory(lambda: {name: [] for name in HEADERS})

    def one(self, choices: Iterable[str]) -> str:
        return self.dice.choice(list(choices)).replace("{n}", str(self.number))

    def new(self, entity: str, **cells: str) -> Row:
        self.number += 1
        row = {
            "id": str(self.number),
            "owner": self.one(OWNERS),
            "created_at": NOW,
            "updated_at": NOW,
        } | cells
        self.known[entity].append(row)
        return row

    def rarely(self, one_in: int) -> bool:
        return self.dice.randrange(one_in) == 0

    def account(self) -> Account:
        for _ in range(self.size):
            self.dice.choice((self.company, self.person, self.person))()
        for _ in range(self.size):
            self.dice.choice((self.lead, self.deal, self.deal))()
        for _ in range(self.size):
            self.dice.choice((self.note, self.task))()
        for rows in self.known.values():
            self.dice.shuffle(rows)
        return Account(**self.known)

    def company(self) -> None:
        name = self.one(COMPANIES)
        self.new(
            "contacts",
            is_organisation="true",
            name=name,
            organisation_name=self.one(("", name)),
            street=(street := self.one(ADDRESSES)),
            address=street,
            city=self.one(CITIES),
        )

    def person(self) -> None:
        first, last = self.one(FIRST), self.one(LAST)
        self.new(
            "contacts",
            is_organisation="false",
            first_name=first,
            last_name=last,
            name=f"{first} {last}".strip(),
            organisation_name=self.employer(),
            email=self.one(EMAILS),
            phone=self.one(PHONES),
            mobile=self.one(PHONES),
            city=self.one(CITIES),
        )

    def employer(self) -> str:
        """Nothing, a company's name, or a name that no company has."""
        named = [row["name"] for row in self.known["contacts"] if row["is_organisation"] == "true"]
        return self.one(["", "", *named, *named, "Only Named", "ONLY named"])

    def lead(self) -> None:
        people = [row for row in self.known["contacts"] if row["is_organisation"] == "false"]
        like = self.dice.choice([*people, *self.known["leads"], {}])
        if like and self.rarely(2):
            cells = {
                key: like.get(key, "") for key in ("first_name", "last_name", "email", "phone", "mobile")
            }
            cells["company_name"] = like.get("organisation_name", like.get("company_name", ""))
        else:
            cells = {
                "first_name": self.one((*FIRST, "")),
                "last_name": self.one(LAST),
                "email": self.one(EMAILS),
            }
            cells |= {"phone": self.one(PHONES), "company_name": self.employer()}
        self.new("leads", status=self.one(("New", "Working")), **cells)

    def deal(self) -> None:
        cells: Row = {}
        if not self.rarely(6):
            cells["main_contact_id"], cells["main_contact"] = self.reference("person")
        if self.rarely(2):
            cells["company_id"], cells["company"] = self.reference("company")
        self.new(
            "deals",
            name=self.one(("Roof", "Roof", "Pond", "")),
            scope="100",
            decimal_value="100.0",
            currency="EUR",
            pipeline_name="Sales",
            pipeline_id="1",
            stage_name=self.one(("Incoming", "Won", "Lost")),
            stage_id="1",
            added_at=NOW,
            added_on=NOW[:10],
            hot="false",
            last_stage_change_at=NOW,
            **cells,
        )

    def reference(self, kind: str) -> tuple[str, str]:
        """Id and name of a contact that is there, or of one that the export lacks, perhaps unnamed."""
        wanted = "true" if kind == "company" else "false"
        there = [row for row in self.known["contacts"] if row["is_organisation"] == wanted]
        if kind == "person" and self.rarely(6):
            there = self.known["contacts"]
        if there and not self.rarely(8):
            row = self.dice.choice(there)
            return row["id"], row["name"]
        gone = self.dice.choice(("1", "2"))
        return (
            (f"7000{gone}", self.one((f"Gone {gone}", "")))
            if kind == "company"
            else (f"8000{gone}", self.one((f"Gone Person {gone}", "")))
        )

    def about(self) -> Row:
        """What a note or task hangs on, with the names that Sell prints beside it."""
        kind = self.one(("Deal", "Lead", "Contact", "SalesAccount", "Contact", "None"))
        rows = self.known[{"Deal": "deals", "Lead": "leads"}.get(kind, "contacts")]
        if kind == "None":
            return {"type": "None"}
        if self.rarely(8) or not rows:
            lost = {"name": "Gone deal"} if kind == "Deal" else {"first_name": "Gone", "last_name": kind}
            names = self.dice.choice(({}, lost))
            return {"type": kind, "id": f"9{len(kind)}001"} | names
        row = self.dice.choice(rows)
        beside: Row = {"name": row["name"]} if kind == "Deal" else {}
        if kind == "Lead":
            beside = {key: row.get(key, "") for key in ("first_name", "last_name", "company_name")}
        elif kind != "Deal":
            company = row["is_organisation"] == "true"
            beside = (
                {"company_name": row["name"]}
                if company
                else {key: row[key] for key in ("first_name", "last_name")}
            )
        return {"type": kind, "id": row["id"]} | beside

    def note(self) -> None:
        about = {f"noteable_{key}": value for key, value in self.about().items()}
        self.new(
            "notes",
            content=self.one(("Saw the roof.", "Two\nlines", "<b>5 & 6</b>")),
            type="regular",
            **about,
        )

    def task(self) -> None:
        about = {f"taskable_{key}": value for key, value in self.about().items()}
        self.new("tasks", content=self.one(("Call", "Measure the roof")), date=NOW, remind="false", **about)


def random_account(seed: int, size: int = 12) -> Account:
    """An account with `size` contacts, as many leads and deals, and as many notes and tasks."""
    return _Maker(random.Random(seed), size).account()


def accounts(max_size: int = 10) -> st.SearchStrategy[Account]:
    """Accounts for property tests; they shrink."""
    dice = st.randoms(use_true_random=False)
    return st.builds(lambda dice, size: _Maker(dice, size).account(), dice, st.integers(1, max_size))


# --- the graph that must come out ---------------------------------------------------------------------

Link = tuple[str, str | None, str, str | None]


@attrs.define
class _Parties:
    """Companies and people by Sell id, with those that the export only names."""

    companies: dict[str, str] = attrs.Factory(dict)
    people: dict[str, str] = attrs.Factory(dict)

    def add(self, kind: dict[str, str], sell_id: str, name: str) -> None:
        if sell_id and name and sell_id not in self.companies and sell_id not in self.people:
            kind[sell_id] = name

    def company(self, sell_id: str, name: str) -> str | None:
        return _one(self.companies, sell_id, name)

    def party(self, sell_id: str, name: str) -> str | None:
        return _one(self.companies | self.people, sell_id, name)


def _one(known: dict[str, str], sell_id: str, name: str) -> str | None:
    """By id; without one by name, if exactly one has it."""
    if sell_id:
        return sell_id if sell_id in known else None
    fits = [one for one, called in known.items() if name and fold(called) == fold(name)]
    return fits[0] if len(fits) == 1 else None


@attrs.frozen
class Expected:
    """What an account must end as.

    Attributes:
        links: item, sell_id, target, target_sell_id; a lead's own person and history by mark as in
            `Rehearsal.graph`.
        records: item → Sell ids of the records that must be there, each once.
        unsure: ids of leads whose person, and with it organization, the contract leaves open.
    """

    links: frozenset[Link]
    records: dict[str, set[str]]
    unsure: frozenset[str]

    def against(self, held: Iterable[Link]) -> tuple[set[Link], set[Link]]:
        """The missing links, and the wrong ones; what hangs on an unsure lead is left aside."""
        every = {*held, *self.links}
        aside = {mark for _, mark, target, lead in every if target == "leads" and lead in self.unsure}

        def sure(link: Link) -> bool:
            item, sell_id, *_ = link
            of_lead = item == "leads" and sell_id in self.unsure
            anyone = item == "persons" and sell_id is None and bool(self.unsure)
            return not (of_lead or anyone or sell_id in aside)

        return set(filter(sure, self.links - set(held))), set(filter(sure, set(held) - self.links))


def expected(account: Account) -> Expected:
    """The links and records that the contract promises with the default mapping."""
    parties = _parties(account)
    deals = {row["id"]: _deal_ends(row, parties) for row in account.deals}
    employers = _employers(account, parties, deals)
    links: set[Link] = {
        ("persons", one, "organizations", company) for one, company in employers.items() if company
    }
    for sell_id, (person, company) in deals.items():
        if person and company != employers.get(person):
            company = None
        deals[sell_id] = (person, company if person or company else PLACEHOLDER)
        links |= _ends("deals", sell_id, person, deals[sell_id][1])
    leads, unsure = _leads(account, parties, employers)
    for sell_id, (has_person, person, company) in leads.items():
        links |= _ends("leads", sell_id, person, company, has_person=has_person)
        if has_person and not person and company:
            links.add(("persons", None, "organizations", company))
    links |= _history(account, parties, deals, leads)
    used = PLACEHOLDER in {target for *_, target in links}
    records = {
        "organizations": {*parties.companies, *([PLACEHOLDER] if used else [])},
        "persons": set(parties.people),
        "deals": set(deals),
        "leads": set(leads),
        "activities": {f"Sell task {row['id']}" for row in account.tasks},
        "notes": {f"Sell note {row['id']}" for row in account.notes},
    }
    return Expected(frozenset(links), records, frozenset(unsure))


def graph(account: Account) -> pl.DataFrame:
    """The expected links as a frame, sorted like `Rehearsal.graph`."""
    columns = ("item", "sell_id", "target", "target_sell_id")
    frame = pl.DataFrame(
        list(expected(account).links), schema=dict.fromkeys(columns, pl.String), orient="row"
    )
    return frame.sort(columns)


def _ends(
    item: str, sell_id: str, person: str | None, company: str | None, *, has_person: bool = False
) -> set[Link]:
    found: set[Link] = {(item, sell_id, "organizations", company)} if company else set()
    return found | ({(item, sell_id, "persons", person)} if person or has_person else set())


def _about_rows(account: Account) -> list[tuple[str, str, Row]]:
    """item, mark and reference (without its prefix) of every note and task."""
    tasks = [("activities", f"Sell task {row['id']}", row) for row in account.tasks]
    notes = [("notes", f"Sell note {row['id']}", row) for row in account.notes]
    return [
        (item, mark, {key.partition("able_")[2]: value for key, value in row.items() if "able_" in key})
        for item, mark, row in (*tasks, *notes)
    ]


def _parties(account: Account) -> _Parties:
    """Contacts, those that are only referred to by an id, and those known only by name."""
    parties = _Parties()
    for row in account.contacts:
        kind = parties.companies if row["is_organisation"] == "true" else parties.people
        kind[row["id"]] = row["name"]
    people, companies = parties.people, parties.companies
    for row in account.deals:
        parties.add(companies, row.get("company_id", ""), row.get("company", ""))
        parties.add(people, row.get("main_contact_id", ""), row.get("main_contact", ""))
    for _, _, about in _about_rows(account):
        if about["type"] in ("Contact", "SalesAccount"):
            name = f"{about.get('first_name', '')} {about.get('last_name', '')}".strip()
            parties.add(people, about.get("id", ""), name)
    employers = [
        row.get("organisation_name", "") for row in account.contacts if row["is_organisation"] == "false"
    ]
    for name in (*employers, *(row.get("company_name", "") for row in account.leads)):
        if name and fold(name) not in map(fold, companies.values()):
            companies[f"name:{fold(name)}"] = name
    return parties


def _deal_ends(row: Row, parties: _Parties) -> tuple[str | None, str | None]:
    """Person and company; a main contact that is a company is the deal's company."""
    contact = parties.party(row.get("main_contact_id", ""), row.get("main_contact", ""))
    company = parties.company(row.get("company_id", ""), row.get("company", ""))
    return (None, contact) if contact in parties.companies else (contact, company)


def _employers(
    account: Account, parties: _Parties, deals: dict[str, tuple[str | None, str | None]]
) -> dict[str, str | None]:
    """Each person's company: by name, else the one that all its deals name, if its name agrees."""
    named = {row["id"]: row.get("organisation_name", "") for row in account.contacts}
    found: dict[str, str | None] = {}
    for person in parties.people:
        name = named.get(person, "")
        found[person] = parties.company("", name)
        from_deals = {company for one, company in deals.values() if one == person and company}
        if found[person] is None and len(from_deals) == 1:
            only = from_deals.pop()
            found[person] = only if not name or fold(parties.companies[only]) == fold(name) else None
    return found


def _lead_values(row: Row, company: str | None) -> tuple[str, set[str]]:
    """The name of a lead's person, and the values by which it may be another one."""
    name = f"{row.get('first_name', '')} {row.get('last_name', '')}".strip()
    email = row.get("email", "")
    phones = [row.get("phone", ""), row.get("mobile", "")]
    values = {f"p:{digits(phone)}" for phone in phones if digits(phone)} | (
        {f"e:{fold(email)}"} if email else set()
    )
    called = name or email or next((phone for phone in phones if phone), "")
    return fold(called), values | ({f"o:{company}"} if company else set())


def _alike(name: str, values: set[str]) -> Callable[[str, set[str]], bool]:
    """The wizard's rule for people: the same name and any value in common."""
    return lambda called, theirs: bool(name and called == name and theirs & values)


def _contact_values(
    account: Account, parties: _Parties, employers: dict[str, str | None]
) -> dict[str, tuple[str, set[str]]]:
    people = {
        row["id"]: _lead_values(row, employers[row["id"]])
        for row in account.contacts
        if row["is_organisation"] == "false"
    }
    for sell_id in parties.people.keys() - people.keys():
        company = employers[sell_id]
        people[sell_id] = (fold(parties.people[sell_id]), {f"o:{company}"} if company else set())
    return people


def _leads(
    account: Account, parties: _Parties, employers: dict[str, str | None]
) -> tuple[dict[str, tuple[bool, str | None, str | None]], set[str]]:
    """Lead → has a person, which contact that is (None: its own), the organization; and the unsure ones."""
    people = _contact_values(account, parties, employers)
    found: dict[str, tuple[bool, str | None, str | None]] = {}
    unsure: set[str] = set()
    own: dict[str, tuple[str, set[str], str | None]] = {}  # leads with a person of their own
    seen: list[tuple[str, set[str], str]] = []
    for row in account.leads:
        company = parties.company("", row.get("company_name", ""))
        name, values = _lead_values(row, company)
        alike = _alike(name, values)
        same = [one for one, (called, theirs) in people.items() if alike(called, theirs)]
        before = [one for one, (called, theirs, _) in own.items() if alike(called, theirs)]
        chained = [one for called, theirs, one in seen if alike(called, theirs) and one not in own]
        several = len(same) > 1 or len(before) > 1 or (same and before)
        if several or (chained and not same) or unsure & set(chained):
            unsure.add(row["id"])
        seen.append((name, values, row["id"]))
        person, place = None, company
        if same:
            person, place = same[0], employers[same[0]]
        elif before:
            place = own[before[0]][2]
        elif name:
            own[row["id"]] = (name, values, company)
        on_row = company if company == place or not name else None
        found[row["id"]] = (bool(name), person, on_row if name or on_row else PLACEHOLDER)
    for _, _, about in _about_rows(account):  # leads that only history names
        named = bool(about.get("first_name") or about.get("last_name"))
        if about["type"] == "Lead" and about["id"] not in found and named:
            found[about["id"]] = (True, None, None)
    return found, unsure


def _history(
    account: Account,
    parties: _Parties,
    deals: dict[str, tuple[str | None, str | None]],
    leads: dict[str, tuple[bool, str | None, str | None]],
) -> set[Link]:
    """Notes and tasks: what they hang on, with the person and organization of their deal or lead."""
    links: set[Link] = set()
    for item, mark, about in _about_rows(account):
        target = about.get("id", "")
        if about["type"] == "Deal" and target in deals:
            links |= {(item, mark, "deals", target), *_ends(item, mark, *deals[target])}
        elif about["type"] == "Lead" and target in leads:
            has_person, person, company = leads[target]
            links |= {
                (item, mark, "leads", target),
                *_ends(item, mark, person, company, has_person=has_person),
            }
        elif about["type"] in ("Contact", "SalesAccount") and target in parties.companies:
            links.add((item, mark, "organizations", target))
        elif about["type"] in ("Contact", "SalesAccount") and target in parties.people:
            links.add((item, mark, "persons", target))
        elif item == "notes":
            links.add((item, mark, "organizations", PLACEHOLDER))
    return links
