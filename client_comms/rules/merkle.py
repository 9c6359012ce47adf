"""Merkle trees after RFC 6962 section 2.1 and RFC 9162 section 2.1 (clauses R-3, P-2).

A tree over n leaves has one root hash. With a root that was kept, each leaf before it can be proved unchanged and in its
place. Hashes are 32 bytes (SHA-256), positions count from 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256().digest()
HASH_BYTES = 32


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
