"""Merkle trees: the roots and proofs that others have published, and proofs that were tampered with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_comms.rules import merkle
from client_comms.rules.merkle import CompactRange, is_consistent, is_included, leaf_hash, node_hash

pytestmark = pytest.mark.clause("P-2", "R-3")

# Leaves, roots and proofs retyped from github.com/transparency-dev/merkle, proof/verify_test.go (Apache 2.0), which are those of
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
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
G = "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"
INCLUDED = [  # index, size, proof
	(0, 1, []),
	(0, 8, [A, B, C]),
	(5, 8, [D, E, ROOTS[3]]),
	(2, 3, [ROOTS[1]]),
	(1, 5, [ROOTS[0], B, D]),
]
CONSISTENT = [  # sizes, proof
	(1, 1, []),
	(1, 8, [A, B, C]),
	(6, 8, [F, E, ROOTS[3]]),
	(2, 5, [B, D]),
	(6, 7, [F, G, ROOTS[3]]),
]
# RFC 9162 section 2.1.1 and RFC 6962 section 2.1: the hash of an empty list is that of an empty string.
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")

hashes = [leaf_hash(each) for each in LEAVES]
in_bytes = bytes.fromhex


def root(size):
	return in_bytes(ROOTS[size - 1]) if size else in_bytes(EMPTY)


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
	assert merkle.root(LEAVES[:size]) == root(size)


@pytest.mark.parametrize(("index", "size", "proof"), INCLUDED)
def test_published_inclusion_proofs(index, size, proof):
	proof = list(map(in_bytes, proof))
	assert merkle.inclusion_proof(index, size, merkle.subtree_of(hashes)) == proof
	assert is_included(index, size, hashes[index], proof, root(size))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENT)
def test_published_consistency_proofs(old, new, proof):
	proof = list(map(in_bytes, proof))
	assert merkle.consistency_proof(old, new, merkle.subtree_of(hashes)) == proof
	assert is_consistent(old, new, root(old), root(new), proof)


def altered(proof, *more):
	"""The corrupted proofs of verify_test.go."""
	yield [*proof, b""]
	yield [b"", *proof]
	for each in more:
		yield [*proof, each]
		yield [each, *proof]
	for at in range(len(proof)):
		for bit in (8, 16):
			yield [*proof[:at], bytes([proof[at][0] ^ bit]) + proof[at][1:], *proof[at + 1 :]]
	if proof:
		yield proof[:-1]
		yield [*proof[:1], SOME_HASH, *proof[1:]]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUDED)
def test_corrupted_inclusion_proofs(index, size, proof):
	proof, leaf = list(map(in_bytes, proof)), hashes[index]
	for wrong in altered(proof, root(size)):
		assert not is_included(index, size, leaf, wrong, root(size))
	for other_index, other_size in (
		(index - 1, size),
		(index + 1, size),
		(index ^ 2, size),
		(index, size * 2),
	):
		assert not is_included(other_index, other_size, leaf, proof, root(size)), (other_index, other_size)
	assert not is_included(index, size // 2, leaf, proof, root(size))
	assert not is_included(index, size, b"WrongLeaf", proof, root(size))
	for other in (in_bytes(EMPTY), SOME_HASH):
		assert not is_included(index, size, leaf, proof, other)


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENT[1:])
def test_corrupted_consistency_proofs(old, new, proof):
	proof = list(map(in_bytes, proof))
	for wrong in ([], *altered(proof, root(old), root(new))):
		assert not is_consistent(old, new, root(old), root(new), wrong)
	for sizes in ((old - 1, new), (old + 1, new), (old ^ 2, new), (old, new * 2), (old, new // 2)):
		assert not is_consistent(*sizes, root(old), root(new), proof), sizes
	assert not is_consistent(old, new, b"WrongRoot", root(new), proof)
	assert not is_consistent(old, new, root(old), b"WrongRoot", proof)
	assert not is_consistent(old, new, root(new), root(old), proof)


@pytest.mark.parametrize(
	("old", "new", "roots", "proof"),
	[
		(1, 0, (root(1), root(1)), []),
		(2, 1, (root(2), root(1)), []),
		(0, 0, (in_bytes(EMPTY), root(1)), []),
		(1, 1, (in_bytes(EMPTY), root(1)), []),
		(0, 0, (in_bytes(EMPTY), in_bytes(EMPTY)), [in_bytes(EMPTY)]),
		(0, 1, (in_bytes(EMPTY), in_bytes(EMPTY)), [in_bytes(EMPTY)]),
		(1, 1, (in_bytes(EMPTY), in_bytes(EMPTY)), [in_bytes(EMPTY)]),
		(-1, 1, (root(1), root(1)), []),
	],
)
def test_sizes_at_the_edge_that_do_not_follow(old, new, roots, proof):
	assert not is_consistent(old, new, *roots, proof)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 0), (2, 1), (-1, 1), (-1, 0)])
def test_a_leaf_that_the_tree_does_not_have_is_not_included(index, size):
	assert not is_included(index, size, SOME_HASH, [], SOME_HASH)
	with pytest.raises(ValueError):
		merkle.inclusion_proof(index, size, merkle.subtree_of([]))


def test_sizes_of_a_consistency_proof_must_follow():
	with pytest.raises(ValueError):
		merkle.consistency_proof(3, 2, merkle.subtree_of(hashes))


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
def test_every_proof_convinces_and_none_of_another_leaf(data, draws):
	hashed = [leaf_hash(each) for each in data]
	new = draws.draw(st.integers(0, len(hashed)))
	old = draws.draw(st.integers(0, new))
	subtree = merkle.subtree_of(hashed)
	proof = merkle.consistency_proof(old, new, subtree)
	assert is_consistent(old, new, subtree(0, old), subtree(0, new), proof)
	if new:
		index = draws.draw(st.integers(0, new - 1))
		proof = merkle.inclusion_proof(index, new, subtree)
		assert is_included(index, new, hashed[index], proof, subtree(0, new))
		assert not is_included(index, new, leaf_hash(b"none of them"), proof, subtree(0, new))


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
