"""The documentation: its examples run and print what it says, and it leaves nothing out."""

import re
import shlex
from pathlib import Path

import pytest

import sco_analysis as sco
from sco_analysis import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("seeds/*.md")])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_examples_print_what_the_page_says(generate, name):
    """Every example of README and tutorial runs, and what it prints stands below it (else: `make docs`)."""
    assert generate.with_output(name) == (ROOT / name).read_text(encoding="utf-8")


def commands_in(page):
    blocks = re.findall(r"^```(?:sh|console)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("sco-analysis ")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_is_a_command(page):
    """Each line with `sco-analysis` on a page is understood by the program: commands, options, choices."""
    for line in commands_in(page):
        arguments = cli._parser().parse_args(shlex.split(line, comments=True)[1:])
        assert callable(arguments.run), line


def test_every_make_target_shown_is_one():
    """Each `make …` on a page is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    shown = {name for page in PAGES for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text("utf-8"), re.M)}
    assert shown - targets == set()
    assert {"render", "test", "lab", "write-up"} <= shown


def test_every_command_and_public_name_is_in_the_reference():
    """The reference has a heading for each command and each public name."""
    headings = set(re.findall(r"^### (.+)$", (ROOT / "docs" / "reference.md").read_text(encoding="utf-8"), re.M))
    (commands,) = (action.choices for action in cli._parser()._subparsers._group_actions)
    assert headings == {*sco.PUBLIC, *(f"sco-analysis {name}" for name in commands)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_to_one(page):
    """A relative link on a page leads to a file or folder of the checkout, and an anchor to a heading."""
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        if anchor and found.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", found.read_text(encoding="utf-8"), re.M)
            assert anchor in {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}, target
