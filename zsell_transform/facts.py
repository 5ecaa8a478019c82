"""What is known of Sell and Pipedrive stands in YAML files beside the code; here they are read, each once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any


@cache
def facts(name: str) -> Any:
    """A file of this package by its path from here, without `.yaml`: `sell/api`, `pipedrive/fields` …"""
    import yaml  # also who reads no facts may import this

    text = (Path(__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
