"""In which encoding a file's text stands: proven where it can be, guessed with a figure where it cannot.

Order of proof (facts page on reading CSV): a byte order mark; strict UTF-8 over the *whole* file; NUL bytes
in the places where UTF-16 or UTF-32 have them; UTF-8 in nearly all lines, save for some bad bytes; few words,
with those of the files beside it, that read as Western or Central European ones; then chardet, on the lines
that hold a byte above 0x7F only, since on whole files of mostly ASCII it is right half of the time and on
those lines 97 of 100 times.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import attrs

from zsell_transform.errors import ExportError

#: Marks at the beginning of a file, the longer ones first (UTF-32's begins like UTF-16's).
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: Beginnings of files that are no text, and what people call them.
_BINARIES: Final = (
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a parquet file"),
    (b"{\\rtf", "a rich text document"),
)
#: NUL bytes of ASCII text, by position in groups of four → encoding.
_WIDE: Final = (
    ((False, True, True, True), "utf-32-le"),
    ((True, True, True, False), "utf-32-be"),
    ((False, True, False, True), "utf-16-le"),
    ((True, False, True, False), "utf-16-be"),
)
_BLOCK: Final = 1 << 20
#: Bytes at the beginning of a file that tell whether it is UTF-16 or UTF-32.
_TELLING: Final = 4096
#: Lines that the detector is given at most; more do not change its mind.
_SAMPLE_BYTES: Final = 4 << 20
_ASCII: Final = bytes(range(32, 127))
#: Characters that stand in no text: an encoding that makes them is another.
_CONTROLS: Final = re.compile("[\x80-\x84\x86-\x9f]")
#: Of the lines that are not ASCII, so many are UTF-8 by chance in no other encoding.
_NEARLY_ALL: Final = 0.75
#: A byte that is no text under the file's encoding, kept for what becomes of it (`mended`), and half a
#: character at the file's end.
_ESCAPE: Final = 0xDC00
_CUT: Final = chr(_ESCAPE)
_BAD: Final = re.compile(r"[\udc00\udc80-\udcff]")
_BETWEEN_WORDS: Final = re.compile(r"[\s,;|]+")
#: Up to so many different words that are not ASCII are few: too few for chardet.
_FEW_WORDS: Final = 30
#: Of the letters of Western words with accents, so many have one at most; in Greek or Cyrillic nearly all.
_MOST_ACCENTS: Final = 0.75
#: In an encoding that few use today, fewer: Thai and Chinese have a letter of ASCII's now and then.
_FEW_ACCENTS: Final = 0.4
#: What words of the West do not have, as Windows-1252 reads them.
_NOT_WESTERN: Final = re.compile(
    r"""[ÐðÞþÝýŸ\ufffd]                         # letters of Turkish and Icelandic, nothing at all
      | [a-zà-ÿ][À-ÞŠŽ]                         # a capital within a word
      | ^[¢-§©¬-¯±-¹¼-¾×÷‚ƒ†‡ˆ‰‹˜›™](?<![§©µ])[^\W\d_]  # a sign in front of a letter
      | [^\W\d_][¡-©«-¶¸-¹»-¿×÷‚ƒ„†‡ˆ‰‹˜›™–—“”•…][^\W\d_]  # or between two
      | [a-zà-ÿ][ªº][a-zà-ÿ] | \b[ªº][a-z]          # an ordinal within a word
      | [Œœ](?![uiUI])                          # elsewhere than in sœur
      | õ(?!e) | [Ãã](?![oeiOEI]|[sS]?\b) | iæ           # Hungarian ő, Romanian ă, South Slavic ć
    """,
    re.VERBOSE,
)
#: Letters of the North and of the South: no word has both. Each word is looked at once, however long it is.
_NORTH: Final = frozenset("åæøÅÆØ")
_SOUTH: Final = frozenset("áâèêìíîñòóõùúû")
_WORD: Final = re.compile(r"\w+")


def _words_with(capitals: str) -> re.Pattern[str]:
    """Words with these letters, large and small, beside plain ones, and no capital within."""
    small = capitals.lower()
    within = rf"(?![^\W\d_]*(?:[a-z{small}][{capitals}]|[{small}][A-Z]))"
    return re.compile(rf"{within}[\x00-\x7f{capitals}{capitals.lower()}ß‚„“”‘’–—…]+")


#: Polish, Czech, Slovak, Hungarian, Croatian and Slovene, Romanian: all words are of one of them.
_CENTRAL: Final = tuple(
    map(
        _words_with,
        ("ĄĆĘŁŃÓŚŹŻ", "ÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ", "ÁÄČĎÉÍĹĽŇÓÔŔŠŤÚÝŽ", "ÁÉÍÓÖŐÚÜŰ", "ČĆĐŠŽ", "ĂÂÎŞŢ"),
    )
)
_ICELANDIC: Final = re.compile(r"(?!Ð|ð|.+[Þþ])[\x00-\x7fÁÉÍÓÚÝÞÆÖáéíóúýþæöð–’]+")
#: What Windows-1252 makes UTF-8 by chance: an accented capital before a sign (`É’`, `Ü“`).
_CHANCE: Final = re.compile("[\u0180-\u036f\u0530-\u07ff]")
#: Of few lines that are not ASCII, so many are UTF-8 where two such files were joined; of many, two are.
_PARTLY: Final = 0.25
_WESTERN: Final = _words_with("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜŒ")
#: Where a text has these alone, it is as well Turkish, which reads otherwise.
_TURKISH: Final = frozenset("çğıöşüâîûÇĞİÖŞÜÂÎÛ")
_CONTROL: Final = frozenset(range(32)) - frozenset(b"\t\n\r\x0b\x0c\x1a\x00")


@attrs.frozen
class Encoding:
    """How a file's bytes become text.

    Attributes:
        name: Python's name of the codec.
        confidence: 1.0 where it is proven or the user said so, else the detector's figure.
        sample: words that another encoding would read differently; empty where nothing was guessed.
        asked: the user's mapping named it.
        errors: what the codec does with bad bytes: it refuses them, save where the rest of the file proves
            the encoding (then `mended` reads them).
    """

    name: str
    confidence: float = 1.0
    sample: str = ""
    asked: bool = False
    errors: str = "strict"

    @property
    def is_guess(self) -> bool:
        return self.confidence < 1.0


UTF8: Final = Encoding("utf-8")


def refuse_binary(head: bytes, file: str) -> None:
    """Raises `ExportError` when the first bytes are those of a spreadsheet, an archive or the like."""
    kind = next((kind for magic, kind in _BINARIES if head.startswith(magic)), "")
    some = head[:_TELLING]
    controls = sum(map(_CONTROL.__contains__, some))
    if not kind and controls > len(some) // 10 and not (_bom(some) or _wide(some)):
        kind = "a binary file"
    if kind == "a spreadsheet or zip archive" and (b"xl/" in head or b"[Content_Types]" in head):
        kind = "an Excel workbook"
    elif kind == "a spreadsheet or zip archive" and file.lower().endswith(".zip"):
        kind = "a zip archive"
    if kind in ("a gzip archive", "a zip archive"):
        raise ExportError(f"{file} is {kind}: unpack it and give what is in it as CSV")
    if kind:
        raise ExportError(f"{file} is {kind}, not a CSV file: export it as CSV (UTF-8) and give that")


def of(path: Path, asked: str | None = None, beside: Sequence[Path] = ()) -> Encoding:
    """The encoding of a whole file.

    Args:
        asked: what the user says it is.
        beside: the other files of the source: one person saves them in one program, so that they help where
            this one has few words to guess by.

    Raises:
        ExportError: the encoding that the mapping names cannot read the file.
    """
    if asked:
        if not _decodes(path, asked):
            raise ExportError(f"{path.name} is not {asked}, which `encoding` says it is")
        return Encoding(asked, asked=True)
    if known := _proven(path):
        return Encoding(known)
    return Encoding(known, errors=_KEPT) if (known := _nearly_proven(path)) else _guessed(path, beside)


def _proven(path: Path) -> str:
    """The encoding that a mark, the places of NUL bytes or the whole file prove; empty where none does."""
    names = (_said_by(path), UTF8.name)
    return next((name for name in names if name and _decodes(path, name)), "")


def _nearly_proven(path: Path) -> str:
    """The same, save for bad bytes: a cell that another program pasted, or a file that breaks off."""
    wide = _said_by(path)
    if wide == "utf-8-sig":
        return wide
    if wide:  # nothing but its end may be missing
        return wide if _decodes(path, wide, whole=False) else ""
    lines = list(_high_lines(path))
    return UTF8.name if _is_nearly_utf8(lines) or _is_partly_utf8(lines) else ""


def _said_by(path: Path) -> str:
    """What a mark, or the places of NUL bytes, say."""
    with path.open("rb") as stream:
        head = stream.read(_TELLING)
    return _bom(head) or _wide(head)


def _is_nearly_utf8(lines: Iterable[bytes]) -> bool:
    fates = [_is_utf8(line) for line in lines]
    return sum(fates) >= max(_NEARLY_ALL * len(fates), 1)


def _is_partly_utf8(lines: Sequence[bytes]) -> bool:
    """Whether some lines are UTF-8, and the bad bytes of the others make words of the West."""
    proven = [line for line in lines if _is_utf8(line) and not _CHANCE.search(line.decode(UTF8.name))]
    if len(proven) < min(2, max(_PARTLY * len(lines), 1)):
        return False
    return are_western({word for line in lines for word in bad_words(line.decode(UTF8.name, _KEPT))})


def _is_utf8(line: bytes) -> bool:
    """Whether a line is UTF-8 and not ASCII; without a line end it may break off within a character."""
    try:
        text, _ = codecs.utf_8_decode(line, "strict", line.endswith((b"\n", b"\r")))
    except UnicodeDecodeError:
        return False
    return not text.isascii()


def _keep(error: UnicodeError) -> tuple[str, int]:
    """Bad bytes as characters that stand in no text."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.reason in ("unexpected end of data", "truncated data") and error.end == len(error.object):
        return _CUT, error.end
    return "".join(chr(_ESCAPE + byte) for byte in error.object[error.start : error.end]), error.end


_KEPT: Final = "zsell_transform.kept"
codecs.register_error(_KEPT, _keep)


def mended(text: str) -> str:
    """Text with its bad bytes as Windows-1252 has them, without those that it has not and half characters."""
    return _BAD.sub(lambda bad: bytes([ord(bad[0]) - _ESCAPE]).decode("cp1252", "ignore").strip("\0"), text)


def bad_words(text: str) -> list[str]:
    """The words of a text in which bad bytes stand, mended."""
    if text.isascii() or not _BAD.search(text):
        return []
    return [mended(word) for word in _BETWEEN_WORDS.split(text) if _BAD.search(word)]


def opening(head: bytes, asked: str | None = None) -> str:
    """The first bytes as text, good enough to see delimiter and header: ASCII survives in every codec."""
    name = asked or _bom(head) or _wide(head)
    try:
        if name and _is_known(name):
            return codecs.getincrementaldecoder(name)("replace").decode(head)
    except UnicodeError:  # UTF-16 that does not begin as such: `of` says so
        return head.decode("cp1252", "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        high = (line for line in head.splitlines(keepends=True) if not line.isascii())
        nearly = _is_nearly_utf8(high)
        return mended(head.decode("utf-8", _KEPT)) if nearly else head.decode("cp1252", "replace")


def _is_known(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _bom(head: bytes) -> str:
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def _wide(head: bytes) -> str:
    """UTF-16 or UTF-32 without a mark: NULs stand at fixed places of nearly every group of four bytes."""
    head = head[:_TELLING]
    if b"\0" not in head:
        return ""
    groups = [head[at : at + 4] for at in range(0, len(head) - 3, 4)]
    if len(groups) < 4:
        return ""
    for places, name in _WIDE:
        fitting = sum(tuple(byte == 0 for byte in group) == places for group in groups)
        if fitting > 0.7 * len(groups):
            return name
    return ""


def _decodes(path: Path, name: str, *, whole: bool = True) -> bool:
    """Whether a file is text in an encoding; if not as a whole, its end may break off within a character."""
    try:
        decoder = codecs.getincrementaldecoder(name)()
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", whole)
    except (UnicodeError, LookupError):
        return False
    return True


def _guessed(path: Path, beside: Sequence[Path]) -> Encoding:
    """chardet's opinion of the lines that are not ASCII; Windows-1252 where it has none that holds. Few words
    with accents are looked at first: of few, chardet makes Hebrew as easily as Czech.
    """
    import chardet  # heavy, and nearly every file is UTF-8

    lines = list(_high_lines(path))
    few = _are_few(lines)
    # What its own words settle, no neighbour does: the other files are read only for what they leave open.
    if few and (region := _region(path, lines) or _region(path, [*lines, *_neighbours(beside)])):
        return Encoding(region, 0.0, _sample(lines, region))
    text = b"\n".join(lines)
    era = chardet.EncodingEra
    likely = era.MODERN_WEB | era.LEGACY_MAC if few else era.ALL
    opinion = chardet.detect(text, encoding_era=likely, max_bytes=max(len(text), 1))
    name = str(opinion.get("encoding") or "")
    confidence = min(float(opinion.get("confidence") or 0.0), 0.99)
    wrong = name.lower() in ("", "utf-8", "ascii") or not _decodes(path, name)
    if wrong or not _keeps_ascii(name) or _CONTROLS.search(text.decode(name, "replace")):
        name, confidence = ("cp1252", 0.0) if _decodes(path, "cp1252") else ("latin-1", 0.0)
    return Encoding(name, confidence, _sample(lines, name))


def _region(path: Path, lines: list[bytes]) -> str:
    """The first of `_REGIONS` in which lines are words, and that reads the whole file; empty for none."""
    return next((name for name, reads in _REGIONS if reads(lines) and _decodes(path, name)), "")


def _neighbours(beside: Iterable[Path]) -> Iterator[bytes]:
    """The lines that are not ASCII, of files whose encoding nothing proves."""
    for path in beside:
        lines = [] if _said_by(path) else list(_high_lines(path))
        if not all(map(_is_utf8, lines)):
            yield from lines


def _are_few(lines: list[bytes]) -> bool:
    words: set[str] = set()
    for word in _high_words(lines, "cp1252"):
        words.add(word)
        if len(words) > _FEW_WORDS:
            return False
    return True


def _reads_western(lines: list[bytes]) -> bool:
    """Whether as Windows-1252 these are words with accents in them.

    In Cyrillic, Greek or Hebrew nearly every letter is none of ASCII's; Polish, Japanese and others have
    signs between letters when they are read so.
    """
    return are_western(set(_high_words(lines, "cp1252")))


def are_western(words: Collection[str]) -> bool:
    """Whether words may be of Western Europe: without foreign letters, and with few accents for each."""
    foreign = any(_NOT_WESTERN.search(word) or is_of_both_ends(word) for word in words)
    return not foreign and _accents(words) <= _MOST_ACCENTS


def is_of_both_ends(text: str) -> bool:
    """Whether a word in it has letters of the North and of the South."""
    return any(not (_NORTH.isdisjoint(word) or _SOUTH.isdisjoint(word)) for word in _WORD.findall(text))


def _reads_central(lines: list[bytes]) -> bool:
    """Whether as Windows-1250 these are words of Central Europe, and some of them not as well Turkish."""
    words = set(_high_words(lines, "cp1250"))
    fits = any(all(map(one.fullmatch, words)) for one in _CENTRAL)
    turkish = {letter for word in _high_words(lines, "cp1254") for letter in word if not letter.isascii()}
    return fits and _accents(words) <= _MOST_ACCENTS and not turkish <= _TURKISH


def _reads_old_western(name: str, lines: list[bytes]) -> bool:
    """Whether as an old Mac or DOS wrote them these are words of the West, and not too many accents."""
    words = set(_high_words(lines, name))
    return all(map(_WESTERN.fullmatch, words)) and _accents(words) <= _FEW_ACCENTS


def _reads_icelandic(lines: list[bytes]) -> bool:
    """Whether these are words of Iceland: ð begins none, þ stands within none, and with either of them there
    is a letter that Turkish, which has its own in their places, does not have.
    """
    words = set(_high_words(lines, "cp1252"))
    letters = {letter.lower() for word in words for letter in word if not letter.isascii()}
    telling = letters & set("þð") and letters & set("áéíóúæ")
    return bool(telling) and all(map(_ICELANDIC.fullmatch, words))


#: What few words may be, the more frequent first.
_REGIONS: Final = (
    ("cp1252", _reads_western),
    ("cp1252", _reads_icelandic),
    ("cp1250", _reads_central),
    ("mac_roman", partial(_reads_old_western, "mac_roman")),
    ("cp850", partial(_reads_old_western, "cp850")),
)


def _accents(words: Iterable[str]) -> float:
    """The share of letters with accents among all."""
    letters = [letter for word in words for letter in word if letter.isalpha()]
    return sum(not letter.isascii() for letter in letters) / max(len(letters), 1)


def _keeps_ascii(name: str) -> bool:
    """Whether ASCII is itself in an encoding: the header was read so. It is not on mainframes."""
    return _ASCII.decode(name, "replace") == _ASCII.decode()


def _high_lines(path: Path) -> Iterator[bytes]:
    """The lines that hold a byte above 0x7F, up to a size, from the whole file."""
    size = 0
    with path.open("rb") as stream:
        for lines in stream:
            if lines.isascii():
                continue
            for line in lines.splitlines(keepends=True):  # where lone CR end them
                if not line.isascii():
                    size += len(line)
                    yield line
                    if size > _SAMPLE_BYTES:
                        return


def _sample(lines: list[bytes], name: str) -> str:
    """Words of the first lines in which the guess matters."""
    return " ".join(dict.fromkeys(_high_words(lines[:20], name)))[:120]


def _high_words(lines: Iterable[bytes], name: str) -> Iterator[str]:
    """The words that are not ASCII, as an encoding reads them."""
    for line in lines:
        for word in line.replace(b",", b" ").replace(b";", b" ").split():
            if not word.isascii():
                yield word.decode(name, "replace").strip('"')
