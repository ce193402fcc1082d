"""A package in state STAGING: its folder, its rows in batches, and its two ends."""

import logging
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from archived.batches import ItemKey
from archived.catalog import batches, events, inner_files, packages
from archived.catalog.store import Catalog
from archived.errors import ArchivedError
from archived.formats.capacity import receipt_excess_bytes
from archived.formats.receipts import BagSummary, accepted_receipt
from archived.formats.signing import SigningKey
from archived.inner_files import InnerFile
from archived.item_states import ItemEvent
from archived.model import Package, PackageFile
from archived.policy.content import Content, judge_content
from archived.policy.reasons import refusal
from archived.policy.twins import twin_reasons
from archived.settings import Config
from archived.stages.catalog_origin import must_be_known
from archived.stages.intake_writing import ReadFile
from archived.states import PackageEvent, PackageState
from devices.clock import Clock

_log = logging.getLogger(__name__)


class StagedPackage:
    """Owns one folder below the staging root and one row of the catalog, until one of the two ends."""

    def __init__(self, package: Package, *, catalog: Catalog, staging: Path, clock: Clock) -> None:
        """Claims the id: the row is there, in state STAGING, before the first byte. Raises CatalogBusy."""
        self._catalog = catalog
        self._clock = clock
        self._rows: list[PackageFile] = []
        self._inner: list[InnerFile] = []
        with catalog.write() as connection:
            must_be_known(connection)
            self.package = replace(package, id=packages.new_id(connection))
            packages.create(connection, self.package)
        self.folder = staging / self.package.staging_name

    def add_file(self, file: ReadFile) -> None:
        """Record a file that lies in the folder. Raises CatalogBusy."""
        digests = file.digests
        self._add(
            PackageFile(
                self.package.id,
                file.path,
                False,
                file.size_bytes,
                file.mtime_s,
                digests["sha256"],
                digests["blake3"],
                digests["xxh3-128"],
            )
        )

    def add_empty_folder(self, path: str, *, mtime_s: int) -> None:
        """Record a folder that holds nothing. Raises CatalogBusy."""
        self._add(PackageFile(self.package.id, path, True, 0, mtime_s, "", "", ""))

    def add_inner(self, item: InnerFile) -> None:
        """Record what lies inside the tar in the folder. Raises CatalogBusy."""
        self._inner.append(item)
        if len(self._inner) >= packages.BATCH:
            self.flush()

    def flush(self) -> None:
        """Put the rows that are left into the catalog. Raises CatalogBusy."""
        with self._catalog.write() as connection:
            packages.add_files(connection, self._rows)
            inner_files.add(connection, self._inner)
        self._rows = []
        self._inner = []

    def acknowledge(
        self,
        package: Package,
        bag: BagSummary,
        pools: Sequence[str],
        config: Config,
        key: SigningKey,
        *,
        again: bool,
        item: ItemKey | None = None,
    ) -> tuple[Content, Package, dict[str, Any]]:
        """The one write that makes it count, unless somebody else was first with this reference.

        Returns (NEW, the package, its receipt), or (SAME or DIFFERENT, the other package, no receipt); in
        the second case nothing was written and the caller abandons. `again` says that a new version is meant.
        Raises CatalogBusy, and Unacceptable when
        a twin of the reference was first.
        """
        with self._catalog.write() as connection:
            versions = packages.versions(connection, package.reference)
            beside = packages.names_beside(connection, package.reference)
            if not versions and (reasons := twin_reasons(package.reference, beside)):
                raise refusal(reasons, str(package.reference))
            content, other = judge_content(versions, package.root_digest, new_version=again)
            if other is not None:
                return content, other, {}
            version = packages.highest_version(connection, package.reference) + 1
            accepted = replace(package, version=version, accepted_at=self._clock.now())
            receipt = accepted_receipt(accepted, bag, config, key, batch=item.batch_id if item else "")
            packages.advance_state(
                connection,
                package.id,
                PackageEvent.SYNCED,
                version=version,
                file_count=accepted.file_count,
                size_bytes=accepted.size_bytes,
                cost_bytes=accepted.cost_bytes + receipt_excess_bytes(receipt),
                root_digest=accepted.root_digest,
                accepted_at=accepted.accepted_at,
                accepted_receipt=receipt,
            )
            packages.wait_for_pools(connection, package.id, pools)
            if item is not None:
                at = self._clock.now()
                batches.record(connection, item, ItemEvent.TAKEN, at, package_id=package.id)
            self._event(connection, "success", version=version, root_digest=accepted.root_digest)
        return content, accepted, receipt

    def abandon(self, why: str) -> None:
        """Keep nothing, unless it was acknowledged after all (an interruption right behind the commit).

        What cannot be undone now (a busy catalog) is undone by the next start.
        """
        try:
            with self._catalog.read() as connection:
                if packages.get(connection, self.package.id).state is not PackageState.STAGING:
                    return
            # Files first: a full disk may have to be emptied before the catalog can write.
            shutil.rmtree(self.folder, ignore_errors=True)
            with self._catalog.write() as connection:
                abandon_row(connection, self.package.id)
                self._event(connection, "failure", why=why)
        except (ArchivedError, SQLAlchemyError) as error:
            _log.warning("package %s stays in staging until the next start: %s", self.package.id, error)

    def _add(self, row: PackageFile) -> None:
        self._rows.append(row)
        if len(self._rows) >= packages.BATCH:
            self.flush()

    def _event(self, connection: Any, outcome: str, **detail: Any) -> None:
        events.append(
            connection,
            self._clock.now(),
            "ingestion",
            ("package", self.package.id),
            agent=f"uid:{self.package.owner}",
            outcome=outcome,
            reference=str(self.package.reference),
            **detail,
        )


def abandon_row(connection: Any, package_id: str) -> None:
    """The catalog's side of giving up: no files, state ABANDONED, nothing staged."""
    packages.forget_files(connection, package_id)
    inner_files.forget(connection, package_id)
    packages.advance_state(connection, package_id, PackageEvent.FAILED, staged=False)
