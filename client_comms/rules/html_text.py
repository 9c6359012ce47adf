"""The text of an HTML email, as its plain text would be: lines, with `>` before each line of a quotation (D-2).

Nothing is interpreted that a reader would not see: comments, scripts and styles are left out. A browser's own tolerance is not
needed; work grows with the length of the HTML and no faster, because a message may have been written to make it slow.
"""

import html
import re

MAXIMUM_CHARACTERS = 1_000_000
_DEEPEST_QUOTATION = 20
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:.-]*)(?![\w:.-])([^<>]*)>")
_MARKUP = re.compile(
	r"</?(html|body|head|br|p|div|span|table|blockquote|a|b|i|strong|ul|ol|li|pre|font|h[1-6])\b[^<>]{0,2000}>",
	re.I,
)
_SILENT = ("script", "style", "head", "title", "template", "noscript")
_NEW_LINE = frozenset(
	(
		"br",
		"p",
		"div",
		"li",
		"ul",
		"ol",
		"tr",
		"table",
		"h1",
		"h2",
		"h3",
		"h4",
		"h5",
		"h6",
		"pre",
		"section",
		"article",
		"header",
		"footer",
		"dl",
		"dt",
		"dd",
		"center",
		"address",
		"form",
		"fieldset",
		"blockquote",
		"hr",
		"body",
	)
)
_NEW_PARAGRAPH = frozenset(
	("p", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote")
)
_DELIMITER = "\n_______________\n"
# Containers by which programs mark a signature.
_SIGNATURE = re.compile(
	r"""(class|id)\s{0,9}=\s{0,9}["']?[^"'>]{0,80}(gmail_signature|moz-signature|ms-outlook-mobile-signature|applemailsignature"""
	r"""|protonmail_signature_block|signature_block|x_signature\b|["' ]signature["' ])""",
	re.IGNORECASE,
)
# And where the message begins to which this one replies, if it is not in a quotation.
_REPLIED_TO = re.compile(
	r"""(id\s{0,9}=\s{0,9}["']?(divrplyfwdmsg|appendonsend|x_divrplyfwdmsg|x_appendonsend|olk_src_body_section|reply-intro|mail-editor-reference-message-container)"""
	r"""|style\s{0,9}=\s{0,9}["'][^"'>]{0,200}border:\s{0,9}none;\s{0,9}border-top:\s*solid\s#?(e1e1e1|b5c4df))""",
	re.IGNORECASE,
)


def is_html(content: str | None) -> bool:
	"""Return whether a text is HTML; plain text contains angle brackets, too."""
	return bool(_MARKUP.search(content or ""))


def plain(content: str | None) -> str:
	"""Return the text of something that is HTML or not."""
	return to_text(content) if is_html(content) else content or ""


def of_message(content: str | None, text_content: str | None) -> str:
	"""Return what a stored message says, as it was written: its HTML, or the plain text, of which Frappe doubles the line breaks."""
	return content if content and is_html(content) else text_content or content or ""


def to_show(content: str | None, text_content: str | None) -> str:
	"""Return what a stored message says, as HTML. Only its HTML is: no one cleans the plain text beside it, where tags are words."""
	if is_html(content):
		return content or ""
	return html.escape(text_content or content or "").replace("\n", "<br>")


def to_text(markup: str) -> str:
	"""Return the text; white space is that of a reader's screen."""
	text = _Text()
	markup = str(markup or "")[:MAXIMUM_CHARACTERS]
	at, silent = 0, None
	while at < len(markup):
		opening = markup.find("<", at)
		if opening < 0:
			opening = len(markup)
		if opening > at and not silent:
			text.write(markup[at:opening])
		if opening == len(markup):
			break
		if markup.startswith("<!--", opening):
			end = markup.find("-->", opening + 4)
			at = len(markup) if end < 0 else end + 3
			continue
		tag = _TAG.match(markup, opening)
		if tag is None:
			if not silent and not markup.startswith(("<!", "<?"), opening):
				text.write("<")
				at = opening + 1
			else:
				end = markup.find(">", opening)
				at = len(markup) if end < 0 else end + 1
			continue
		at = tag.end()
		closes, name, attributes = bool(tag.group(1)), tag.group(2).lower(), tag.group(3)
		if silent:
			silent = None if closes and name == silent else silent
		elif name in _SILENT and not closes and not attributes.endswith("/"):
			silent = name
		else:
			text.tag(name, closes, attributes)
	return text.result()


class _Text:
	def __init__(self):
		self.lines: list[str] = []
		self.line: list[str] = []
		self.depth = 0
		self.preformatted = 0

	def write(self, raw: str) -> None:
		text = html.unescape(raw).replace("\N{NO-BREAK SPACE}", " ")
		if self.preformatted:
			first, *others = text.split("\n")
			self.line.append(first)
			for each in others:
				self.end_line()
				self.line.append(each)
			return
		self.line.append(re.sub(r"[ \t\r\n\f]+", " ", text))

	def tag(self, name: str, closes: bool, attributes: str) -> None:
		if name in _NEW_LINE and (self.line or name == "br"):
			self.end_line()
		if name in _NEW_PARAGRAPH and self.lines and self.lines[-1].strip("> "):
			self.lines.append(self.mark())
		if name == "blockquote":
			self.depth = max(self.depth + (-1 if closes else 1), 0)
		elif name == "pre":
			self.preformatted = max(self.preformatted + (-1 if closes else 1), 0)
		elif name == "hr":
			self.delimit(_DELIMITER)
		elif name == "li" and not closes:
			self.line.append("- ")
		elif name in ("td", "th") and closes:
			self.line.append(" ")
		if not closes and attributes:
			if _SIGNATURE.search(attributes + " "):
				self.delimit("\n-- \n")
			elif _REPLIED_TO.search(attributes):
				self.delimit(_DELIMITER)

	def delimit(self, lines: str) -> None:
		if self.line:
			self.end_line()
		self.lines += [f"{self.mark()}{line}" for line in lines.strip("\n").split("\n")]

	def mark(self) -> str:
		return ">" * min(self.depth, _DEEPEST_QUOTATION) + (" " if self.depth else "")

	def end_line(self) -> None:
		text = "".join(self.line)
		self.line = []
		if not self.preformatted:
			text = re.sub(r" {2,}", " ", text).strip()
		self.lines.append(self.mark() + text)

	def result(self) -> str:
		if self.line:
			self.end_line()
		text = "\n".join(line.rstrip() for line in self.lines)
		return re.sub(r"\n{3,}", "\n\n", text).strip("\n")
