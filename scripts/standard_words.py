#!/usr/bin/env python3
"""Write tests/unit/standard_words.json: which messages of our catalogues Frappe or ERPNext translate as well.

Frappe merges the catalogues of all apps and the last one wins, so a word of ours would replace theirs everywhere on the site.
The file holds our own English messages, and of the standard translations only the short words that a single version has and
that we repeat for the other: facts about a language, not texts.

Usage: python scripts/standard_words.py /path/to/bench-15 /path/to/bench-16
"""

import ast
import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALE = ROOT / "client_comms" / "locale"
WORDS = ROOT / "tests" / "unit" / "standard_words.json"
_APPS = ("frappe", "erpnext")
_ENTRY = re.compile(r'^(msgctxt ".*"\n)?msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


def entries(path: Path) -> Iterator[tuple[str, str]]:
	"""`(message, translation)` of a catalogue, of the messages that stand there without a context."""
	for block in path.read_text(encoding="utf-8").split("\n\n"):
		entry = _ENTRY.search(block)
		if entry and not entry[1] and "#, fuzzy" not in block:
			message, translation = (ast.literal_eval(f"({part})") for part in entry.groups()[1:])
			if message:
				yield message, translation


def standard(bench: Path, language: str) -> dict[str, str]:
	"""What `_(message)` gives on a site of that bench without our app."""
	words = {}
	for app in _APPS:
		folder = bench / "apps" / app / app
		if (table := folder / "translations" / f"{language}.csv").exists():
			for row in csv.reader(table.open(encoding="utf-8")):
				if len(row) == 2 or (len(row) == 3 and not row[2]):
					words[row[0].replace("\\n", "\n")] = row[1].replace("\\n", "\n").strip()
		if (catalogue := folder / "locale" / f"{language}.po").exists():
			words.update({message: word for message, word in entries(catalogue) if word})
	return words


def shared(benches: list[Path], language: str) -> dict[str, list[str] | str]:
	"""`always`: our messages that every version translates, which we must not; `partly`: the word of the version that has one."""
	ours = [message for message, _translation in entries(LOCALE / "main.pot")]
	versions = [standard(bench, language) for bench in benches]
	found = {message: [words[message] for words in versions if words.get(message)] for message in ours}
	return {
		"always": sorted(message for message, words in found.items() if len(words) == len(versions)),
		"partly": {m: words[0] for m, words in sorted(found.items()) if 0 < len(words) < len(versions)},
	}


def main() -> None:
	benches = [Path(argument) for argument in sys.argv[1:]]
	if len(benches) < 2:
		sys.exit(__doc__)
	languages = sorted(path.stem for path in LOCALE.glob("*.po"))
	found = {language: shared(benches, language) for language in languages}
	WORDS.write_text(json.dumps(found, ensure_ascii=False, indent="\t") + "\n", encoding="utf-8")


if __name__ == "__main__":
	main()
