"""What a lap comes to, in a sentence, and what a person does next, as a checklist."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.chapters import Values, files, uploads
from zsell_transform.guide.story import NAMELESS, Story
from zsell_transform.guide.words import count, number
from zsell_transform.machine.system import shell
from zsell_transform.sell.columns import is_custom
from zsell_transform.sell.entities import MAIN
from zsell_transform.survey.undecided import deciding

#: How a page calls the command; a terminal calls it as its user did.
PROGRAM: Final = "zsell-transform"


@attrs.frozen
class Command:
    """One command, in pieces between which a line may break."""

    where: str
    pieces: tuple[str, ...]


@attrs.frozen
class Step:
    """One thing to do: a title, a sentence or two, and what stands below them.

    `brief` is what a terminal puts behind the title in their place, before the command.
    """

    title: str
    text: str
    brief: str = ""
    files: tuple[Values, ...] = ()
    items: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()


def headline(story: Story, issues: str = "listed below") -> dict[str, str]:
    """The title and the paragraph below it.

    Args:
        issues: where the reader of this page finds them.
    """
    rows = uploads(story.ledger)
    total, added, out, waits, lost = (
        int(rows[name].sum()) for name in ("rows_in", "added", "rows_out", "waiting", "skipped")
    )
    changed = int(rows["updated"].sum())
    # Issues about files, such as a list that is no CSV, belong to no row of the ledger.
    errors = story.issues.filter(pl.col("severity") == "error").height
    dates = _undecided(story).height
    named = added - story.placeholder
    withheld, doubted = sum(story.withheld.values()), sum(story.doubted.values())
    follow = waits - withheld - doubted
    said = [
        (story.unseen, UNSEEN),
        (story.unread, f"{_unread(story)}: what stands there is not counted here."),
        (not story.complete, f"The Sell export holds {count(total, 'record')} for Pipedrive."),
        (story.complete, f"All {count(total, 'record')} of the Sell export are accounted for."),
        (named, f"{count(named, 'company or person is', 'companies and people are')} added by name."),
        (story.placeholder, "One organization is added for records without any link."),
        (out and changed, f"{count(changed, 'record')} changed in Sell since: `updates/` holds them."),
        (follow, f"{_follow(follow)} in a later lap, when Pipedrive has given the IDs {_them(follow)} on."),
        (withheld, f"{_waits(withheld)} for {_asked_again(story)}"),
        (
            doubted,
            f"{_waits(doubted)} until somebody has looked at the {words.listed(story.doubted)} in {_THERE}",
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


def _waits(waiting: int) -> str:
    return f"{count(waiting, 'record')} {'waits' if waiting == 1 else 'wait'}"


def _lists(story: Story) -> str:
    """The exports that records wait for: `the list of leads`."""
    items = list(story.withheld)
    return f"the {'list' if len(items) == 1 else 'lists'} of {words.listed(items)}"


def _asked_again(story: Story) -> str:
    were = "was" if len(story.withheld) == 1 else "were"
    return (
        f"{_lists(story)}, which {were} not given, or not whole: export {_it(story)} from Pipedrive, with "
        "all columns."
    )


def _it(story: Story) -> str:
    return "it" if len(story.withheld) == 1 else "them"


def checklist(story: Story, program: str = PROGRAM) -> list[Step]:
    """What to do next, in order.

    Args:
        program: how the reader calls this program.
    """
    if story.unseen:
        return [_once_more(story, program)]
    steps: tuple[Step | None, ...] = (
        _read_all(story),
        _decide(story, program),
        _look(story),
        _prepare(story),
        _try(story),
        _upload(story),
        _export(story),
    )
    if story.complete:  # what changed in Sell since an earlier run may still be uploaded
        still = (_decide(story, program), _prepare(story), _upload(story), _export(story))
        steps = still if "updates" in story.files["item"] else ()
    last = _verify(story, program) if story.complete else _next_lap(story, program)
    return [step for step in (*steps, last) if step]


def unwritten(story: Story) -> list[Step]:
    """What to do with a lap that has no folder yet: nothing of it can be uploaded."""
    if story.unseen or (story.complete and not story.exports_next):
        return checklist(story)
    name = f"lap_{story.lap}" if story.previous is None else "delta"
    write = Step(
        "Write the files",
        "No folder was named, so nothing is there to upload. What `write` returns knows its files.",
        commands=(Command("In Python", (f".write({_quoted(name)})",)),),
    )
    return [step for step in (_read_all(story), _decide(story), write) if step]


def _undecided(story: Story) -> pl.DataFrame:
    """The dates that are left blank, as they can be read both ways round: what issues tell of them."""
    return story.issues.filter(pl.col("code") == "undecided_date")


def _decide(story: Story, program: str = PROGRAM) -> Step | None:
    """What later laps do not make good: they write what is missing, and a record without its date is not."""
    dates = _undecided(story)
    if not dates.height:
        return None
    open_ones = story.issues.filter(pl.col("code").is_in(["undecided_date", "undecided_date_order"]))
    columns = open_ones.select("entity", "field").unique(maintain_order=True).rows()
    line = deciding(columns)
    texts = " Custom fields among these columns stay text." if any(is_custom(*one) for one in columns) else ""
    again = "" if story.target is None else ", and run this lap again before anything is uploaded"
    there = ("pipedrive",) if story.again else ()
    named = {"mapping": "mapping.yaml"} | _named(story, *there, "mapping", "previous")
    left = f"{count(dates.height, 'date is', 'dates are')} left blank"
    return Step(
        "Decide how dates are read",
        f"{left}, since nothing proves whether day or month comes first.{texts} Ask someone who knows them, "
        f"and add `{line}` to the mapping (`false` for a column with the month first){again}.",
        brief=f"{left}; before you upload, add {line} to the mapping (false: month first)"
        f"{', then' if again else ''}",
        commands=()
        if story.target is None
        else _commands(program, "transform", [story.source, story.target], named),
    )


def _read_all(story: Story) -> Step | None:
    """Before anything is uploaded: what hangs on the records of that file would be written without them."""
    if not story.unread:
        return None
    return Step(
        "Make the whole export readable, and run this lap again",
        f"{_unread(story)}. The error below says why, and what to do. Upload nothing before: what belongs to "
        "its records would come without them.",
        brief=f"{_unread(story)}; the error above says why, and what to do. Upload nothing before",
    )


def _unread(story: Story) -> str:
    """`notes.0.csv could not be read`; of several, the first is named."""
    others = len(story.unread) - 1
    more = f" and {count(others, 'more file')}" if others > 0 else ""
    return f"{''.join(story.unread[:1])}{more} could not be read"


def _look(story: Story) -> Step | None:
    """Until somebody has, each further lap says the same."""
    if not story.doubted:
        return None
    listed = words.listed(story.doubted)
    return Step(
        f"Look at the {listed} in Pipedrive",
        f"{_waits(sum(story.doubted.values()))}, as some there seem to be the same, without these Sell ids. "
        "The error below names one, and says what to do: until it is done, no lap writes them.",
        brief="the error in report.html names one, and says what to do; until then no lap writes the others",
    )


def _prepare(story: Story) -> Step | None:
    made = [
        count(number_of, *names)
        for topic, names in words.TOPICS.items()
        if topic in story.setup and (number_of := _to_create(story.setup[topic]))
    ]
    if story.previous is not None:
        return _prepare_again(story) if made and files(story.files)["uploads"] else None
    if not made or (story.lap > 1 and not _mostly_new(story)):
        return None
    return Step(
        "Prepare Pipedrive",
        f"Create {words.listed(made)}. `setup.md` lists each, in order, to tick off (in a copy: the next run "
        "does not replace a folder in which a file was changed).",
        brief=f"create what {_place(story, 'setup.md')} lists",
    )


def _mostly_new(story: Story) -> bool:
    """Whether more is written of the main types than is there: what was imported before was a trial, which
    may have been set up for its own records alone.
    """
    main = story.ledger.filter(pl.col("target").is_in(list(MAIN)))
    return int(main["rows_out"].sum()) > int(main["present"].sum())


def _prepare_again(story: Story) -> Step:
    """What people added in Sell since the earlier run is set up nowhere, and the page lists old and new."""
    return Step(
        "Prepare Pipedrive for what is new",
        "Users, currencies, custom fields, labels, pipeline stages, activity types and lost reasons that "
        "came in Sell since must be there before the files name them. `setup.md` lists what the whole "
        "account needs: look for what Pipedrive does not have yet, and create it.",
        brief=f"create what of {_place(story, 'setup.md')} is not there yet",
    )


def _to_create(kit: pl.DataFrame) -> int:
    """Rows of a topic of the setup kit; where it tells what Pipedrive has by itself, without that."""
    return int(kit["create"].sum()) if "create" in kit.columns else kit.height


def _try(story: Story) -> Step | None:
    if not story.trial.height:
        return None
    several = story.trial.select("item", "id").n_unique()
    records, shows = count(several, "record"), "that shows" if several == 1 else "that show"
    return Step(
        "Try it with a few records",
        f"The folder `trial` holds {records} {shows} what is special in this account; "
        "`trial.md` says what to look for and what to change if it came out differently.",
        brief=f"{_place(story, 'trial')} holds them, {_place(story, 'trial', 'trial.md')} says how",
    )


def _upload(story: Story) -> Step | None:
    uploaded = tuple(files(story.files)["uploads"])
    if not uploaded:
        return None
    return Step(
        "Upload the files in this order",
        "One after the other, in Pipedrive’s import wizard. Let each finish, and answer its question about "
        "duplicates with “merge”. `setup.md` says which column goes to which field.",
        brief="in Pipedrive's import wizard, one after the other; duplicates: “merge”",
        files=uploaded,
    )


def _export(story: Story) -> Step | None:
    if not story.exports_next:
        return None
    place = ", in place of the earlier files" if story.again else ""
    reader = "From these the proof reads" if story.complete else "From these the next lap reads"
    told = "what arrived." if story.complete else "what arrived, and the System IDs."
    return Step(
        "Export from Pipedrive again" if story.again else "Export from Pipedrive",
        "From each list, all records and all columns (Tools and apps › Export data, or Export filter results "
        f"in a list with all columns shown and no filter), into one folder, here called `{story.pipedrive}`"
        f"{place}. {reader} {told}{_withheld(story)}{_unexported(story)}",
        brief=f"each list, all columns, into {story.pipedrive}{place}{_above_all(story)}{_empty(story)}",
        items=tuple("People" if item == "persons" else words.spoken(item) for item in story.exports_next),
    )


def _withheld(story: Story) -> str:
    """The lists that were not given, or not whole: what they show decides what may be written."""
    if not story.withheld:
        return ""
    waiting = sum(story.withheld.values())
    return (
        f" This time {_lists(story)} must be among them, whole, with all columns, and as Pipedrive "
        f"writes {_it(story)}: {_waits(waiting)} for {_it(story)}, since without {_it(story)} nobody knows "
        "what is there already."
    )


def _above_all(story: Story) -> str:
    """The same in half a line."""
    if not story.withheld:
        return ""
    waiting = sum(story.withheld.values())
    return f"; this time with {_lists(story)}, whole: {_waits(waiting)} for {_it(story)}"


def _unexported(story: Story) -> str:
    """What to do about lists that have nothing to export yet, while the lap after this one asks for them."""
    if not story.unexported:
        return ""
    names = ", ".join(story.unexported)
    return (
        f" Nothing could be written yet for {words.listed(story.unexported)}. Pipedrive may give no export "
        f"of an empty list: look there first, and only if it is empty, set `empty_in_pipedrive: [{names}]` "
        "in the mapping of the next lap."
    )


def _empty(story: Story) -> str:
    """The same in half a line."""
    if not story.unexported:
        return ""
    names = ", ".join(story.unexported)
    said = f"only if Pipedrive has none (look first), `empty_in_pipedrive: [{names}]` in the mapping says so"
    return f"; of {words.listed(story.unexported)} nothing was written yet: {said}"


def _place(story: Story, *names: str) -> Path:
    """Something in the folder of this lap, as its user calls it."""
    return Path(story.target or "", *names)


def _next_lap(story: Story, program: str) -> Step:
    named = _named(story, "pipedrive", "mapping", "previous")
    return Step(
        "Run the next lap",
        f"It writes what is then still missing, and only that.{_same_mapping(story)}",
        commands=_commands(program, "transform", [story.source, story.next_target], named),
    )


def _once_more(story: Story, program: str) -> Step:
    """The only step after a run that wrote everything as new (`previous_without_exports`)."""
    named = _named(story, "pipedrive", "mapping", "previous")
    return Step(
        "Run it again with Pipedrive’s exports",
        "Do not upload these files: what is in Pipedrive already would be there twice. Export each list from "
        f"Pipedrive, all records and all columns, into one folder, here called `{story.pipedrive}`."
        f"{_same_mapping(story)}",
        brief=f"do not upload these files; export each list, all columns, into {story.pipedrive}, then",
        commands=_commands(program, "transform", [story.source, story.target or "delta"], named),
    )


def _verify(story: Story, program: str) -> Step:
    compare = "value by value, link by link, before Sell is closed"
    return Step(
        "Prove it",
        f"Compare {compare}.{_same_mapping(story)}"
        if story.exports_next
        else f"Export once more from Pipedrive, and compare {compare}.{_same_mapping(story)}",
        brief="" if story.exports_next else f"export once more from Pipedrive into {story.pipedrive}, then",
        commands=_commands(program, "verify", [story.source, story.pipedrive], _named(story, "mapping")),
    )


def _same_mapping(story: Story) -> str:
    """Without it, the next lap would take the defaults, and the proof would compare with them."""
    if not story.mapping:
        return ""
    nameless = " For `…`, name what you gave." if story.mapping == NAMELESS else ""
    return f" Give it the same mapping as this lap.{nameless}"


def _named(story: Story, *names: str) -> dict[str, str]:
    return {name: getattr(story, name) for name in names if getattr(story, name)}


def _commands(program: str, call: str, given: list[str], named: Mapping[str, str]) -> tuple[Command, Command]:
    """The same call in Python and at the command line."""
    told = [_quoted(value) for value in given] + [f"{name}={_quoted(value)}" for name, value in named.items()]
    python = [f"{piece}," for piece in told[:-1]] + [f"{told[-1]})"]
    words_of = [_shell(value) for value in given]
    flags = [f"--{name} {_shell(value)}" for name, value in named.items()]
    command = [program, *([] if call == "transform" else [call])]
    return (
        Command("In Python", (f"zt.{call}({python[0]}", *python[1:])),
        Command("or at the command line", (" ".join(command), *words_of, *flags)),
    )


def _shell(value: str) -> str:
    return value if value == NAMELESS else shell(value)


def _quoted(value: str) -> str:
    return value if value == NAMELESS else json.dumps(value, ensure_ascii=False)
