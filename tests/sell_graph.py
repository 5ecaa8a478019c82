"""What an account must end as in Pipedrive: the graph of its links, in plain Python, from the contract alone.

Nothing here knows the library. Where the contract leaves open which of several persons a lead joins, the lead
is `unsure`, and what hangs on it is not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Set
from typing import Final

import attrs

from tests.accounts import PLACEHOLDER, Account, Row, digits, fold

HISTORY: Final = ("activities", "notes")

Link = tuple[str, str | None, str, str | None]


@attrs.define
class _Parties:
    """Companies and people by Sell id, with those that the export only names."""

    companies: dict[str, str] = attrs.Factory(dict)
    people: dict[str, str] = attrs.Factory(dict)
    #: Company → its address, where companies of one name and address are merged.
    places: dict[str, str] = attrs.Factory(dict)

    def add(self, kind: dict[str, str], sell_id: str, name: str) -> None:
        if sell_id and name and sell_id not in self.companies and sell_id not in self.people:
            kind[sell_id] = name

    def company(self, sell_id: str, name: str) -> str | None:
        return _one(self.companies, sell_id, name, self.places)

    def party(self, sell_id: str, name: str) -> str | None:
        return _one(self.companies | self.people, sell_id, name, self.places)


def _one(known: dict[str, str], sell_id: str, name: str, places: dict[str, str]) -> str | None:
    """By id; without one by name, if exactly one has it, or several that are merged."""
    if sell_id:
        return sell_id if sell_id in known else None
    fits = [one for one, called in known.items() if name and fold(called) == fold(name)]
    at = {places.get(one) for one in fits}
    merged = None not in at and (len(at) == 1 or "" in at)  # one without an address is taken for any of them
    return fits[0] if len(fits) == 1 or merged else None


@attrs.frozen
class Expected:
    """What an account must end as.

    Attributes:
        links: item, sell_id, target, target_sell_id, as in `Rehearsal.graph`; null for a lead's own person.
        records: item → Sell ids (marks) of the records that must be there, each once.
        unsure: item, Sell id of records whose person or organization the contract leaves open.
    """

    links: frozenset[Link]
    records: dict[str, set[str]]
    unsure: frozenset[tuple[str, str | None]]

    def against(self, held: Set[Link]) -> tuple[set[Link], set[Link]]:
        """The missing links, and the wrong ones; what hangs on an unsure record is left aside.

        An unsure lead has somebody all the same.
        """
        aside = {mark for _, mark, *end in {*held, *self.links} if tuple(end) in self.unsure}
        anyone = any(item == "leads" for item, _ in self.unsure)

        def sure(link: Link) -> bool:
            item, sell_id, *_ = link
            of_anyone = anyone and item == "persons" and sell_id is None
            return not (of_anyone or (item, sell_id) in self.unsure or (item in HISTORY and sell_id in aside))

        attached = {link[:3] for link in held}
        alone = {
            (item, one, "persons", None)
            for item, one in self.unsure
            if item == "leads" and (item, one, "persons") not in attached
        }
        return set(filter(sure, self.links - held)) | alone, set(filter(sure, held - self.links))

    def united(self, groups: Mapping[str, str]) -> Expected:
        """The same after records were merged; `groups`: each Sell id → the one that stands for all of them.

        Which company a merged person has, and so what stands beside it on its deals, is not judged.
        """

        def one(sell_id: str | None) -> str | None:
            return groups.get(sell_id, sell_id) if sell_id else None

        merged = {first for first, members in Counter(groups.values()).items() if members > 1}
        links = {(item, one(sell_id), target, one(to)) for item, sell_id, target, to in self.links}
        of_people = {link for link in links if link[2] == "persons"}
        open_rows = {(item, row) for item, row, _, person in of_people if item == "leads" or person in merged}
        people = {("persons", person) for person in merged}
        return attrs.evolve(self, links=frozenset(links), unsure=self.unsure | open_rows | people)


@attrs.frozen
class Wishes:
    """What the mapping asks for, as far as it changes the graph."""

    placeholder: bool = True
    lead_statuses: frozenset[str] = frozenset()  # of the leads that are left out
    merged_companies: bool = False  # those of one name and address are one


def expected(account: Account, wishes: Wishes = Wishes()) -> Expected:
    """The links and records that the contract promises."""
    stays = [row for row in account.leads if row.get("status") not in wishes.lead_statuses]
    parties = _parties(account)
    if wishes.merged_companies:
        parts = ("address", "zip", "city", "region", "country")
        parties.places = {
            row["id"]: fold(" ".join(row.get(part, "") for part in parts))
            for row in account.contacts
            if row["is_organisation"] == "true"
        }
    placeholder = PLACEHOLDER if wishes.placeholder else None
    ends = {row["id"]: _deal_ends(row, parties) for row in account.deals}
    employers = _employers(account, parties, ends)
    deals = {sell_id: _on_row(*both, employers, placeholder) for sell_id, both in ends.items()}
    leads, unsure = _leads(account, stays, parties, employers, placeholder)
    links: set[Link] = {
        ("persons", one, "organizations", company) for one, company in employers.items() if company
    }
    for sell_id, (person, company) in deals.items():
        links |= _ends("deals", sell_id, person, company)
    for sell_id, (has_person, person, company) in leads.items():
        links |= _ends("leads", sell_id, person, company, has_person=has_person)
        if has_person and not person and company:
            links.add(("persons", None, "organizations", company))
    deals = {sell_id: both for sell_id, both in deals.items() if any(both)}
    leads = {sell_id: one for sell_id, one in leads.items() if any(one)}
    of_history = _history(account, parties, deals, leads, placeholder)
    links |= of_history
    linked = {mark for _, mark, *_ in of_history}
    used = PLACEHOLDER in {target for *_, target in links}
    notes = {f"Sell note {row['id']}" for row in account.notes}
    records = {
        "organizations": {*parties.companies, *([PLACEHOLDER] if used else [])},
        "persons": set(parties.people),
        "deals": set(deals),
        "leads": set(leads),
        "activities": {f"Sell task {row['id']}" for row in account.tasks},
        "notes": notes if wishes.placeholder else notes & linked,
    }
    return Expected(frozenset(links), records, frozenset(("leads", one) for one in unsure))


def _on_row(
    person: str | None, company: str | None, employers: dict[str, str | None], placeholder: str | None
) -> tuple[str | None, str | None]:
    """One row, one organization: beside a person only the person's own; with nobody the placeholder."""
    if person:
        return person, company if company == employers.get(person) else None
    return None, company or placeholder


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
    for row in account.deals:
        parties.add(people, row.get("main_contact_id", ""), row.get("main_contact", ""))
    for _, _, about in _about_rows(account):
        if about["type"] in ("Contact", "SalesAccount"):
            name = f"{about.get('first_name', '')} {about.get('last_name', '')}".strip()
            parties.add(people, about.get("id", ""), name)
    employers = [
        row.get("organisation_name", "") for row in account.contacts if row["is_organisation"] == "false"
    ]
    of_deals = [row.get("company", "") for row in account.deals if not row.get("company_id")]
    for name in (*employers, *of_deals, *(row.get("company_name", "") for row in account.leads)):
        if name and fold(name) not in map(fold, companies.values()):
            companies[f"name:{fold(name)}"] = name
    for name in (row.get("main_contact", "") for row in account.deals if not row.get("main_contact_id")):
        if name and fold(name) not in map(fold, (companies | people).values()):
            people[f"name:{fold(name)}"] = name
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
    account: Account,
    stays: list[Row],
    parties: _Parties,
    employers: dict[str, str | None],
    placeholder: str | None,
) -> tuple[dict[str, tuple[bool, str | None, str | None]], set[str]]:
    """Lead → has a person, which contact that is (None: its own), the organization; and the unsure ones."""
    people = _contact_values(account, parties, employers)
    found: dict[str, tuple[bool, str | None, str | None]] = {}
    unsure: set[str] = set()
    own: dict[str, tuple[str, set[str], str | None]] = {}  # leads with a person of their own
    for row in sorted(
        stays, key=lambda row: int(row["id"])
    ):  # Sell counts upwards: an earlier lead has a lower id
        company = parties.company("", row.get("company_name", ""))
        name, values = _lead_values(row, company)
        alike = _alike(name, values)
        same = [one for one, (called, theirs) in people.items() if alike(called, theirs)]
        before = [one for one, (called, theirs, _) in own.items() if alike(called, theirs)]
        if len(same) > 1 or len(before) > 1 or (same and before):
            unsure.add(row["id"])
        person, place = None, company
        if same:
            person, place = same[0], employers[same[0]]
        elif before:
            place = own[before[0]][2]
        elif name:
            own[row["id"]] = (name, values, company)
        on_row = company if company == place or not name else None
        found[row["id"]] = (bool(name), person, on_row if name or on_row else placeholder)
    given = {row["id"] for row in account.leads}
    for _, _, about in _about_rows(account):  # leads that only history names
        named = bool(about.get("first_name") or about.get("last_name"))
        if about["type"] == "Lead" and about["id"] not in given and named:
            found[about["id"]] = (True, None, None)
    return found, unsure


def _history(
    account: Account,
    parties: _Parties,
    deals: dict[str, tuple[str | None, str | None]],
    leads: dict[str, tuple[bool, str | None, str | None]],
    placeholder: str | None,
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
        elif item == "notes" and placeholder:
            links.add((item, mark, "organizations", placeholder))
    return links
