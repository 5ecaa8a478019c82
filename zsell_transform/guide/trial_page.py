"""`trial/trial.md`: what to look for in Pipedrive after the trial, and what to change if it is otherwise."""

from __future__ import annotations

from collections import Counter

from zsell_transform.guide import words
from zsell_transform.guide.features import FEATURES, Feature
from zsell_transform.guide.setup_page import ITEM_NAMES
from zsell_transform.guide.steps import checklist
from zsell_transform.guide.story import Story
from zsell_transform.pipedrive.assumptions import ASSUMPTIONS
from zsell_transform.pipedrive.fields import SELL_IDS
from zsell_transform.sell.entities import ITEMS


def trial_markdown(story: Story) -> str:
    """The page that lies beside the trial's files.

    Args:
        story: `trial` (`item, id, name, shows`), `lap`, the names of folders, `exports_next`.
    """
    items = [item for item in ITEMS if item in story.trial["item"]]
    parts = [_opening(story, items), *_records(story, items), _uncovered(story, items), _ways_on(story)]
    return words.upright("\n\n".join(parts) + "\n")


def _opening(story: Story, items: list[str]) -> str:
    held = Counter(item for item, _ in _rows(story))
    people = {"persons": ("person", "people")}
    counts = [words.count(held[item], *people.get(item, (words.one(item), item))) for item in items]
    return (
        f"# The trial of {f'lap {story.lap}' if story.previous is None else 'this delta'}\n\n"
        f"This folder holds {words.listed(counts)}, chosen to show what is special in your account and where "
        f"Pipedrive’s import is not documented. {_linked_to(story)}\n\n"
        "1. Prepare Pipedrive as `setup.md` says, or as much of it as these records need.\n"
        "2. Import the files of this folder in the order of their numbers, each to its end. Give the same "
        "answers as you will for all records: the columns as in `setup.md`, duplicates “merge”.\n"
        "3. Open each record below in Pipedrive and tick off what is as described, in a copy of this page: "
        "the next run does not replace a folder in which a file was changed.\n"
        "4. Where something came out differently, change what is named there, run the library again and "
        "repeat."
    )


def _linked_to(story: Story) -> str:
    """Where the records are that these are linked to.

    From a run that knew of Pipedrive's records, rows name them by System IDs or by their keys.
    """
    if not story.again:
        return "The records that they are linked to are here too."
    return (
        "The records that they are linked to are here too, or in Pipedrive already: rows name those by their "
        "System IDs. So import this trial into the account from which the exports came, and into no other."
    )


def _records(story: Story, items: list[str]) -> list[str]:
    """A chapter for each item, a list for each record; what a point means is said once, at the first one."""
    parts, told, of_all = [], set[str](), _rows(story)
    for item in items:
        records = {key: rows for key, rows in of_all.items() if key[0] == item}
        parts.append(f"## {ITEM_NAMES[item]}")
        for (_, sell_id), rows in records.items():
            shown = {FEATURES[row["shows"]]: row["value"] for row in rows if row["shows"] in FEATURES}
            known_by = "Sell id" if item in SELL_IDS else "Mark in its text"
            parts.append(
                _record(rows[0]["name"] or sell_id, f"{known_by} {words.code(sell_id)}", shown, told)
            )
            told |= {feature.key for feature in shown if feature.each is None}
    return parts


def _rows(story: Story) -> dict[tuple[str, str], list[dict[str, str | None]]]:
    """Item and id → the rows of the record, in the order of the trial."""
    records: dict[tuple[str, str], list[dict[str, str | None]]] = {}
    for row in story.trial.to_dicts():
        records.setdefault((row["item"], row["id"]), []).append(row)
    return records


def _record(name: str, known_by: str, shown: dict[Feature, str | None], told: set[str]) -> str:
    new = {feature: value for feature, value in shown.items() if feature.key not in told}
    again = [feature.shows for feature in shown if feature.key in told]
    lines = [f"### {words.markdown(name)}", "", known_by, ""]
    lines += [_point(*point) for point in sorted(new.items(), key=lambda point: -point[0].weight)]
    if again:
        lines.append(f"- [ ] As above: {'; '.join(again)}.")
    if not shown:
        lines.append(
            "- [ ] An ordinary record, or one that another record needs: it is there once, with its values."
        )
    return "\n".join(lines)


def _point(feature: Feature, value: str | None) -> str:
    doubt = " (not documented)" if feature.unsure or feature.answers else ""
    here = f" Here: {words.markdown(value).rstrip('.')}." if value else ""
    otherwise = f" *If not:* {feature.otherwise}." if feature.otherwise else ""
    return f"- [ ] **{words.spoken(feature.shows)}**{doubt}: {feature.look}{here}{otherwise}"


def _uncovered(story: Story, items: list[str]) -> str:
    """What no record of this trial can show."""
    shown = set(story.trial["shows"].drop_nulls())
    shown |= {other for key in shown & FEATURES.keys() if (other := FEATURES[key].instead_of)}
    unsure = [one for one in FEATURES.values() if one.item in items and (one.unsure or one.answers)]
    unsure = [one for one in unsure if not one.instead_of]
    missing = {
        item: [one.shows for one in unsure if one.item == item and one.key not in shown] for item in items
    }
    answered = {answer for key in shown & FEATURES.keys() for answer in FEATURES[key].answers}
    later = {answer for one in FEATURES.values() if one.item not in items for answer in one.answers}
    open_ones = [one.question for name, one in ASSUMPTIONS.items() if name not in answered | later]
    lines = ["## What the trial does not cover", "", "No record of this lap shows these points:", ""]
    lines += [f"- {ITEM_NAMES[item]}: {'; '.join(points)}." for item, points in missing.items() if points]
    lines += [
        "",
        "These questions about Pipedrive’s import stay open:",
        "",
        *(f"- {one}" for one in open_ones),
    ]
    rest = (
        "Records that wait for a later lap have a trial in that lap. No trial can show how long the import "
        "of all records takes, or whether they fit your plan; `setup.md` compares the counts with the plans."
    )
    return "\n".join([*lines, "", rest])


def _ways_on(story: Story) -> str:
    given = words.listed(story.exports_next).replace("persons", "people") or "everything"
    python, shell = checklist(story)[-1].commands[:2]
    return (
        f"## {'Two' if story.again else 'Three'} ways on\n\n"
        "**Revert it.** Pipedrive offers to revert an import. How far that goes is not documented, and what "
        "was merged into an existing record is not taken out again. Check that the records are gone, then "
        "upload the files of the folder above.\n\n"
        f"**Keep it.** What arrived stays. Export {given} from Pipedrive, all columns, and run the next lap "
        "with that export: the records of the trial count as present and are not written twice. Do not "
        "upload the files of the folder above in that case: they hold the same records again.\n\n"
        "```python\n"
        f"{' '.join(python.pieces)}\n"
        "```\n\n"
        "```sh\n"
        f"{' '.join(shell.pieces)}\n"
        "```\n\n"
        f"{_throw_away(story)}"
    )


def _throw_away(story: Story) -> str:
    """The account in which nothing has to be undone; a System ID means another record there, or none."""
    if story.again:
        return (
            "**No throw-away account this time.** In another account the System IDs of this trial belong to "
            "no record, so that its rows are skipped, or to records that are not meant, whose values are "
            "overwritten. To try this there, run the lap with that account’s own exports, into a folder of "
            "its own, and import the trial of that run."
        )
    return (
        "**Use a throw-away account.** Import the trial into a separate, empty account that is set up like "
        "the real one. Nothing has to be undone there, and merging can be tried without risk. No file of "
        "this trial names a System ID: what hangs on one is tried by the trial of the next lap."
    )
