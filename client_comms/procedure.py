"""The shipped procedure, with which a new site starts, as plain data.

Installation copies these rows into the site once; from then on the site's own documents apply, and an
administrator changes them there. The dry run, which has no site, reads the same rows. Keys are the field
names of the DocTypes; checks are 0 or 1, periods are business days (`*_within_days`) or months
(`retention_months`, 0 keeps records indefinitely). Texts that clients can read are marked for translation.
"""

from client_comms.rules.messages import _

FRONTLINE_STAFF = "Frontline Staff"
ACCOUNT_MANAGER = "Account Manager"
CUSTOMER_SUPPORT = "Customer Support"
CUSTOMER_SUPPORT_MANAGER = "Customer Support Manager"
COMPLIANCE_OFFICER = "Compliance Officer"
COMMUNICATIONS_MANAGER = "Client Communications Manager"

# The last one configures the app and cannot read records with that role alone: it has no clearance below.
ROLES = (
	FRONTLINE_STAFF,
	ACCOUNT_MANAGER,
	CUSTOMER_SUPPORT,
	CUSTOMER_SUPPORT_MANAGER,
	COMPLIANCE_OFFICER,
	COMMUNICATIONS_MANAGER,
)

# Role Profile → its roles: that of the procedure, and those of ERPNext with which the job can choose a client, a priority
# or a product. They are named like the role.
ROLE_PROFILES = {
	FRONTLINE_STAFF: (FRONTLINE_STAFF, "Sales User", "Support Team"),
	ACCOUNT_MANAGER: (ACCOUNT_MANAGER, "Sales User"),
	CUSTOMER_SUPPORT: (CUSTOMER_SUPPORT, "Support Team", "Sales User"),
	CUSTOMER_SUPPORT_MANAGER: (CUSTOMER_SUPPORT_MANAGER, "Support Team", "Sales User"),
	COMPLIANCE_OFFICER: (COMPLIANCE_OFFICER,),
	COMMUNICATIONS_MANAGER: (COMMUNICATIONS_MANAGER,),
}

STANDARD = _("Standard")
CONFIDENTIAL = _("Confidential")
SENSITIVE = _("Sensitive")

INITIAL_INQUIRY = _("Initial Inquiry")
SERVICE_UPDATE = _("Service Update")
FEEDBACK = _("Feedback/Complaint")
RESOLUTION = _("Resolution/Closure")

CRM_LOG = _("CRM Log")
EMAIL_COPY = _("Email Copy")
MEETING_NOTES = _("Meeting Notes")
ESCALATION_REPORT = _("Escalation Report")
FOLLOW_UP_EMAIL = _("Follow-up Email")

_CLEARANCE_LETTERS = {
	"R": "can_read",
	"W": "can_write",
	"P": "can_print",
	"E": "can_email",
	"X": "can_export",
	"S": "can_share",
	"O": "oversight",
}


def _clearances(letters_by_role: dict[str, str]) -> tuple[dict, ...]:
	"""Rows of Level Clearance from letters such as "RWP"; other roles get no row."""
	return tuple(
		{"role": role, **{field: int(letter in letters) for letter, field in _CLEARANCE_LETTERS.items()}}
		for role, letters in letters_by_role.items()
	)


# Clauses D-5 and P-1 to P-3. No level requires training at first: a new site has no training records,
# and would otherwise lock out everyone until the first course is completed.
LEVELS = (
	{
		"level_name": STANDARD,
		"rank": 10,
		"color": "#449CF0",
		"need_to_know": "Role",
		"clearances": _clearances(
			{
				FRONTLINE_STAFF: "RWPE",
				ACCOUNT_MANAGER: "RWPEX",
				CUSTOMER_SUPPORT: "RWPE",
				CUSTOMER_SUPPORT_MANAGER: "RWPEXSO",
				COMPLIANCE_OFFICER: "RPXO",
			}
		),
		"log_views": 0,
		"require_identity_verification": 0,
		"require_third_party_consent": 0,
		"require_training": 0,
		"retention_months": 0,
	},
	{
		"level_name": CONFIDENTIAL,
		"rank": 20,
		"color": "#ECAD4B",
		"need_to_know": "Responsible Party",
		"clearances": _clearances(
			{
				ACCOUNT_MANAGER: "RWPE",
				CUSTOMER_SUPPORT: "RWPE",
				CUSTOMER_SUPPORT_MANAGER: "RWPEXSO",
				COMPLIANCE_OFFICER: "RPXO",
			}
		),
		"log_views": 0,
		"require_identity_verification": 1,
		"identity_valid_days": 90,
		"require_third_party_consent": 1,
		"require_training": 0,
		"retention_months": 0,
	},
	{
		"level_name": SENSITIVE,
		"rank": 30,
		"color": "#CB2929",
		"need_to_know": "Participants",
		"clearances": _clearances(
			{
				CUSTOMER_SUPPORT: "RWPE",
				CUSTOMER_SUPPORT_MANAGER: "RWPESO",
				COMPLIANCE_OFFICER: "RPXO",
			}
		),
		"log_views": 1,
		"require_identity_verification": 1,
		"identity_valid_days": 90,
		"require_third_party_consent": 1,
		"require_training": 0,
		"retention_months": 0,
	},
)

COMMUNICATION_TYPES = (
	{"type_name": INITIAL_INQUIRY, "expects_reply": 1, "is_feedback": 0, "is_closure": 0},
	{"type_name": SERVICE_UPDATE, "expects_reply": 0, "is_feedback": 0, "is_closure": 0},
	{"type_name": FEEDBACK, "expects_reply": 1, "is_feedback": 1, "is_closure": 0},
	{"type_name": RESOLUTION, "expects_reply": 0, "is_feedback": 0, "is_closure": 1},
)

DEFAULT_TYPE = INITIAL_INQUIRY

DOCUMENTATION_METHODS = (
	{"method_name": CRM_LOG, "evidence": "This Record"},
	{"method_name": EMAIL_COPY, "evidence": "Communication"},
	{"method_name": MEETING_NOTES, "evidence": "Note"},
	{"method_name": ESCALATION_REPORT, "evidence": "Document", "print_format": "Escalation Report"},
	{"method_name": FOLLOW_UP_EMAIL, "evidence": "Communication"},
)

PHONE, EMAIL = _("Phone"), _("Email")
CHANNELS = (PHONE, EMAIL, _("Meeting"), _("Portal"), _("Chat"), _("Visit"), _("Letter"))
# Where Frappe and ERPNext have words for another use, such as the verb for a visit, or another one in each version: `i18n.channel` asks for these.
CHANNELS_IN_CONTEXT = (
	_("Email", context="Communication Channel"),
	_("Meeting", context="Communication Channel"),
	_("Chat", context="Communication Channel"),
	_("Visit", context="Communication Channel"),
	_("Letter", context="Communication Channel"),
)

# An Issue that staff enter by hand usually follows a call.
ISSUE_CHANNEL = PHONE

# Clauses M-1, C-3 (acknowledge within 1 business day) and C-4 (answer within 2). A type that expects
# no reply requires neither.
MATRIX = {
	"version_label": "1.0",
	"effective_from": "2024-06-15 00:00:00",
	"change_summary": "First version of the communication matrix.",
	"rules": (
		{
			"communication_type": INITIAL_INQUIRY,
			"confidentiality_level": STANDARD,
			"acknowledge_within_days": 1,
			"respond_within_days": 2,
		},
		{
			"communication_type": SERVICE_UPDATE,
			"confidentiality_level": CONFIDENTIAL,
			"acknowledge_within_days": 0,
			"respond_within_days": 0,
		},
		{
			"communication_type": FEEDBACK,
			"confidentiality_level": SENSITIVE,
			"acknowledge_within_days": 1,
			"respond_within_days": 2,
		},
		{
			"communication_type": RESOLUTION,
			"confidentiality_level": STANDARD,
			"acknowledge_within_days": 0,
			"respond_within_days": 0,
		},
	),
	"documentation": (
		{"communication_type": INITIAL_INQUIRY, "documentation_method": CRM_LOG},
		# Of what came by telephone or in person there is no email to copy.
		{"communication_type": INITIAL_INQUIRY, "documentation_method": EMAIL_COPY, "channel": EMAIL},
		{"communication_type": SERVICE_UPDATE, "documentation_method": CRM_LOG},
		{"communication_type": SERVICE_UPDATE, "documentation_method": MEETING_NOTES},
		{"communication_type": FEEDBACK, "documentation_method": CRM_LOG},
		{"communication_type": FEEDBACK, "documentation_method": ESCALATION_REPORT},
		{"communication_type": RESOLUTION, "documentation_method": CRM_LOG},
		{"communication_type": RESOLUTION, "documentation_method": FOLLOW_UP_EMAIL},
	),
	"parties": (
		{"communication_type": INITIAL_INQUIRY, "party": "Role", "role": FRONTLINE_STAFF},
		{"communication_type": SERVICE_UPDATE, "party": "Role", "role": ACCOUNT_MANAGER},
		{"communication_type": FEEDBACK, "party": "Role", "role": CUSTOMER_SUPPORT},
		{"communication_type": FEEDBACK, "party": "Role", "role": CUSTOMER_SUPPORT_MANAGER},
		{"communication_type": RESOLUTION, "party": "Assigned Staff", "role": None},
	),
}

# How documents that arrive get their communication type. Rules are tried in order; documents that match no
# rule get DEFAULT_TYPE. Missing keys match anything.
SOURCE_RULES = (
	{"source": "Issue", "issue_type": "Complaint", "communication_type": FEEDBACK},
	{
		"direction": "Inbound",
		"subject_contains": (
			"complaint, complaints, complain, feedback, dissatisfied, unhappy, unacceptable, "
			"Beschwerde, Beschwerden, Reklamation, Mängelrüge, unzufrieden, "
			"réclamation, réclamations, plainte, plaintes, mécontent, mécontente, mécontentement, "
			"insatisfait, insatisfaite, inacceptable"
		),
		"communication_type": FEEDBACK,
	},
	{
		"direction": "Outbound",
		"subject_contains": (
			"resolved, case closed, ticket closed, erledigt, abgeschlossen, "
			"résolu, résolue, dossier clos, demande clôturée"
		),
		"communication_type": RESOLUTION,
	},
	{"direction": "Outbound", "communication_type": SERVICE_UPDATE},
)

# Issue Types used by the rules above: they must exist before the rules can be saved.
ISSUE_TYPES = ("Complaint",)

DEFAULT_CALENDAR = {
	"calendar_name": "Standard Business Hours",
	"counting": "Close of Business",
	"hours": tuple(
		{"weekday": weekday, "start_time": "09:00:00", "end_time": "17:00:00"}
		for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
	),
}

# Clauses C-3, C-4 and R-2: who is notified of a missed deadline, and when.
ESCALATION_STEPS = (
	{"clock": "All", "after_working_hours": 0, "to": "Responsible Staff", "notification": 1, "todo": 1},
	{
		"clock": "All",
		"after_working_hours": 0,
		"to": "Role",
		"role": CUSTOMER_SUPPORT_MANAGER,
		"notification": 1,
	},
	{
		"clock": "All",
		"after_working_hours": 4,
		"to": "Role",
		"role": CUSTOMER_SUPPORT_MANAGER,
		"notification": 0,
		"email": 1,
	},
	{
		"clock": "All",
		"after_working_hours": 8,
		"to": "Role",
		"role": COMPLIANCE_OFFICER,
		"notification": 1,
		"email": 1,
	},
)

DIGEST_AT = "08:00:00"
QUIET_HOURS = {"quiet_from": "20:00:00", "quiet_until": "07:00:00"}
WARNING_SHARE = 75  # percent of the working time

# Clauses C-3 and D-3: drafts that must be approved before anything is sent. Keys of an Email Template, and of the
# Communication Template of the same name.
ACKNOWLEDGEMENTS = (
	{
		"name": "Acknowledgement of Receipt",
		"language": "en",
		"subject": "Re: {{ subject }}",
		"response": (
			"<p>Dear {{ party_name }},</p>"
			"<p>thank you for your message, which we received on {{ occurred_on }}."
			"{% if respond_by %} You will have our answer by {{ respond_by }}.{% endif %}</p>"
			"<p>Our reference is {{ name }}. You need not reply to this message, which was sent automatically.</p>"
			"<p>Kind regards<br>{{ company }}</p>"
		),
	},
	{
		"name": "Eingangsbestätigung",
		"language": "de",
		"subject": "Re: {{ subject }}",
		"response": (
			"<p>Guten Tag {{ party_name }},</p>"
			"<p>vielen Dank für Ihre Nachricht, die am {{ occurred_on }} bei uns eingegangen ist."
			"{% if respond_by %} Sie erhalten unsere Antwort bis {{ respond_by }}.{% endif %}</p>"
			"<p>Unser Zeichen ist {{ name }}. Diese Nachricht wurde automatisch verschickt; Sie brauchen nicht auf sie "
			"zu antworten.</p>"
			"<p>Mit freundlichen Grüßen<br>{{ company }}</p>"
		),
	},
	{
		"name": "Accusé de réception",
		"language": "fr",
		"subject": "Re: {{ subject }}",
		"response": (
			"<p>Bonjour {{ party_name }},</p>"
			"<p>nous avons bien reçu votre message le {{ occurred_on }} et vous en remercions."
			"{% if respond_by %} Notre réponse vous parviendra au plus tard le {{ respond_by }}.{% endif %}</p>"
			"<p>Notre référence est {{ name }}. Ce message a été envoyé automatiquement ; il n'est pas nécessaire d'y "
			"répondre.</p>"
			"<p>Cordialement<br>{{ company }}</p>"
		),
	},
)

# Clause M-1: drafts as well. A summary of a conversation for the client, which is the email copy of a call or a visit.
SUMMARIES = (
	{
		"name": "Summary of a Conversation",
		"language": "en",
		"subject": "Summary: {{ subject }}",
		"response": (
			"<p>Dear {{ party_name }},</p>"
			"<p>thank you for talking to us on {{ occurred_on }}. This is a summary of what we discussed:</p>"
			"<p>{{ summary }}</p>"
			"<p>If anything is missing or wrong, please reply to this email. Our reference is {{ name }}.</p>"
			"<p>Kind regards<br>{{ company }}</p>"
		),
	},
	{
		"name": "Zusammenfassung eines Gesprächs",
		"language": "de",
		"subject": "Zusammenfassung: {{ subject }}",
		"response": (
			"<p>Guten Tag {{ party_name }},</p>"
			"<p>vielen Dank für das Gespräch am {{ occurred_on }}. Wir fassen zusammen, was wir besprochen haben:</p>"
			"<p>{{ summary }}</p>"
			"<p>Fehlt etwas oder stimmt etwas nicht, antworten Sie bitte auf diese E-Mail. Unser Zeichen ist {{ name }}.</p>"
			"<p>Mit freundlichen Grüßen<br>{{ company }}</p>"
		),
	},
	{
		"name": "Résumé d'une conversation",
		"language": "fr",
		"subject": "Résumé : {{ subject }}",
		"response": (
			"<p>Bonjour {{ party_name }},</p>"
			"<p>merci pour notre échange du {{ occurred_on }}. Voici le résumé de ce dont nous avons parlé :</p>"
			"<p>{{ summary }}</p>"
			"<p>Si quelque chose manque ou est inexact, merci de répondre à cet e-mail. Notre référence est {{ name }}.</p>"
			"<p>Cordialement<br>{{ company }}</p>"
		),
	},
)

# Clause T-1: when staff start, and again every year.
TRAINING = {
	"training_name": "Client Communication Procedure",
	"valid_months": 12,
	"mandatory": 1,
	"description": "How client communication is documented and handled: logging, the communication matrix, deadlines, confidentiality.",
}

# Words by which a record of another type reads like a complaint (F-1): language → (phrase, how it is matched)
COMPLAINT_WORDS = {
	"en": (
		("complaint", "Word Form"),
		("complain", "Word Form"),
		("disappointed", "Word Form"),
		("dissatisfied", "Word Form"),
		("unacceptable", "Word Form"),
		("outrageous", "Word Form"),
		("not satisfied", "Literal"),
		("not happy", "Literal"),
		("unhappy", "Word Form"),
		("poor service", "Literal"),
		("fed up", "Literal"),
		("let down", "Literal"),
		("compensation", "Word Form"),
		("ombudsman", "Literal"),
	),
	"de": (
		("Beschwerde", "Word Form"),
		("beschweren", "Word Form"),
		("Reklamation", "Word Form"),
		("reklamieren", "Word Form"),
		("enttäuscht", "Word Form"),
		("unzufrieden", "Word Form"),
		("nicht zufrieden", "Literal"),
		("inakzeptabel", "Word Form"),
		("unzumutbar", "Word Form"),
		("Frechheit", "Word Form"),
		("unverschämt", "Word Form"),
		("Schadensersatz", "Literal"),
	),
	"fr": (
		("réclamation", "Word Form"),
		("plainte", "Word Form"),
		("se plaindre", "Literal"),
		("me plains", "Literal"),
		("mécontent", "Word Form"),
		("insatisfait", "Word Form"),
		("pas satisfait", "Literal"),
		("pas satisfaite", "Literal"),
		("déçu", "Word Form"),
		("inacceptable", "Word Form"),
		("scandaleux", "Word Form"),
		("dédommagement", "Word Form"),
		("mise en demeure", "Literal"),
	),
}

# Clause R-2. Switched off as shipped: supervisors decide when reviews begin.
REVIEW_PROGRAMME = {
	"programme_name": "Monthly Record Review",
	"enabled": 0,
	"period": "Monthly",
	"reviewer_role": CUSTOMER_SUPPORT_MANAGER,
	"due_days": 10,
	"size_by": "Number",
	"number": 2,
	"second_share": 20,
	"extra_breached": 25,
	"new_staff_days": 90,
	"criteria": (
		{
			"criterion": "Accuracy",
			"judged_by": "Reviewer",
			"weight": 3,
			"highest": 4,
			"guidance": "Does the record say what happened, and to the right client?",
		},
		{"criterion": "Completeness", "judged_by": "Details", "weight": 2, "highest": 4},
		{"criterion": "Documentation", "judged_by": "Documentation", "weight": 2, "highest": 4},
		{
			"criterion": "Wording",
			"judged_by": "Reviewer",
			"weight": 1,
			"highest": 4,
			"guidance": "Courteous, concise and clear; no jargon.",
		},
		{"criterion": "Timeliness", "judged_by": "Clocks", "weight": 2, "highest": 4},
	),
}

# Clause P-3. The gate requires the first purpose when information is sent to a third party.
CONSENT_PURPOSES = (
	{
		"purpose_name": _("Sharing with a Third Party"),
		"description": _("We share information about you with someone outside our organisation."),
		"concerns_third_party": 1,
		"validity_months": 24,
		"remind_days_before": 30,
	},
	{
		"purpose_name": _("Marketing"),
		"description": _("We write to you about offers that you did not ask for."),
		"concerns_third_party": 0,
		"validity_months": 24,
		"remind_days_before": 30,
	},
)
CONSENT_NOTICES = (
	{
		"purpose": "Sharing with a Third Party",
		"language": "en",
		"notice_text": (
			"I agree that you pass on information about me to the third party named here, for the matter that I asked "
			"you to deal with. I give this consent of my own free will. I may withdraw it at any time, as "
			"easily as I give it; what was passed on before then remains lawful."
		),
	},
	{
		"purpose": "Sharing with a Third Party",
		"language": "de",
		"notice_text": (
			"Ich bin damit einverstanden, dass Sie Informationen über mich an den hier genannten Dritten weitergeben, "
			"soweit es für mein Anliegen nötig ist. Ich erteile diese Einwilligung freiwillig. Ich kann sie jederzeit "
			"ebenso einfach widerrufen, wie ich sie erteile; was bis dahin weitergegeben wurde, bleibt rechtmäßig."
		),
	},
	{
		"purpose": "Sharing with a Third Party",
		"language": "fr",
		"notice_text": (
			"J'accepte que vous transmettiez des informations me concernant au tiers désigné ici, dans la mesure où ma "
			"demande l'exige. Je donne ce consentement librement. Je peux le retirer à tout moment, aussi simplement que je "
			"le donne ; ce qui a été transmis auparavant reste licite."
		),
	},
	{
		"purpose": "Marketing",
		"language": "en",
		"notice_text": (
			"I agree that you write to me about your offers. I give this consent of my own free will and may "
			"withdraw it at any time, as easily as I give it."
		),
	},
	{
		"purpose": "Marketing",
		"language": "de",
		"notice_text": (
			"Ich bin damit einverstanden, dass Sie mir über Ihre Angebote schreiben. Ich erteile diese Einwilligung "
			"freiwillig und kann sie jederzeit ebenso einfach widerrufen, wie ich sie erteile."
		),
	},
	{
		"purpose": "Marketing",
		"language": "fr",
		"notice_text": (
			"J'accepte que vous m'écriviez au sujet de vos offres. Je donne ce consentement librement et peux le retirer à "
			"tout moment, aussi simplement que je le donne."
		),
	},
)
DATA_CATEGORIES = (
	{"category_name": _("Contact Details"), "description": _("Name, address, telephone, email.")},
	{"category_name": _("Contract and Billing"), "description": _("Orders, contracts, invoices, payments.")},
	{"category_name": _("Correspondence"), "description": _("Written and spoken communication between us.")},
	{"category_name": _("Identity Documents"), "description": _("Copies of passports and the like.")},
)

# A read-only board: the status follows from events, so cards cannot be moved to another column.
KANBAN_BOARD = {
	"kanban_board_name": "Client Interactions by Status",
	"reference_doctype": "Client Interaction",
	"field_name": "status",
	"show_labels": 0,
	# What is closed grows with the years; the column takes the card that is moved there.
	"filters": '[["Client Interaction", "status", "!=", "Closed"]]',
	"fields": '["party_name", "responsible_staff", "next_deadline"]',
	"columns": tuple(
		{"column_name": status, "indicator": color}
		for status, color in (
			("Open", "Orange"),
			("Acknowledged", "Blue"),
			("Waiting for Client", "Yellow"),
			("Answered", "Green"),
			("Closed", "Gray"),
		)
	),
}

# Clauses C-5 and D-3: examples; every organisation has its own terms.
TERMINOLOGY = (
	{"avoid": "utilise", "use": "use", "language": "en", "why": "The short word says the same."},
	{"avoid": "in order to", "use": "to", "language": "en", "match": "Literal", "why": "Fewer words."},
	{"avoid": "at your earliest convenience", "language": "en", "match": "Literal", "why": "Name a day."},
	{"avoid": "asap", "language": "en", "match": "Literal", "why": "Name a day."},
	{
		"avoid": "please do not hesitate to",
		"use": "please",
		"language": "en",
		"match": "Literal",
		"why": "Fewer words.",
	},
	{"avoid": "zeitnah", "language": "de", "why": "Nennen Sie einen Tag."},
	{
		"avoid": "bezüglich",
		"use": "zu",
		"language": "de",
		"match": "Literal",
		"why": "Das kurze Wort sagt dasselbe.",
	},
	{
		"avoid": "seitens",
		"use": "von",
		"language": "de",
		"match": "Literal",
		"why": "Das kurze Wort sagt dasselbe.",
	},
	{"avoid": "dans les meilleurs délais", "language": "fr", "match": "Literal", "why": "Indiquez un jour."},
	{
		"avoid": "afin de",
		"use": "pour",
		"language": "fr",
		"match": "Literal",
		"why": "Le mot court dit la même chose.",
	},
	{
		"avoid": "au niveau de",
		"language": "fr",
		"match": "Literal",
		"why": "Nommez la chose elle-même.",
	},
)
