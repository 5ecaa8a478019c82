"""`manifest.json`: where the files came from, what they weigh, the ledger; by it a folder counts as ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import attrs

from zsell_transform.machine.paths import walked

NAME: Final = "manifest.json"
KEYS: Final = ("ledger", "inputs", "outputs", "version", "mapping_sha256")
#: A key more: entity → custom column → the name of its field, where the order of the columns does not say it.
FIELDS: Final = "fields"


@attrs.frozen
class FileFacts:
    """One written file.

    Attributes:
        file: its path in the folder, with slashes on every system.
        rows: its records, the header not counted; None for what is no table.
        bytes: its size.
        sha256: its checksum, in hexadecimal.
    """

    file: str = attrs.field(validator=attrs.validators.instance_of(str))
    rows: int | None = attrs.field(validator=attrs.validators.optional(attrs.validators.instance_of(int)))
    bytes: int = attrs.field(validator=attrs.validators.instance_of(int))
    sha256: str = attrs.field(validator=attrs.validators.instance_of(str))


def manifest_text(
    *,
    ledger: Sequence[dict[str, Any]],
    inputs: Sequence[dict[str, Any]],
    outputs: Iterable[FileFacts],
    version: str,
    mapping_sha256: str,
    fields: MappingOf[str, MappingOf[str, str]],
) -> str:
    """The manifest as text, without a time or a path of the machine: equal runs give equal ones."""
    files = [attrs.asdict(one) for one in sorted(outputs, key=lambda one: one.file)]
    values = (list(ledger), list(inputs), files, version, mapping_sha256)
    told: dict[str, Any] = dict(zip(KEYS, values, strict=True))
    if fields:
        told[FIELDS] = {entity: dict(names) for entity, names in fields.items()}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a folder that this library wrote; None for any other folder, or where it is damaged.

    Raises:
        OSError: it is there, and cannot be read.
    """
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        outputs = [FileFacts(**one) for one in found["outputs"]]
        names = [name for fields in found.get(FIELDS, {}).values() for name in fields.values()]
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    is_whole = set(KEYS) <= set(found) and all(isinstance(name, str) for name in names)
    return {**found, "outputs": outputs} if is_whole else None


def is_damaged(folder: Path) -> bool:
    """Whether a folder has a manifest that is not as this library writes it."""
    return (folder / NAME).exists() and read_manifest(folder) is None


def files_in(folder: Path) -> list[str]:
    """The paths of all files of a folder, sorted, with slashes; links count as files and are not followed.

    An empty folder within counts, too, with a slash behind its name: somebody may have made it.

    Raises:
        OSError: a folder cannot be listed: nobody knows what is in it.
    """
    found = []
    for where, folders, names in walked(folder):
        place = Path(where)
        links = [name for name in folders if (place / name).is_symlink()]
        found += [(place / name).relative_to(folder).as_posix() for name in (*names, *links)]
        if not (folders or names) and place != folder:
            found.append(f"{place.relative_to(folder).as_posix()}/")
    return sorted(found)


def weigh(folder: Path, files: Sequence[str]) -> list[FileFacts]:
    """Size and checksum of files of a folder (`rows` None), several at a time: hashing leaves Python free."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda file: _weigh(folder, file), files))


def _weigh(folder: Path, file: str) -> FileFacts:
    path = folder / file
    with path.open("rb") as opened:
        return FileFacts(file, None, path.stat().st_size, hashlib.file_digest(opened, "sha256").hexdigest())
