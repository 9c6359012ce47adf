"""Addresses of a header, also of a long or a crafted one (D-1)."""

import time
from email.utils import getaddresses

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
