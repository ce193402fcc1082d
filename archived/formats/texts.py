"""README.txt and FORMAT.txt of a disc: for people who have nothing but the disc, in English and Chinese."""

from importlib.resources import files

from archived.formats.disc import DataDisc, Disc
from archived.formats.rows import utc_text

SIMULATED = "SIMULATED – NOT PRESERVED"
#: README.txt prints ranges up to this many bytes and then points to catalog/packages.csv.
RANGES_BYTES_MAX = 8192
_NOTICE = (
    f"{SIMULATED}\n"
    "This disc was made in a simulated archive room. Nothing on it is kept for posterity.\n"
    "模拟环境制作，未真正保存。\n\n"
)
_DATA = (
    "A data disc: packages of an archive as plain files under data/, each a BagIt 1.0 bag\n"
    "(RFC 8493) as it was accepted; the whole disc is a bag as well. catalog/ lists the packages,\n"
    "their files, and the receipts that were given for them. Where a package has data/package.tar\n"
    "and name-map.csv instead of its files, no disc can hold their names: unpack the tar on a Linux\n"
    "or macOS disk with  tar -xf package.tar ; name-map.csv lists what is in it, and why.",
    "数据盘。档案以普通文件保存在 data/ 下，每一卷是一个 BagIt 1.0 包（RFC 8493），\n"
    "整张盘也是一个 BagIt 包。catalog/ 是本盘各卷及其文件的目录，以及接收回执。\n"
    "若某卷只有 data/package.tar 和 name-map.csv，说明其文件名无法直接存于光盘：\n"
    "请在 Linux 或 macOS 上用 tar -xf package.tar 解开，name-map.csv 是其中内容与原因的清单。",
)
_PARITY = (
    "A parity disc: parity.bin holds no archive files. Together with other discs of its set it\n"
    "rebuilds those that are lost. descriptor.json holds lengths and checksums of all members,\n"
    "catalog/ lists the packages of the whole set.",
    "校验盘。parity.bin 本身不含档案文件，与同组其他盘一起可重建丢失的盘。\n"
    "descriptor.json 保存全组成员的长度与校验值，catalog/ 是整组各卷的目录。",
)


def readme(disc: Disc) -> bytes:
    """README.txt. A simulated disc says so in its first line."""
    is_data = isinstance(disc, DataDisc)
    what_en, what_zh = _DATA if is_data else _PARITY
    identity = disc.identity
    parity = [str(member.position) for member in identity.members if member.kind == "parity"]
    text = (files("archived.formats") / "readme.txt").read_text(encoding="utf-8")
    return text.format(
        notice=_NOTICE if disc.simulated else "",
        notice_zh=_NOTICE if disc.simulated else "",
        label=disc.label_line,
        institution=disc.institution.name,
        institution_zh=disc.institution.name_zh or disc.institution.name,
        contact=disc.institution.contact,
        what_en=what_en,
        what_zh=what_zh,
        image_id=disc.image_id,
        set_id=identity.set_id,
        position=disc.position,
        total=identity.total,
        n=identity.n,
        m=identity.m,
        closed=utc_text(disc.closed_at),
        ranges=_ranges(disc.ranges) if isinstance(disc, DataDisc) else "",
        manifest="manifest-sha256.txt" if is_data else "SHA256SUMS.txt",
        bag_en="The files outside data/ are checked in the same way with tagmanifest-sha256.txt.\n" * is_data,
        fingerprint=disc.site_key.fingerprint,
        parity=f"member {parity[0]}" if len(parity) == 1 else f"members {parity[0]} to {parity[-1]}",
        parity_zh=f"第 {parity[0]} 张" if len(parity) == 1 else f"第 {parity[0]} 至 {parity[-1]} 张",
    ).encode("utf-8")


def format_text() -> bytes:
    """FORMAT.txt: the format page that every disc carries."""
    return (files("archived.formats") / "FORMAT.txt").read_text(encoding="utf-8").encode("utf-8")


def _ranges(ranges: tuple[str, ...]) -> str:
    if not ranges:
        return ""
    lines, room = ["", "On this disc 本盘内容:"], RANGES_BYTES_MAX
    for number, name in enumerate(ranges):
        line = f"  {name}"
        room -= len(line.encode("utf-8")) + 1
        if room < 0:
            lines.append(f"  … and {len(ranges) - number} more: see catalog/packages.csv")
            break
        lines.append(line)
    return "\n".join(lines) + "\n"
