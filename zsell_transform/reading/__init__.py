"""Bytes → Sell tables: whatever a person exported, as text, under canonical names; nothing lost."""

from zsell_transform.reading.csv_file import read_csv
from zsell_transform.reading.export import Export, InputFile
from zsell_transform.reading.read import exported, read_export

__all__ = ["Export", "InputFile", "exported", "read_csv", "read_export"]
