"""Names of people, as they are written: "Maria Smith", and "Smith, Maria" in lists and by mail programs (P-2)."""

from collections.abc import Iterator

LONGEST = 4  # words


def last_name_first(name: str) -> Iterator[str]:
	"""The name with each possible last name first: "van Other, Bert" and "Other, Bert van". Nothing for what cannot be a name of two to four words."""
	words = name.split()
	if (
		not (1 < len(words) <= LONGEST and all(word[0].isalpha() for word in words))
		or "@" in name
		or "," in name
	):
		return
	for number in range(1, len(words)):
		yield f"{' '.join(words[number:])}, {' '.join(words[:number])}"


def first_name_first(name: str) -> str:
	"""The other way round; a name without a comma as it is."""
	last, comma, first = name.partition(",")
	return f"{first.strip()} {last.strip()}" if comma else name
