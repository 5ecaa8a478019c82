"""Small invented Sell accounts of every awkward shape: namesakes, shared mailboxes, references to nobody.

An account is made of *districts* that share no name, so that one account of several districts tries as much
as several accounts, in the time of one. `random_account(seed)` is always the same for the same numbers. What
an account must end as in Pipedrive is in `sell_graph`.
"""

from __future__ import annotations

import csv
import random
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import attrs

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
# In all of these, {d} is the district's word, {p} its digit and {n} the number of the record.
DISTRICTS: Final = ("Elm", "Oak", "Ash", "Yew", "Fir", "Bay")
COMPANIES: Final = (
    "Fjord {d}",
    "fjord {d}",
    "Fjord  {d}",
    "Straße {d}",
    "STRASSE {d}",
    "ﬁne {d}",
    "fine {d}",
    "\u00c4ngar {d}",
    "A\u0308ngar {d}",
    "Angar {d}",
)
ADDRESSES: Final = ("", "", "Quay 1", "quay  1", "Quay 2")
CITIES: Final = ("", "Bath", "Lund")
FIRST: Final = ("Ada {d}", "ADA {d}", "Zo\u00eb {d}", "Zoe\u0308 {d}", "Bo {d}")
LAST: Final = ("Lind", "Lind", "Ek", "")
EMAILS: Final = ("", "", "info@{d}.example", "INFO@{d}.example", "ada@{d}.example", "{n}@{d}.example")
PHONES: Final = ("", "", "+46 7{p} 1", "+467{p}1", "+46 7{p} 2{n}")
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

    def by_name_only(self) -> Account:
        """The account as a Smart List shows it: deals name their person and company, without the ids."""
        return attrs.evolve(
            self, deals=[row | {"main_contact_id": "", "company_id": ""} for row in self.deals]
        )

    @classmethod
    def of(cls, parts: Iterable[Account]) -> Account:
        """Several accounts as one."""
        together = list(parts)
        return cls(
            **{entity: [row for part in together for row in getattr(part, entity)] for entity in HEADERS}
        )


# --- making -------------------------------------------------------------------------------------------


@attrs.define
class _Maker:
    """Draws one district; every choice comes from `dice`."""

    dice: random.Random
    size: int
    district: int = 0
    number: int = attrs.Factory(lambda self: 40000 + 1000 * self.district, takes_self=True)
    known: dict[str, list[Row]] = attrs.Factory(lambda: {name: [] for name in HEADERS})

    def one(self, choices: Iterable[str]) -> str:
        text = self.dice.choice(list(choices))
        return text.format(n=self.number, d=DISTRICTS[self.district], p=self.district)

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
        return self.one(["", "", *named, *named, "Only Named {d}", "ONLY named {d}"])

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
            (f"7{self.district}00{gone}", self.one((f"Gone {gone} {{d}}", "", "Fjord {d}")))
            if kind == "company"
            else (f"8{self.district}00{gone}", self.one((f"Gone Person {gone} {{d}}", "")))
        )

    def about(self) -> Row:
        """What a note or task hangs on, with the names that Sell prints beside it."""
        kind = self.one(("Deal", "Lead", "Contact", "SalesAccount", "Contact", "None"))
        rows = self.known[{"Deal": "deals", "Lead": "leads"}.get(kind, "contacts")]
        if kind == "None":
            return {"type": "None"}
        if self.rarely(8) or not rows:
            who = {"first_name": self.one(("Gone {d}",)), "last_name": kind}
            names = self.dice.choice(({}, {"name": "Gone deal"} if kind == "Deal" else who))
            return {"type": kind, "id": f"9{len(kind)}00{self.district}"} | names
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


def random_account(seed: int, size: int = 8, districts: int = 3) -> Account:
    """An account whose districts have `size` contacts each, as many leads and deals, notes and tasks."""
    dice = random.Random(seed)
    return Account.of(_Maker(dice, size, district).account() for district in range(districts))
