"""What `verify` gives: frames to look at, a page for people, and files that repair."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import attrs
import polars as pl

from zsell_transform._version import VERSION
from zsell_transform.machine.given import expect
from zsell_transform.pipedrive.fields import STEMS
from zsell_transform.proof.unseen import not_exported
from zsell_transform.writing.folder import Folder

NO_MAPPING: Final = (
    "No mapping was given, so this compares with what the defaults write: if the laps had one, give the "
    "proof the same."
)
#: The page of a proof, by which its folder is told from that of a lap: a lap is never replaced by a proof.
PAGE: Final = "proof.html"


@attrs.frozen(eq=False, repr=False)
class Proof:
    """What a comparison found. Every frame is empty where there is nothing to tell.

    Attributes:
        ok: entity, id, system_id: records that are there with all that can be seen of them.
        missing: entity, item, source_id, name, reason.
        merged: entity, item, system_id, name, source_ids, records: records of Pipedrive that hold several of
            Sell's, other than by wish of the mapping.
        differing: entity, source_id, system_id, field, sell, pipedrive: values of Sell's that Pipedrive shows
            otherwise. Cells that are blank in Sell are not compared, nor ` (City)` behind a name that was
            kept apart.
        links: entity, source_id, system_id, relation, expected (Sell id), expected_system_id, found.
        parties_only: the same columns, of activities and notes that a single pass wrote without their deal
            or lead; they do not count against the proof, and `repair/links` adds what is missing.
        unverifiable: entity, field, count, reason: what Pipedrive's exports do not show, and stages of closed
            deals that an earlier run chose.
        skipped: file, row, entity, source_id, name, reason, to_do: rows of Pipedrive's skip files.
        twins: item, system_id, name, beside, sell_id: records without a Sell id that show nothing but what
            one of Sell's does (`beside`). They do not count against the proof: `hint` tells of them.
        by_hand: entity, source_id, system_id, name, field, take_off: labels and options that Sell does
            not have. They are among `differing`; as no import takes them off, `hint` tells of them.
        unread: file, reason: files of the Sell export that could not be read: nobody knows what they hold.
        repairs: `links` and `values`, by item the parts of their files.
    """

    ok: pl.DataFrame
    missing: pl.DataFrame
    merged: pl.DataFrame
    differing: pl.DataFrame
    links: pl.DataFrame
    parties_only: pl.DataFrame
    unverifiable: pl.DataFrame
    skipped: pl.DataFrame
    twins: pl.DataFrame
    by_hand: pl.DataFrame
    unread: pl.DataFrame
    repairs: MappingOf[str, MappingOf[str, Sequence[pl.DataFrame]]]
    _summary: pl.DataFrame
    _strangers: tuple[str, ...] = ()
    _mapped: bool = True
    _read: tuple[Path, ...] = ()
    _bom: bool = False

    def summary(self) -> pl.DataFrame:
        """One row an entity: entity, in_sell, added, there, missing, left_out, merged, differing,
        wrong_links, unverifiable.
        """
        return self._summary

    @property
    def hint(self) -> str:
        """What may explain the differences, what only a person can put right, and what is none: twins, tables
        that were left alone; blank where there is nothing.
        """
        unmapped = "" if self._mapped or self.complete else NO_MAPPING
        told = (self._told_by_hand(), self._told_twins(), self._told_strangers())
        return " ".join(said for said in (unmapped, *told) if said)

    def _told_by_hand(self) -> str:
        if not self.by_hand.height:
            return ""
        from zsell_transform.guide.words import count

        first = self.by_hand.row(0, named=True)
        return (
            f"{count(self.by_hand.height, 'cell')} with labels or options that Sell does not have, which no"
            f" import takes off (`by_hand`; for one, '{first['take_off']}' under {first['field']} of"
            f" '{first['name']}', System ID {first['system_id']}): take them off in Pipedrive if they are not"
            " wanted."
        )

    def _told_strangers(self) -> str:
        if not self._strangers:
            return ""
        from zsell_transform.guide.words import listed

        return (
            f"Left alone, as Sell is not known to export such tables: {listed(self._strangers)}."
            " Nothing in them was compared."
        )

    def _told_twins(self) -> str:
        if not self.twins.height:
            return ""
        first = self.twins.row(0, named=True)
        return (
            f"{self.twins.height} in Pipedrive without a Sell id called as one from Sell (`twins`; for one,"
            f" '{first['name']}', System ID {first['system_id']} beside {first['beside']}): if they are the"
            " same, merge them there."
        )

    @property
    def unseen(self) -> str:
        """How much stands in columns that the exports lack, and what to do; blank where nothing does."""
        from zsell_transform.guide.words import count, listed

        values, links = not_exported(self.unverifiable)
        told = [count(number, one) for number, one in ((values, "value"), (links, "link")) if number]
        why = "could not be seen, as the exports lack their columns (export all columns)"
        return f"{listed(told)} {why}" if told else ""

    @property
    def complete(self) -> bool:
        """Whether all could be read, and nothing is missing, merged, different or linked otherwise."""
        against = (self.unread, self.missing, self.merged, self.differing, self.links)
        return not any(frame.height for frame in against)

    def __bool__(self) -> bool:
        return self.complete

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """Every frame by name, the summary first."""
        names = (
            "ok",
            "unread",
            "missing",
            "merged",
            "differing",
            "links",
            "parties_only",
            "unverifiable",
            "skipped",
            "twins",
            "by_hand",
        )
        return {"summary": self._summary, **{name: getattr(self, name) for name in names}}

    def __repr__(self) -> str:
        from zsell_transform.guide.notebook import proof_text
        from zsell_transform.guide.words import upright

        return upright(proof_text(self.frames, self.hint, self.unseen))

    def _repr_html_(self) -> str:
        from zsell_transform.guide.notebook import proof_html
        from zsell_transform.guide.words import upright

        return upright(proof_html(self.frames, self.hint, self.unseen))

    def write(self, folder: str | Path, *, overwrite: bool = False) -> Path:
        """Writes `proof.html`, each frame with rows as CSV, what there is to repair; returns the folder.

        Raises:
            TargetError: as for `transform`, and where the folder is that of a lap, or holds what was read.
        """
        from zsell_transform.guide.report import proof_html_page

        expect(overwrite=overwrite)
        with Folder(folder, self._read, overwrite=overwrite, sign=PAGE) as made:
            for name, frame in self.frames.items():
                made.table(
                    name,
                    frame.lazy().with_columns(pl.all().cast(pl.String)),
                    rows=None,
                    megabytes=None,
                    bom=self._bom,
                )
            for kind, files in self.repairs.items():
                for item, parts in files.items():
                    made.table(f"repair/{kind}/{STEMS[item]}", [part.lazy() for part in parts], bom=self._bom)
            page = proof_html_page(self.frames, version=VERSION, hint=self.hint, unseen=self.unseen)
            made.text(PAGE, page)
            return made.finish(ledger=self._summary.to_dicts(), inputs=[], version=VERSION, mapping_sha256="")
