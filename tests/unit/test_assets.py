"""Browsers load the app's scripts again when these have changed, and only then."""

import re
import runpy
from pathlib import Path

import pytest

from client_comms import assets


def test_the_address_follows_the_content(tmp_path, monkeypatch):
	monkeypatch.setattr(assets, "_PUBLIC", tmp_path)
	(tmp_path / "a.js").write_text("1")
	before = assets.versioned("a.js")
	assert before == assets.versioned("a.js") and before.startswith("/assets/client_comms/a.js?v=")
	(tmp_path / "a.js").write_text("2")
	assert assets.versioned("a.js") != before
	with pytest.raises(FileNotFoundError):
		assets.versioned("b.js")


def test_every_script_of_the_desk_is_there_once():
	hooks = runpy.run_path(str(Path(assets.__file__).with_name("hooks.py")))
	scripts = hooks["app_include_js"]
	assert len(set(scripts)) == len(scripts) > 20
	assert all("?v=" in each for each in (*scripts, hooks["app_include_css"]))


def test_the_style_sheet_does_not_ask_what_is_anywhere_on_the_page():
	"""The browser would style every element again, whenever one is added; the desk's version is a class of the page."""
	sheet = (Path(assets.__file__).parent / "public/css/client_comms.css").read_text()
	assert "client-comms-sidebar" in sheet
	assert [line for line in sheet.splitlines() if re.search(r"(body[^ ]*|&(?!\s)[^ ]*):has\(", line)] == []
