#!/usr/bin/env python3
"""Write docs/events.md: what runs at which event of which document, in which order. hooks.py puts it together in several ways.

Usage: python scripts/document_events.py
"""

import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
HOOKS = ROOT / "client_comms" / "hooks.py"
PAGE = ROOT / "docs" / "events.md"
_PREFIX = "client_comms."
_HEAD = """# What runs at events of documents

What this app does when documents of any app are stored, changed, printed or deleted, in this order: it matters where one handler refuses what another
would act on. Made by `python scripts/document_events.py` of `doc_events` in `client_comms/hooks.py`, where most DocTypes have an entry of their own, and
what holds for many of them is put before the others below it. Paths begin below `client_comms/`.

Frappe calls the method of the document's class first, then these, in the order of the apps, then those of every document (`*`), then Server
Scripts and webhooks. DocTypes of other apps that are [registered as sources](sources.md#register-a-source) get the handlers of *WhatsApp Message*.

| DocType | event | handlers |
|---|---|---|
"""


def page() -> str:
	"""The page as it is now."""
	rows = [
		f"| {doctype if doctype != '*' else '`*`'} | `{event}` | {_listed(paths)} |"
		for doctype, events in sorted(runpy.run_path(str(HOOKS))["doc_events"].items())
		for event, paths in sorted(events.items())
	]
	return _HEAD + "\n".join(rows) + "\n"


def _listed(paths: str | list[str]) -> str:
	in_order = [paths] if isinstance(paths, str) else paths
	return "<br>".join(f"`{path.removeprefix(_PREFIX)}`" for path in in_order)


if __name__ == "__main__":
	PAGE.write_text(page())
