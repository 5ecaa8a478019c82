"""Zendesk Sell CSV exports → CSV files that Pipedrive's own *Import data* wizard takes, lap by lap."""

from __future__ import annotations

from zsell_transform._version import VERSION as __version__
from zsell_transform.errors import ExportError, MappingError, TargetError, ZsellError
from zsell_transform.mapping import Mapping
from zsell_transform.migrated import Migration
from zsell_transform.migration import transform
from zsell_transform.pipedrive.wizard import Rehearsal, rehearse
from zsell_transform.proof import Proof, verify
from zsell_transform.reading import Export, read_csv, read_export
from zsell_transform.starter import draft_mapping

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
