"""What a person does next, as a checklist."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform.guide import words
from zsell_transform.guide.chapters import Values, files
from zsell_transform.guide.headline import it, lists, undecided, unread, waits
from zsell_transform.guide.story import NAMELESS, Story
from zsell_transform.guide.words import count
from zsell_transform.machine.system import shell
from zsell_transform.pipedrive.exports.held import own_header
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


def checklist(story: Story, program: str = PROGRAM) -> list[Step]:
    """What to do next, in order.

    Args:
        program: how the reader calls this program.
    """
    if story.unseen:
        return [_once_more(story, program)]
    if story.complete:  # what changed in Sell since an earlier run may still be uploaded
        changed = "updates" in story.files["item"]
        steps = (_decide(story, program), _prepare(story), _upload(story), _export(story)) if changed else ()
        return [step for step in (*steps, _verify(story, program)) if step]
    return [
        step
        for step in (
            _read_all(story),
            _decide(story, program),
            _look(story),
            _prepare(story),
            _try(story),
            _upload(story),
            _export(story),
            _next_lap(story, program),
        )
        if step
    ]


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


def _decide(story: Story, program: str = PROGRAM) -> Step | None:
    """What later laps do not make good: they write what is missing, and a record without its date is not."""
    dates = undecided(story)
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
        f"{unread(story)}. The error below says why, and what to do. Upload nothing before: what belongs to "
        "its records would come without them.",
        brief=f"{unread(story)}; the error above says why, and what to do. Upload nothing before",
    )


def _look(story: Story) -> Step | None:
    """Until somebody has, each further lap says the same."""
    if not story.doubted:
        return None
    listed = words.listed(story.doubted)
    return Step(
        f"Look at the {listed} in Pipedrive",
        f"{waits(sum(story.doubted.values()))}, as some there seem to be the same, without these Sell ids. "
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
        f" This time {lists(story)} must be among them, whole, with all columns, and as Pipedrive "
        f"writes {it(story)}: {waits(waiting)} for {it(story)}, since without {it(story)} nobody knows "
        f"what is there already.{_unnamed(story)}"
    )


def _unnamed(story: Story) -> str:
    """What helps where a list was given whole, and the column of our ids has a header of the user's own."""
    if not story.unnamed:
        return ""
    own = own_header(story.unnamed[0])
    return (
        f" No column of what was given for {words.listed(story.unnamed)} is known to say which records are "
        "from Sell. If one does, under another header, name it in the mapping, and these exports will do: "
        f"`columns: {{pipedrive_{story.unnamed[0]}: {{Their header: {own}}}}}` (the errors below say which "
        "is most likely, if any)."
    )


def _above_all(story: Story) -> str:
    """The same in half a line."""
    if not story.withheld:
        return ""
    waiting = sum(story.withheld.values())
    return f"; this time with {lists(story)}, whole: {waits(waiting)} for {it(story)}{_renamed(story)}"


def _renamed(story: Story) -> str:
    """The same as `_unnamed`."""
    return "; if it was whole, name the column of Sell's ids in the mapping" if story.unnamed else ""


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
