"""Two Unix users, as the kernel tells them to a daemon that serves: one asks, another one agrees."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.running import CAN_BE_OTHERS, Site

ANNA, BO = 4_000_001, 4_000_002
DISC = "SIM00001"

pytestmark = pytest.mark.skipif(not CAN_BE_OTHERS, reason="only root becomes two other Unix users")


def test_a_disc_is_destroyed_by_two_users_and_openssl_believes_the_certificate(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    site = make_site()
    site.start()
    destroy = ("media", "destroy", DISC, "--method", "shredded", "--reason", "scratched")
    assert "take it out first" in site.ctl_as(ANNA, *destroy).document["message"]
    taken_out = site.ask("library", "export", DISC, "--reason", "to be destroyed")
    assert "import/export slot" in taken_out["items"][0]["place"]
    site.ask("simulate", "take", DISC)
    site.ask("library", "inventory")
    site.wait(lambda: site.ask("vault", "transports", "TR00001")["counts"]["out"], "the disc to be out")
    assert f"missing:{DISC}" not in site.attentions()
    assert site.ctl(*destroy).document["code"] == "not-permitted"  # root
    asked = site.ask_as(ANNA, *destroy)
    assert asked["asked_by"] == f"uid:{ANNA}"
    give = ("approvals", "give", asked["id"], "--reason", "seen")
    assert site.ctl_as(ANNA, *give).document["code"] == "not-permitted"
    assert site.ask_as(BO, *give)["ended_by"] == f"uid:{BO}"
    assert site.ask("media", DISC)["state"] == "destroyed"
    site.wait(lambda: site.ask("vault", "transports", "TR00001")["counts"]["ended"], "its way to end")
    file = tmp_path / "certificate.json"
    site.ask("media", "certificates", "MD00001", "--output", file)
    document = json.loads(file.read_text())
    assert (document["asked"]["by"], document["agreed"]["by"]) == (f"uid:{ANNA}", f"uid:{BO}")
    assert site.ask("receipt", "verify", file)["verdict"] == "right"
    file.write_text(file.read_text().replace("shredded", "burnt"))
    assert site.ctl("receipt", "verify", file).status == 21
    file.write_text(json.dumps(document))
    if shutil.which("jq") and shutil.which("openssl"):
        key = site.folder / "keys" / "site-key.pem"
        steps = f"""jq -acjS 'del(.signature, .repeated)' {file} > {tmp_path}/signed
            jq -r .signature.value {file} | base64 -d > {tmp_path}/value
            openssl pkeyutl -verify -pubin -inkey {key} -rawin -in {tmp_path}/signed -sigfile {tmp_path}/value"""
        subprocess.run(["sh", "-ec", steps], check=True, capture_output=True)
