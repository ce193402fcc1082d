"""Certificates of destruction: a signed JSON document, and the page of it that people sign. Pure.

It is signed as receipts are (see `signing`), and checked in the same way.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from archived.approvals import Approval
from archived.formats.bag_making import NOTICE_SIMULATED
from archived.formats.signing import SigningKey, sign

#: What kind of certificate it is: that packages were destroyed is another one.
KIND: Final = "destruction of media"
VERSION: Final = 1


def destruction_certificate(
    certificate_id: str,
    approval: Approval,
    *,
    institution: str,
    media: Sequence[Mapping[str, Any]],
    agreed_by: str,
    agreed_because: str,
    at: datetime,
    simulated: bool,
    key: SigningKey,
) -> dict[str, Any]:
    """The signed certificate that these media were destroyed.

    `media` say of each what it was known by, and of each image on it where it is still, and what it carried.
    """
    notice = {"notice": NOTICE_SIMULATED} if simulated else {}
    return sign(
        notice
        | {
            "certificate": KIND,
            "version": VERSION,
            "id": certificate_id,
            "institution": institution,
            "destroyed_at": _iso(at),
            "method": str(approval.terms["method"]),
            "approval": approval.id,
            "asked": {
                "by": approval.asked_by,
                "at": _iso(approval.asked_at),
                "reason": approval.reason,
            },
            "agreed": {"by": agreed_by, "at": _iso(at), "reason": agreed_because},
            "media": [dict(item) for item in media],
        },
        key,
    )


def certificate_page(document: Mapping[str, Any]) -> str:
    """The certificate as a page of text, English and Chinese, with room for two signatures."""
    lines = [str(document["notice"]), ""] if "notice" in document else []
    lines += [
        f"Certificate of destruction 销毁证明  {document['id']}",
        "",
        f"Institution 机构        {document['institution']}",
        f"Destroyed 销毁时间      {document['destroyed_at']}",
        f"Method 销毁方式         {document['method']}",
        f"Asked by 申请人         {_said(document['asked'])}",
        f"Agreed by 审批人        {_said(document['agreed'])}",
        f"Approval 审批号         {document['approval']}",
        f"Media 介质数            {len(document['media'])}",
        "",
    ]
    for number, item in enumerate(document["media"], start=1):
        lines += _medium_lines(number, item)
    signature = document["signature"]
    lines += [
        "",
        f"Signed by key 签名密钥  {signature['key_id']}",
        f"Signature 签名          {signature['value']}",
        "",
        "Name, date, signature   姓名、日期、签字   ____________________________________",
        "",
        "Name, date, signature   姓名、日期、签字   ____________________________________",
        "",
    ]
    return "\n".join(lines)


def _medium_lines(number: int, item: Mapping[str, Any]) -> list[str]:
    known_by = [
        f"{name} {item[key]}"
        for name, key in (
            ("barcode 条码", "barcode"),
            ("label 标签", "printed_label"),
            ("tag 射频标签", "rfid_uid"),
            ("volume id 卷标", "volume_id"),
            ("batch 采购批次", "batch"),
        )
        if item.get(key)
    ]
    lines = [f"{number}. {item['medium']}  {item['kind']}  ({'; '.join(known_by)}), {item['state']}"]
    for copy in item["copies"]:
        place = f"set {copy['set']} position {copy['position']}" if copy["set"] else "no set"
        lines.append(f"   image 映像 {copy['image']} ({copy['kind']}, {place}), copy 拷贝 {copy['state']}")
        elsewhere = ", ".join(copy["elsewhere"]) or "none 无"
        lines.append(f"      verified copies elsewhere 其他已校验拷贝: {elsewhere}")
        lines += [
            f"      package 档案包 {package['id']}  {package['reference']}  v{package['version']}  {package['state']}"
            for package in copy["packages"]
        ]
    if not item["copies"]:
        lines.append("   it carried nothing 未载任何内容")
    return lines


def _said(item: Mapping[str, Any]) -> str:
    return f"{item['by']}  {item['at']}  {item['reason']}"


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
