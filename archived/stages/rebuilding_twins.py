"""Discs that contradict each other about a package: what is taken of each, and how it is told.

The first description of a package number stays: sets come in the order in which they closed, so every rebuild decides
alike. A package that is another one under the same number is left out, with its files and places, lest they be taken
for those of the first; its bytes stay whole on its own disc, which anybody can read. Two numbers for one version of a
volume are both kept. Nothing of it is silent.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from archived.catalog import carriers, images, media, packages, rebuilt
from archived.inner_files import InnerFile
from archived.language import _, counted
from archived.model import Image, Package, PackageFile
from archived.policy.rebuilding import Difference
from archived.policy.same_package import Told
from archived.states import ImageState


@dataclass(frozen=True, slots=True)
class Sifted:
    """Packages of one image: those that are its members, those of them that nobody knew, and what is told."""

    members: tuple[Package, ...]
    new: tuple[Package, ...]
    #: Known ones of which this image tells more than was known.
    fuller: tuple[Package, ...]
    differences: tuple[Difference, ...]

    def left_out(self, found: Iterable[Package]) -> list[str]:
        mine = {package.id for package in self.members}
        return [package.id for package in found if package.id not in mine]


def sift(write: Connection, image: Image, found: Sequence[Package]) -> Sifted:
    """Which of the packages that an image names are what the catalog knows by their numbers."""
    known = rebuilt.packages_of(write, {package.id for package in found})
    members, new, fuller, differences = [], [], [], []
    for package in found:
        there = known.get(package.id)
        if there is None:
            members.append(package)
            new.append(package)
            differences += _same_reference(write, image, package)
            continue
        said, before = Told.of_package(package), Told.of_package(there)
        others = [
            one for one in packages.image_ids(write, package.id).values() if one not in (None, image.id)
        ]
        if others and said.is_other_than(before):
            differences.append(_another_package(write, image, said, before, package.id))
            continue
        members.append(package)
        if not others or (said.root_digest and not before.root_digest):
            fuller.append(package)
        elif said.words != before.words:
            differences.append(_other_words(write, image, package.id))
    return Sifted(tuple(members), tuple(new), tuple(fuller), tuple(differences))


def take_packages(
    write: Connection, image: Image, found: Sequence[Package]
) -> tuple[list[str], list[Difference]]:
    """Packages of an image, and that they are its members. Returns those left out, and what is to be told."""
    sifted = sift(write, image, found)
    rebuilt.add_packages(write, sifted.new)
    for package in sifted.fuller:
        rebuilt.tell_more(write, package)
    members = [package.id for package in sifted.members]
    twice = rebuilt.add_memberships(write, image.id, image.pool, members)
    differences = [*sifted.differences, *(_on_two_images(write, image, *pair) for pair in twice)]
    for package_id, other_id in twice:
        if _was_packed_again(image, images.get(write, other_id)):
            carriers.follow(
                write, package_id, image.pool, image.id, members.index(package_id), image.closed_at
            )
    return sifted.left_out(found), differences


def files_told_otherwise(
    read: Connection, image_id: str, items: Sequence[PackageFile] | Sequence[InnerFile]
) -> list[Difference]:
    """One difference for each package of which an image lists files that are known otherwise."""
    if not items:
        return []
    image, by_package = images.get(read, image_id), dict[str, list[str]]()
    for item in items:
        by_package.setdefault(item.package_id, []).append(item.path)
    found = []
    for package_id, paths in by_package.items():
        what = counted(
            "{number} file of package {package} on {here} is not what {there} says of it, {path}; what {there} says "
            "was kept",
            "{number} files of package {package} on {here} are not what {there} says of them, first of all {path}; "
            "what {there} says was kept",
            len(paths),
        ).format(
            number=len(paths),
            package=package_id,
            here=where(read, [image_id]),
            there=_elsewhere(read, package_id, image),
            path=paths[0],
        )
        found.append(Difference("files-told-twice", package_id, what, f"archivectl packages {package_id}"))
    return found


def where(read: Connection, image_ids: Collection[str]) -> str:
    """Images by their labels, each with its media: `7K3F · 3 of 6 (BD000012)`."""
    said = []
    for image_id in image_ids:
        name = images.get(read, image_id).label or image_id
        carriers = [copy.medium_id for copy in media.copies_of(read, image_id)]
        said.append(f"{name} ({', '.join(carriers)})" if carriers else name)
    return ", ".join(said)


def _elsewhere(read: Connection, package_id: str, image: Image) -> str:
    """What told of a package before this image did."""
    carriers = packages.image_ids(read, package_id).values()
    return where(read, [one for one in carriers if one is not None and one != image.id] or [image.id])


def _another_package(read: Connection, image: Image, said: Told, before: Told, package_id: str) -> Difference:
    what = _(
        "package {package} is {other}, version {other_version}, on {here}, and is {known}, version {version}, on "
        "{there}, with other content; what {there} says was kept, and the one on {here} is not in the catalog"
    ).format(
        package=package_id,
        other=said.reference,
        other_version=said.version,
        here=where(read, [image.id]),
        known=before.reference,
        version=before.version,
        there=_elsewhere(read, package_id, image),
    )
    return Difference("package-told-twice", package_id, what, "archivectl rescue extract DISC --to FOLDER")


def _other_words(read: Connection, image: Image, package_id: str) -> Difference:
    what = _(
        "title, retention or confidentiality of package {package} are not on {here} what {there} says; what {there} "
        "says was kept"
    ).format(package=package_id, here=where(read, [image.id]), there=_elsewhere(read, package_id, image))
    return Difference("package-told-twice", package_id, what, f"archivectl packages {package_id}")


def _same_reference(read: Connection, image: Image, package: Package) -> list[Difference]:
    """Packages of other numbers that say they are the same version of the same volume, and have other content."""
    found = []
    for other in rebuilt.others_called(read, package):
        if not Told.of_package(package).has_other_content_than(Told.of_package(other)):
            continue
        what = _(
            "packages {first} ({there}) and {second} ({here}) both are version {version} of {reference}, with other "
            "content; both were kept, each under its number"
        ).format(
            first=other.id,
            second=package.id,
            there=_elsewhere(read, other.id, image),
            here=where(read, [image.id]),
            version=package.version,
            reference=package.reference,
        )
        found.append(
            Difference("reference-told-twice", package.id, what, f"archivectl packages {package.id}")
        )
    return found


def _was_packed_again(image: Image, other: Image) -> bool:
    """Whether packages left the other image for this one, as far as two images that a rebuild found can tell."""
    found = image.state is other.state is ImageState.FOUND
    return found and str(image.closed_at or "") > str(other.closed_at or "")


def _on_two_images(read: Connection, image: Image, package_id: str, other_id: str) -> Difference:
    other = images.get(read, other_id)
    here, there = where(read, [image.id]), where(read, [other_id])
    if _was_packed_again(image, other):
        here, there = there, here
    if _was_packed_again(image, other) or _was_packed_again(other, image):
        words = _(
            "package {package} is on {there} and on {here}, both of pool {pool}: it was packed again, and it is "
            "fetched from {there}, which closed later"
        )
    else:
        words = _(
            "package {package} is on {there} and on {here}, both of pool {pool}; what {there} says was kept: it is "
            "fetched from there"
        )
    what = words.format(package=package_id, there=there, here=here, pool=image.pool)
    return Difference("package-on-two-images", package_id, what, f"archivectl packages {package_id}")
