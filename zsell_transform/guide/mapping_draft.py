"""The text of a starter `mapping.yaml`, filled with what an export holds.

Every line is a comment, so that the untouched draft means the defaults. Prose begins with `##`, a line of
YAML with `# `: taking `# ` away from a key and what stands below it puts it in force. `DRAFT` says for each
key what is told and shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform.cleaning.owners import DELETED
from zsell_transform.counts import count
from zsell_transform.folding import letters, plain
from zsell_transform.mapping import Mapping
from zsell_transform.sell.columns import CUSTOM, plain_name
from zsell_transform.sell.stages import Stage, stages
from zsell_transform.survey.facts import Survey

#: The frame of task subjects that a draft shows.
SUBJECTS: Final = {"type": pl.String, "subject": pl.String, "count": pl.Int64}
#: At most so many names of a list are written out; a tag cloud of thousands would hide the rest of the file.
_MOST_NAMES: Final = 200
_SUBJECTS: Final = 6
_AS_IT_IS: Final = re.compile(r"[^\W\d_][\w .()/&+-]*", re.UNICODE)
_OTHER_MEANING: Final = frozenset("true false yes no on off null y n".split())

Lines = Iterator[str]


@attrs.frozen(eq=False)
class Found:
    """What a draft is filled with.

    Attributes:
        seen: the survey.
        ask: the mapping that the export was read with; mostly the defaults.
        lists: files that are Smart Lists, with the number of their records.
        subjects: the first lines of tasks, most used first; schema `SUBJECTS`.
        files: every file of the export, with the encoding that it was read in.
    """

    seen: Survey
    ask: Mapping
    lists: MappingOf[str, int]
    subjects: pl.DataFrame
    files: MappingOf[str, str] = attrs.field(factory=dict)

    def words(self, column: str, *entities: str) -> dict[str, int]:
        """The values of a vocabulary column with their counts, most used first."""
        counted = self.seen.words(column, *entities)
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def draft_text(found: Found) -> str:
    """The draft as text; the same export gives the same text."""
    lines = [f"## {line}".rstrip() for line in _OPENING]
    for key, (told, shown) in DRAFT.items():
        body = list(shown(found))
        lines += ["", *(f"## {line}" for line in told.splitlines())]
        lines += [line if line.startswith("##") else f"# {line}" for line in (body or [f"{key}: {{}}"])]
    return "\n".join(lines) + "\n"


# --- what is shown under each key ---------------------------------------------------------------------------


def _name(text: str) -> str:
    """A text as a YAML scalar that means it: plain where YAML reads it as itself, else in quotes."""
    whole = _AS_IT_IS.fullmatch(text) and not text.endswith(" ") and plain(text) not in _OTHER_MEANING
    return text if whole else json.dumps(text, ensure_ascii=False)


def _group(
    key: str, entries: MappingOf[str, str], remarks: MappingOf[str, str] | None = None, indent: str = ""
) -> Lines:
    """`key:` and its entries, a remark behind each; nothing where there is no entry."""
    if entries:
        yield f"{indent}{key}:"
    for name, value in list(entries.items())[:_MOST_NAMES]:
        remark = (remarks or {}).get(name)
        yield f"{indent}  {_name(name)}: {value}" + (f"   # {_one_line(remark)}" if remark else "")
    if len(entries) > _MOST_NAMES:
        yield f"## … and {len(entries) - _MOST_NAMES:,} more"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _records(counts: MappingOf[str, int]) -> dict[str, str]:
    return {name: count(number, "record") for name, number in counts.items()}


def _owners(found: Found) -> Lines:
    owners = found.words("owner")
    yield from _group(
        "owners",
        {name: "null" if name.endswith(DELETED) else _name(name) for name in owners},
        _records(owners),
    )


def _labels(found: Found) -> Lines:
    tags = found.words("tags")
    spellings: dict[str, list[str]] = {}
    for tag in tags:
        spellings.setdefault(letters(tag) or tag, []).append(tag)
    twins = {tag: others for others in spellings.values() if len(others) > 1 for tag in others}
    remarks = {
        tag: said + (f"; also spelled {', '.join(t for t in twins[tag] if t != tag)}" if tag in twins else "")
        for tag, said in _records(tags).items()
    }
    yield from _group("labels", {tag: _name(tag) for tag in tags}, remarks)


def _lead_statuses(found: Found) -> Lines:
    statuses = found.words("status", "leads")
    yield from _group("lead_statuses", dict.fromkeys(statuses, "label"), _records(statuses))


def _day_first(found: Found) -> Lines:
    undecided = {
        entity: [column for column in columns.values() if column.either_order]
        for entity, columns in found.seen.columns.items()
    }
    if any(undecided.values()):
        yield "day_first:"
    for entity, columns in undecided.items():
        entries = {plain_name(column.name): "true" for column in columns}
        yield from _group(
            entity, entries, {plain_name(c.name): count(c.filled, "date") for c in columns}, indent="  "
        )


def _stages(found: Found) -> Lines:
    pipelines: dict[str, list[Stage]] = {}
    for stage in stages(found.seen.stages, found.ask):
        if stage.status == "Open":
            pipelines.setdefault(stage.pipeline_name, []).append(stage)
    if pipelines:
        yield "stages:"
    for pipeline, members in pipelines.items():
        yield from _group(_name(pipeline), {stage.name: _name(stage.name) for stage in members}, indent="  ")


def _closing(status: str) -> Callable[[Found], Lines]:
    def shown(found: Found) -> Lines:
        closed = [stage.name for stage in stages(found.seen.stages, found.ask) if stage.status == status]
        names = dict.fromkeys(closed or (["Won"] if status == "Won" else ["Lost", "Unqualified"]))
        yield f"{status.lower()}_stages: [{', '.join(map(_name, names))}]"

    return shown


def _activity_types(found: Found) -> Lines:
    if found.subjects.height:
        yield "## With the rules as they are, the tasks become:"
    for kind, rows in found.subjects.partition_by("type", maintain_order=True, as_dict=True).items():
        examples = [
            json.dumps(_one_line(subject)[:60], ensure_ascii=False)
            for subject in rows["subject"].head(_SUBJECTS)
        ]
        more = f" … of {rows.height:,}" if rows.height > _SUBJECTS else ""
        yield f"##   {kind[0]} ({rows['count'].sum():,}): {', '.join(examples)}{more}"
    yield "activity_types:"
    yield f"  default: {found.ask.activity_types.default}"
    yield "  rules:"
    yield "    - {contains: [call, ring], type: Call}"
    yield "    - {starts_with: [visit], type: Meeting}"


def _columns(found: Found) -> Lines:
    strangers = {
        entity: [c for c in columns.values() if c.custom and c.filled and not CUSTOM.match(c.name)]
        for entity, columns in found.seen.columns.items()
    }
    if any(strangers.values()):
        yield "columns:"
    for entity, columns in strangers.items():
        entries = {column.name: "custom" for column in columns}
        yield from _group(entity, entries, {column.name: column.evidence for column in columns}, indent="  ")


def _smart_lists(found: Found) -> Lines:
    names = {file: _name(_list_name(file)) for file in found.lists}
    yield from _group("smart_lists", names, _records(found.lists))


def _list_name(file: str) -> str:
    """`deals_20260401_0752.csv` says nothing of its list but what it holds and when."""
    stem = Path(file).stem
    return re.sub(r"_\d{8}_\d{4}$", " list", stem).replace("_", " ").capitalize()


def _encoding(found: Found) -> Lines:
    yield from _group("encoding", {file: _name(encoding) for file, encoding in found.files.items()})


def _always(*lines: str) -> Callable[[Found], Lines]:
    return lambda found: iter(lines)


_OPENING: Final = (
    "How this Sell export becomes Pipedrive files: the answers that only you can give.",
    "",
    "Every line is a comment and everything has a default: this file as it stands changes nothing.",
    "To change something, take the `# ` away from its key and from the lines below it that you want,",
    "correct the values, and give the file to the next run: --mapping mapping.yaml",
)

#: Key → what is told about it, and what is shown of the export. The order is that of the contract, section 9.
DRAFT: Final[dict[str, tuple[str, Callable[[Found], Lines]]]] = {
    "timezone": (
        "The time zone of the people who work with Pipedrive; due days and times are written in it.",
        _always("timezone: UTC"),
    ),
    "day_first": (
        (
            "Date columns in which no value proves whether day or month comes first: true = the day.\n"
            "Until this is decided, custom fields stay text, and dates in Sell's own columns are left blank."
        ),
        _day_first,
    ),
    "owners": (
        (
            "Sell users → the name or e-mail of the Pipedrive user who gets their records; null leaves the\n"
            "owner empty and keeps the name in the field `Sell owner`. The counts include notes, which have\n"
            "no owner in Pipedrive; those in setup.md do not."
        ),
        _owners,
    ),
    "stages": (
        'Pipeline → Sell stage → its name in Pipedrive; "" stands for deals that name no pipeline.',
        _stages,
    ),
    "won_stages": (
        "Stages whose deals are won. The default knows Sell's own names in its languages.",
        _closing("Won"),
    ),
    "lost_stages": ("Stages whose deals are lost.", _closing("Lost")),
    "closed_stages": (
        "The stage of closed deals: the last or first open stage of their pipeline, or a stage's name.",
        _always("closed_stages: {won: last, lost: first}"),
    ),
    "activity_types": (
        (
            "Sell has no task types: whole words in the subject decide. These rules come before\n"
            "the built-in ones; `rules: []` turns those off."
        ),
        _activity_types,
    ),
    "columns": (
        (
            "Columns that are not Sell's own: custom (a field of their own), ignore, or the name\n"
            "of the Sell column that they stand for."
        ),
        _columns,
    ),
    "labels": (
        "Tags and statuses become labels: tag → its new name; two tags may get the same one; null drops it.",
        _labels,
    ),
    "labels_as": (
        "How labels are written: labels, or field (one field `Tags` with multiple options).",
        _always("labels_as: {organizations: labels, persons: labels, deals: labels, leads: labels}"),
    ),
    "lead_statuses": (
        "Lead statuses: label, or leave_out, which leaves out the leads that have it.",
        _lead_statuses,
    ),
    "empty_in_pipedrive": (
        (
            "Types of which nothing has been imported yet, for runs that are given exports of the others:\n"
            "organizations, persons, deals, leads, activities, notes. Look first: of a type that is not\n"
            "empty in Pipedrive, every record is written twice."
        ),
        _always("empty_in_pipedrive: []"),
    ),
    "smart_lists": ("Smart Lists that are to become a label on their records: file → label.", _smart_lists),
    "duplicates": (
        (
            "Records that Pipedrive would merge: distinguish (a number behind the name; can be undone) "
            "or merge."
        ),
        _always("duplicates: {companies: distinguish, contacts: distinguish}"),
    ),
    "orphans": (
        (
            "Records without any link, which Pipedrive would skip: placeholder (links them to an\n"
            "organization `Zendesk Sell (unlinked)`) or leave_out."
        ),
        _always("orphans: {deals: placeholder, leads: placeholder, notes: placeholder}"),
    ),
    "two_organizations": (
        "A deal whose company is not its person's: person (the person's company, the other as text) or both.",
        _always("two_organizations: person"),
    ),
    "email_domains": (
        "People without a company, with the e-mail domain of just one company: suggest (an issue) or link.",
        _always("email_domains: suggest"),
    ),
    "bare_organizations": (
        (
            "Whether Pipedrive takes two organizations of one name and no address for the same: merge or\n"
            "separate. This is not known. merge: two laps; if it keeps them apart, doubles of such\n"
            "organizations arise, and links to them. separate: one lap more, and right either way. A trial\n"
            "with such a pair shows which is so."
        ),
        _always("bare_organizations: merge"),
    ),
    "id_links": (
        "How rows name a record whose System ID is known: with_name or alone.",
        _always("id_links: with_name"),
    ),
    "single_pass": (
        (
            "true: everything in one lap; activities and notes of deals and leads are then linked to the\n"
            "person or organization."
        ),
        _always("single_pass: false"),
    ),
    "moments": ("How won, lost and done times are written: datetime or day.", _always("moments: datetime")),
    "encoding": ("Only where the guess was wrong: file → encoding, such as cp1252.", _encoding),
    "templates": (
        (
            "A folder with the wizard's own templates, if the account's language is not English: their\n"
            "spelling of the headers is used."
        ),
        _always("templates: null"),
    ),
    "bom": ("true: files begin with a byte order mark, for spreadsheets.", _always("bom: false")),
    "limits": ("Files that would pass either are split.", _always("limits: {rows: 50000, megabytes: 50}")),
}
