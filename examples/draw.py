"""Draws what is not text in the example collection: two BMP pictures, one PNG, and a year of weather.

Everything is computed, so that nobody owns it but us: `python examples/draw.py` writes the same bytes again.
"""

import csv
import io
import math
import struct
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

Colour = tuple[int, int, int]
Painter = Callable[[int, int], Colour]

SKY, BRICK, JOINT, DARK = (214, 226, 238), (156, 92, 70), (196, 178, 160), (46, 40, 40)
WATER, BANK, STONE = (120, 152, 170), (126, 138, 92), (168, 162, 150)


def gate(x: int, y: int) -> Colour:
    """A brick gate with one arch under an even sky; 240 by 160."""
    if not (30 <= x < 210 and y >= 50):
        return SKY if y < 140 else BANK
    if (x - 120) ** 2 + (max(0, 105 - y)) ** 2 < 30**2 and y > 75:
        return DARK
    row = (y - 50) // 8
    joint = y % 8 == 2 or (x + 9 * (row % 2)) % 18 == 0
    return JOINT if joint else BRICK


def canal(x: int, y: int) -> Colour:
    """A canal with a stone bridge; 240 by 160."""
    if 60 <= y < 84 and ((x - 120) / 60) ** 2 + ((y - 96) / 30) ** 2 > 1:
        return STONE
    if y < 72:
        return SKY
    shore = 96 + int(6 * math.sin(x / 31))
    if y < shore:
        return BANK
    return WATER if (x // 3 + y) % 7 else SKY


def bmp(width: int, height: int, paint: Painter) -> bytes:
    """A 24-bit BMP (BITMAPINFOHEADER), rows from the bottom up, blue first."""
    rows = []
    for y in reversed(range(height)):
        row = b"".join(bytes(reversed(paint(x, y))) for x in range(width))
        rows.append(row + bytes(-len(row) % 4))
    pixels = b"".join(rows)
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    return struct.pack("<2sIHHI", b"BM", 54 + len(pixels), 0, 0, 54) + info + pixels


def png(width: int, height: int, paint: Painter) -> bytes:
    """A true-colour PNG (ISO/IEC 15948), every line with filter 0."""
    lines = b"".join(b"\0" + b"".join(bytes(paint(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def weather(year: int) -> str:
    """A year of weather as a sine with some unrest, in a table with Chinese and English heads."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["日期 date", "最高 max °C", "最低 min °C", "雨 rain mm"])
    day = date(year, 1, 1)
    while day.year == year:
        number = day.timetuple().tm_yday
        unrest = (number * 7919 % 97) / 97 - 0.5
        mean = 15 - 13 * math.cos(2 * math.pi * (number - 20) / 366) + 5 * unrest
        rain = max(0.0, round(40 * (unrest - 0.25), 1)) if 120 < number < 280 else 0.0
        writer.writerow([day.isoformat(), f"{mean + 5:.1f}", f"{mean - 4:.1f}", f"{rain:.1f}"])
        day += timedelta(days=1)
    return table.getvalue()


def main() -> None:
    collection = Path(__file__).resolve().parent / "collection"
    (collection / "1990-001 老城门照片 city gate/城门 gate.bmp").write_bytes(bmp(240, 160, gate))
    (collection / "1990-001 老城门照片 city gate/.thumb.png").write_bytes(
        png(60, 40, lambda x, y: gate(4 * x, 4 * y))
    )
    (collection / "1990-002 运河照片 canal/运河 canal.bmp").write_bytes(bmp(240, 160, canal))
    (collection / "1988-001 气象日记 weather diary/一九八八年.csv").write_text(
        weather(1988), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
