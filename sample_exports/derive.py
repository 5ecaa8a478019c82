"""Writes the sample account's Smart Lists (English, Spanish) and API dump from the full export in `sell/`.

    python sample_exports/derive.py [FOLDER]

The full export is the truth; what is written here says the same in the words of the other two families, as
far as they have a column for it. A Smart List has no notes and no tasks; Sell's API knows no company that is
only a name, and one custom field of a name for each record.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Literal

HERE = Path(__file__).parent
Row = Mapping[str, str]
Rows = list[dict[str, str]]
Cell = Callable[[Row], object]
Columns = dict[str, Cell]
Language = Literal[0, 1]
Table = list[list[object]]


def read(entity: str) -> Rows:
    """All records of an entity, the pieces of its file one after the other."""
    rows: Rows = []
    for path in sorted((HERE / "sell").glob(f"{entity}.*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


CONTACTS, LEADS, DEALS, NOTES, TASKS = map(read, ("contacts", "leads", "deals", "notes", "tasks"))
PEOPLE = [row for row in CONTACTS if row["is_organisation"] == "false"]
COMPANIES = [row for row in CONTACTS if row["is_organisation"] == "true"]
CUSTOM = re.compile(r"^custom (?:\((?:contact|prospect/customer)\) )?(.+)$")


# ---- words for cells -----------------------------------------------------------------------------------


def of(column: str) -> Cell:
    return lambda row: row[column]


def blank(row: Row) -> str:
    return ""


def always(value: str) -> Cell:
    return lambda row: value


def day(column: str) -> Cell:
    return lambda row: row[column][:10]


def moment(column: str) -> Cell:
    """`2026-05-18 16:40:11`: no zone is named, but it is UTC."""
    return lambda row: row[column][:19].replace("T", " ")


def iso_day(column: str) -> Cell:
    """Smart Lists write custom days as ISO; the account puts the day first."""
    return lambda row: re.sub(r"^(\d\d)/(\d\d)/(\d{4})$", r"\3-\2-\1", row[column])


def unguarded(column: str) -> Cell:
    """Without the apostrophe that the CSV exports put before `+`."""
    return lambda row: re.sub(r"^'(?=[+=@-])", "", row[column])


def closed(row: Row) -> str:
    return row["last_stage_change_at"][:10] if row["stage_name"] in {"Won", "Lost", "Unqualified"} else ""


def lead_name(row: Row) -> str:
    return f"{row['first_name']} {row['last_name']}".strip() or row["company_name"]


def import_id(row: Row) -> str:
    """The dump of a Ruby hash that Sell prints here."""
    return '{"user_id"=>301, "created_at"=>"' + row["created_at"] + '", "id"=>7}'


# ---- Smart Lists ---------------------------------------------------------------------------------------

#: (English header, Spanish header, cell); None: not in that list. The Spanish headers of deals and products
#: are Sell's own, all others are likely, not proven. `Moneda` stands there twice, as in the real thing.
Words = tuple[tuple[str | None, str | None, Cell], ...]

DEAL_WORDS: Words = (
    ("Deal name", "Nombre del trato", of("name")),
    ("Deal ID", "ID del trato", of("id")),
    ("Pipeline", None, of("pipeline_name")),
    ("Pipeline stage", "Fase del pipeline", of("stage_name")),
    ("Owner", "Propiedad", of("owner")),
    ("Added on", "Agregado el", of("added_on")),
    ("Value", "Valor", of("decimal_value")),
    ("Currency", "Moneda", of("currency")),
    ("Currency", "Moneda", of("currency")),
    (None, "Días desde la última comunicación", always("0.28")),
    (None, "Días en espera de su respuesta", always("Esperando respuesta del contacto")),
    (None, "ID de importación", import_id),
    ("Contact", "Contacto", of("main_contact")),
    ("Contact ID", "ID de contacto", of("main_contact_id")),
    ("Company", None, of("company")),
    ("Company ID", None, of("company_id")),
    ("Hot", None, of("hot")),
    ("Tags", "Etiquetas", of("tags")),
    ("Last stage change date", "Fecha de cambio de la última fase", day("last_stage_change_at")),
    ("Close date", "Fecha de cierre", closed),
    ("Estimated close date", "Fecha de cierre prevista", of("estimated_close_date")),
    ("Loss reason", "Motivo de pérdida", of("loss_reason")),
    ("Unqualified reason", "Motivo de no cualificación", of("unqualified_reason")),
    ("Source", "Origen", of("source")),
    ("Win likelihood", "Probabilidad de ganar", of("current_win_likelihood")),
    ("Last activity date", "Fecha de la última actividad", moment("last_activity_date")),
)
PRODUCT_WORDS: Words = (
    ("Product name", "Nombre del producto", blank),
    ("SKU", "SKU", blank),
    ("Product ID", "ID del producto", blank),
    ("Deal ID", "ID del trato", of("id")),
    ("Deal name", "Nombre del trato", of("name")),
    ("Estimated close date", "Fecha de cierre prevista", of("estimated_close_date")),
    ("Unit price", "Precio unitario", blank),
    ("Unit price currency", "Moneda del precio unitario", blank),
    ("Discount or markup", "Descuento o margen", blank),
    ("Selling price", "Precio de venta", blank),
    ("Selling price currency", "Moneda del precio de venta", blank),
    ("Quantity", "Cantidad", blank),
    ("Original value", "Valor original", blank),
    ("Original currency", "Moneda original", blank),
    ("Converted value", "Valor convertido", blank),
    ("Converted currency", "Moneda convertida", blank),
)
PARTY_WORDS: Words = (
    ("Title", "Título", of("title")),
    ("Email", "Correo electrónico", of("email")),
    ("Work number", "Teléfono del trabajo", of("phone")),
    ("Mobile number", "Teléfono móvil", of("mobile")),
    ("Owner", "Propiedad", of("owner")),
    ("Tags", "Etiquetas", of("tags")),
    ("Street", "Calle", of("street")),
    ("City", "Ciudad", of("city")),
    ("State or region", "Estado o región", of("region")),
    ("Zip/Post code", "Código postal", of("zip")),
    ("Country", "País", of("country")),
    ("Description", "Descripción", of("description")),
    ("Industry", "Sector", of("industry")),
    ("Website", "Sitio web", of("website")),
    ("Fax", "Fax", of("fax")),
    ("Skype", "Skype", of("skype")),
    ("Facebook", "Facebook", of("facebook")),
    ("Twitter", "Twitter", of("twitter")),
    ("LinkedIn", "LinkedIn", of("linkedin")),
    ("Added on", "Agregado el", day("created_at")),
    ("Last activity date", "Fecha de la última actividad", moment("last_activity_date")),
)
STATUS_WORDS: Words = (
    ("Customer status", "Estado de cliente", of("customer_status")),
    ("Prospect status", "Estado de cliente potencial", of("prospect_status")),
)
CONTACT_WORDS: Words = (
    ("Name", "Nombre completo", of("name")),
    ("Contact ID", "ID de contacto", of("id")),
    ("First name", "Nombre", of("first_name")),
    ("Last name", "Apellido", of("last_name")),
    ("Company", "Empresa", of("organisation_name")),
    *STATUS_WORDS,
    *PARTY_WORDS,
)
PERSONAL = {"Title", "Mobile number", "Skype", "Twitter", "LinkedIn"}
COMPANY_WORDS: Words = (
    ("Company name", "Nombre de la empresa", of("name")),
    ("Company ID", "ID de la empresa", of("id")),
    *STATUS_WORDS,
    *(word for word in PARTY_WORDS if word[0] not in PERSONAL),
)
LEAD_WORDS: Words = (
    ("Lead name", "Nombre del lead", lead_name),
    ("Lead ID", "ID del lead", of("id")),
    ("First name", "Nombre", of("first_name")),
    ("Last name", "Apellido", of("last_name")),
    ("Company name", "Nombre de la empresa", of("company_name")),
    ("Status", "Estado", of("status")),
    ("Source", "Origen", of("source")),
    ("Unqualified reason", "Motivo de no cualificación", of("unqualified_reason")),
    *PARTY_WORDS,
)


def custom_columns(rows: Rows) -> list[tuple[str, Cell]]:
    """Filled custom columns under their bare names: two scopes may give one header twice."""
    found = ((match[1], column) for column in rows[0] if (match := CUSTOM.match(column)))
    return [(name, iso_day(column)) for name, column in found if any(row[column] for row in rows)]


def smart_list(words: Words, rows: Rows, language: Language) -> tuple[list[str], Table]:
    """Header and cells of one list; a user adds every field that holds something."""
    columns = [(header, word[2]) for word in words if (header := word[language]) is not None]
    if words is not PRODUCT_WORDS:
        columns += custom_columns(rows)
    return [header for header, _ in columns], [[cell(row) for _, cell in columns] for row in rows]


def smart_lists(folder: Path, language: Language) -> None:
    """English (0): people and companies in two lists. Spanish (1): both in one."""
    stamp = ("20260520_2215", "20260520_2231")[language]
    lists = {
        "deals": (DEAL_WORDS, DEALS),
        "deals_by_products": (PRODUCT_WORDS, DEALS),
        "leads": (LEAD_WORDS, LEADS),
        "contacts": (CONTACT_WORDS, CONTACTS if language else PEOPLE),
    }
    if not language:
        lists["companies"] = (COMPANY_WORDS, COMPANIES)
    for name, (words, rows) in lists.items():
        write(folder / f"{name}_{stamp}.csv", *smart_list(words, rows, language))


# ---- the API dump --------------------------------------------------------------------------------------

OWNERS = {"Fern Overgreen": 301, "Basil Thymeson": 302, "Olive Branchley - Deleted": 303}
KINDS = {"Deal": "deal", "Lead": "lead", "Contact": "contact", "SalesAccount": "contact", "None": ""}


def numbered(rows: Iterable[Row], column: str, start: int) -> dict[str, int]:
    """The distinct values of a column with invented ids, in the order of their first appearance."""
    values = dict.fromkeys(row[column] for row in rows if row[column])
    return {value: start + n for n, value in enumerate(values)}


LEAD_SOURCES, DEAL_SOURCES = numbered(LEADS, "source", 401), numbered(DEALS, "source", 421)
LOSS_REASONS = numbered(DEALS, "loss_reason", 441)
UNQUALIFIED = numbered([*LEADS, *DEALS], "unqualified_reason", 461)


def ident(table: Mapping[str, int], column: str) -> Cell:
    return lambda row: table.get(row[column], "")


def kind(column: str) -> Cell:
    return lambda row: KINDS[row[column]]


def status(column: str) -> Cell:
    """The API says `none` where the CSV export says `non`."""
    return lambda row: "none" if row[column] == "non" else row[column]


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def address(row: Row) -> str:
    names = {"line1": "street", "city": "city", "postal_code": "zip", "state": "region", "country": "country"}
    found = {name: row[column] or None for name, column in names.items()}
    return compact(found) if any(found.values()) else ""


def tags(row: Row) -> str:
    return compact([tag for tag in row["tags"].split(",") if tag])


def custom_fields(row: Row) -> str:
    found: dict[str, str] = {}
    for column in row:
        if (name := CUSTOM.match(column)) and row[column]:
            found.setdefault(name[1], row[column])
    return compact(found)


def company_id(row: Row) -> str:
    """A person's company: the only one of that name, else the one that all of the person's deals name."""
    if row["is_organisation"] == "true":
        return ""
    name = row["organisation_name"].casefold()
    named = [other["id"] for other in COMPANIES if other["name"].casefold() == name]
    deals = {deal["company_id"] for deal in DEALS if deal["main_contact_id"] == row["id"]} & set(named)
    return named[0] if len(named) == 1 else deals.pop() if len(deals) == 1 else ""


def same(*columns: str) -> Columns:
    return {column: unguarded(column) for column in columns}


OWNED = {"id": of("id"), "creator_id": ident(OWNERS, "creator"), "owner_id": ident(OWNERS, "owner")}
REACH = same("title", "description", "industry", "website", "email", "phone", "mobile", "fax")
REACH |= same("twitter", "facebook", "linkedin", "skype")
STAMPS = same("created_at", "updated_at")
EXTRA: Columns = {"tags": tags, "custom_fields": custom_fields}
CONTACT_FIELDS: Columns = {
    **OWNED,
    "is_organization": of("is_organisation"),
    "contact_id": company_id,
    "parent_organization_id": blank,
    **same("name", "first_name", "last_name"),
    "customer_status": status("customer_status"),
    "prospect_status": status("prospect_status"),
    **REACH,
    "address": address,
    "billing_address": blank,
    "shipping_address": blank,
    **EXTRA,
    **STAMPS,
}
LEAD_FIELDS: Columns = {
    **OWNED,
    **same("first_name", "last_name"),
    "organization_name": of("company_name"),
    "status": of("status"),
    "source_id": ident(LEAD_SOURCES, "source"),
    "unqualified_reason_id": ident(UNQUALIFIED, "unqualified_reason"),
    **REACH,
    "address": address,
    **EXTRA,
    **STAMPS,
}
DEAL_FIELDS: Columns = {
    **OWNED,
    "name": of("name"),
    "value": of("decimal_value"),
    **same("currency", "hot", "stage_id"),
    "source_id": ident(DEAL_SOURCES, "source"),
    "loss_reason_id": ident(LOSS_REASONS, "loss_reason"),
    "unqualified_reason_id": ident(UNQUALIFIED, "unqualified_reason"),
    "contact_id": of("main_contact_id"),
    "organization_id": of("company_id"),
    "estimated_close_date": of("estimated_close_date"),
    "customized_win_likelihood": of("current_win_likelihood"),
    "last_stage_change_at": of("last_stage_change_at"),
    "last_activity_at": of("last_activity_date"),
    "added_at": of("added_at"),
    **EXTRA,
    **STAMPS,
}
TASK_FIELDS: Columns = {
    "id": of("id"),
    "creator_id": ident(OWNERS, "owner"),
    "owner_id": ident(OWNERS, "owner"),
    "resource_type": kind("taskable_type"),
    "resource_id": of("taskable_id"),
    "completed": lambda row: "true" if row["done_at"] else "false",
    "completed_at": of("done_at"),
    "due_date": of("date"),
    "overdue": always("false"),
    "remind_at": of("send_time"),
    "content": of("content"),
    **STAMPS,
}
NOTE_FIELDS: Columns = {
    "id": of("id"),
    "creator_id": ident(OWNERS, "owner"),
    "resource_type": kind("noteable_type"),
    "resource_id": of("noteable_id"),
    "content": of("content"),
    "is_important": always("false"),
    "tags": always("[]"),
    "type": of("type"),
    **STAMPS,
}
OBJECTS: dict[str, tuple[Rows, Columns]] = {
    "contacts": (CONTACTS, CONTACT_FIELDS),
    "leads": (LEADS, LEAD_FIELDS),
    "deals": (DEALS, DEAL_FIELDS),
    "tasks": (TASKS, TASK_FIELDS),
    "notes": (NOTES, NOTE_FIELDS),
}


def users() -> Table:
    """The deleted user has lost the suffix, but has a day of deletion."""
    here, gone = ["active", ""], ["inactive", "2025-01-31T12:00:00Z"]
    return [
        [n, name.removesuffix(" - Deleted"), f"{name.split()[0].lower()}@skymoss.example"]
        + (gone if name.endswith(" - Deleted") else here)
        + ["user", "person"]
        for name, n in OWNERS.items()
    ]


def pipelines() -> Table:
    return [[n, name, "false"] for n, name in sorted({(r["pipeline_id"], r["pipeline_name"]) for r in DEALS})]


def stages() -> Table:
    """Every stage that a deal stands in, with its category and its usual likelihood."""
    usual: dict[str, Counter[str]] = {}
    for row in DEALS:
        usual.setdefault(row["stage_id"], Counter())[row["current_win_likelihood"]] += 1
    category = {"Won": "won", "Lost": "lost", "Unqualified": "unqualified", "Incoming": "incoming"}
    shut = {"Won": "100", "Lost": "0", "Unqualified": "0"}

    def likelihood(number: str, name: str) -> str:
        counts = usual[number]
        return shut.get(name) or max(counts, key=lambda value: (counts[value], -int(value)))

    return [
        [n, name, category.get(name, "in_progress"), "true", int(n) % 1000, likelihood(n, name), pipeline]
        for n, name, pipeline in sorted({(r["stage_id"], r["stage_name"], r["pipeline_id"]) for r in DEALS})
    ]


def named(table: Mapping[str, int]) -> Table:
    return [[number, name] for name, number in table.items()]


#: The lists that ids point to.
LISTS: dict[str, tuple[str, Table]] = {
    "users": ("id,name,email,status,deleted_at,role,identity_type", users()),
    "pipelines": ("id,name,disabled", pipelines()),
    "stages": ("id,name,category,active,position,likelihood,pipeline_id", stages()),
    "lead_sources": ("id,name", named(LEAD_SOURCES)),
    "deal_sources": ("id,name", named(DEAL_SOURCES)),
    "loss_reasons": ("id,name", named(LOSS_REASONS)),
    "unqualified_reasons": ("id,name", named(UNQUALIFIED)),
    "call_outcomes": ("id,name", [[481, "Interested"], [482, "Left a voicemail"]]),
}


# ---- writing -------------------------------------------------------------------------------------------


def write(path: Path, header: list[str], rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def api_dump(folder: Path) -> None:
    """The five objects, the lists that ids point to, and calls, texts and visits out of `only_in_api/`."""
    for name, (rows, columns) in OBJECTS.items():
        cells = ([cell(row) for cell in columns.values()] for row in rows)
        write(folder / f"{name}.csv", list(columns), cells)
    for name, (header, records) in LISTS.items():
        write(folder / f"{name}.csv", header.split(","), records)
    for path in sorted((HERE / "only_in_api").glob("*.csv")):
        (folder / path.name).write_bytes(path.read_bytes())


def derive(folder: Path) -> None:
    """All three derived exports, side by side."""
    smart_lists(folder / "smart_lists_en", 0)
    smart_lists(folder / "smart_lists_es", 1)
    api_dump(folder / "api_dump")


if __name__ == "__main__":
    derive(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
