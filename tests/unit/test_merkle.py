"""Merkle trees: the roots that others have published, and those of the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import merkle
from client_comms.rules.merkle import CompactRange, leaf_hash, node_hash

pytestmark = pytest.mark.clause("P-2", "R-3")

# Leaves and roots retyped from github.com/transparency-dev/merkle, proof/verify_test.go (Apache 2.0), which are those of
# Certificate Transparency's reference implementation.
LEAVES = [
	bytes.fromhex(each)
	for each in (
		"",
		"00",
		"10",
		"2021",
		"3031",
		"40414243",
		"5051525354555657",
		"606162636465666768696a6b6c6d6e6f",
	)
]
ROOTS = [
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# RFC 9162 section 2.1.1 and RFC 6962 section 2.1: the hash of an empty list is that of an empty string.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")

in_bytes = bytes.fromhex


def root(size):
	return in_bytes(ROOTS[size - 1]) if size else in_bytes(EMPTY)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
	assert merkle.root(LEAVES[:size]) == root(size)


# --- properties --------------------------------------------------------------------------------

leaves = st.lists(st.binary(max_size=3), max_size=40)


def by_definition(hashed):
	"""RFC 6962 section 2.1, word by word."""
	if len(hashed) < 2:
		return hashed[0] if hashed else merkle.EMPTY_ROOT
	split = max(1 << power for power in range(len(hashed).bit_length()) if 1 << power < len(hashed))
	return node_hash(by_definition(hashed[:split]), by_definition(hashed[split:]))


@given(leaves)
def test_the_root_is_that_of_the_definition(data):
	assert merkle.root(data) == by_definition([leaf_hash(each) for each in data])


@given(leaves, st.data())
def test_a_tree_goes_on_from_its_nodes_alone(data, draws):
	at = draws.draw(st.integers(0, len(data)))
	tree = CompactRange()
	for each in data[:at]:
		tree.append(leaf_hash(each))
	again = CompactRange.from_text(at, tree.to_text())
	assert again == tree
	for each in data[at:]:
		again.append(leaf_hash(each))
	assert again.root() == merkle.root(data)
	assert tree.end == at, "the copy is one of its own"


@given(leaves, st.data())
def test_a_part_of_the_tree_stands_for_its_leaves(data, draws):
	begin = draws.draw(st.integers(0, len(data)))
	end = draws.draw(st.integers(begin, len(data)))
	part = CompactRange(begin, begin)
	for each in data[begin:end]:
		part.append(leaf_hash(each))
	tree = CompactRange()
	for each in data[:begin]:
		tree.append(leaf_hash(each))
	for level, hashed in part.nodes:
		tree.append(hashed, level)
	for each in data[end:]:
		tree.append(leaf_hash(each))
	assert tree.root() == merkle.root(data)
	assert len(part.nodes) <= 2 * (end - begin).bit_length()


def test_nodes_that_do_not_fit_are_refused():
	for size, text in ((3, "00" * 32), (1, "00" * 31), (0, "00" * 32), (1, "zz"), (2, "")):
		with pytest.raises(ValueError):
			CompactRange.from_text(size, text)
	with pytest.raises(ValueError, match="cannot begin at leaf 1"):
		CompactRange(1, 1).append(SOME_HASH, level=1)
