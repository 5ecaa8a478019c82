"""The command line: arguments in, library calls, exit code out.

Exit codes: 0 done; 1 done, and some records or values could not be carried over; 2 nothing written, with one
line on standard error; 130 stopped by Ctrl-C, with nothing left behind.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from zsell_transform.errors import ZsellError, one_line
from zsell_transform.machine import process
from zsell_transform.machine.paths import path_of
from zsell_transform.machine.system import WINDOWS, shell

DONE, PARTLY, NOTHING, STOPPED = 0, 1, 2, 130

DESCRIPTION: Final = (
    "Turns a Zendesk Sell export into linked CSV files for Pipedrive's import wizard, lap by lap."
)
EXAMPLES: Final = """\
the loop:
  {program} sell_export lap_1
  … upload the files of lap_1, export every list from Pipedrive into pipedrive_export …
  {program} sell_export lap_2 --pipedrive pipedrive_export
  … until nothing is left; then
  {program} verify sell_export pipedrive_export

also:
  {program} draft-mapping sell_export mapping.yaml     a mapping to edit, filled with what the export holds
  {program} rehearse lap_1                             what Pipedrive's wizard would do with these files
  {program} COMMAND --help

Give the same --mapping to every lap and to verify.

exit codes: 0 done; 1 done, but some records or values could not be carried over; 2 nothing written;
130 stopped by Ctrl-C
"""


class Parser(argparse.ArgumentParser):
    """argparse, but a mistake is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(NOTHING, f"{self.prog}: {message} (see {self.prog} --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; prints no traceback, unless ZSELL_DEBUG is set."""
    ours = arguments is None  # this process, and not a notebook that calls us
    given = list(sys.argv[1:] if arguments is None else arguments)
    _speak_anything()
    if ours:
        _listen()
    try:
        return _run(given, ours=ours)
    except ZsellError as error:
        return _failed(str(error))
    except KeyboardInterrupt as asked:
        return _failed(f"stopped; {str(asked) or 'nothing was written'}", STOPPED)
    except OSError as error:
        if os.environ.get("ZSELL_DEBUG"):
            raise
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # also a panic of polars, which is no Exception
        if os.environ.get("ZSELL_DEBUG"):
            raise
        return _failed(_unexpected(error))
    finally:
        if ours:  # everything goes with the process: nothing need be looked through first
            gc.freeze()


def _run(given: list[str], *, ours: bool) -> int:
    name = given[0] if given and given[0] in COMMANDS else ""
    if given and not name:
        _expect_no_command(given[0])
    parser, run = COMMANDS[name or "transform"]
    if said := _swallowed(given):
        return _failed(said)
    asked = parser().parse_args(given[1:] if name else given)
    if ours:
        process.set_up(vars(asked).values())
        _load(name or "transform")
    return run(asked)


def _expect_no_command(first: str) -> None:
    """What stands first is a path, unless it is almost a command: then its paths would be taken wrongly.

    Raises:
        ZsellError: nothing lies there, and a command is called almost so.
    """
    if first.startswith("-") or path_of(first).exists():
        return
    from difflib import get_close_matches  # most command lines are right

    if near := get_close_matches(first.lower().replace("_", "-"), COMMANDS, 1, 0.75):
        raise ZsellError(f"{first} is no command, and no file or folder; did you mean `{near[0]}`?")


def _load(name: str) -> None:
    """Loads what a command needs. It stays until the end, so it is never looked through for garbage.

    A small export would else spend a twentieth of its time on that.
    """
    import zsell_transform as zt

    gc.disable()
    getattr(zt, name.replace("-", "_"))
    gc.freeze()
    gc.enable()


# --- commands ---------------------------------------------------------------------------------------------


def _transform_parser() -> Parser:
    program = _program()
    parser = Parser(
        program,
        f"{program} SOURCE TARGET [options]",
        DESCRIPTION,
        EXAMPLES.format(program=program),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="SOURCE", help="Sell's export: a folder, a zip or a CSV file")
    parser.add_argument("target", metavar="TARGET", type=path_of, help="the folder to write")
    parser.add_argument(
        "--pipedrive", metavar="DIR", help="Pipedrive's own exports, as soon as it holds anything"
    )
    parser.add_argument("--mapping", metavar="FILE", help="your wishes (YAML); without it the defaults hold")
    parser.add_argument(
        "--previous", metavar="DIR", help="the folder of a run before changes in Sell: writes updates/"
    )
    parser.add_argument(
        "--trial",
        metavar="N",
        type=int,
        choices=range(11),
        default=7,
        help="records a file in trial/, 0 to 10; 0 is no trial (default: 7)",
    )
    parser.add_argument(
        "--no-rehearse", action="store_true", help="do not try the files on a model of the wizard"
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace TARGET even where its files were changed since"
    )
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("--version", action="version", version=f"zsell_transform {_version()}")
    return parser


def _transform(asked: argparse.Namespace) -> int:
    import zsell_transform as zt

    migration = zt.transform(
        asked.source,
        asked.target,
        pipedrive=asked.pipedrive,
        mapping=asked.mapping,
        previous=asked.previous,
        trial=asked.trial,
        rehearse=False if asked.no_rehearse else None,
        overwrite=asked.overwrite,
        progress=False if asked.quiet else None,
    )

    def lines() -> Iterator[str]:
        from zsell_transform.console import told

        names = ("source", "pipedrive", "mapping", "previous")
        given = {name: getattr(asked, name) for name in names if getattr(asked, name)}
        yield from told(migration, asked.target, _program(), given)

    if not asked.quiet:
        _print(lines(), asked.target)
    return PARTLY if (migration.issues["severity"] == "error").any() else DONE


def _draft_parser() -> Parser:
    parser = _parser("draft-mapping", "Writes a mapping to edit, filled with what the export holds.")
    parser.add_argument("source", metavar="SOURCE", help="Sell's export")
    parser.add_argument(
        "file", metavar="FILE", nargs="?", default="mapping.yaml", help="default: mapping.yaml"
    )
    parser.add_argument("--mapping", metavar="FILE", help="a mapping to read the export with")
    return parser


def _draft(asked: argparse.Namespace) -> int:
    import zsell_transform as zt

    more = {"mapping": asked.mapping} if asked.mapping else {}
    zt.draft_mapping(asked.source, asked.file, **more)
    _print(
        [f"{asked.file}: edit what should differ, then run with --mapping {shell(asked.file)}"], asked.file
    )
    return DONE


def _rehearse_parser() -> Parser:
    parser = _parser("rehearse", "Shows what Pipedrive's wizard would do with the files of a lap.")
    parser.add_argument("folder", metavar="FOLDER", help="the folder of a lap")
    parser.add_argument("--mapping", metavar="FILE", help="the mapping, where it says how the wizard reads")
    return parser


def _rehearse(asked: argparse.Namespace) -> int:
    import zsell_transform as zt
    from zsell_transform.console import table
    from zsell_transform.ending.rehearsing import answered
    from zsell_transform.mapping import Mapping

    result = zt.rehearse(asked.folder, assumptions=answered(Mapping.load(asked.mapping)))
    # To a reader "merged" is a loss; most of these are parties that a row names to be linked to.
    _print(table(result.summary().rename({"merged": "joined"})))
    return PARTLY if result.skipped.height else DONE


def _verify_parser() -> Parser:
    parser = _parser(
        "verify", "Compares Pipedrive's exports with the Sell export, value by value, link by link."
    )
    parser.add_argument("source", metavar="SOURCE", help="Sell's export")
    parser.add_argument("pipedrive", metavar="PIPEDRIVE", help="the folder with Pipedrive's own exports")
    parser.add_argument("--mapping", metavar="FILE", help="the mapping of the migration")
    parser.add_argument(
        "--skip-file", metavar="FILE", help="the skipped rows that Pipedrive lists after an import"
    )
    parser.add_argument(
        "--write",
        metavar="DIR",
        type=path_of,
        help="write proof.html, what was found as CSV files, repair/",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace DIR even where its files were changed since"
    )
    return parser


def _verify(asked: argparse.Namespace) -> int:
    import zsell_transform as zt
    from zsell_transform.console import proved
    from zsell_transform.proof.result import PAGE
    from zsell_transform.writing.target import check_target

    read = (asked.source, asked.pipedrive, asked.mapping, asked.skip_file)
    if asked.write:  # told before the work, and not behind it
        check_target(asked.write, map(path_of, filter(None, read)), overwrite=asked.overwrite, sign=PAGE)
    proof = zt.verify(asked.source, asked.pipedrive, mapping=asked.mapping, skip_file=asked.skip_file)
    if asked.write:
        proof.write(asked.write, overwrite=asked.overwrite)
    _print(proved(proof, asked.write), asked.write)
    return DONE if proof.complete else PARTLY


#: Name → its arguments and what it does; without a name it is `transform`.
COMMANDS: Final[dict[str, tuple[Callable[[], Parser], Callable[[argparse.Namespace], int]]]] = {
    "transform": (_transform_parser, _transform),
    "draft-mapping": (_draft_parser, _draft),
    "rehearse": (_rehearse_parser, _rehearse),
    "verify": (_verify_parser, _verify),
}


# --- words ------------------------------------------------------------------------------------------------


def _parser(name: str, description: str) -> Parser:
    return Parser(f"{_program()} {name}", description=description)


def _program() -> str:
    """How the user called this: as a module, or as the installed command."""
    as_module = Path(sys.argv[0]).parts[-2:] == ("zsell_transform", "__main__.py")
    return "python -m zsell_transform" if as_module else "zsell-transform"


def _version() -> str:
    from zsell_transform._version import VERSION

    return VERSION


def _print(lines: Iterable[str], written: object = None) -> None:
    """Prints; a reader that has gone (`| head`) does not matter.

    Args:
        written: what is written by now, whatever becomes of these lines; None where they are all there is.
    """
    from zsell_transform.guide.words import upright

    try:
        for line in lines:
            print(upright(line))
        if sys.stdout is not None:  # as where it was closed, or of a program without a window
            sys.stdout.flush()
    except BrokenPipeError:
        _mute()
    except (OSError, KeyboardInterrupt) as error:
        _mute()
        if written is None:
            raise
        why = getattr(error, "strerror", None) or "stopped"
        _failed(f"{written} is written; what is said about it could not be printed ({why})")


def _mute() -> None:
    """Nobody can read standard output any more: Python need not try again when it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _failed(message: str, code: int = NOTHING) -> int:
    print(f"zsell-transform: {one_line(' '.join(message.split()))}", file=sys.stderr)
    return code


def _swallowed(given: Sequence[str], *, windows: bool = WINDOWS) -> str:
    """No path on Windows has a quote; `'.\\Sell export\\' lap_1` reaches us as one word that has one."""
    word = next((word for word in given if '"' in word), None)
    if word is None or not windows:
        return ""
    return (
        f"the terminal handed over `{word}` as one word, since a backslash stands before a closing quote:"
        " write folders without a backslash at the end"
    )


def _lacking(package: str, *, windows: bool = WINDOWS) -> str:
    """Most often this is the Python of the system, beside the one that all was installed for."""
    activate, python = (
        (r".venv\Scripts\activate", r".venv\Scripts\python")
        if windows
        else ("source .venv/bin/activate", ".venv/bin/python")
    )
    return (
        f"{package} is not installed for {sys.executable}; activate the environment that zsell_transform was"
        f" installed in (`{activate}`), or call its Python: `{python} -m zsell_transform …`"
    )


def _unexpected(error: BaseException) -> str:
    package = (error.name or "").split(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if package not in ("", __package__):
        return _lacking(package)
    if isinstance(error, MemoryError):
        return "memory ran out, and nothing was written: close other programs, or use a larger machine"
    said = str(error).strip().splitlines()
    what = f"{type(error).__name__}: {said[0][:200]}" if said else type(error).__name__
    return f"internal error ({what}); please report it, with what ZSELL_DEBUG=1 shows"


# --- the world outside ------------------------------------------------------------------------------------


def _speak_anything() -> None:
    """A terminal that cannot show a name shows a question mark, instead of failing after the work is done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _listen() -> None:
    """Whatever asks this process to end lets it clear up: Ctrl-C, `kill`, a terminal that is closed."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # `nohup` has its reasons
            signal.signal(number, _end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _Impatience().stop)


class _Impatience:
    """Counts how often Ctrl-C was pressed: while the first is obeyed, the second changes nothing."""

    def __init__(self) -> None:
        self._asked = 0

    def stop(self, number: int, frame: FrameType | None) -> None:
        self._asked += 1
        if self._asked != 2:
            raise KeyboardInterrupt


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """Asked to end, the run ends as by an exception, so that it clears up behind itself."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
