"""What a person does to a simulated room from outside: look, take away, damage, arm faults, set the speed."""

from typing import Any

from fastapi import APIRouter, Depends

from archived.api.services import Document, Services, services_of
from archived.errors import Refused
from archived.language import _

router = APIRouter()


@router.post("/simulate")
def simulate(body: dict[str, Any], services: Services = Depends(services_of)) -> Document:
    """Carry one verb out in the room."""
    if not services.site.config.simulated:
        raise Refused(_("this room is real: nothing of it can be simulated"))
    arguments = dict(body)
    verb = arguments.pop("verb", None)
    if not isinstance(verb, str):
        raise Refused(_("a verb is needed, such as show"))
    return services.said({"answer": services.simulate(verb, arguments)})
