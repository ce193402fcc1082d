"""Receipts that come back: are they ours, and do they still hold?"""

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from archived.api.services import Document, Services, plain, services_of
from archived.catalog import packages
from archived.errors import NotFound
from archived.formats.errors import BadSignature, SignatureWrong
from archived.formats.key_files import public_keys
from archived.formats.signing import verify
from archived.language import _
from archived.policy.receipt_check import OPEN, RIGHT, WRONG, Check, check_claims, verdict
from archived.stages.deletion import why_unsafe
from archived.stages.set_aside import made_again

router = APIRouter()


class ReceiptBack(BaseModel):
    """A receipt as somebody kept it."""

    receipt: dict[str, Any]


@router.post("/receipts/verify")
def verify_receipt(body: ReceiptBack, services: Services = Depends(services_of)) -> Document:
    """Check a receipt's signature by the keys of this site, and its claims by the catalog."""
    receipt = body.receipt
    checks = [signature_check(receipt, services)]
    with services.catalog.read() as read:
        try:
            package = packages.get(read, str(receipt.get("package")))
        except NotFound:
            package = None
        versions = packages.versions(read, package.reference) if package is not None else []
        lost = made_again(read, services.site.tools.paths, str(receipt.get("package")))
        unsafe = why_unsafe(read, services.site, package) if package is not None else ""
    newest = versions[-1] if versions else None
    checks += check_claims(receipt, package, newest, made_again=lost, unsafe=unsafe)
    return services.said(
        {
            "verdict": verdict(checks),
            "package": package.id if package is not None else None,
            "state": package.state.value if package is not None else None,
            "superseded_by": versions[-1].id
            if package and versions and versions[-1].id != package.id
            else None,
            "checks": plain(checks),
        }
    )


def signature_check(receipt: dict[str, Any], services: Services) -> Check:
    """Whether a key of this site signed a receipt, or any other signed document."""
    try:
        key = verify(receipt, public_keys(services.site.tools.paths.keys).values())
    except SignatureWrong as error:
        return Check("signature", WRONG, error.message)
    except BadSignature as error:
        return Check("signature", OPEN, error.message)
    return Check("signature", RIGHT, _("the signature holds, by key {key_id}").format(key_id=key.key_id))
