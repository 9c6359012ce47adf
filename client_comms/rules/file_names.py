"""Names of files: what their endings are, by which an address in a name is told from a longer one (P-2)."""

import re

# Of the files that clients and staff send; a pattern without groups.
ENDINGS = "bmp|csv|docx?|eml|gif|heic|html?|ics|jpe?g|json|log|mp[34]|msg|od[pst]|pdf|png|pptx?|rtf|svg|tiff?|txt|vcf|wav|webp|xlsx?|xml|zip"
_ENDING = re.compile(rf"\.(?:{ENDINGS})$", re.IGNORECASE)


def divided(name: str) -> tuple[str, str]:
	"""A name and its ending, with the dot; the ending is empty if it is unknown, as in a name that is an address."""
	found = _ENDING.search(name)
	return (name[: found.start()], found[0]) if found else (name, "")
