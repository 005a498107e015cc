"""Says what is wrong with request bytes that protobuf could not read: which field, and why."""

from __future__ import annotations

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tarjimon.errors import InvalidInputError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 32


class _CutShortError(Exception):
    """The bytes end inside a field, or are no protobuf at all."""


def malformed_request(data: bytes, message: Descriptor) -> InvalidInputError:
    """The error for `data`, which is not a `message`.

    Protobuf itself only says "error parsing"; the usual cause is text in another encoding than UTF-8.
    """
    try:
        fault = _text_fault(data, message, "", 0)
    except _CutShortError:
        fault = None
    if fault is None:
        return InvalidInputError(
            f"the request is not a valid {message.full_name} message: its bytes are cut short or malformed; "
            "make the client's code from the same protos as the server's",
            reason="MALFORMED_MESSAGE",
        )
    path, error = fault
    return InvalidInputError(
        f"{path} is not valid UTF-8 (byte 0x{error.object[error.start]:02x} at offset {error.start}); "
        "convert the text to UTF-8 before sending it",
        reason="INVALID_UTF8",
        field=path,
        metadata={"byte_offset": str(error.start)},
    )


def _text_fault(
    data: bytes, message: Descriptor, path: str, depth: int
) -> tuple[str, UnicodeDecodeError] | None:
    seen: dict[int, int] = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind != _BYTES:
            at = _skip(data, at, kind)
            continue
        size, at = _varint(data, at)
        value = data[at : at + size]
        at += size
        if len(value) < size:
            raise _CutShortError
        index = seen.get(number, 0)
        seen[number] = index + 1
        field = message.fields_by_number.get(number)
        if field is None:
            continue
        name = f"{path}{field.name}" + (f"[{index}]" if field.is_repeated else "")
        if field.type == FieldDescriptor.TYPE_STRING:
            try:
                value.decode("utf-8")
            except UnicodeDecodeError as error:
                return name, error
        elif field.message_type is not None and depth < _DEEPEST:
            fault = _text_fault(value, field.message_type, f"{name}.", depth + 1)
            if fault is not None:
                return fault
    return None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise _CutShortError
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise _CutShortError


def _skip(data: bytes, at: int, kind: int) -> int:
    if kind == _VARINT:
        return _varint(data, at)[1]
    if kind in (_FIXED64, _FIXED32):
        at += 8 if kind == _FIXED64 else 4
        if at <= len(data):
            return at
    raise _CutShortError
