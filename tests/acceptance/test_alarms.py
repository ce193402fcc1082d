"""A real daemon tells a real web server of what waits for a person, over its own death, and hands out its reports."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

from tests.acceptance.running import Site
from tests.unit.archived.alerting.servers import WebServer, serving
from tests.unit.archived.reports.test_forms import assert_alone

HOOK = """
[alerts.hooks.web]
kind = "webhook"
url = "{url}"
secret_file = "{secret}"
only = ["stopped:"]
"""


def test_what_waits_is_told_and_what_is_over_too_whoever_kills_the_daemon_meanwhile(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    server, secret = WebServer(), tmp_path / "secret"
    secret.write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")
    secret.chmod(stat.S_IRUSR | stat.S_IWUSR)
    site = make_site(settings={"settle_min = 2.0": "settle_min = 0.0"})
    toml = site.folder / "archived.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8") + HOOK.format(url=server.url, secret=secret), encoding="utf-8"
    )

    def told() -> list[tuple[str, str]]:
        documents = [json.loads(post.body) for post in server.got]
        return [(item["event"], item["id"]) for document in documents for item in document["items"]]

    with serving(server):
        site.start()
        assert site.ask("alerts", "test", "web")["state"] == "sent"
        site.ask("writes", "pause", "--reason", "the air is damp")
        site.kill()
        site.start()
        site.wait(lambda: told() == [("new", "stopped:writes")], "the web server to hear of it")
        assert site.ctl("attention").status == 10
        site.ask("attention", "ack", "stopped:writes", "--reason", "it dries")
        assert site.attentions()["stopped:writes"]["acknowledged"]["reason"] == "it dries"
        site.ask("writes", "resume", "--reason", "dry again")
        site.kill()
        site.start()
        site.wait(lambda: len(told()) == 2, "the web server to hear that it is over")
        assert told()[-1] == ("recovered", "stopped:writes")
        kinds = [line["kind"] for line in site.items("attention", "history", "stopped:writes")]
        assert kinds == ["raised", "acknowledged", "recovered"]
    found = site.ask("report", "exceptions")["sections"]
    known = next(section["rows"] for section in found if section["id"] == "acknowledgements")
    assert [row["reason"] for row in known] == ["it dries"]
    page = tmp_path / "exceptions.html"
    line = ("--site", site.folder, "report", "exceptions", "--format", "html", "--output", page)
    assert site.run("archivectl", *line).status == 0
    assert_alone(page.read_text(encoding="utf-8"))
