"""Addresses of a header, also of a long or a crafted one (D-1)."""

import re
import time
from email.utils import getaddresses
from pathlib import Path

import pytest

from client_comms.rules import addresses

pytestmark = pytest.mark.clause("D-1")

MOST_SECONDS = 2.0  # a tenth of it suffices; all at once they take three seconds and more
PEOPLE = [(f"Doe {number}, John", f"john.{number}@client.example") for number in range(900)]
HEADER = ", ".join(f'"{name}" <{address}>' for name, address in PEOPLE)


@pytest.mark.parametrize("header", [HEADER, HEADER.replace(", ", ",\n "), f"{HEADER}, anna@client.example"])
def test_a_long_list_is_read_as_the_standard_library_reads_it(header):
	assert len(header) > 30_000
	assert addresses.parsed(header) == getaddresses([header])


@pytest.mark.parametrize("unit", ["[/", "[a", "[a,", "a[b,", "<", "<,", "[a,b", "<a,", '<a@"b,', '"a,'])
def test_a_crafted_header_is_read_soon(unit):
	header = "Re:" + unit * (100_000 // len(unit))
	began = time.process_time()
	addresses.parsed(header)
	assert time.process_time() - began < MOST_SECONDS


@pytest.mark.parametrize("endless", ['"' + "a, " * 2_000, "[a]" * 2_000])
def test_addresses_beside_what_is_none_are_found(endless):
	found = addresses.in_header(f"anna@client.example, {endless}, {HEADER}")
	assert "anna@client.example" in found and "john.899@client.example" in found


def test_one_function_says_how_an_address_is_compared():
	"""Others missed the dot with which a domain can end."""
	app = Path(__file__).resolve().parents[2] / "client_comms"
	found = [
		str(file.relative_to(app))
		for file in app.rglob("*.py")
		if re.search(r"parse_addr\([^\n]*\)\[1\][^\n]*\.lower\(\)", file.read_text())
	]
	assert found == [], "clients.addresses.bare_address"
