"""The site of the intake tests, and archives to hand in."""

from tests.unit.archived.intake.conftest import Site, empty_catalog, site

__all__ = ["Site", "empty_catalog", "site"]
