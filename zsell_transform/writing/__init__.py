"""Tables → folder: split, counted, checksummed; whole or not at all."""

from __future__ import annotations

from zsell_transform.writing.folder import Folder, publish
from zsell_transform.writing.manifest import FileFacts, read_manifest
from zsell_transform.writing.target import check_target

__all__ = ["FileFacts", "Folder", "check_target", "publish", "read_manifest"]
