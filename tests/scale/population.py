"""A filled site: rows written by SQL, the same for the same size and seed.

What is skewed in an office is skewed here: one client with 5 % of all, a few people who take part in 5 % each, staff
who left, deadlines that are open and some that are breached, three levels at 70, 20 and 10 %. Rows reach the
database past the app, so what the app derives from them is derived at the end, by its own code.
"""

import sys
from dataclasses import dataclass
from datetime import datetime

import frappe

from client_comms import compat

TAG = "scale.example"
CHUNK = 50_000
START, DAYS = datetime(2024, 7, 1), 700
PARENTED = ("Interaction Action Item", "Interaction Evidence", "Interaction Event", "Communication Link")
LEVELS = {"Standard": "Initial Inquiry", "Confidential": "Service Update", "Sensitive": "Feedback/Complaint"}
# Role -> the part of the staff that has it, as shares of all
ROLES = {
	"Frontline Staff": (0.0, 0.5),
	"Account Manager": (0.5, 0.7),
	"Customer Support": (0.7, 0.95),
	"Customer Support Manager": (0.95, 0.98),
	"Compliance Officer": (0.98, 1.0),
}
RESPONSIBLE = {
	"Standard": "Frontline Staff",
	"Confidential": "Account Manager",
	"Sensitive": "Customer Support",
}
HEAVY = 0.05  # of all interactions, for the first of each of these roles
LEFT_EVERY = 20  # each twentieth of the staff has left


@dataclass(frozen=True)
class Size:
	"""How much there is of everything, from the number of interactions."""

	interactions: int
	seed: int = 2026

	def of(self, share: float) -> int:
		return max(1, round(self.interactions * share))

	@property
	def staff(self) -> int:
		return max(40, min(500, self.of(0.005)))

	@property
	def clients(self) -> int:
		return self.of(0.1)


@dataclass(frozen=True)
class Rows:
	"""`count` rows of a DocType: an SQL expression for each column, over `seq`, the number of the row.

	`source` is what else the expressions name, as the rest of a FROM clause behind `seq`.
	"""

	doctype: str
	count: int
	columns: dict[str, str]
	source: str = ""


def fill(size: Size, tell=None) -> None:
	"""Fill the connected site. Repeatable: a site that holds this very population is left as it is."""
	made = f"{size.interactions} {size.seed}"
	if frappe.db.get_global("client_comms_population") == made:
		return
	empty()
	tell = tell or Progress()
	_staff(size)
	wanted = _rows(size)
	total, done = sum(rows.count for rows in wanted), 0
	frappe.db.sql("set session unique_checks = 0, foreign_key_checks = 0")
	for rows in wanted:
		for first in range(1, rows.count + 1, CHUNK):
			last = min(first + CHUNK - 1, rows.count)
			frappe.db.sql(_insert(rows, first, last))
			frappe.db.commit()
			done += last - first + 1
			tell(done / total, rows.doctype)
	for doctype in dict.fromkeys(rows.doctype for rows in wanted):
		if doctype != "__global_search":
			frappe.db.sql_ddl(f"analyze table `tab{doctype}`")
	tell(1, "done")
	frappe.db.set_global("client_comms_population", made)
	frappe.db.commit()
	frappe.clear_cache()


def empty() -> None:
	"""Remove what an earlier population left."""
	for rows in _rows(Size(1)):
		if rows.doctype == "__global_search":
			frappe.db.sql("delete from `__global_search` where name like 'CI-SCALE-%'")
		else:
			frappe.db.sql(f"delete from `tab{rows.doctype}` where owner = 'scale'")
		frappe.db.commit()
	for user in frappe.get_all("User", {"name": ("like", f"%@{TAG}")}, pluck="name"):
		frappe.db.delete("User", user)
		frappe.db.delete("Has Role", {"parent": user})
	frappe.db.set_global("client_comms_population", None)
	frappe.db.commit()


class Progress:
	"""A bar on one line of a terminal; a line for each tenth elsewhere."""

	def __init__(self, stream=sys.stderr):
		self.stream, self.tenth = stream, -1

	def __call__(self, share: float, what: str) -> None:
		if self.stream.isatty():
			bar = "█" * round(share * 40)
			self.stream.write(f"\r{bar:40} {share:4.0%} {what:28}" + ("\n" if share == 1 else ""))
		elif int(share * 10) > self.tenth:
			self.tenth = int(share * 10)
			self.stream.write(f"{share:4.0%} {what}\n")
		self.stream.flush()


# Names, from numbers


def as_listed(doctype: str, column: str) -> str:
	"""`order_by` of the desk for a list that is sorted by a column, the newest first: version 16 adds the name."""
	order = f"`tab{doctype}`.`{column}` desc"
	if not compat.is_version_16() or column in ("name", "creation", "modified"):
		return order
	return f"{order}, `tab{doctype}`.`name` desc"


def interaction(number: str) -> str:
	return f"concat('CI-SCALE-', lpad({number}, 7, '0'))"


def message(number: str) -> str:
	"""Random letters, as Frappe names messages; more of them, for ten of only sixteen kinds meet among two million."""
	return f"left(md5(concat('message ', {number})), 16)"


def client(number: str) -> str:
	return f"concat('Scale Client ', {number})"


def staff(number: str) -> str:
	return f"concat('staff', {number}, '@{TAG}')"


def first_of(role: str, size: Size) -> str:
	"""The one of a role who takes part in a twentieth of everything."""
	return f"staff{_range(role, size)[0]}@{TAG}"


def one_of(role: str, size: Size) -> str:
	"""One of a role like any other."""
	first, count = _range(role, size)
	there = (*range(first + 1, first + count), first)
	return f"staff{next(n for n in there if n % LEFT_EVERY)}@{TAG}"


def _range(role: str, size: Size) -> tuple[int, int]:
	low, high = (round(share * size.staff) for share in ROLES[role])
	return low + 1, high - low


def _staff(size: Size) -> None:
	"""Users by plain rows: five hundred documents would take longer than a million rows."""
	for role in ROLES:
		first, count = _range(role, size)
		for number in range(first, first + count):
			user = f"staff{number}@{TAG}"
			frappe.get_doc(
				{
					"doctype": "User",
					"name": user,
					"email": user,
					"first_name": f"Staff {number}",
					"full_name": f"Staff {number}",
					"enabled": int(number % LEFT_EVERY != 0),
					"user_type": "System User",
				}
			).db_insert()
			for each in (role, "Sales User", "Support Team"):
				frappe.get_doc(
					{
						"doctype": "Has Role",
						"name": f"{user} {each}",
						"parent": user,
						"parenttype": "User",
						"parentfield": "roles",
						"role": each,
					}
				).db_insert()
	frappe.db.commit()


def _insert(rows: Rows, first: int, last: int) -> str:
	columns, values = zip(*rows.columns.items(), strict=True)
	table = rows.doctype if rows.doctype.startswith("__") else f"tab{rows.doctype}"
	return (
		f"insert into `{table}` ({', '.join(f'`{c}`' for c in columns)})"
		f" select {', '.join(values)} from (select seq from seq_{first}_to_{last}) numbers {rows.source}"
	)


def _rows(size: Size) -> list[Rows]:
	n = size.interactions
	issues, leads, opportunities = size.of(0.2), size.of(0.05), size.of(0.05)
	matrix = frappe.db.get_value("Communication Matrix", {"docstatus": 1})
	company = frappe.db.get_value("Company", {})

	def draw(salt: str) -> str:
		"""A share from 0 to 1, by the number of the row."""
		return f"(conv(left(md5(concat('{size.seed} {salt} ', seq)), 8), 16, 10) / 4294967296)"

	def any_of(count: int, salt: str) -> str:
		return f"(1 + floor({draw(salt)} * {count}))"

	def moment(total: int, of: str = "seq") -> str:
		return (
			f"(timestamp'{START:%Y-%m-%d} 00:00:00' + interval floor({of} * {DAYS * 86400} / {total}) second)"
		)

	def common(name: str, total: int, **columns: str) -> dict[str, str]:
		at = moment(total)
		return {
			"name": name,
			"owner": "'scale'",
			"creation": at,
			"modified": f"{at} + interval floor({draw('modified')} * 86400) second",
			"modified_by": "'scale'",
			"docstatus": "0",
			**columns,
		}

	def child(name: str, total: int, parent: str, parenttype: str, field: str, **columns: str) -> dict:
		placed = {
			"parent": parent,
			"parenttype": f"'{parenttype}'",
			"parentfield": f"'{field}'",
			"idx": "1",
		}
		return common(name, total, **placed, **columns)

	def someone(salt: str) -> str:
		return staff(any_of(size.staff, salt))

	def cleared(level: str) -> str:
		"""Who is responsible at a level: anyone with its role; the first of each role has a share of all levels."""
		heavy = [
			f"when {draw('heavy')} < {HEAVY * number} then {_range(role, size)[0]}"
			for number, role in enumerate(RESPONSIBLE.values(), start=1)
		]
		ranges = {each: _range(role, size) for each, role in RESPONSIBLE.items()}
		usual = [
			f"when {level} = '{each}' then {first} + floor({draw('responsible')} * {count})"
			for each, (first, count) in ranges.items()
		]
		return staff(f"(case {' '.join(heavy + usual)} end)")

	big = f"if({draw('big')} < 0.05, 1, {any_of(size.clients, 'client')})"
	level = f"(case when {draw('level')} < 0.7 then 'Standard' when {draw('level')} < 0.9 then 'Confidential' else 'Sensitive' end)"
	kind = f"(case {level} " + " ".join(f"when '{each}' then '{t}'" for each, t in LEVELS.items()) + " end)"
	state = draw("state")
	about = "(case when seq % 5 = 0 then {issue} when seq % 20 = 1 then {lead} when seq % 20 = 2 then {opportunity} end)"

	def about_as(issue: str, lead: str, opportunity: str) -> str:
		return about.format(issue=issue, lead=lead, opportunity=opportunity)

	def issue(number: str) -> str:
		return f"concat('ISS-SCALE-', {number})"

	def lead(number: str) -> str:
		return f"concat('LEAD-SCALE-', {number})"

	def opportunity(number: str) -> str:
		return f"concat('OPP-SCALE-', {number})"

	def mixed(salt: str, *cases: tuple[float, str | None, str]) -> tuple[str, str]:
		"""Two expressions, for the DocType and the name of what a row belongs to: shares, DocTypes and names."""
		whens_type, whens_name, upto = [], [], 0.0
		for share, doctype, name in cases:
			upto += share
			whens_type.append(f"when {draw(salt)} < {upto:.4f} then {repr(doctype) if doctype else 'null'}")
			whens_name.append(f"when {draw(salt)} < {upto:.4f} then {name}")
		return f"(case {' '.join(whens_type)} end)", f"(case {' '.join(whens_name)} end)"

	some_interaction = interaction(any_of(n, "owner"))
	some_message = message(any_of(2 * n, "owner"))
	some_issue = issue(any_of(issues, "owner"))
	some_lead = lead(any_of(leads, "owner"))
	some_client = client(any_of(size.clients, "owner"))
	bound = f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction('ceil(seq / 2)')}"
	unbound = f"({draw('unbound')} < 0.1)"
	filed_type, filed_name = mixed(
		"filed",
		(0.3, "Issue", some_issue),
		(0.2, "Lead", some_lead),
		(0.2, "Customer", some_client),
		(0.3, None, "null"),
	)

	todo_type, todo_name = mixed(
		"todo",
		(0.5, "Client Interaction", some_interaction),
		(0.2, "Issue", some_issue),
		(0.1, "Lead", some_lead),
		(0.1, "Customer", some_client),
		(0.1, None, "null"),
	)
	file_type, file_name = mixed(
		"file",
		(0.5, "Communication", some_message),
		(0.1, "Client Interaction", some_interaction),
		(0.1, "Issue", some_issue),
		(0.15, "Customer", some_client),
		(0.15, None, "null"),
	)
	comment_type, comment_name = mixed(
		"comment",
		(0.3, "Client Interaction", some_interaction),
		(0.1, "Communication", some_message),
		(0.25, "Issue", some_issue),
		(0.1, "Lead", some_lead),
		(0.25, "Customer", some_client),
	)
	version_type, version_name = mixed(
		"version",
		(0.4, "Client Interaction", some_interaction),
		(0.2, "Issue", some_issue),
		(0.1, "Lead", some_lead),
		(0.3, "Customer", some_client),
	)
	of_client_type, of_client = mixed(
		"of client",
		(0.6, "Customer", some_client),
		(0.3, "Lead", some_lead),
		(0.1, None, "null"),
	)
	entry_type, entry_name = mixed(
		"entry",
		(0.6, "Client Interaction", some_interaction),
		(0.1, "Issue", some_issue),
		(0.2, "Customer", some_client),
		(0.1, None, "null"),
	)
	log_type, log_name = mixed(
		"log",
		(0.5, "Client Interaction", some_interaction),
		(0.2, "Issue", some_issue),
		(0.1, "Communication", some_message),
		(0.2, "Customer", some_client),
	)
	return [
		Rows(
			"Customer",
			size.clients,
			common(
				client("seq"),
				size.clients,
				customer_name="concat('Solar House ', seq)",
				customer_type="'Company'",
				account_manager=staff(
					f"({_range('Account Manager', size)[0]} + floor({draw('manager')} * {_range('Account Manager', size)[1]}))"
				),
			),
		),
		Rows(
			"Contact",
			size.clients,
			common(
				"concat('Scale Contact ', seq)",
				size.clients,
				first_name="concat('Anna ', seq)",
				full_name="concat('Anna ', seq)",
				email_id="concat('anna', seq, '@client.example')",
			),
		),
		Rows(
			"Contact Email",
			size.clients,
			child(
				"concat('scale-', seq)",
				size.clients,
				"concat('Scale Contact ', seq)",
				"Contact",
				"email_ids",
				email_id="concat('anna', seq, '@client.example')",
				is_primary="1",
			),
		),
		Rows(
			"Dynamic Link",
			size.clients,
			child(
				"concat('scale-', seq)",
				size.clients,
				"concat('Scale Contact ', seq)",
				"Contact",
				"links",
				link_doctype="'Customer'",
				link_name=client("seq"),
			),
		),
		Rows(
			"Client Interaction",
			n,
			common(
				interaction("seq"),
				n,
				naming_series="'CI-.YYYY.-.#####'",
				subject="concat('Solar roof ', seq)",
				communication_type=kind,
				channel="'Email'",
				direction="if(seq % 3 = 0, 'Outbound', 'Inbound')",
				occurred_on=moment(n),
				status=f"case when {state} < 0.03 then 'Open' when {state} < 0.05 then 'Acknowledged' when {state} < 0.6 then 'Answered' else 'Closed' end",
				clock_state=f"if({state} < 0.05, 'Running', 'Stopped')",
				acknowledge_by=f"{moment(n)} + interval 1 day",
				acknowledged_on=f"if({state} < 0.03, null, {moment(n)} + interval floor({draw('ack')} * 100000) second)",
				acknowledge_status=f"case when {state} < 0.03 then 'Running' when {draw('ack')} > 0.864 then 'Met Late' else 'Met' end",
				acknowledge_working_seconds=f"floor({draw('ack')} * 33000)",
				respond_by=f"{moment(n)} + interval 2 day",
				responded_on=f"if({state} < 0.05, null, {moment(n)} + interval floor({draw('respond')} * 190000) second)",
				respond_status=f"case when {state} < 0.02 then 'Breached' when {state} < 0.05 then 'Running' when {draw('respond')} > 0.9 then 'Met Late' else 'Met' end",
				answered_on=f"if({state} < 0.05, null, {moment(n)} + interval floor({draw('respond')} * 190000) second)",
				respond_working_seconds=f"floor({draw('respond')} * 62000)",
				next_deadline=f"if({state} < 0.05, {moment(n)} + interval 2 day, null)",
				promise_status="'Not Required'",
				breached=f"if({state} < 0.02 or {draw('respond')} > 0.9, 1, 0)",
				confidentiality_level=level,
				responsible_staff=cleared(level),
				company=f"{frappe.db.escape(company)}",
				party_type="'Customer'",
				party=client(big),
				party_name="concat('Solar House ', seq % 1000)",
				summary="concat('The client asks about the roof, the inverter and when we come by. ', seq)",
				matrix=f"{frappe.db.escape(matrix)}",
				reference_doctype=about_as("'Issue'", "'Lead'", "'Opportunity'"),
				reference_name=about_as(
					issue(f"(1 + (seq div 5) % {issues})"),
					lead(f"(1 + (seq div 20) % {leads})"),
					opportunity(f"(1 + (seq div 20) % {opportunities})"),
				),
			),
		),
		Rows(
			"Interaction Event",
			2 * n,
			child(
				"concat('scale-', seq)",
				2 * n,
				interaction("ceil(seq / 2)"),
				"Client Interaction",
				"events",
				event="if(seq % 2, 'Received', 'Answered')",
				at=moment(2 * n),
				by_user=someone("by"),
			),
		),
		Rows(
			"Interaction Action Item",
			size.of(0.3),
			child(
				"concat('scale-', seq)",
				size.of(0.3),
				some_interaction,
				"Client Interaction",
				"action_items",
				description="'Call the client back'",
				assigned_to=someone("assigned"),
				status=f"if({draw('closed')} < 0.3, 'Open', 'Closed')",
			),
		),
		Rows(
			"Interaction Evidence",
			size.of(0.5),
			child(
				"concat('scale-', seq)",
				size.of(0.5),
				some_interaction,
				"Client Interaction",
				"evidence",
				documentation_method="'Email Copy'",
				reference_doctype="'Communication'",
				reference_name=some_message,
			),
		),
		Rows(
			"Interaction Access Grant",
			size.of(0.02),
			common(
				"concat('scale-', seq)",
				size.of(0.02),
				interaction=some_interaction,
				user=someone("granted"),
				valid_until=f"now() + interval floor({draw('until')} * 20) - 10 day",
				reason="'Holiday cover'",
			),
		),
		Rows(
			"Issue",
			issues,
			common(
				issue("seq"),
				issues,
				subject="concat('Noise ', seq)",
				customer=client(big),
				status=f"if({draw('status')} < 0.1, 'Open', 'Closed')",
				priority="'Medium'",
				company=f"{frappe.db.escape(company)}",
				confidentiality_level=f"if({draw('governed')} < 0.1, null, `ci`.`confidentiality_level`)",
			),
			f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction(f'least({n}, 5 * if(seq = 1, {issues}, seq - 1))')}",
		),
		Rows(
			"Lead",
			leads,
			common(
				lead("seq"),
				leads,
				lead_name="concat('Otto ', seq)",
				status="'Lead'",
				lead_owner=someone("lead"),
				confidentiality_level=f"if({draw('governed')} < 0.5, null, {level})",
			),
		),
		Rows(
			"Opportunity",
			opportunities,
			common(
				opportunity("seq"),
				opportunities,
				title="concat('Roof ', seq)",
				opportunity_from="'Lead'",
				party_name=lead(f"(1 + seq % {leads})"),
				status="'Open'",
				opportunity_owner=someone("opportunity"),
				company=f"{frappe.db.escape(company)}",
				confidentiality_level=f"if({draw('governed')} < 0.5, null, {level})",
			),
		),
		Rows(
			"Communication",
			2 * n,
			common(
				message("seq"),
				2 * n,
				subject="concat('Re: Solar roof ', ceil(seq / 2))",
				communication_medium="'Email'",
				communication_type="'Communication'",
				sent_or_received="if(seq % 2, 'Received', 'Sent')",
				status="'Linked'",
				sender="concat('anna', seq % 1000, '@client.example')",
				recipients=f"'service@{TAG}'",
				communication_date=moment(2 * n),
				content="concat(repeat('The roof is dry, the inverter hums, and we should like to know when you come. ', 8), seq)",
				reference_doctype=f"if({unbound}, {filed_type}, 'Client Interaction')",
				reference_name=f"if({unbound}, {filed_name}, `ci`.`name`)",
				client_interaction=f"if({unbound}, null, `ci`.`name`)",
				confidentiality_level=f"if({unbound}, null, `ci`.`confidentiality_level`)",
			),
			bound,
		),
		Rows(
			"Communication Link",
			2 * n,
			child(
				"concat('scale-', seq)",
				2 * n,
				message("seq"),
				"Communication",
				"timeline_links",
				link_doctype="'Customer'",
				link_name="`ci`.`party`",
				communication_date=moment(2 * n),
			),
			bound,
		),
		Rows(
			"Event",
			size.of(0.05),
			common(
				"concat('EV-SCALE-', seq)",
				size.of(0.05),
				subject="concat('Visit ', seq)",
				event_type="'Public'",
				status="'Open'",
				starts_on=moment(size.of(0.05)),
				client_interaction=f"if({unbound}, null, `ci`.`name`)",
				confidentiality_level=f"if({unbound}, null, `ci`.`confidentiality_level`)",
			),
			f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction(any_of(n, 'owner'))}",
		),
		Rows(
			"Call Log",
			size.of(0.1),
			common(
				"concat('CALL-SCALE-', seq)",
				size.of(0.1),
				id="concat('CALL-SCALE-', seq)",
				status="'Completed'",
				type="'Incoming'",
				start_time=moment(size.of(0.1)),
				client_interaction=f"if({unbound}, null, `ci`.`name`)",
				confidentiality_level=f"if({unbound}, null, `ci`.`confidentiality_level`)",
				**{"from": "'+4930901800'", "to": "'+4930901801'"},
			),
			f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction(any_of(n, 'owner'))}",
		),
		Rows(
			"Client Disclosure",
			size.of(0.05),
			common(
				"concat('CD-SCALE-', seq)",
				size.of(0.05),
				disclosed_on=moment(size.of(0.05)),
				recipient="concat('anna', seq % 1000, '@client.example')",
				description="'An offer'",
				party_type="'Customer'",
				party="`ci`.`party`",
				client_interaction="`ci`.`name`",
				confidentiality_level="`ci`.`confidentiality_level`",
			),
			f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction(any_of(n, 'owner'))}",
		),
		*(
			Rows(
				doctype,
				size.clients,
				common(
					f"concat('{doctype[:2]}-SCALE-', seq)",
					size.clients,
					party_type=of_client_type,
					party=of_client,
					**more,
				),
			)
			for doctype, more in (
				(
					"Client Consent",
					{"purpose": "'Scale purpose'", "status": "'Given'", "collected_through": "'Email'"},
				),
				("Communication Preference", {"source": "'Client'", "confirmed_on": "'2026-01-15'"}),
				(
					"Identity Verification",
					{"method": "'Call Back'", "result": "'Confirmed'", "verified_by": someone("verified")},
				),
			)
		),
		Rows(
			"Interaction Review",
			size.of(0.05),
			common(
				"concat('IR-SCALE-', seq)",
				size.of(0.05),
				interaction=some_interaction,
				reviewed_user=someone("reviewed"),
				reviewer=staff(
					f"({_range('Customer Support Manager', size)[0]} + floor({draw('reviewer')} * {_range('Customer Support Manager', size)[1]}))"
				),
				status=f"if({draw('closed')} < 0.1, 'Open', 'Completed')",
				programme="'Scale programme'",
			),
		),
		Rows(
			"Physical File",
			size.of(0.05),
			common(
				"concat('PF-SCALE-', seq)",
				size.of(0.05),
				title="concat('Paper ', seq)",
				custodian=someone("custodian"),
				location="'Scale location'",
				confidentiality_level=level,
			),
		),
		Rows(
			"Physical File Interaction",
			size.of(0.1),
			child(
				"concat('scale-', seq)",
				size.of(0.1),
				"concat('PF-SCALE-', ceil(seq / 2))",
				"Physical File",
				"interactions",
				interaction=some_interaction,
			),
		),
		Rows(
			"Compliance Ledger Entry",
			n,
			common(
				"concat('ledger-scale-', seq)",
				n,
				at=moment(n),
				user=someone("acted"),
				action="'Changed'",
				reference_doctype=entry_type,
				reference_name=entry_name,
				confidentiality_level=level,
			),
		),
		Rows(
			"ToDo",
			size.of(0.4),
			common(
				"concat('todo-scale-', seq)",
				size.of(0.4),
				description="'Call the client back'",
				status=f"if({draw('closed')} < 0.2, 'Open', 'Closed')",
				allocated_to=someone("allocated"),
				priority="'Medium'",
				reference_type=todo_type,
				reference_name=todo_name,
			),
		),
		Rows(
			"File",
			size.of(0.4),
			common(
				"concat('file-scale-', seq)",
				size.of(0.4),
				file_name="concat('offer', seq, '.pdf')",
				file_url="concat('/private/files/offer', seq, '.pdf')",
				is_private="1",
				file_size="4096",
				folder="'Home/Attachments'",
				attached_to_doctype=file_type,
				attached_to_name=file_name,
			),
		),
		Rows(
			"Comment",
			size.of(0.4),
			common(
				"concat('comment-scale-', seq)",
				size.of(0.4),
				comment_type="'Comment'",
				comment_email=someone("comment"),
				content="'The client will be at home on Tuesday.'",
				reference_doctype=comment_type,
				reference_name=comment_name,
			),
		),
		Rows(
			"Version",
			size.of(0.4),
			common(
				"concat('version-scale-', seq)",
				size.of(0.4),
				ref_doctype=version_type,
				docname=version_name,
				data='\'{"changed": [["status", "Open", "Answered"]]}\'',
			),
		),
		Rows(
			"Email Queue",
			size.of(0.2),
			common(
				"concat('queue-scale-', seq)",
				size.of(0.2),
				status="'Sent'",
				sender=f"'service@{TAG}'",
				message="repeat('Content of an email. ', 40)",
				reference_doctype=f"if({unbound}, 'Customer', 'Client Interaction')",
				reference_name=f"if({unbound}, {client('seq')}, `ci`.`name`)",
				communication=message("10 * seq"),
			),
			f"join `tabClient Interaction` `ci` on `ci`.`name` = {interaction('5 * seq')}",
		),
		Rows(
			"Email Queue Recipient",
			size.of(0.2),
			child(
				"concat('scale-', seq)",
				size.of(0.2),
				"concat('queue-scale-', seq)",
				"Email Queue",
				"recipients",
				recipient="concat('anna', seq % 1000, '@client.example')",
				status="'Sent'",
			),
		),
		*(
			Rows(
				doctype,
				size.of(share),
				common(
					"concat('log-scale-', seq)",
					size.of(share),
					**{of_type: log_type, of_name: log_name},
					**more,
				),
			)
			for doctype, share, of_type, of_name, more in (
				(
					"Notification Log",
					0.2,
					"document_type",
					"document_name",
					{"for_user": someone("for"), "subject": "'You were mentioned'"},
				),
				("View Log", 0.2, "reference_doctype", "reference_name", {"viewed_by": someone("viewed")}),
				(
					"Activity Log",
					0.1,
					"reference_doctype",
					"reference_name",
					{"subject": "'Changed'", "user": someone("active")},
				),
				("Access Log", 0.05, "export_from", "reference_document", {"user": someone("accessed")}),
				(
					"Tag Link",
					0.05,
					"document_type",
					"document_name",
					{"tag": "'roof'", "title": "'Solar roof'"},
				),
				("DocShare", 0.01, "share_doctype", "share_name", {"user": someone("shared"), "read": "1"}),
				("Document Follow", 0.02, "ref_doctype", "ref_docname", {"user": someone("followed")}),
				(
					"Deleted Document",
					0.02,
					"deleted_doctype",
					"deleted_name",
					{"data": "'{}'", "restored": "0"},
				),
			)
		),
		Rows(
			"__global_search",
			n,
			{
				"doctype": "'Client Interaction'",
				"name": interaction("seq"),
				"title": "concat('Solar roof ', seq)",
				"content": "concat('Subject : Solar roof ', seq, ' ||| Client : Solar House ', seq % 1000)",
				"route": "''",
				"published": "0",
			},
		),
	]
