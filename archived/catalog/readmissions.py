"""Which label of a cartridge that was admitted again is to be written over."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from archived.catalog.readmission_table import readmission


def put(connection: Connection, medium_id: str, label_uuid: str, at: datetime, agent: str) -> None:
    """From here the label with this UUID may be written over; what stood there for the medium goes."""
    done(connection, medium_id)
    row = {"medium_id": medium_id, "label_uuid": label_uuid, "at": at, "agent": agent}
    connection.execute(insert(readmission).values(**row))


def label_of(connection: Connection, medium_id: str) -> str:
    """The UUID of the label that may be written over; "" for none."""
    query = select(readmission.c.label_uuid).where(readmission.c.medium_id == medium_id)
    return str(connection.execute(query).scalar() or "")


def done(connection: Connection, medium_id: str) -> None:
    """It was written over: nothing on the cartridge ever may be again."""
    connection.execute(delete(readmission).where(readmission.c.medium_id == medium_id))
