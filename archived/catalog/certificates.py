"""Certificates of destruction."""

from sqlalchemy import Connection, select

from archived.catalog.certificate_table import certificate
from archived.catalog.rows import add, next_number, one, values
from archived.certificates import Certificate

_ALL = select(certificate).order_by(certificate.c.id)


def next_id(connection: Connection) -> str:
    """MD00001, MD00002, …"""
    return f"MD{next_number(connection, 'certificate'):05d}"


def put(connection: Connection, item: Certificate) -> None:
    add(connection, certificate, item)


def get(connection: Connection, certificate_id: str) -> Certificate:
    """Raises NotFound."""
    return one(connection, Certificate, certificate, certificate_id)


def listing(connection: Connection) -> list[Certificate]:
    return values(connection, Certificate, _ALL)


def of_medium(connection: Connection, medium_id: str) -> str:
    """The certificate of a destroyed medium; "" when there is none."""
    return next((item.id for item in listing(connection) if medium_id in item.media), "")
