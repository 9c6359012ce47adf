"""The addresses of the app's own scripts and styles."""

import hashlib
from pathlib import Path

_PUBLIC = Path(__file__).parent / "public"


def versioned(path: str) -> str:
	"""The address of a file of `public/`, with a digest of its content: servers let browsers keep it for a year, and an upgrade changes it.

	:raises FileNotFoundError: it does not exist
	"""
	digest = hashlib.sha256((_PUBLIC / path).read_bytes()).hexdigest()
	return f"/assets/client_comms/{path}?v={digest[:10]}"
