"""What a medium was bought for, of whom and when: for reports, and for the day on which a batch fails."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PurchaseRecord:
    """The purchase of one medium; its batch is the medium's own."""

    medium_id: str
    vendor: str
    order_number: str
    #: A decimal number as it was written, for this one medium; "" where nobody said it.
    price: str
    currency: str
    #: ISO 8601 day; None where nobody said it.
    bought_at: str | None
    registered_by: str
    registered_at: datetime
