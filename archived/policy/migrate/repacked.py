"""What packing again makes of packages: images, sets and media, at most. By the rules that packing itself goes by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archived.language import _
from archived.model import GroupKey
from archived.policy.cartridges import WantedImage, cost_on_tape, place_copies, place_members
from archived.policy.migrate.costs import MOUNTS_TO_WRITE, Costs
from archived.policy.migrate.facts import PackageFact, PoolFact
from archived.policy.packing import Candidate, choose
from archived.policy.placement import UnplacedMember, place


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image as it would close, and what may join a set with it."""

    name: str
    size_bytes: int
    scope: str
    confidentiality: str
    copies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Packed:
    """What packages become in a pool. What is refused can never be; what is short waits for media."""

    costs: Costs
    refused: tuple[str, ...] = ()
    short: tuple[str, ...] = ()


def pack_again(packages: Iterable[PackageFact], pool_name: str, pools: Mapping[str, PoolFact]) -> Packed:
    """The images, sets and media that these packages come to in a pool, when they close without company."""
    pool = pools[pool_name]
    found = tuple(packages)
    images, refused = _images(found, pool)
    costs, short = Costs(), []
    by_scope: dict[tuple[str, str], list[NewImage]] = defaultdict(list)
    for image in images:
        by_scope[image.scope, image.confidentiality].append(image)
    for members in by_scope.values():
        for start in range(0, len(members), pool.n):
            part, words = _set(members[start : start + pool.n], pool, pools)
            costs = costs.plus(part)
            short += words
    beside: dict[str, list[NewImage]] = defaultdict(list)
    for image in images:
        for name in image.copies:
            beside[name].append(image)
    for name, wanted in sorted(beside.items()):
        part, words = _beside(wanted, pools.get(name), name)
        costs = costs.plus(part)
        short += words
    return Packed(costs, tuple(refused), tuple(short))


def _images(packages: Sequence[PackageFact], pool: PoolFact) -> tuple[list[NewImage], list[str]]:
    groups: dict[GroupKey, list[PackageFact]] = defaultdict(list)
    for package in packages:
        groups[package.groups[pool.name]].append(package)
    images: list[NewImage] = []
    refused = []
    for key in sorted(groups, key=str):
        aboard = {package.package_id: package for package in groups[key]}
        waiting: tuple[Candidate, ...] = tuple(package.candidate for package in groups[key])
        while waiting:
            choice = choose(waiting, (), pool.limit_bytes)
            for item in choice.too_large:
                refused.append(
                    _(
                        "package {package} takes {bytes} bytes, and an image of pool {pool} holds {limit}"
                    ).format(
                        package=item.package_id, bytes=item.cost_bytes, pool=pool.name, limit=pool.limit_bytes
                    )
                )
            if choice.package_ids:
                first = aboard[choice.package_ids[0]]
                copies = frozenset(name for one in choice.package_ids for name in aboard[one].copies)
                images.append(
                    NewImage(
                        f"new-{len(images) + 1}",
                        choice.bytes_used + pool.overhead_bytes,
                        first.scopes[pool.name],
                        key.confidentiality,
                        copies - {pool.name},
                    )
                )
            waiting = (*choice.left_out, *choice.deferred)
    return images, refused


def _set(
    members: Sequence[NewImage], pool: PoolFact, pools: Mapping[str, PoolFact]
) -> tuple[Costs, list[str]]:
    largest = max(member.size_bytes for member in members)
    # A parity image wraps a file as long as the longest data image.
    parity = [("parity", largest + pool.overhead_bytes)] * pool.m
    home = [(member.name, member.size_bytes) for member in members]
    elsewhere = pools.get(pool.parity_pool)
    parts = [(pool, [*home, *parity])] if elsewhere is None else [(pool, home), (elsewhere, parity)]
    costs, short = Costs(images=len(members) + pool.m), list[str]()
    for where, wanted in parts:
        sizes = [size for _name, size in wanted]
        blanks, words = _media_for(where, sizes, pool.m, members[0].confidentiality)
        short += words
        costs = costs.plus(
            Costs(written_bytes=sum(sizes), mounts=MOUNTS_TO_WRITE * len(sizes), blanks={where.name: blanks})
        )
    return costs, short


def _media_for(pool: PoolFact, sizes: Sequence[int], m: int, confidentiality: str) -> tuple[int, list[str]]:
    """How many media are begun for the members of a new set, and why they are not there."""
    if not pool.tape:
        members = [UnplacedMember(str(number), size) for number, size in enumerate(sizes)]
        found = place(members, (), pool.blanks, m, set_id=_("a new set"))
        return len(sizes), [found.refusal] if found.refusal else []
    wanted = _wanted(sizes, pool, confidentiality)
    placed = place_members(wanted, (), pool.cartridges, m, set_id=_("a new set"))
    if placed.refusal:
        return -(-len(sizes) // m), [placed.refusal]
    return _begun(pool, placed.assignments), []


def _beside(images: Sequence[NewImage], pool: PoolFact | None, name: str) -> tuple[Costs, list[str]]:
    if pool is None:
        return Costs(), [_("there is no pool {name}, in which classes ask for copies").format(name=name)]
    sizes = [image.size_bytes for image in images]
    plan = place_copies(_wanted(sizes, pool, images[0].confidentiality), pool.cartridges)
    costs = Costs(
        written_bytes=sum(sizes),
        mounts=MOUNTS_TO_WRITE * len(sizes),
        blanks={name: _begun(pool, plan.assignments)},
    )
    return costs, list(plan.refused.values())[:1]


def _wanted(sizes: Sequence[int], pool: PoolFact, confidentiality: str) -> list[WantedImage]:
    return [
        WantedImage(str(number), cost_on_tape(size, pool.block_bytes), confidentiality)
        for number, size in enumerate(sizes)
    ]


def _begun(pool: PoolFact, assignments: Mapping[str, str]) -> int:
    fresh = {cartridge.medium_id for cartridge in pool.cartridges if not cartridge.begun}
    return len(fresh & set(assignments.values()))
