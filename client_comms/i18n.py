"""Translates the messages of the rules into the user's language."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlencode

import frappe
from frappe import _
from frappe.translate import get_user_lang
from frappe.utils import (
	cstr,
	escape_html,
	format_date,
	format_datetime,
	get_fullname,
	get_user_date_format,
	getdate,
	sanitize_html,
)

from client_comms import clock
from client_comms.rules import html_text
from client_comms.rules.messages import Message

_ENGLISH = {"long": "d MMMM yyyy", "full": "EEEE, d MMMM yyyy"}


def bold(value: object) -> str:
	"""A value in a sentence that the desk shows as HTML: in bold, and only as text, whatever others wrote into it."""
	return frappe.bold(escape_html(cstr(value)))  # nosemgrep: frappe-bold (which is escaped here)


def name_of(user: str | None) -> str:
	"""A user in a sentence that the desk shows as HTML: their name, in bold."""
	return bold(get_fullname(user) if user else "")


def know_names(users: Iterable[str]) -> None:
	"""Before `name_of` many users: one query for all of them."""
	wanted = {"name": ("in", [*users, ""])}
	names = frappe.get_all("User", wanted, ["name", "full_name"], order_by=None, as_list=True)
	known = getattr(frappe.local, "fullnames", None) or {}
	frappe.local.fullnames = {**known, **{user: name for user, name in names if name}}


def channel(name: str) -> str:
	"""A Communication Channel in the user's language. Frappe's own words for some of them are those of another use."""
	return _(name, context="Communication Channel")


def translate(message: Message) -> str:
	"""The message in the user's language, as HTML; its values are in bold, and users stand by their names."""
	return _(message.text).format(**{key: bold(_in_words(key, v)) for key, v in message.values.items()})


def plain(message: Message) -> str:
	"""The message in the user's language as plain text, for labels."""
	return _(message.text).format(**{key: _in_words(key, value) for key, value in message.values.items()})


def words_of(error: BaseException) -> str:
	"""What an error says, as plain text: messages are HTML, whose values are escaped. Its name, if it says nothing."""
	return html_text.to_text(str(error)) or type(error).__name__


def words_to_keep(error: BaseException, longest: int = 500) -> str:
	"""`words_of` an error for a field, which forms of version 15 show as HTML, and which Frappe does not clean in a `set_value`."""
	said = words_of(error)[:longest]
	return sanitize_html(said, always_sanitize="<" in said)


def moment(value: datetime) -> str:
	"""To the minute, in the user's format and the site's time zone."""
	date_format = get_user_date_format().replace("mm", "MM")
	return format_datetime(clock.to_stored(value) if value.tzinfo else value, f"{date_format} HH:mm")


def day_in_words(value: date | datetime | str, pattern: str = "long") -> str:
	"""A day in a text for clients, as their language writes it: 23 November 2026, 23. November 2026. Of the two orders of English, the one
	that both halves of its readers understand."""
	if (frappe.local.lang or "").startswith("en"):
		pattern = _ENGLISH[pattern]
	words = format_date(value, pattern)
	if (frappe.local.lang or "").startswith("fr") and getdate(value).day == 1:
		return words.replace("1 ", "1er ", 1)  # "lundi 1er mars": the names of weekdays have no digits
	return words


def day_number() -> str:
	"""The day of the month in a pattern, as the language of the reader writes it: 4 Dec, 4. Dez."""
	import babel.dates
	from babel.core import UnknownLocaleError

	try:
		pattern = babel.dates.get_date_format("long", locale=(frappe.local.lang or "en").replace("-", "_"))
	except (UnknownLocaleError, ValueError):
		return "d"
	return "d." if "d." in pattern.pattern else "d"


def moment_in_words(value: datetime | str, pattern: str = "long") -> str:
	"""The same to the minute; with the pattern `full` also the day of the week."""
	return f"{day_in_words(value, pattern)}, {format_datetime(value, 'HH:mm')}"


def language_in_words(language: str) -> str:
	"""What the session user calls a language, such as `Englisch` for `en`; as it calls itself, where that is unknown."""
	from babel.core import Locale, UnknownLocaleError

	try:
		words = Locale.parse(language.replace("-", "_")).get_display_name(
			(frappe.local.lang or "en").replace("-", "_")
		)
	except (UnknownLocaleError, ValueError):
		words = None
	return words or frappe.db.get_value("Language", language, "language_name", cache=True) or language


def page_languages() -> list[dict]:
	"""The languages that a page for clients offers, as `[{"name": "de", "language_name": "Deutsch"}]`: those that the site
	uses and the app is translated into."""
	shipped = {
		"en",
		*(path.stem for path in Path(frappe.get_app_path("client_comms", "locale")).glob("*.po")),
	}
	return frappe.get_all(
		"Language",
		{"enabled": 1, "name": ("in", sorted(shipped))},
		["name", "language_name"],
		order_by="language_name asc",
	)


def set_page_language(context, language: str | None) -> None:
	"""Show a page for clients in the language that they chose on it, otherwise in that of their link or login, and say so in
	its markup, for screen readers."""
	offered = page_languages()
	chosen = frappe.form_dict.get("_lang")
	language = chosen if chosen in [each.name for each in offered] else language or frappe.local.lang
	context.languages = [
		{
			**each,
			"address": f"?{urlencode({**_asked(), '_lang': each.name})}",
			"is_shown": each.name == language,
		}
		for each in offered
	]
	frappe.local.lang = language
	context.setdefault("boot", frappe._dict())["lang"] = language


def _asked() -> dict:
	"""What stands in the address of the page."""
	request = getattr(frappe.local, "request", None)
	return request.args.to_dict() if request else {}


def _in_words(key: str, value: object) -> str:
	if key == "user" and value:
		return get_fullname(value)
	if key in ("channel", "preferred"):
		return channel(str(value))
	if isinstance(value, datetime):
		return moment(value)
	return format_date(value) if isinstance(value, date) else _(str(value))


def refuse(*messages: Message, title: str, exc: type[Exception] = frappe.ValidationError) -> NoReturn:
	"""Stop with the messages, one per line.

	:raises exc: always
	"""
	frappe.throw("<br>".join(translate(m) for m in messages), exc=exc, title=title)


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
	"""Translate inside the block into `language`: that of the reader, not of the user who triggers the message."""
	before = frappe.local.lang
	frappe.local.lang = language or before
	try:
		yield
	finally:
		frappe.local.lang = before


def speaking_to(user: str):
	"""`speaking` the language of a user, otherwise that of the site."""
	return speaking(get_user_lang(user))


def extract_chart(fileobj, *args, **kwargs) -> Iterator[tuple]:
	"""The name of a Dashboard Chart for the catalogue; `bench generate-pot-file` omits charts."""
	yield None, "_", json.load(fileobj)["chart_name"], ["Name of a Dashboard Chart"]


def extract_sidebar(fileobj, *args, **kwargs) -> Iterator[tuple]:
	"""The labels of a sidebar of version 16; `bench generate-pot-file` of version 15 knows no sidebars."""
	for item in json.load(fileobj)["items"]:
		yield None, "_", item["label"], ["Label of a Workspace Sidebar Item"]
