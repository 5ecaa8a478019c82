"""What a lap comes to, in a title and a paragraph."""

from __future__ import annotations

from typing import Final

import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.chapters import uploads
from zsell_transform.guide.story import Story
from zsell_transform.guide.words import count, number
from zsell_transform.sell.entities import LINKED


def headline(story: Story, issues: str = "listed below") -> dict[str, str]:
    """The title and the paragraph below it.

    Args:
        issues: where the reader of this page finds them.
    """
    rows = uploads(story.ledger)
    total, added, out, waiting, lost = (
        int(rows[name].sum()) for name in ("rows_in", "added", "rows_out", "waiting", "skipped")
    )
    changed = int(rows["updated"].sum())
    # Issues about files, such as a list that is no CSV, belong to no row of the ledger.
    errors = story.issues.filter(pl.col("severity") == "error").height
    dates = undecided(story).height
    named = added - story.placeholder
    withheld, doubted = sum(story.withheld.values()), sum(story.doubted.values())
    follow = waiting - withheld - doubted
    said = [
        (story.unseen, UNSEEN),
        (story.unread, f"{unread(story)}: what stands there is not counted here."),
        (not story.complete, f"The Sell export holds {count(total, 'record')} for Pipedrive."),
        (story.complete, f"All {count(total, 'record')} of the Sell export are accounted for."),
        (named, f"{count(named, 'company or person is', 'companies and people are')} added by name."),
        (idless := _without_id(story), f"{idless} no Sell id: e-mail or name stands in for it."),
        (story.placeholder, "One organization is added for records without any link."),
        (out and changed, f"{count(changed, 'record')} changed in Sell since: `updates/` holds them."),
        (follow, f"{_follow(follow)} in a later lap, when Pipedrive has given the IDs {_them(follow)} on."),
        (withheld, f"{waits(withheld)} for {_asked_again(story)}"),
        (
            doubted,
            f"{waits(doubted)} until somebody has looked at the {words.listed(story.doubted)} in {_THERE}",
        ),
        (
            dates,
            f"{count(dates, 'date is', 'dates are')} left blank until the mapping says how to read them.",
        ),
        (lost, f"{count(lost, 'record is', 'records are')} left out, each named in `issues.csv`."),
        (
            errors,
            f"{count(errors, 'error is', 'errors are')} {issues}: values or records do not arrive.",
        ),
    ]
    lead = " ".join(sentence for holds, sentence in said if holds)
    return {"title": _title(story, out, changed), "lead": lead}


def _without_id(story: Story) -> str:
    """`412 records have`; "" where each has one."""
    told = story.issues.filter(
        (pl.col("code") == "records_without_id") & pl.col("entity").is_in(list(LINKED))
    )
    records = int(told["value"].cast(pl.Int64).sum())
    return count(records, "record has", "records have") if records else ""


_THERE: Final = "Pipedrive: some seem to be the same, without these Sell ids."
#: What is wrong with a run that knew of an earlier one, and not of what Pipedrive holds.
UNSEEN: Final = (
    "An earlier run was given, but no exports of Pipedrive: every record was written as new, and no change."
)


def _title(story: Story, out: int, changed: int) -> str:
    if story.unseen:
        return "Not to be uploaded: Pipedrive’s exports are missing"
    since = f"{count(changed, 'record')} changed in Sell since"
    if out and not story.complete:
        return f"{count(out, 'record')} ready for Pipedrive{', ' + since if changed else ''}"
    if changed:
        return since
    return "The migration is complete" if story.complete else "Nothing to upload in this lap"


def _follow(waiting: int) -> str:
    return f"{number(waiting)} {'follows' if waiting == 1 else 'follow'}"


def _them(waiting: int) -> str:
    return "it hangs" if waiting == 1 else "they hang"


def waits(waiting: int) -> str:
    return f"{count(waiting, 'record')} {'waits' if waiting == 1 else 'wait'}"


def lists(story: Story) -> str:
    """The exports that records wait for: `the list of leads`."""
    items = list(story.withheld)
    return f"the {'list' if len(items) == 1 else 'lists'} of {words.listed(items)}"


def _asked_again(story: Story) -> str:
    were = "was" if len(story.withheld) == 1 else "were"
    return (
        f"{lists(story)}, which {were} not given, or not whole: export {it(story)} from Pipedrive, with "
        "all columns."
    )


def it(story: Story) -> str:
    return "it" if len(story.withheld) == 1 else "them"


def undecided(story: Story) -> pl.DataFrame:
    """The dates that are left blank, as they can be read both ways round: what issues tell of them."""
    return story.issues.filter(pl.col("code") == "undecided_date")


def unread(story: Story) -> str:
    """`notes.0.csv could not be read`; of several, the first is named."""
    others = len(story.unread) - 1
    more = f" and {count(others, 'more file')}" if others > 0 else ""
    return f"{''.join(story.unread[:1])}{more} could not be read"
