"""Merkle trees after RFC 6962 section 2.1 and RFC 9162 section 2.1 (clauses R-3, P-2).

A tree over n leaves has one root hash. Two short proofs make it useful: that a leaf is in the tree (inclusion), and that a
later tree begins with an earlier one (consistency). Hashes are 32 bytes (SHA-256), positions count from 0.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256().digest()
HASH_BYTES = 32
# `subtree(begin, end)`: the root over the leaves begin … end - 1.
Subtree = Callable[[int, int], bytes]


def leaf_hash(data: bytes) -> bytes:
	return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
	return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
	"""The leaves begin … end - 1 as the fewest complete subtrees: at most two for each level, however many leaves.

	From the beginning (`begin` 0) it is all that is needed to continue a tree and to know its root.
	"""

	begin: int = 0
	end: int = 0
	nodes: list[tuple[int, bytes]] = field(default_factory=list)  # level (0 = leaf) and hash, from the left

	def append(self, hashed: bytes, level: int = 0) -> None:
		"""Add a leaf's hash, or the root of the next 2 ** level leaves.

		:raises ValueError: a subtree of this level cannot begin here
		"""
		if self.end % (1 << level):
			raise ValueError(f"A subtree of level {level} cannot begin at leaf {self.end}.")
		self.end += 1 << level
		while self.nodes and self.nodes[-1][0] == level and self._is_left(level):
			hashed = node_hash(self.nodes.pop()[1], hashed)
			level += 1
		self.nodes.append((level, hashed))

	def _is_left(self, level: int) -> bool:
		"""Whether the last node of this level is the left child of its parent."""
		return (self.end - (2 << level)) % (2 << level) == 0

	def root(self) -> bytes:
		"""The root of the tree, for a range from the beginning."""
		if not self.nodes:
			return EMPTY_ROOT
		hashed = self.nodes[-1][1]
		for _level, left in reversed(self.nodes[:-1]):
			hashed = node_hash(left, hashed)
		return hashed

	def copy(self) -> "CompactRange":
		return CompactRange(self.begin, self.end, list(self.nodes))

	def to_text(self) -> str:
		"""The hashes in hexadecimal, one after the other: levels follow from `end`, for a range from the beginning."""
		return " ".join(hashed.hex() for _level, hashed in self.nodes)

	@classmethod
	def from_text(cls, size: int, text: str) -> "CompactRange":
		""":raises ValueError: these are not the nodes of a tree over `size` leaves"""
		hashes = [bytes.fromhex(each) for each in text.split()]
		levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
		if len(hashes) != len(levels) or any(len(each) != HASH_BYTES for each in hashes):
			raise ValueError(f"{len(hashes)} hashes are not the nodes of a tree over {size} leaves.")
		return cls(0, size, list(zip(levels, hashes, strict=True)))


def root(leaves: Iterable[bytes]) -> bytes:
	"""The root over the data of leaves."""
	tree = CompactRange()
	for data in leaves:
		tree.append(leaf_hash(data))
	return tree.root()


def subtree_of(hashes: Sequence[bytes]) -> Subtree:
	"""For proofs over the leaf hashes of a whole tree."""

	def subtree(begin: int, end: int) -> bytes:
		part = CompactRange()
		for hashed in hashes[begin:end]:
			part.append(hashed)
		return part.root()

	return subtree


# --- proofs ------------------------------------------------------------------------------------
# The site and `verify` compute whole ranges, which needs no proofs. They are here for the tools of auditors, who can prove one
# entry to a third party with them, and because the published vectors of RFC 6962 check the tree through them.


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
	"""PATH(m, D[n]) of RFC 6962 section 2.1.1: the hashes beside the way from leaf `index` up to the root."""
	if not 0 <= index < size:
		raise ValueError(f"A tree over {size} leaves has no leaf {index}.")
	return [subtree(*other) for other, _inside in _path(index, size)][::-1]


def _path(index: int, size: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
	"""From the root down: the half beside the way, and the half on the way."""
	begin, end = 0, size
	while end - begin > 1:
		middle = begin + _split(end - begin)
		left, right = (begin, middle), (middle, end)
		other, inside = (right, left) if index < middle else (left, right)
		yield other, inside
		begin, end = inside


def _split(size: int) -> int:
	"""The largest power of two below `size`."""
	return 1 << ((size - 1).bit_length() - 1)


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
	"""PROOF(m, D[n]) of RFC 6962 section 2.1.2: the hashes by which both roots are computed."""
	if not 0 <= old <= new:
		raise ValueError(f"A tree over {old} leaves does not come before one over {new}.")
	if old in (0, new):
		return []
	proof = []
	begin, end, whole = 0, new, True
	while old != end:
		middle = begin + _split(end - begin)
		if old <= middle:
			proof.append(subtree(middle, end))
			end = middle
		else:
			proof.append(subtree(begin, middle))
			begin, whole = middle, False
	return [*proof, *([] if whole else [subtree(begin, end)])][::-1]


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> bool:
	"""RFC 9162 section 2.1.3.2: whether the proof leads from the hash of a leaf to the root of a tree over `size` leaves."""
	if not 0 <= index < size:
		return False
	at, last, hashed = index, size - 1, leaf
	for other in proof:
		if last == 0:
			return False
		if at & 1 or at == last:
			hashed = node_hash(other, hashed)
			while not at & 1 and at:
				at, last = at >> 1, last >> 1
		else:
			hashed = node_hash(hashed, other)
		at, last = at >> 1, last >> 1
	return last == 0 and hashed == root_hash


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
	"""RFC 9162 section 2.1.4.2: whether the tree over `new` leaves begins with the one over `old` leaves."""
	if not 0 <= old <= new:
		return False
	if old == new:
		return not proof and old_root == new_root
	if old == 0:
		return not proof and old_root == EMPTY_ROOT
	path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
	if not path:
		return False
	at, last = old - 1, new - 1
	while at & 1:
		at, last = at >> 1, last >> 1
	first = second = path[0]
	for other in path[1:]:
		if last == 0:
			return False
		if at & 1 or at == last:
			first, second = node_hash(other, first), node_hash(other, second)
			while not at & 1 and at:
				at, last = at >> 1, last >> 1
		else:
			second = node_hash(second, other)
		at, last = at >> 1, last >> 1
	return last == 0 and first == old_root and second == new_root
