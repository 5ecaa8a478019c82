"""What the user wishes: `mapping.yaml` as one frozen value, checked whole before anything is read.

Each key is declared as an attribute with its default (`Mapping`) and as the reader that checks its value
(`READERS`); how the starter mapping tells of it stands in `guide.mapping_draft.DRAFT`, and nowhere else. YAML
scalars stay text until the reader of their key says what they are, so that a label named `No`, a stage named
`2020` or a user named `Null` mean what they look like.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import attrs

from zsell_transform import mapping_values as read
from zsell_transform.errors import MappingError
from zsell_transform.folding import plain
from zsell_transform.machine.given import is_path, kind_of, nearest
from zsell_transform.machine.origins import made_of, origins
from zsell_transform.machine.paths import path_of
from zsell_transform.pipedrive.exports.headers import columns_of
from zsell_transform.sell.entities import ENTITIES, ITEMS, MAIN
from zsell_transform.writing.rolling import MEGABYTES, ROWS

#: Defaults: how an item's labels are written; what becomes of records that the wizard would merge, and of
#: records without the link that they need.
LABELS_AS: Final = dict.fromkeys(MAIN, "labels")
DUPLICATES: Final = {"companies": "distinguish", "contacts": "distinguish"}
ORPHANS: Final = {"deals": "placeholder", "leads": "placeholder", "notes": "placeholder"}

#: Groups of `columns` that speak of Pipedrive's exports.
PIPEDRIVE_COLUMNS: Final = tuple(f"pipedrive_{item}" for item in ITEMS)


@attrs.frozen
class Rule:
    """An activity whose subject matches any of these words or patterns gets this type; case never matters.

    Attributes:
        type: the name of the activity type in Pipedrive.
        contains: whole words (or phrases) anywhere in the subject.
        starts_with: beginnings of the subject, ending at the end of a word.
        regex: patterns in the syntax of Rust's regex crate, which polars uses.
    """

    type: str
    contains: tuple[str, ...] = ()
    starts_with: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """All that it looks for, in one line."""
        return ", ".join((*self.contains, *self.starts_with, *self.regex))


@attrs.frozen
class ActivityTypes:
    """How a task finds its activity type: the first rule that matches, else the default.

    `rules=None` means the built-in rules, which know the usual words in Sell's languages; `()` means none.
    """

    default: str = "Task"
    rules: tuple[Rule, ...] | None = None


@attrs.frozen
class ClosedStages:
    """Where closed deals stand: `last` or `first` open stage of their pipeline, or the name of a stage."""

    won: str = "last"
    lost: str = "first"


@attrs.frozen
class Limits:
    """A file that would pass either limit is split."""

    rows: int = ROWS
    megabytes: float = MEGABYTES


@attrs.frozen(kw_only=True)
class Mapping:
    """The user's answers; everything has a default, and the defaults need no question answered.

    Attributes:
        timezone: IANA name; None is UTC, and an issue.
        day_first: entity → column → True where the day comes before the month.
        owners: Sell user → Pipedrive user name or e-mail; None = leave the owner empty.
        stages: pipeline → Sell stage → Pipedrive stage.
        won_stages, lost_stages: None = Sell's own stage names in its languages; given names replace these.
        closed_stages, activity_types, limits: see their classes.
        columns: entity → header → canonical Sell column, `custom` or `ignore`; for Pipedrive's exports in an
            unknown language, `pipedrive_deals` (and so on) → header → the English column, such as `ID`.
        labels: label → its new name; None drops it.
        labels_as: Pipedrive item → `labels` or `field`; all four labelled items are always present.
        lead_statuses: status → `label` or `leave_out`; a status that is not named is a label.
        empty_in_pipedrive: Pipedrive items that were not imported yet.
        smart_lists: file → label.
        duplicates: `companies` and `contacts` → `distinguish` or `merge`; both always present.
        orphans: `deals`, `leads`, `notes` → `placeholder` or `leave_out`; all always present.
        two_organizations: `person` or `both`.
        email_domains: `suggest` or `link`: people without a company, by the domain of their address.
        bare_organizations: `merge` or `separate`.
        id_links: `with_name` or `alone`.
        moments: `datetime` or `day`.
        encoding: file → encoding.
        templates: folder with the wizard's own templates; a relative path counts from the mapping file.
    """

    timezone: str | None = None
    day_first: dict[str, dict[str, bool]] = attrs.field(factory=dict)
    owners: dict[str, str | None] = attrs.field(factory=dict)
    stages: dict[str, dict[str, str]] = attrs.field(factory=dict)
    won_stages: tuple[str, ...] | None = None
    lost_stages: tuple[str, ...] | None = None
    closed_stages: ClosedStages = ClosedStages()
    activity_types: ActivityTypes = ActivityTypes()
    columns: dict[str, dict[str, str]] = attrs.field(factory=dict)
    labels: dict[str, str | None] = attrs.field(factory=dict)
    labels_as: dict[str, str] = attrs.field(factory=LABELS_AS.copy)
    lead_statuses: dict[str, str] = attrs.field(factory=dict)
    empty_in_pipedrive: tuple[str, ...] = ()
    smart_lists: dict[str, str] = attrs.field(factory=dict)
    duplicates: dict[str, str] = attrs.field(factory=DUPLICATES.copy)
    orphans: dict[str, str] = attrs.field(factory=ORPHANS.copy)
    two_organizations: str = "person"
    email_domains: str = "suggest"
    bare_organizations: str = "merge"
    id_links: str = "with_name"
    single_pass: bool = False
    moments: str = "datetime"
    encoding: dict[str, str] = attrs.field(factory=dict)
    templates: Path | None = None
    bom: bool = False
    limits: Limits = Limits()

    @classmethod
    def load(cls, given: str | Path | dict[str, Any] | Mapping | None = None) -> Mapping:
        """The mapping from a YAML file, a dict of the same shape, or a `Mapping`; None gives the defaults.

        Raises:
            MappingError: every wrong key and value at once, each with its place and the nearest right one.
        """
        if given is None:
            return cls()
        if isinstance(given, Mapping):
            return _noted(_checked(attrs.asdict(given), "mapping", Path()), origins(given))
        if isinstance(given, dict):
            return _noted(_checked(given, "mapping", Path()), [])
        if is_path(given):
            path = path_of(given, "the path of the mapping", MappingError)
            return _noted(_checked(read.yaml_file(path), path.name, path.parent), [path])
        raise MappingError(f"mapping must be a YAML path, a dict or a Mapping, not {kind_of(given)}")

    @property
    def merged_entities(self) -> tuple[str, ...]:
        """The entities whose duplicates become one record in Pipedrive."""
        return tuple(entity for entity, wish in self.duplicates.items() if wish == "merge")

    @property
    def mapping_sha256(self) -> str:
        """The same for equal mappings, in whatever order and form they were written."""
        plain = attrs.asdict(self) | {"templates": self.templates and self.templates.name}
        text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def of_reading(self) -> dict[str, str]:
        """Place → value of whatever counts while Sell's files are read, and not after that."""
        found = {
            f"columns.{entity}.{header}": target
            for entity, headers in self.columns.items()
            if entity not in PIPEDRIVE_COLUMNS
            for header, target in headers.items()
        }
        for topic in ("encoding", "smart_lists"):
            found |= {f"{topic}.{file}": wish for file, wish in getattr(self, topic).items()}
        return found

    def mentions(self) -> Iterator[Mention]:
        """Every name that should match something in the export, for the check that it does."""
        for topic in ("owners", "labels", "lead_statuses", "smart_lists", "encoding"):
            for name in getattr(self, topic):
                yield Mention(f"{topic}.{name}", topic, None, name)
        for topic in ("day_first", "columns", "stages"):
            for group, names in getattr(self, topic).items():
                if group in PIPEDRIVE_COLUMNS:
                    continue  # they name columns of Pipedrive's exports, not of Sell's
                for name in names:
                    yield Mention(f"{topic}.{group}.{name}", topic, group, name)
        for topic in ("won_stages", "lost_stages"):
            for name in getattr(self, topic) or ():
                yield Mention(f"{topic}: {name}", topic, None, name)
        for number, rule in enumerate(self.activity_types.rules or (), 1):
            yield Mention(f"activity_types.rules[{number}]", "activity_types", str(number), rule.words)

    def check_columns(self, known: dict[str, frozenset[str]]) -> None:
        """Refuses targets in `columns` that are neither `known` (by entity), `custom …` nor `ignore`, and
        those that would take the ids away.

        Kept apart from `load`, since what is canonical is known only to whoever knows Sell.

        Raises:
            MappingError: naming each place and the nearest column.
        """
        reading = read.Reading()
        for entity, headers in self.columns.items():
            if entity in PIPEDRIVE_COLUMNS:
                continue
            targets = ("custom", "ignore", *sorted(known.get(entity, ())))
            for header, target in headers.items():
                if target not in targets and not target.startswith("custom "):
                    place = f"columns.{entity}.{header}"
                    expected = "a column of Sell's export, 'custom' or 'ignore'"
                    reading.wrong(place, expected, target, nearest(target, targets))
                elif header == "id" and (target == "ignore" or "id" not in headers.values()):
                    place = f"columns.{entity}.id"
                    reading.wrong(place, "a wish for another column: records are known by their id", target)
        reading.end("mapping")


@attrs.frozen
class Mention:
    """A name that the mapping expects in the export.

    `group` is its entity, its pipeline for `stages`, and the number of a rule of `activity_types`.
    """

    place: str
    topic: str
    group: str | None
    name: str


def _rule(reading: read.Reading, place: str, value: Any) -> Any:
    kinds = {"contains": read.words, "starts_with": read.words, "regex": read.patterns}
    rule = read.made(Rule, {"type": _activity_type, **kinds}, required="type")(reading, place, value)
    if isinstance(rule, Rule) and not (rule.contains or rule.starts_with or rule.regex):
        reading.mistakes.append(f"{place} needs 'contains', 'starts_with' or 'regex' beside its type")
    return rule


def _pipedrives(item: str) -> read.Reader:
    """A column of Pipedrive's export, by its English name."""

    def reader(reading: read.Reading, place: str, value: Any) -> Any:
        known = columns_of(item)
        if isinstance(value, str) and value in known:
            return value
        expected = f"a column of Pipedrive's export of {item}, such as 'ID'"
        return reading.wrong(place, expected, value, nearest(str(value), known))

    return reader


_activity_type = read.text("the name of an activity type")
_stage = read.text("'last' or 'first' or a stage name")

#: The reader of each key, in the order of the documentation.
READERS: Final[dict[str, read.Reader]] = {
    "timezone": read.zone,
    "day_first": read.keys(read.keys(read.flag), *ENTITIES),
    "owners": read.keys(read.or_null(read.text("a Pipedrive user or null"))),
    "stages": read.keys(read.keys(read.text("a stage name"))),
    "won_stages": read.words,
    "lost_stages": read.words,
    "closed_stages": read.made(ClosedStages, {"won": _stage, "lost": _stage}),
    "activity_types": read.made(
        ActivityTypes, {"default": _activity_type, "rules": read.list_of(_rule, "a list of rules")}
    ),
    "columns": read.by_key(
        dict.fromkeys(ENTITIES, read.keys(read.text("a column of Sell's export, 'custom' or 'ignore'")))
        | {f"pipedrive_{item}": read.keys(_pipedrives(item)) for item in ITEMS}
    ),
    "labels": read.keys(read.or_null(read.text("a label or null"))),
    "labels_as": read.keys(read.one_of("labels", "field"), *LABELS_AS, defaults=LABELS_AS),
    "lead_statuses": read.keys(read.one_of("label", "leave_out")),
    "empty_in_pipedrive": read.list_of(read.one_of(*ITEMS), "a list of Pipedrive's types"),
    "smart_lists": read.by_file(read.text("a label")),
    "duplicates": read.keys(read.one_of("distinguish", "merge"), *DUPLICATES, defaults=DUPLICATES),
    "orphans": read.keys(read.one_of("placeholder", "leave_out"), *ORPHANS, defaults=ORPHANS),
    "two_organizations": read.one_of("person", "both"),
    "email_domains": read.one_of("suggest", "link"),
    "bare_organizations": read.one_of("merge", "separate"),
    "id_links": read.one_of("with_name", "alone"),
    "single_pass": read.flag,
    "moments": read.one_of("datetime", "day"),
    "encoding": read.by_file(read.encoding),
    "templates": read.folder,
    "bom": read.flag,
    "limits": read.made(Limits, {"rows": read.positive(int), "megabytes": read.positive(float)}),
}


def _noted(mapping: Mapping, files: Iterable[Path]) -> Mapping:
    """The mapping, of which is known what it was read from, and which templates it reads."""
    return made_of(mapping, [*files, *([mapping.templates] if mapping.templates else [])])


def _checked(given: Any, source: str, folder: Path) -> Mapping:
    """The mapping from plain values; a key with nothing under it keeps its default."""
    reading = read.Reading(folder)
    if not isinstance(given, dict):
        raise MappingError(f"{source}: must hold keys like 'timezone: America/Lima', not {read.shown(given)}")
    found: dict[str, Any] = {}
    for key, value in given.items():
        if str(key) not in READERS:
            reading.unknown("", str(key), READERS)
        elif value is not None:
            found[str(key)] = READERS[str(key)](reading, str(key), value)
    lost = {plain(str(name)) for name in found.get("lost_stages") or ()}
    for name in found.get("won_stages") or ():
        if plain(str(name)) in lost:
            told = f"won_stages and lost_stages both hold {read.shown(name)}: a deal there is one of them"
            reading.mistakes.append(told)
    reading.end(source)
    return Mapping(**found)
