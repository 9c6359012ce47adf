"""The recorder of `scripts/run-mutations` notes controls of every kind, and leaves what they do alone."""

import functools
import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import mutation_recorder


class Example:
	@functools.cached_property
	def condition(self):
		return "a condition"

	def answer(self, number):
		return number + 1


@pytest.fixture
def noted(tmp_path, monkeypatch):
	file = tmp_path / "notes"
	monkeypatch.setenv(mutation_recorder.NOTES, str(file))
	return lambda: file.read_text().split() if file.exists() else []


@pytest.mark.parametrize(
	("name", "use", "result"),
	[
		("condition", lambda example: example.condition, "a condition"),
		("answer", lambda example: example.answer(41), 42),
	],
)
def test_a_control_is_noted_and_works_as_before(name, use, result, noted, monkeypatch):
	monkeypatch.setattr(Example, name, mutation_recorder.recorded(name, vars(Example)[name]))
	assert noted() == []
	assert use(Example()) == result
	assert noted() == [name]


def test_a_property_of_a_document_can_still_be_set(noted, monkeypatch):
	class Document:
		doctype = "Report"

		@property
		def filters(self):
			return self.given

		@filters.setter
		def filters(self, given):
			self.given = given

	Document.filters = mutation_recorder.recorded_of("class: ", Document.filters)
	document = Document()
	document.filters = "mine"
	assert document.filters == "mine"
	assert noted() == ["class:", "Report"]


def test_a_hook_is_found_and_noted_by_a_process_that_read_no_hooks(noted, monkeypatch):
	path = mutation_recorder.recorded_path("before_request refuse", "app.requests.refuse")
	monkeypatch.setitem(sys.modules, "frappe", SimpleNamespace(get_attr=lambda path: f"what is at {path}"))
	fresh = importlib.reload(mutation_recorder)
	assert getattr(fresh, path.rpartition(".")[2]) == "what is at app.requests.refuse"
	assert noted() == ["before_request", "refuse"]


def test_what_only_looks_at_controls_notes_none(noted):
	use = mutation_recorder.recorded("a_control", lambda: "used")
	assert mutation_recorder.silent(use)() == "used" and noted() == []
	assert use() == "used" and noted() == ["a_control"]
