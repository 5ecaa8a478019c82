"""The script that a competent person would write for the same job with pandas, on Sell's full export.

It does less than the library: no survey, no issues, no proof of keys, no report, one day/month order for all,
no quarantine for links that cannot be written exactly. It is here to be compared with in time and memory.
"""

import html
import sys
from pathlib import Path

import pandas as pd

source, target = map(Path, sys.argv[1:3])
target.mkdir(parents=True, exist_ok=True)
ADDRESS = ["street", "zip", "city", "region", "country"]


def read(entity: str) -> pd.DataFrame:
    parts = [
        pd.read_csv(path, dtype=str, keep_default_na=False) for path in sorted(source.glob(f"{entity}*.csv"))
    ]
    return pd.concat(parts, ignore_index=True)


def text(series: pd.Series) -> pd.Series:
    return series.str.strip().str.replace(r"^'(?=[+=@-])", "", regex=True)


def joined(frame: pd.DataFrame, columns: list[str], separator: str) -> pd.Series:
    rows = frame[columns].apply(lambda column: column.str.strip())
    return pd.Series(
        [separator.join(filter(None, row)) for row in zip(*(rows[c] for c in columns), strict=True)]
    )


def day(series: pd.Series) -> pd.Series:
    return pd.to_datetime(series, errors="coerce", utc=True, format="ISO8601").dt.strftime("%Y-%m-%d")


def moment(series: pd.Series) -> pd.Series:
    return pd.to_datetime(series, errors="coerce", utc=True, format="ISO8601").dt.strftime(
        "%Y-%m-%d %H:%M:%S"
    )


def customs(frame: pd.DataFrame, item: str) -> pd.DataFrame:
    names = {column: f"{item} - {column.split(') ')[-1].removeprefix('custom ')}" for column in frame}
    kept = [column for column in frame if column.startswith("custom ") and (frame[column] != "").any()]
    found = frame[kept].rename(columns=names)
    for column in found:
        days = found[column].str.extract(r"^(\d\d)/(\d\d)/(\d{4})$")
        iso = days[2] + "-" + days[1] + "-" + days[0]
        found[column] = iso.where(iso.notna(), found[column])
    return found


def owner(frame: pd.DataFrame) -> pd.Series:
    return frame["owner"].where(~frame["owner"].str.endswith(" - Deleted"), "")


def labels(frame: pd.DataFrame, *columns: str) -> pd.Series:
    return joined(frame, list(columns), ",").str.replace(",", ", ")


def write(name: str, columns: dict[str, object], *more: pd.DataFrame) -> None:
    frame = pd.concat([pd.DataFrame(columns), *more], axis=1)
    for number, start in enumerate(range(0, max(len(frame), 1), 50_000), 1):
        frame.iloc[start : start + 50_000].to_csv(target / f"{name}-{number:02}.csv", index=False)


contacts = read("contacts")
is_company = contacts["is_organisation"] == "true"
companies, people = contacts[is_company].reset_index(drop=True), contacts[~is_company].reset_index(drop=True)
company_address = joined(companies, ADDRESS, ", ")
write(
    "1-organizations",
    {
        "Organization - Name": text(companies["name"]),
        "Organization - Zendesk Sell ID": companies["id"],
        "Organization - Address": company_address,
        "Organization - Labels": labels(companies, "customer_status", "tags"),
        "Organization - Owner": owner(companies),
        "Organization - Phone": text(companies["phone"]),
        "Organization - Website": text(companies["website"]),
        "Organization - Industry": text(companies["industry"]),
        "Organization - Creation date": day(companies["created_at"]),
    },
    customs(companies, "Organization"),
)
once = companies.assign(address_line=company_address).drop_duplicates("name", keep=False)
people = people.merge(
    once[["name", "address_line"]],
    how="left",
    left_on="organisation_name",
    right_on="name",
    suffixes=("", "_found"),
)
write(
    "2-persons",
    {
        "Person - Name": text(people["name"]),
        "Person - Zendesk Sell ID": people["id"],
        "Person - First name": text(people["first_name"]),
        "Person - Last name": text(people["last_name"]),
        "Person - Email (Work)": people["email"].str.strip().str.lower(),
        "Person - Phone (Work)": text(people["phone"]),
        "Person - Phone (Mobile)": text(people["mobile"]),
        "Person - Label": labels(people, "customer_status", "tags"),
        "Person - Owner": owner(people),
        "Person - Job title": text(people["title"]),
        "Person - Address": joined(people, ADDRESS, ", "),
        "Person - Creation date": day(people["created_at"]),
        "Organization - Name": people["name_found"],
        "Organization - Address": people["address_line"],
    },
    customs(people, "Person"),
)
deals = read("deals").merge(
    contacts[["id", "name", "email"]],
    how="left",
    left_on="main_contact_id",
    right_on="id",
    suffixes=("", "_contact"),
)
status = deals["stage_name"].map({"Won": "Won", "Lost": "Lost", "Unqualified": "Lost"}).fillna("Open")
changed = moment(deals["last_stage_change_at"])
write(
    "3-deals",
    {
        "Deal - Title": text(deals["name"]),
        "Deal - Zendesk Sell ID": deals["id"],
        "Deal - Value": pd.to_numeric(deals["decimal_value"], errors="coerce"),
        "Deal - Currency of value": deals["currency"],
        "Deal - Stage (pipeline)": deals["stage_name"] + " (" + text(deals["pipeline_name"]) + ")",
        "Deal - Status": status,
        "Deal - Won time": changed.where(status == "Won"),
        "Deal - Lost time": changed.where(status == "Lost"),
        "Deal - Lost reason": deals["loss_reason"].where(status == "Lost", ""),
        "Deal - Expected close date": day(deals["estimated_close_date"]),
        "Deal - Probability": deals["current_win_likelihood"],
        "Deal - Label": labels(deals, "tags"),
        "Deal - Owner": owner(deals),
        "Deal - Creation date": day(deals["added_at"]),
        "Person - Name": deals["name_contact"],
        "Person - Email (Work)": deals["email"],
    },
    customs(deals, "Deal"),
)
leads = read("leads")
person = joined(leads, ["first_name", "last_name"], " ")
write(
    "4-leads",
    {
        "Lead - Title": person.where(person != "", leads["company_name"]),
        "Lead - Zendesk Sell lead ID": leads["id"],
        "Lead - Labels": labels(leads, "status", "tags"),
        "Lead - Owner": owner(leads),
        "Person - Name": person,
        "Person - Email (Work)": leads["email"].str.strip().str.lower(),
        "Person - Phone (Work)": text(leads["phone"]),
        "Organization - Name": text(leads["company_name"]),
        "Note - Content": leads["description"].map(html.escape),
    },
    customs(leads, "Lead"),
)
names = (
    pd.concat([contacts[["id", "name"]], deals[["id", "name"]]]).drop_duplicates("id").set_index("id")["name"]
)
tasks = read("tasks")
write(
    "5-activities",
    {
        "Activity - Subject": text(tasks["content"]).str.split("\n", n=1).str[0],
        "Activity - Type": tasks["content"]
        .str.contains(r"\b(?:call|ring)\b", case=False, regex=True)
        .map({True: "Call", False: "Task"}),
        "Activity - Done": tasks["done_at"].ne("").map({True: "Done", False: "Undone"}),
        "Activity - Due date": day(tasks["date"]),
        "Activity - Marked as done time": moment(tasks["done_at"]),
        "Activity - Note": "Sell task " + tasks["id"],
        "Activity - Assigned to user": owner(tasks),
        "Person - Name": tasks["taskable_id"].map(names),
    },
)
notes = read("notes")
body = notes["content"].map(html.escape).str.replace("\r\n|\r|\n", "<br>", regex=True)
write(
    "6-notes",
    {
        "Note - Content": moment(notes["created_at"])
        + " · "
        + notes["owner"]
        + " · Sell note "
        + notes["id"]
        + "<br>"
        + body,
        "Person - Name": notes["noteable_id"].map(names),
    },
)
