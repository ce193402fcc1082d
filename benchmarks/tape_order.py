"""How far tapes are wound to read files that lie anywhere on them: our order against others, by the model of a tape.

Wound is what a tape goes without reading: to each file in turn, and back to its beginning, which it must before it
can be unloaded. Small cases are compared with the best of all orders. Nothing is timed here: the numbers are those of
the geometry that `backends.tape.densities` gives for the generation, and are the same on every machine.

Run alone:  python -m benchmarks.tape_order
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise, permutations

from archived.policy.tape_order import Stretch, Winding, reading_order, winding
from backends.tape.densities import GENERATIONS
from backends.tape.serpentine import Serpentine
from benchmarks.table import Row, render

TAPES, FILES, FILE_BYTES = 10, 200, 20_000_000
SMALL_FILES = 8
KIND = GENERATIONS["lto-8"]
TAPE = Serpentine(KIND.wraps, KIND.length_m, KIND.capacity_bytes)
#: So much more may a cartridge hold than its makers say; then everything lies elsewhere than we think.
ERRORS = (0.001, 0.005)

Order = Callable[[Sequence[Stretch]], Sequence[Stretch]]


def measure() -> list[Row]:
    """Two rows."""
    rng = random.Random(1)
    return [_many(rng), _small(rng)]


def _many(rng: random.Random) -> Row:
    wanted = [(rng.randrange(TAPES), stretch) for stretch in _files(rng, FILES)]
    tapes = [[stretch for tape, stretch in wanted if tape == number] for number in range(TAPES)]
    asked, blocks, ours = (_total(tapes, order) for order in (lambda files: files, sorted, _ours))
    mounts = 1 + sum(one[0] != other[0] for one, other in pairwise(wanted))
    wrong = ", ".join(
        f"{_total(tapes, _ours, replace(TAPE, capacity_bytes=int(TAPE.capacity_bytes * (1 + error)))).metres:.0f} m "
        f"where a tape holds {error:.1%} more than we think"
        for error in ERRORS
    )
    detail = (
        f"{FILES} files on {TAPES} full {KIND.name} tapes, {TAPES} mounts (as asked for: {mounts}): "
        f"{_words(ours)}; each tape in the order of the request {_words(asked)}, in the order of blocks "
        f"{_words(blocks)}; {wrong}"
    )
    return Row(
        "locating: the order of the request against ours, by metres of tape",
        asked.metres / ours.metres,
        "≥ 2",
        detail,
    )


def _small(rng: random.Random) -> Row:
    cases = [_files(rng, SMALL_FILES) for _ in range(TAPES)]
    ours = [winding(reading_order(files, TAPE), TAPE).metres for files in cases]
    best = [min(winding(order, TAPE).metres for order in permutations(files)) for files in cases]
    worst = max(mine / least for mine, least in zip(ours, best, strict=True))
    detail = (
        f"{TAPES} tapes with {SMALL_FILES} files: ours {sum(ours):.0f} m, the best of all orders {sum(best):.0f} m, "
        f"the worst tape {worst:.2f}"
    )
    return Row(
        "locating: ours against the best of all orders (less is better)",
        sum(ours) / sum(best),
        "≤ 1.1",
        detail,
    )


def _files(rng: random.Random, count: int) -> list[Stretch]:
    begins = (rng.randrange(TAPE.capacity_bytes - FILE_BYTES) for _ in range(count))
    return [Stretch(begin, begin + FILE_BYTES, number) for number, begin in enumerate(begins)]


def _ours(files: Sequence[Stretch]) -> Sequence[Stretch]:
    return reading_order(files, TAPE)


def _total(tapes: Sequence[Sequence[Stretch]], order: Order, tape: Serpentine = TAPE) -> Winding:
    """Of all tapes together, each in this order, where `tape` is how they really are."""
    each = [winding(order(files), tape) for files in tapes]
    return Winding(sum(one.locates for one in each), sum(one.metres for one in each))


def _words(wound: Winding) -> str:
    return f"{wound.metres:.0f} m and {wound.locates} locates, {wound.seconds / 60:.0f} minutes"


if __name__ == "__main__":
    print(render(measure()), end="")
