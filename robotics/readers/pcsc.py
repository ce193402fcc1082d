"""Readers that the PC/SC service of the system knows, such as an ACR122U: tags of ISO 14443 at 13.56 MHz.

Needs the extra `pcsc` (pyscard), which needs a running pcscd. What is asked is behind `Transmit`, so that none of it
is needed to test the rest.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from devices.failures import TransportLost, WireDamaged
from robotics.errors import ReaderRefused
from robotics.readers.interface import ReaderIdentity, Tag, TagKind

#: GET DATA for the uid (PC/SC part 3, 3.2.2.1.3).
GET_UID = bytes.fromhex("FFCA000000")
_DONE, _NOTHING = b"\x90\x00", b"\x63\x00"
_RANDOM = 0x08
_UID_BYTES = (4, 7, 10)

#: Carries one APDU to the tag on the reader and gives what it answers, the two bytes of status last.
Transmit = Callable[[bytes], bytes]


class NoTagThere(Exception):
    """Nothing lies on the reader: what a `Transmit` raises then."""


class PcscReader:
    """Implements `robotics.readers.interface.TagReader` for one tag at a time."""

    def __init__(self, transmit: Transmit, *, product: str, name: str = "reader") -> None:
        self._transmit = transmit
        self._product = product
        self._name = name

    def identify(self) -> ReaderIdentity:
        """See `TagReader`. What the service of the system calls it."""
        return ReaderIdentity(self._product)

    def read(self) -> tuple[Tag, ...]:
        """See `TagReader`."""
        try:
            answer = self._transmit(GET_UID)
        except NoTagThere:
            return ()
        uid, status = answer[:-2], answer[-2:]
        if status == _NOTHING:
            return ()
        if status != _DONE:
            raise ReaderRefused(f"{self._name}: the reader refused to tell the uid (status {status.hex()})")
        if len(uid) not in _UID_BYTES:
            raise WireDamaged(f"{self._name}: a uid of {len(uid)} bytes; 4, 7 or 10 are possible")
        return (Tag(uid.hex(), TagKind.HF, fixed=not (len(uid) == 4 and uid[0] == _RANDOM)),)

    def close(self) -> None:
        """See `TagReader`. Nothing is kept open between two questions."""


def pcsc_reader(
    product: str, *, name: str = "reader", load: Callable[[str], Any] = import_module
) -> PcscReader:
    """The reader whose name in the system begins with `product`; "" is the only one that there is.

    Nothing is opened before the first question.
    """

    def transmit(apdu: bytes) -> bytes:
        return _transmit(_found(product, name, load), apdu, name, load)

    return PcscReader(transmit, product=product or "PC/SC", name=name)


def _found(product: str, name: str, load: Callable[[str], Any]) -> Any:
    try:
        system = load("smartcard.System")
    except ImportError:
        raise ReaderRefused(
            f"{name}: a reader of PC/SC needs pyscard, which is not installed: pip install 'archived[pcsc]', and pcscd"
        ) from None
    try:
        known = system.readers()
    except Exception as error:  # pyscard has no root of its own for a service that is not there
        raise TransportLost(
            f"{name}: the PC/SC service does not answer ({error}); is pcscd running?"
        ) from error
    fitting = [reader for reader in known if str(reader).startswith(product)]
    if len(fitting) != 1:
        names = ", ".join(str(reader) for reader in known) or "none"
        raise TransportLost(
            f"{name}: {len(fitting)} readers are called {product!r}; the system knows {names}"
        )
    return fitting[0]


def _transmit(reader: Any, apdu: bytes, name: str, load: Callable[[str], Any]) -> bytes:
    errors = load("smartcard.Exceptions")
    connection = reader.createConnection()
    try:
        connection.connect()
        data, first, second = connection.transmit(list(apdu))
    except errors.NoCardException:
        raise NoTagThere from None
    except errors.SmartcardException as error:
        raise TransportLost(f"{name}: the reader was lost, or the tag left it ({error})") from error
    finally:
        connection.disconnect()
    return bytes([*data, first, second])


__all__ = ["GET_UID", "NoTagThere", "PcscReader", "Transmit", "pcsc_reader"]
