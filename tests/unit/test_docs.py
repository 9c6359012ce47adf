"""No link of the documentation is dead: files, headings, pictures. Addresses of other sites are not asked."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")))
_LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)|(?:href|src)=["']([^"']+)""")
_CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-z]+:")


def links(text: str) -> list[str]:
	return [file or attribute for file, attribute in _LINK.findall(_CODE.sub("", text))]


def anchors(text: str) -> set[str]:
	"""The headings as the links that GitHub makes of them; the second of the same name gets a number."""
	found: set[str] = set()
	for heading in _HEADING.findall(re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)):
		shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
		anchor = again = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
		number = 0
		while again in found:
			number += 1
			again = f"{anchor}-{number}"
		found.add(again)
	return found


def dead(page: Path, text: str) -> list[str]:
	found = []
	for link in links(text):
		if _ELSEWHERE.match(link):
			continue
		file, _hash, anchor = link.partition("#")
		target = (page.parent / file).resolve() if file else page
		if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
			found.append(link)
	return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_dead(page):
	assert dead(page, page.read_text()) == []


def test_every_page_of_the_documentation_can_be_reached_from_the_first():
	reached, waiting = set(), [ROOT / "README.md"]
	while waiting:
		page = waiting.pop()
		if page in reached:
			continue
		reached.add(page)
		for link in links(page.read_text()):
			target = (page.parent / link.partition("#")[0]).resolve()
			if target in PAGES:
				waiting.append(target)
	assert {page for page in PAGES if page.parent.name == "docs"} <= reached


def test_a_dead_link_is_noticed(tmp_path):
	page = tmp_path / "here.md"
	page.write_text(
		"# A `b`: c & d\n## Twice\n## Twice\n[x](#a-b-c--d) [x](here.md#twice-1) [x](https://gone.example) `[x](gone.md)`\n"
		"[x](gone.md) [x](#gone) ![x](gone.png) <img src='gone.svg'>\n"
	)
	assert dead(page, page.read_text()) == ["gone.md", "#gone", "gone.png", "gone.svg"]
