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

	@property
	def is_open(self):
		return True

	def answer(self, number):
		return number + 1


@pytest.fixture
def noted(tmp_path, monkeypatch):
	file = tmp_path / "notes"
	monkeypatch.setenv(mutation_recorder.NOTES, str(file))
	return lambda: file.read_text().splitlines() if file.exists() else []


@pytest.mark.parametrize(
	("name", "use", "result", "instead", "noting"),
	[
		("condition", lambda example: example.condition, "a condition", None, ["condition", "! condition"]),
		("is_open", lambda example: example.is_open, True, property(lambda self: True), ["is_open"]),
		(
			"condition",
			lambda example: example.condition,
			"a condition",
			lambda: "",
			["condition", "! condition"],
		),
		("answer", lambda example: example.answer(41), 42, None, ["answer"]),
		("answer", lambda example: example.answer(41), 42, lambda *args: 42, ["answer"]),
		("answer", lambda example: example.answer(41), 42, lambda *args: None, ["answer", "! answer"]),
	],
)
def test_a_control_is_noted_and_works_as_before(name, use, result, instead, noting, noted, monkeypatch):
	monkeypatch.setattr(Example, name, mutation_recorder.recorded(name, vars(Example)[name], instead))
	assert noted() == []
	assert use(Example()) == result
	assert noted() == noting


def test_an_error_says_no_and_stays_an_error(noted):
	with pytest.raises(ZeroDivisionError):
		mutation_recorder.recorded("a_control", lambda: 1 / 0)()
	assert noted() == ["a_control", "! a_control"]


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
	assert noted() == ["class: Report", "! class: Report"]


@pytest.mark.parametrize("kept_in", [list, set])
def test_a_hook_is_found_and_noted_by_a_process_that_read_no_hooks(kept_in, noted, monkeypatch):
	def refuse():
		return False

	path = mutation_recorder.recorded_path("before_request refuse", "app.requests.refuse")
	whitelisted, methods = kept_in([refuse]), {refuse: ["POST"]}
	frappe = SimpleNamespace(
		get_attr={"app.requests.refuse": refuse}.get,
		whitelisted=whitelisted,
		guest_methods=kept_in(),
		xss_safe_methods=kept_in(),
		allowed_http_methods_for_whitelisted_func=methods,
	)
	monkeypatch.setitem(sys.modules, "frappe", frappe)
	fresh = importlib.reload(mutation_recorder)
	found = getattr(fresh, path.rpartition(".")[2])
	assert noted() == [] and found() is False  # looked for, used
	assert noted() == ["before_request refuse", "! before_request refuse"]
	assert found in whitelisted and found not in frappe.guest_methods and methods[found] == ["POST"]


def test_what_only_looks_at_controls_notes_none(noted):
	use = mutation_recorder.recorded("a_control", lambda: "used", lambda: "used")
	assert mutation_recorder.silent(use)() == "used" and noted() == []
	assert use() == "used" and noted() == ["a_control"]
