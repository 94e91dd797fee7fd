"""All outputs of an issue of 45 items, from the database, beside npm's mjml making the mail alone.

    python bench/render.py [--items 45] [--rounds 15]

npm's mjml is installed by name into a temporary folder; both convert the same MJML, warm, and of
the rounds the one that took the least CPU counts. Without npm the comparison is left out, and the
bench says so.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="newsdesk-bench-")
os.environ["DATABASE_URL"] = ""
# As on a public site: without DEBUG.
os.environ |= {"SECRET_KEY": "k" * 60, "ADDRESS_KEY": "a" * 60, "ALLOWED_HOSTS": "testserver"}

import django

django.setup()

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from digest import tree
from digest.drawing import Press
from digest.models import Issue, IssueSection, LinkBlock
from digest.outputs import MAIL
from digest.preflight import inspect
from digest.rendering import render
from publication.masthead import current
from tests.forms import fields_of
from toolbox import mjml

PREVIEW = 300.0  # milliseconds
NODE = """
const {{ default: mjml2html }} = await import("mjml");
const source = (await import("node:fs")).readFileSync("issue.mjml", "utf8");
const taken = [];
let html = "";
for (let round = 0; round < {rounds}; round += 1) {{
  const began = process.cpuUsage();
  html = (await mjml2html(source)).html;
  const used = process.cpuUsage(began);
  taken.push((used.user + used.system) / 1000);
}}
console.log(JSON.stringify({{ taken, size: html.length }}));
"""


def fill(items: int) -> Issue:
    """A draft like the ones readers get: five sections, a sentence or two for each link."""
    issue = Issue.objects.create(number=1, title="What came in this week", date=date(2026, 11, 27))
    for position, title in enumerate(("News", "Articles", "Projects", "Videos", "Forum")):
        section = IssueSection.objects.create(issue=issue, title=title, position=position)
        LinkBlock.objects.bulk_create(
            LinkBlock(
                parent=issue,
                region=section.key,
                ordering=n,
                title=f"A story of {title.lower()} that has some seven words in it, number {n}",
                url=f"https://site{n}.example/{title.lower()}/{n}?utm_source=x&id={n}",
                blurb='<p>What it is <b>about</b>, and <a href="https://example.org/">why</a> '
                "one should read it: because somebody found it worth two whole sentences.</p>",
            )
            for n in range(position, items, 5)
        )
    return issue


def milliseconds(deed: Callable[[], object], rounds: int) -> list[float]:
    """Of CPU: what else this machine does is no matter."""
    taken = []
    for _ in range(rounds + 2):
        began = time.process_time()
        deed()
        taken.append((time.process_time() - began) * 1000)
    return taken[2:]


def node(source: str, rounds: int) -> float | None:
    """The quickest conversion by npm's mjml, in milliseconds; None where npm is missing."""
    if not (shutil.which("npm") and shutil.which("node")):
        print("npm or node was not found: the comparison with mjml is left out.")
        return None
    with tempfile.TemporaryDirectory(prefix="newsdesk-mjml-") as name:
        folder = Path(name)
        (folder / "issue.mjml").write_text(source, encoding="utf-8")
        (folder / "convert.mjs").write_text(NODE.format(rounds=rounds), encoding="utf-8")
        install = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "mjml"]
        subprocess.run(install, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        said = subprocess.run(
            ["node", "convert.mjs"], cwd=folder, check=True, capture_output=True, text=True
        ).stdout
    told = json.loads(said)
    print(f"mjml (node): {min(told['taken']):.1f} ms for the mail, {told['size'] / 1024:.0f} KB")
    return float(min(told["taken"]))


def previews(issue: Issue, rounds: int) -> None:
    """What an editor waits for: the page of the preview, and the form drawn as it stands."""
    client = Client()
    client.force_login(User.objects.create_superuser("editor", "editor@example.com", "editor"))
    page = reverse("admin:digest_issue_preview", args=[issue.pk])
    desk = reverse("admin:digest_issue_change", args=[issue.pk])
    fields = fields_of(client.get(desk).content.decode(), "issue_form")
    trial = reverse("admin:digest_issue_trial", args=[issue.pk, "email"])
    # As static/newsdesk/preview.js posts it.
    typed, kind = urlencode(fields, doseq=True), "application/x-www-form-urlencoded"
    for name, deed in (
        ("preview, the page", lambda: client.get(page)),
        ("preview, the unsaved form", lambda: client.post(trial, typed, content_type=kind)),
    ):
        assert deed().status_code == 200, name
        taken = milliseconds(deed, rounds)
        told = f"{min(taken):.0f} ms, median {statistics.median(taken):.0f} ms"
        print(f"{name}: {told} (limit {PREVIEW:g})")
        print(f"ratio {name.split(', the ')[1].replace(' ', '-')}/limit {min(taken) / PREVIEW:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=45)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    try:
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        issue = fill(args.items)
        source = Press(issue, tree.read(issue), current()).draw(MAIL)
        outputs = min(milliseconds(lambda: render(issue), args.rounds))
        alone = min(milliseconds(lambda: mjml.to_html(source), args.rounds))
        checked = min(milliseconds(lambda: inspect(issue), args.rounds))
        size = len(render(issue).email_html.encode()) / 1024
        print(f"{args.items} items, mail of {size:.0f} KB; quickest of {args.rounds}")
        print(f"all outputs from the database: {outputs:.1f} ms, of it MJML {alone:.1f} ms")
        print(f"all outputs and the whole pre-flight: {checked:.1f} ms")
        previews(issue, args.rounds)
        theirs = node(source, args.rounds)
        if theirs is not None:
            print(f"ratio mjml-node/mjml {theirs / alone:.1f}")
            print(f"ratio mjml-node/all-outputs {theirs / outputs:.2f}")
    finally:
        shutil.rmtree(os.environ["VAR_DIR"])


if __name__ == "__main__":
    main()
