"""How many interactions there are of each kind, and to how many each user is tied, in grouped queries over all of them.

Where no index has their order, a number comes before the name by which they group: among names alone MariaDB finds a group slowly.
"""

from collections import Counter

import frappe

from client_comms import clock
from client_comms.enforcement import governed, interactions, policy
from client_comms.grouping import in_memory
from client_comms.rules import access_impact

_INTERACTION = interactions.INTERACTION
# A user's tie to an interaction, the closest first; queries number them by their position here.
TIES = (access_impact.PARTICIPANT, access_impact.GRANTED, access_impact.ACCOUNT_MANAGER)
_MANAGES = TIES.index(access_impact.ACCOUNT_MANAGER)
# The account manager of the client of `record`, as SQL.
_MANAGER = "case `record`.`party_type` {} end".format(
	" ".join(
		f"when '{doctype}' then (select `{field}` from `tab{doctype}` where `name` = `record`.`party`)"
		for doctype, field in policy.ACCOUNT_MANAGER_FIELD.items()
	)
)


def by_responsible(company: str | None = None) -> dict[str | None, Counter]:
	"""responsible staff (None: there are none) -> `access_impact.Kind` -> number of interactions.

	One reading of an index, grouped in its order: in any other order, the database would sort all interactions.
	"""
	rows = frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (fixed conditions; values are bound)
		f"""select `responsible_staff`, `confidentiality_level`, `communication_type`, `matrix`, count(*)
		from `tab{_INTERACTION}` {"where `company` = %(company)s" if company else ""}
		group by `responsible_staff`, `confidentiality_level`, `communication_type`, `matrix`""",
		{"company": company},
	)
	found: dict[str | None, Counter] = {}
	for user, level, communication_type, matrix, records in rows:
		found.setdefault(user, Counter())[_kind(level, matrix, communication_type)] += records
	return found


def kinds(responsible: dict[str | None, Counter]) -> Counter:
	"""`access_impact.Kind` -> number of interactions of that kind."""
	found = Counter()
	for each in responsible.values():
		found.update(each)
	return found


def of_users(
	users: list[str],
	responsible: dict[str | None, Counter],
	company: str | None = None,
	managed: set[str | None] | None = None,
) -> dict[str, Counter]:
	"""user -> (`access_impact.Kind`, closest tie) -> number of interactions, matching `policy.stored_record`.

	Nearly every interaction has responsible staff, and an account manager: these are counted as they are read. The few with
	an action item or a grant are looked at one by one, and taken off what was counted for their account manager.

	:param responsible: `by_responsible`
	:param managed: count account managers at these levels only (None: at all), because counting them reads every record
	"""
	ties = {
		user: Counter({(kind, access_impact.PARTICIPANT): n for kind, n in responsible.get(user, {}).items()})
		for user in users
	}
	found = ()
	if users and managed != set():
		found += _of_account_managers(users, company, managed)
	if users:
		found += _of_single_records(users, company)
	for user, tie, level, matrix, communication_type, is_managed, records in found:
		kind, counts = _kind(level, matrix, communication_type), ties.setdefault(user, Counter())
		counts[kind, TIES[tie]] += records
		if is_managed:
			counts[kind, TIES[_MANAGES]] -= records
	return {user: +counts for user, counts in ties.items()}


def _of_account_managers(users: list[str], company: str | None, levels: set[str | None] | None):
	values = {"users": users, "company": company, "levels": [level or "" for level in levels or ()]}
	at_levels = "" if levels is None else "and ifnull(`record`.`confidentiality_level`, '') in %(levels)s"
	found = ()
	for doctype, field in policy.ACCOUNT_MANAGER_FIELD.items():
		found += frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (names of fields; values are bound)
			f"""select `client`.`{field}`, {_MANAGES}, `record`.`confidentiality_level`, `record`.`matrix`,
				`record`.`communication_type`, 0, count(*)
			from `tab{_INTERACTION}` `record` join `tab{doctype}` `client`
				on `record`.`party_type` = '{doctype}' and `record`.`party` = `client`.`name`
			where `client`.`{field}` in %(users)s and {_not_responsible(f"`client`.`{field}`")}
				{_of_company(company)} {at_levels}
			group by crc32(`client`.`{field}`), 1, 3, 4, 5""",
			values,
		)
	return found


def _of_single_records(users: list[str], company: str | None):
	"""Those with an open action item or an active grant."""
	query = f"""select `nearest`.`user`, `nearest`.`tie`, `record`.`confidentiality_level`, `record`.`matrix`,
			`record`.`communication_type`, ifnull({_MANAGER} = `nearest`.`user`, 0), count(*)
		from (
			select `user`, `name`, min(`tie`) `tie` from (
				select `assigned_to` `user`, `parent` `name`, 0 `tie` from `tabInteraction Action Item`
				where `assigned_to` in %(users)s and `status` = %(open)s
				union all select `user`, `interaction`, 1 from `tab{governed.GRANT}`
				where `user` in %(users)s and `valid_until` >= %(now)s
			) `tied` group by crc32(`name`), `user`, `name`
		) `nearest`
		join `tab{_INTERACTION}` `record` on `record`.`name` = `nearest`.`name`
			and {_not_responsible("`nearest`.`user`")} {_of_company(company)}
		group by crc32(`nearest`.`user`), 1, 2, 3, 4, 5, 6"""
	values = {"users": users, "open": policy.OPEN_ACTION_ITEM, "now": clock.now(), "company": company}
	# nosemgrep: frappe-sql-format-injection (fixed conditions; values are bound)
	return frappe.db.sql(in_memory(query), values)


def _of_company(company: str | None) -> str:
	return "and `record`.`company` = %(company)s" if company else ""


def _not_responsible(user: str) -> str:
	return f"(`record`.`responsible_staff` is null or `record`.`responsible_staff` != {user})"


def _kind(level: str | None, matrix: str | None, communication_type: str | None) -> access_impact.Kind:
	return access_impact.Kind(policy.as_the_database_reads(level), matrix, communication_type)
