"""What a text takes from a more confidential record (P-2)."""

import pytest

from client_comms.rules import write_down

pytestmark = pytest.mark.clause("P-2")

SECRET = "The neighbours complain about the noise of the pump and want to go to court."
SIGNATURE = "Kind regards, Anna Smith, Nordlicht GmbH, Hauptstraße 1, 12345 Berlin"


@pytest.mark.parametrize(
	("text", "is_quoted"),
	[
		(f"As they wrote: {SECRET}", True),
		(f"> the NEIGHBOURS complain,\n> about the noise of the pump\n\n{SIGNATURE}", True),
		("The neighbours complain about the noise", False),
		(f"We will call you. {SIGNATURE}", False),
		("", False),
	],
)
def test_quotations(text, is_quoted):
	confidential = f"{SECRET} {SIGNATURE}"
	assert write_down.quotes(text, confidential, [f"Hello. {SIGNATURE}"]) == is_quoted


def test_a_signature_that_is_nowhere_else_is_a_quotation():
	assert write_down.quotes(SIGNATURE, f"{SECRET} {SIGNATURE}")


def test_links():
	html = (
		'<a href="https://erp.example/app/client-interaction/CI-2026-00001">x</a> see /desk/issue/ISS%201?x=1'
		' and <img src="/private/files/plan.pdf?fid=abc"> /files/open.png'
	)
	assert write_down.linked_records(html) == {("client-interaction", "CI-2026-00001"), ("issue", "ISS%201")}
	assert write_down.linked_files(html) == {"/private/files/plan.pdf", "/files/open.png"}


@pytest.mark.parametrize(
	("html", "file"),
	[
		('<img src="/private/files/Screen shot 1.png?fid=abc">', "/private/files/Screen shot 1.png"),
		("<img src='/private/files/Screen shot 1.png'>", "/private/files/Screen shot 1.png"),
		('<img src="https://erp.example/private/files/a b.png?fid=1">', "/private/files/a b.png"),
		('<a href="/private/files/Anna\'s &amp; plan.pdf#2">x</a>', "/private/files/Anna's & plan.pdf"),
		('<img embed="private/files/a b.png">', "/private/files/a b.png"),
		('<img src = "/files/a b.png">', "/files/a b.png"),
	],
)
def test_files_in_attributes(html, file):
	"""In which a name can have blanks, and Frappe takes one without its first slash."""
	assert file in write_down.linked_files(html)


def test_addresses_that_are_not_of_files():
	assert write_down.linked_files('<a href="/profiles/a b">x</a> <a href="https://x/y">') == frozenset()


@pytest.mark.parametrize(
	("here", "sources", "is_passed_down"),
	[
		(10, [30], True),
		(30, [30], False),
		(10, [30, 10], False),
		(-1, [10], True),
		(-1, [-1, 30], False),
		(10, [], False),
	],
)
def test_passing_down(here, sources, is_passed_down):
	assert write_down.is_passed_down(here, sources) == is_passed_down
