"""Zendesk Sell CSV exports → CSV files that Pipedrive's own *Import data* wizard takes, lap by lap."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from zsell_transform._version import VERSION as __version__

if TYPE_CHECKING:
    from zsell_transform.errors import ExportError, MappingError, TargetError, ZsellError
    from zsell_transform.mapping import Mapping
    from zsell_transform.migrated import Migration
    from zsell_transform.migration import transform
    from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
    from zsell_transform.proof import Proof, verify
    from zsell_transform.reading import Export, read_csv, read_export
    from zsell_transform.starter import draft_mapping

#: Name → the module that it stands in. Each is imported when it is first asked for: who only transforms does
#: not wait for the wizard and the proof, and `--help` waits for nothing.
_HOMES = {
    "Export": "reading",
    "ExportError": "errors",
    "Mapping": "mapping",
    "MappingError": "errors",
    "Migration": "migrated",
    "Proof": "proof",
    "Rehearsal": "pipedrive.wizard",
    "TargetError": "errors",
    "ZsellError": "errors",
    "draft_mapping": "starter",
    "read_csv": "reading",
    "read_export": "reading",
    "rehearse": "pipedrive.wizard",
    "transform": "migration",
    "verify": "proof",
}

__all__ = [
    "Export",
    "ExportError",
    "Mapping",
    "MappingError",
    "Migration",
    "Proof",
    "Rehearsal",
    "TargetError",
    "ZsellError",
    "__version__",
    "draft_mapping",
    "read_csv",
    "read_export",
    "rehearse",
    "transform",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
