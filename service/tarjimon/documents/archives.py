"""Zip archives of office files: read within limits, and written back with only the named members replaced."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from tarjimon.errors import InvalidInputError, LimitExceededError

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_SIGNATURES = (
    (b"%PDF", "a PDF file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
)
# What zipfile raises for broken files: not only its own error.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
)
_UNSAFE_NAME = re.compile(r"(^|/)\.\.?(/|$)|^/|^[A-Za-z]:|\\|[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an office file may unpack to.

    Attributes:
        members: files in the archive.
        member_bytes: unpacked size of one.
        total_bytes: unpacked size of all.
        ratio: unpacked to packed size, of members larger than `ratio_from_bytes`.
        ratio_from_bytes: smaller members may be packed as well as they like.
    """

    members: int = 10_000
    member_bytes: int = 256 * 2**20
    total_bytes: int = 512 * 2**20
    ratio: int = 300
    ratio_from_bytes: int = 16 * 2**20


class Archive:
    """A zip file whose directory has been checked; members are unpacked when they are asked for.

    Nothing is ever written to disk, and archives inside of the archive are not opened.
    """

    def __init__(
        self, data: bytes, *, name: str, wanted: str, limits: ArchiveLimits = ArchiveLimits()
    ) -> None:
        """Check a file.

        Args:
            data: the file.
            name: its name, for errors.
            wanted: what it should be, for errors: "a Word document (.docx)".
            limits: what it may unpack to.

        Raises:
            InvalidInputError: not a zip file, damaged, encrypted, or with unsafe or repeated names.
            LimitExceededError: it would unpack to more than the limits.
        """
        self.name = name
        self.wanted = wanted
        _check_signature(data, name, wanted)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE as error:
            raise self.damaged(f"its directory cannot be read ({error})") from error
        self._check(limits)

    @property
    def names(self) -> tuple[str, ...]:
        """Members in the archive's order."""
        return tuple(self._zip.namelist())

    def __contains__(self, member: str) -> bool:
        return member in self._zip.NameToInfo

    def read(self, member: str) -> bytes:
        """A member's content. Raises InvalidInputError when it is missing or damaged."""
        try:
            return self._zip.read(member)
        except KeyError as error:
            raise self.damaged(f"its part {member} is missing") from error
        except _UNREADABLE as error:
            raise self.damaged(f"its part {member} cannot be unpacked ({error})") from error

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """The archive with these members' contents; order, dates, attributes and all other contents as before.

        Raises:
            InvalidInputError: a member that must be copied is damaged.
        """
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as target:
            target.comment = self._zip.comment
            for info in self._zip.infolist():
                copy = zipfile.ZipInfo(info.filename, info.date_time)
                copy.compress_type = info.compress_type
                copy.external_attr = info.external_attr
                copy.create_system = info.create_system
                content = parts.get(info.filename)
                target.writestr(copy, self.read(info.filename) if content is None else content)
        return out.getvalue()

    def damaged(self, what: str) -> InvalidInputError:
        """The error for a file of the right kind that cannot be used."""
        return InvalidInputError(
            f"{self.name}: not a readable {_noun(self.wanted)}: {what}; open it in the program that made it, "
            "save it again and send the new file",
            reason="DAMAGED_FILE",
        )

    def _check(self, limits: ArchiveLimits) -> None:
        members = self._zip.infolist()
        if len(members) > limits.members:
            raise self._too_large(f"{len(members):,} files in it", f"{limits.members:,}")
        seen: set[str] = set()
        total = 0
        for info in members:
            if _UNSAFE_NAME.search(info.filename) or info.orig_filename != info.filename:
                raise InvalidInputError(
                    f"{self.name}: the archive has a member with the unsafe name {info.filename!r}; "
                    f"no program writes {self.wanted} like this, get the file from its author again",
                    reason="UNSAFE_ARCHIVE",
                )
            if info.filename.lower() in seen:
                raise self.damaged(f"two of its parts have the name {info.filename}")
            seen.add(info.filename.lower())
            if info.flag_bits & 0x1:
                raise protected(self.name)
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.damaged(f"{info.filename} is packed in a way that {self.wanted} never is")
            total += info.file_size
            if info.file_size > limits.member_bytes:
                raise self._too_large(
                    f"{info.filename} unpacks to {_mib(info.file_size)}", _mib(limits.member_bytes)
                )
            if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * max(
                1, info.compress_size
            ):
                raise self._too_large(
                    f"{info.filename} unpacks to {info.file_size // max(1, info.compress_size):,} times its size",
                    f"{limits.ratio} times",
                )
        if total > limits.total_bytes:
            raise self._too_large(f"it unpacks to {_mib(total)}", _mib(limits.total_bytes))

    def _too_large(self, found: str, limit: str) -> LimitExceededError:
        return LimitExceededError(
            f"{self.name}: {found}, more than the limit of {limit}; split the document, "
            "or take out its largest pictures and tables",
        )


def protected(name: str) -> InvalidInputError:
    """The error for a file that needs a password."""
    return InvalidInputError(
        f"{name}: the file is protected with a password; save a copy without one and send that",
        reason="PASSWORD_PROTECTED",
    )


def refuse_archive(data: bytes, name: str) -> None:
    """Raise InvalidInputError when bytes that are to be read as text are an office file or another archive."""
    if data.startswith((_ZIP, _COMPOUND)):
        raise InvalidInputError(
            f"{name}: this is not a text file but an office file or an archive; give it the ending of its "
            "format, for example .docx, or unpack it",
            reason="WRONG_FORMAT",
        )


def _check_signature(data: bytes, name: str, wanted: str) -> None:
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return
    if not data:
        found = "the file is empty"
    elif data.startswith(_COMPOUND):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise protected(name)
        found = "this is a file in the old binary format of Office 97-2003 (.doc, .xls, .ppt)"
    else:
        kinds = [kind for mark, kind in _SIGNATURES if data.startswith(mark)]
        found = f"this is {kinds[0]}" if kinds else "this is something else"
    raise InvalidInputError(
        f"{name}: expected {wanted}, but {found}; save it as {wanted} and send that", reason="WRONG_FORMAT"
    )


def _noun(wanted: str) -> str:
    return re.sub(r"^an? ", "", wanted)


def _mib(size: int) -> str:
    return f"{size / 2**20:,.0f} MiB"
