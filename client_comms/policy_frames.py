"""Frames of the procedure and its three related policies (T-2, T-3): the drafts with which a new site starts.

`[Fill in: …]` marks what each organisation must decide; a text that still contains such a mark, in any of the app's
languages, cannot be approved.
"""

import re

from client_comms.rules.messages import _

VERSION = "1.0"
MARKS = {
	"en": ("Fill in",),
	"de": ("Bitte ausfüllen", "Ausfüllen"),
	"fr": ("À compléter", "A compléter", "À remplir"),
}
GAP = re.compile(
	rf"\[\s*(?:{'|'.join(mark for marks in MARKS.values() for mark in marks)})[^\]]*\]", re.IGNORECASE
)
_HEAD = "<h3>{}</h3>"


def _body(*sections: tuple[str, str]) -> str:
	return "".join(f"{_HEAD.format(title)}<p>{text}</p>" for title, text in sections)


POLICIES = (
	{
		"policy_title": _("Client Communication Procedure"),
		"policy_kind": "Procedure",
		"body": _body(
			(
				"Purpose",
				"How staff of [Fill in: organisation] document and handle communication with clients.",
			),
			(
				"Scope",
				"Everyone who deals with clients: [Fill in: departments]. Supervisors review records; the compliance officer, "
				"[Fill in: name], monitors confidentiality and data security.",
			),
			(
				"Documentation",
				"Every call, email, meeting, portal message, chat, visit and letter is logged in ERPNext, promptly: with date and "
				"time, client, summary, action items and responsible person. Client information is verified before it is entered.",
			),
			(
				"Responses",
				"An inquiry is acknowledged within one business day and answered within two, or the client is told when to "
				"expect the answer. Business hours: [Fill in: hours and holidays]. The client's preferred channel is used.",
			),
			(
				"Confidentiality",
				"The communication matrix decides who handles what, which documentation is required and how confidential it is. The "
				"client's identity is confirmed before personal information is shared; third parties need the client's consent.",
			),
			(
				"Training and review",
				"Staff are trained when they start and every year. This procedure is reviewed every year.",
			),
		),
	},
	{
		"policy_title": _("Client Confidentiality"),
		"policy_kind": "Client Confidentiality",
		"body": _body(
			(
				"Principle",
				"Client information is only for people who need it for their work.",
			),
			(
				"Levels",
				"Standard, Confidential and Sensitive, as the communication matrix assigns them. [Fill in: examples of each].",
			),
			(
				"Paper",
				"Files are kept at [Fill in: locations]; every removal is recorded with the file's label.",
			),
			(
				"Breaches",
				"Anyone who notices a breach informs [Fill in: contact] immediately. Clients are informed by [Fill in: role].",
			),
		),
	},
	{
		"policy_title": _("Email and Communication"),
		"policy_kind": "Email and Communication",
		"body": _body(
			(
				"Channels",
				"Messages to clients are sent through ERPNext, from [Fill in: mailboxes]. Private accounts are not used.",
			),
			(
				"Wording",
				"Messages are courteous, concise and clear, use an approved template if there is one, and avoid jargon and ambiguous terms.",
			),
			(
				"Recipients",
				"Every recipient is checked before sending. Third parties receive nothing without the client's consent.",
			),
			(
				"Absence",
				"Staff who are away name a substitute. Automatic replies do not count as answers. [Fill in: rules].",
			),
		),
	},
	{
		"policy_title": _("Data Retention and Privacy"),
		"policy_kind": "Data Retention and Privacy",
		"body": _body(
			(
				"Basis",
				"Personal data is processed for [Fill in: purposes] on the basis of [Fill in: legal bases].",
			),
			(
				"Retention",
				"Records are kept for [Fill in: periods by type] after they are closed, and then deleted or anonymised.",
			),
			(
				"Rights",
				"Clients may ask for access, rectification, erasure, restriction and a copy of their data: [Fill in: contact].",
			),
			(
				"Security",
				"Access is by personal login; [Fill in: measures]. Processors: [Fill in: names and contracts].",
			),
		),
	},
)
