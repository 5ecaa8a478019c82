"""Lines of the mapping that match nothing in the export: most often a name that is spelled otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import Final

import polars as pl

from zsell_transform import issues
from zsell_transform.cleaning.labels import one_label
from zsell_transform.cleaning.moments import ORDERS
from zsell_transform.cleaning.owners import DELETED
from zsell_transform.folding import plain
from zsell_transform.machine.given import nearest
from zsell_transform.machine.paths import slashed
from zsell_transform.mapping import Mapping, Mention
from zsell_transform.sell.columns import NO_HEADERS, called, plain_name
from zsell_transform.sell.words import status_labels
from zsell_transform.survey.facts import Survey


def unused(
    ask: Mapping,
    seen: Survey,
    files: Collection[str],
    rules: Collection[str] = (),
) -> pl.DataFrame:
    """An issue (`mapping_unused`) for each name of the mapping that the export does not hold.

    Args:
        ask: the mapping.
        seen: the survey.
        files: the names of the export's files.
        rules: the numbers of the rules of `activity_types` by which any activity has its type.

    Returns:
        Raw issues: `field` is the place in the mapping, `value` the name, `detail` the nearest right one.
    """
    found = []
    for _, together in groupby(ask.mentions(), key=lambda mention: (mention.topic, mention.group)):
        mentions = list(together)
        known = _known(mentions[0], ask, seen, files, rules)
        names = {_compared(mentions[0], name) for name in known}
        strange = [mention for mention in mentions if _compared(mention, mention.name) not in names]
        for n, mention in enumerate(strange):
            near = known if n * len(known) < _COMPARISONS else ()
            found.append(_told(mention, known, seen, near))
    return issues.gather(found)


#: So many comparisons look for near names. Nobody reads a thousand of them, and each takes a microsecond.
_COMPARISONS: Final = 500_000


def with_comma(ask: Mapping) -> pl.DataFrame:
    """An issue for each label that the mapping names with a comma, of which the label is written without."""
    named = {("labels", tag): new for tag, new in ask.labels.items() if new is not None}
    named |= {("smart_lists", file): label for file, label in ask.smart_lists.items()}
    return issues.gather(
        issues.issue("label_with_comma", field=f"{topic}.{key}", value=label, detail=one_label(label))
        for (topic, key), label in named.items()
        if "," in label
    )


def _compared(mention: Mention, name: str) -> str:
    return plain(name) if mention.topic in _FOLDED else name


#: Names that are compared without case and accents; all others are taken as they stand.
_FOLDED: Final = ("stages", "won_stages", "lost_stages")
#: Lists that replace what the defaults know, whatever in them is found.
_LISTS: Final = ("won_stages", "lost_stages")


def _known(
    mention: Mention,
    ask: Mapping,
    seen: Survey,
    files: Collection[str],
    rules: Collection[str],
) -> list[str]:
    """What a mention could have named."""
    group = mention.group or ""
    by_topic: dict[str, Callable[[], Iterable[str]]] = {
        "owners": lambda: _owners(seen),
        "labels": lambda: _labels(ask, seen),
        "lead_statuses": lambda: seen.words("status", "leads"),
        "smart_lists": lambda: _named(files),
        "encoding": lambda: _named(files),
        "day_first": lambda: _undecided(seen, group),
        "columns": lambda: _spelled(seen, group),
        "stages": lambda: _stages(seen, group),
        "activity_types": lambda: [mention.name] if group in rules else [],
        "won_stages": lambda: _stages(seen, None),
        "lost_stages": lambda: _stages(seen, None),
    }
    return list(dict.fromkeys(by_topic[mention.topic]()))


def _named(files: Iterable[str]) -> Iterator[str]:
    """Files by their whole names or their last parts."""
    for name in map(slashed, files):
        yield from (name, name.rsplit("/", 1)[-1])


def _owners(seen: Survey) -> list[str]:
    names = seen.words("owner")
    return [*names, *(name.removesuffix(DELETED) for name in names)]


def _labels(ask: Mapping, seen: Survey) -> list[str]:
    statuses = [label for kind in ("customer", "prospect") for label in status_labels(kind).values() if label]
    lists = map(one_label, ask.smart_lists.values())
    return [*seen.words("tags"), *seen.words("status", "leads"), *statuses, *lists, "Hot"]


def _spelled(seen: Survey, entity: str) -> list[str]:
    """The headers as the files spell them; the names after reading count too."""
    names = [*seen.headers.get(entity, ()), *seen.columns.get(entity, ())]
    return [*names, *map(plain_name, names)]


def _undecided(seen: Survey, entity: str) -> list[str]:
    """Columns that `day_first` decides: those with dates that read both ways round."""
    columns = [c.name for c in seen.columns.get(entity, {}).values() if c.either_order]
    return [name for column in columns for name in _called(column, entity, seen)]


def _called(column: str, entity: str, seen: Survey) -> list[str]:
    return called(column, seen.columns[entity], seen.headers.get(entity, NO_HEADERS))


def _stages(seen: Survey, pipeline: str | None) -> list[str]:
    rows = seen.stages
    if pipeline is not None:
        wanted = plain(pipeline)
        keep = [plain(name or "") == wanted for name in rows["pipeline_name"]]
        rows = rows.filter(pl.Series(keep, dtype=pl.Boolean))
    return rows["stage_name"].to_list()


def _told(mention: Mention, known: Collection[str], seen: Survey, near: Collection[str]) -> pl.DataFrame:
    """The issue of one name; what may have been meant is looked for among those that are `near`."""
    detail = _nearest(mention, known, seen, near)
    if mention.topic == "day_first":
        entity = mention.group or ""
        columns = seen.columns.get(entity, {}).values()
        column = next((one for one in columns if mention.name in _called(one.name, entity, seen)), None)
        if column is not None and column.dates in ORDERS:
            return issues.issue(
                "mapping_needless", entity=mention.group, field=mention.place, value=mention.name
            )
    about = mention.group if mention.topic in ("day_first", "columns") else None
    return issues.issue(
        "mapping_unused", entity=about, field=mention.place, value=mention.name, detail=detail
    )


def _nearest(mention: Mention, known: Collection[str], seen: Survey, near: Collection[str]) -> str:
    """What may have been meant: a pipeline, a like name; and that a list works also where a name does not."""
    if mention.topic == "stages" and not known:
        pipelines = [name for name in seen.stages["pipeline_name"].unique().sort() if name]
        return f"; there is no pipeline {mention.group!r}{nearest(mention.group or '', pipelines)}"
    if mention.topic == "activity_types":
        return " (subjects that fit an earlier rule do not count)"
    replaces = f", but the list {mention.topic} replaces Sell's own names of such stages"
    return f"{replaces if mention.topic in _LISTS else ''}{nearest(mention.name, near)}"
