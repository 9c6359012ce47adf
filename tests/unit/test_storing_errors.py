"""What stopped an email, in words."""

import pytest

from client_comms.rules import storing_errors

UNREADABLE = "It could not be read."


@pytest.mark.parametrize(
	("reason", "meaning"),
	[
		(
			"(1213, 'Deadlock found when trying to get lock; try restarting transaction')",
			"The database was busy.",
		),
		("(2006, 'Server has gone away')", "The database was not available."),
		("PdfStreamError: Stream has ended unexpectedly", "Its attached PDF file is damaged."),
		("Stream has ended unexpectedly", "Its attached PDF file is damaged."),
		("EOF marker not found", "Its attached PDF file is damaged."),
		(
			"PDF: exceeded the maximum file size of 10 MB",
			"A file attached to it is larger than this site allows.",
		),
		("socket error", "The connection to the mail server broke off."),
		("(1406, \"Data too long for column 'message_id' at row 1\")", "It is longer than can be stored."),
		("maximum recursion depth exceeded", "It has too many parts."),
		("'utf-8' codec can't encode character '\\udcfc'", "It contains characters that cannot be stored."),
		("unknown encoding: x-unknown", "It contains characters that cannot be stored."),
		("'NoneType' object has no attribute 'lower'", UNREADABLE),
		("expected string or bytes-like object, got 'Header'", UNREADABLE),
		("Base64 decoding error", UNREADABLE),
		("builtins.RuntimeError: dictionary changed size during iteration", UNREADABLE),
		("frappe.exceptions.DataTooLongException: DataTooLongException", UNREADABLE),
		(
			"builtins.OSError: [Errno 36] File name too long: '/srv/site/private/files/план.pdf'",
			"The name of a file attached to it is too long.",
		),
		(
			"frappe.exceptions.CharacterLengthExceededError: Der Vorname ist zu lang",
			"It is longer than can be stored.",
		),
		(
			"frappe.exceptions.NameError: Der Name darf keine Sonderzeichen enthalten",
			"It contains characters that cannot be stored.",
		),
		("ValueError: x", UNREADABLE),
		("KeyError", UNREADABLE),
		("'charset'", UNREADABLE),
		("", UNREADABLE),
	],
)
def test_errors_are_told_in_words(reason, meaning):
	assert str(storing_errors.meaning(reason, has_sender=True)) == meaning


@pytest.mark.parametrize(
	("reason", "meaning"),
	[
		("'NoneType' object has no attribute 'lower'", "It names no valid address as its sender."),
		("undisclosed is not a valid Email Address", "It names no valid address as its sender."),
		(
			"frappe.exceptions.InvalidEmailAddressError: x ist keine gültige E-Mail-Adresse",
			"It names no valid address as its sender.",
		),
		("Stream has ended unexpectedly", "Its attached PDF file is damaged."),
		("Name cannot contain special characters like ''", "It names no valid address as its sender."),
	],
)
def test_an_email_without_a_sender_is_told_as_that(reason, meaning):
	assert str(storing_errors.meaning(reason, has_sender=False)) == meaning


def test_the_address_of_another_person_is_not_told_as_the_sender():
	told = "anna@@client-a.example ist keine gültige E-Mail-Adresse"
	for reason in (f"frappe.exceptions.InvalidEmailAddressError: {told}", "x is not a valid Email Address"):
		assert storing_errors.meaning(reason, has_sender=True) is None


@pytest.mark.parametrize(
	"reason",
	[
		"The email has too many parts.",
		"The email takes long to read. It is stored in a few minutes.",
		"Die E-Mail nennt das Postfach selbst als Absender.",
		"The process that fetched it was stopped.",
		"Invoice 1213 of the client has no currency.",
		"The print as PDF is switched off.",
	],
)
@pytest.mark.parametrize("name", ["", "frappe.exceptions.DataTooLongException: "])
def test_what_is_a_sentence_already_stays(reason, name):
	assert storing_errors.meaning(name + reason, has_sender=True) is None
	assert storing_errors.sentence(name + reason) == reason
