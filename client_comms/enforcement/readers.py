"""Row conditions as SQL for one user, made so that their cost follows the page and not the site (D-5).

A condition stands beside an "or", where MariaDB computes an `in (select …)` for the whole table before it looks at the
first row. So there is none: rows of other tables are read one by one by their primary key. What a user takes part in is
asked for each row of a page (see `page_requests`); elsewhere it is looked up first, by indexes, and named.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Set
from functools import cached_property
from itertools import chain

import frappe

from client_comms import clock
from client_comms.enforcement import page_requests, policy
from client_comms.enforcement.row_conditions import (
	EVERYTHING,
	NOTHING,
	among,
	either,
	few,
	literal,
	of_row,
	there_is,
)
from client_comms.flags import flagged
from client_comms.rules import access, access_rows

INTERACTION = "Client Interaction"
ITEM = "Interaction Action Item"
GRANT = "Interaction Access Grant"
LISTED_FOR = "client_comms_listed_for"
_HELD = "client_comms_held_readers"
# How many records a condition names at most. Users who take part in more are asked about row by row, which they can
# afford: they see so much that a page is soon full.
NAMED = 2000
# And where the query reads the whole table, which takes longer than to read the names.
NAMED_OF_ALL = 10000
# And inside a subquery, which finds its row by another key, and may stand in one query hundreds of times.
NAMED_INSIDE = 50


def listed_for() -> str:
	"""The action for which lists are made at present, see `interactions.listing_for`."""
	return frappe.flags.get(LISTED_FOR) or access.READ


# --- the reader ----------------------------------------------------------------------------------


class Reader:
	"""The user for whom a condition is made. What it takes to make it is looked up once, however many tables it reaches.

	:param action: by default the one for which lists are made at present, see `interactions.listing_for`
	:param by_row: ask for each row what the user takes part in, and look up nothing before; by default for a page of a list
	:param lasting: consider only reasons that do not expire, see `policy.stored_record`
	"""

	def __init__(
		self,
		user: str | None = None,
		action: str | None = None,
		by_row: bool | None = None,
		lasting: bool = False,
	):
		self.user, self.lasting = user or frappe.session.user, lasting
		action = action or listed_for()
		self.rows = access_rows.row_filter(policy.subject(self.user), policy.current(), action)
		# Whom User Permissions restrict may find a page only after many rows.
		self.by_row = (
			not self.rows.limits and page_requests.ask_each_row(self.rows, self.user)
			if by_row is None
			else by_row
		)

	@cached_property
	def owner_types(self) -> dict[str, set[str]]:
		"""DocType → the DocTypes to whose documents its rows belong, as far as that was looked up."""
		return {}

	@cached_property
	def inside(self) -> "Reader":
		"""The same user for a condition inside a subquery: without another look-up, and with fewer names."""
		return _ReaderInside(self)

	@classmethod
	def of(cls, user: "Reader | str | None") -> "Reader":
		if isinstance(user, Reader):
			return user
		return held((user or frappe.session.user,), lambda: cls(user))

	@cached_property
	def me(self) -> str:
		return literal(self.user)

	@property
	def sees_by_kind(self) -> bool:
		"""Whether some records are open to the user by their level or type, regardless of who takes part in them."""
		return bool(self.rows.everything or self.rows.open_levels or self.rows.type_levels)

	def level(self, column: str, of_most: bool = False) -> str:
		"""The column with a level; without its index where that costs. MariaDB 10 would collect all rows of a level and all that are shared with the
		user, and sort them for a page; but a request for one level reads only rows of it, and none if that one is not open. `of_most`: most rows
		have a level with which it is compared."""
		merges = self.by_row and page_requests.merges_indexes() and not page_requests.asks_for_level()
		return f"coalesce({column}, '')" if merges or (of_most and page_requests.looks_for_text()) else column

	def at_levels(self, levels: Set[str], column: str, of_most: bool = False) -> str:
		"""Rows whose level, stored in `column`, counts as one of `levels`. `of_most`: see `level`."""
		column = self.level(column, of_most)
		named = among(column, levels)
		if self.rows.strictest not in levels:
			return named
		if levels >= self.rows.known_levels:
			return EVERYTHING
		# An unknown, empty or deleted level counts as the strictest one.
		return f"({named} or ifnull({column}, '') = '' or not {among(column, self.rows.known_levels)})"

	@cached_property
	def condition(self) -> str:
		"""The rows of Client Interaction that the user can read, as a bracketed condition; empty if every row is open."""
		if self.rows.all_levels:
			return ""
		if self.interactions is not None:
			return f"({among(_column('name'), self.interactions)})"
		branches = [*self._open_kinds, *(f"({levels} and {either(ties)})" for levels, ties in self._ties)]
		return f"({' and '.join((either(branches), *self._limits))})" if self._limits else either(branches)

	@property
	def open_by_kind(self) -> str:
		"""The rows that are open by their level and type alone, regardless of who takes part in them."""
		return either(self._open_kinds)

	@property
	def _open_kinds(self) -> list[str]:
		level, levels = _column("confidentiality_level"), self.rows.open_levels
		return ([self.at_levels(levels, level, of_most=True)] if levels else []) + self._open_types

	@property
	def _open_types(self) -> list[str]:
		level = _column("confidentiality_level")
		return [
			f"({self.at_levels({each}, level)} and {_of_types(pairs)})"
			for each, pairs in sorted(self.rows.type_levels.items())
		]

	def would_open(self, party_type: str, party: str) -> bool:
		"""Whether the user could read more of the interactions with a client as its account manager. One query, or none."""
		levels = self.rows.account_manager_levels
		if self.rows.all_levels or not levels:
			return False
		more = (
			f"{_column('party_type')} = {literal(party_type)} and {_column('party')} = {literal(party)}",
			self.at_levels(levels, _column("confidentiality_level")),
			*self._limits,
			f"not ifnull({self.condition}, 0)",
		)
		# nosemgrep: frappe-sql-format-injection (conditions of this module, whose values are escaped)
		return bool(frappe.db.sql(f"select 1 from `tab{INTERACTION}` where {' and '.join(more)} limit 1"))

	@cached_property
	def _limits(self) -> list[str]:
		"""The interactions to which User Permissions restrict the user: conditions that all have to hold."""
		found = []
		for limit in self.rows.limits:
			column = _column(limit.field)
			allowed = among(column, limit.values)
			found.append(f"(ifnull({column}, '') = '' or {allowed})" if limit.empty else allowed)
		return found

	@cached_property
	def interactions(self) -> list[str] | None:
		"""All interactions that are open to a user to whom nothing is open by its level or type; None for other users,
		and if there are too many."""
		found = None if self.sees_by_kind else self.tied_interactions()
		if found is None:
			return None
		return few(found, NAMED) if found else []

	@property
	def looks_up_all(self) -> bool:
		"""Whether a condition may name up to `NAMED_OF_ALL` records that are looked up before: the query reads the whole table."""
		return not self.by_row and page_requests.reads_whole_table()

	@cached_property
	def opened(self) -> list[str] | None:
		"""All interactions that are open to the user at levels that are not; None if they are too many, or not looked up."""
		if self.interactions is not None or not self.looks_up_all or None in self._tied.values():
			return self.interactions
		names: set[str] = set()
		# Lazily: what ties the user to clients takes longest to look up.
		for query in chain(self._named(self._open_types), self._queries_of_ties()):
			found = few(query, NAMED_OF_ALL - len(names))
			if found is None:
				return None
			names.update(found)
		return sorted(names)

	def tied_interactions(self) -> str | None:
		"""A query of all interactions that are open to the user because they take part in them, by indexes; empty if none can be, and None if
		these are too many to be named."""
		return None if None in self._tied.values() else " union ".join(self._queries_of_ties())

	def _queries_of_ties(self) -> Iterator[str]:
		yield from self._named(f"{levels} and {tie}" for levels, ties in self._ties for tie in ties)

	def _named(self, conditions: Iterable[str]) -> Iterator[str]:
		"""For each condition, a query of the interactions that meet it, by the index that there is for it."""
		for each in conditions:
			yield f"select `name` from `tab{INTERACTION}` where {' and '.join((each, *self._limits))}"

	@cached_property
	def assigned(self) -> dict[str, list[str]] | None:
		"""DocType → documents that the user has assigned in open to-dos; None if there are too many, or each row is asked."""
		if self.by_row:
			return None
		todos = frappe.db.sql(  # nosemgrep: frappe-sql-format-injection (the user is escaped)
			"select distinct `reference_type`, `reference_name` from `tabToDo`"
			f" where `allocated_to` = {self.me} and `status` = 'Open' limit {NAMED + 1}"
		)
		if len(todos) > NAMED:
			return None
		found: dict[str, list[str]] = {}
		for doctype, name in todos:
			if doctype and name:
				found.setdefault(doctype, []).append(name)
		return found

	@cached_property
	def _ties(self) -> list[tuple[str, list[str]]]:
		"""What ties the user to an interaction besides its type, each with the levels at which it counts."""
		level = _column("confidentiality_level")
		return [
			(self.at_levels(levels, level), ties())
			for levels, ties in (
				(self.rows.participant_levels, self._participation),
				(self._account_manager_levels, self._clients),
			)
			if levels
		]

	@property
	def _account_manager_levels(self) -> Set[str]:
		return frozenset() if self.lasting else self.rows.account_manager_levels

	@cached_property
	def _tying_rows(self) -> dict[str, tuple[str, str]]:
		"""DocType of rows that tie the user to an interaction → the column that names it, and which rows do."""
		found = {ITEM: (f"`tab{ITEM}`.`parent`", self._open_items)}
		if not self.lasting:
			found[GRANT] = (f"`tab{GRANT}`.`interaction`", self._valid_grants)
		return found

	def _participation(self) -> list[str]:
		name, ties = _column("name"), [f"{_column('responsible_staff')} = {self.me}"]
		for doctype, (column, tie) in self._tying_rows.items():
			names = self._tied[doctype]
			if names is None:
				ties.append(there_is(f"select 1 from `tab{doctype}` where {column} = {name} and {tie}"))
			elif names:
				ties.append(among(name, names))
		return ties

	def _clients(self) -> list[str]:
		if self._with_clients is not None:
			return [among(_column("name"), self._with_clients)]
		return self._managed()

	@cached_property
	def _with_clients(self) -> list[str] | None:
		"""The interactions that are open because the user manages their clients, for a query that reads the whole table by an index without clients;
		None if too many, or if they are not looked up."""
		clients = [self._tied[party_type] for party_type in policy.ACCOUNT_MANAGER_FIELD]
		if None in clients or not any(clients) or not self.looks_up_all:
			return None
		levels = self.at_levels(self._account_manager_levels, _column("confidentiality_level"))
		queries = (
			f"select `name` from `tab{INTERACTION}` where {levels} and {tie}" for tie in self._managed()
		)
		return few(" union ".join(queries), NAMED_OF_ALL)

	def _managed(self) -> list[str]:
		ties = []
		for party_type, field in policy.ACCOUNT_MANAGER_FIELD.items():
			names, party = self._tied[party_type], _column("party")
			if names == []:
				continue
			managed = (
				of_row(party_type, party, f"`tab{party_type}`.`{field}` = {self.me}")
				if names is None
				else among(party, names)
			)
			ties.append(f"({_column('party_type')} = '{party_type}' and {managed})")
		return ties or [NOTHING]

	@cached_property
	def _tied(self) -> dict[str, list[str] | None]:
		"""DocType → what the user takes part in by an action item or a grant, and the clients they manage; None for too
		many, or if each row is asked. One query, or none."""
		if self.by_row and self.sees_by_kind:
			rows = self._tying_rows if self.rows.participant_levels else ()
			clients = policy.ACCOUNT_MANAGER_FIELD if self._account_manager_levels else ()
			return dict.fromkeys((*rows, *clients))
		queries = {}
		if self.rows.participant_levels:
			# Most are open to the user by their level; each name costs the database as much as a row.
			counts = self.at_levels(self.rows.participant_levels, _column("confidentiality_level"))
			queries |= {
				doctype: f"{name} from `tab{doctype}` join `tab{INTERACTION}` on {_column('name')} = {name} where {counts} and {tie}"
				for doctype, (name, tie) in self._tying_rows.items()
			}
		if self._account_manager_levels:
			for party_type, field in policy.ACCOUNT_MANAGER_FIELD.items():
				queries[party_type] = f"`name` from `tab{party_type}` where `{field}` = {self.me}"
		found: dict[str, list[str]] = {doctype: [] for doctype in queries}
		if queries:
			union = " union all ".join(
				f"(select '{doctype}', {query} limit {NAMED + 1})" for doctype, query in queries.items()
			)
			for doctype, name in frappe.db.sql(union):
				found[doctype].append(name)
		return {doctype: names if len(names) <= NAMED else None for doctype, names in found.items()}

	@property
	def _open_items(self) -> str:
		return f"`tab{ITEM}`.`assigned_to` = {self.me} and `tab{ITEM}`.`status` = '{policy.OPEN_ACTION_ITEM}'"

	@property
	def _valid_grants(self) -> str:
		now = frappe.db.escape(str(clock.now()))
		return f"`tab{GRANT}`.`user` = {self.me} and `tab{GRANT}`.`valid_until` >= {now}"


class _ReaderInside(Reader):
	def __init__(self, outside: Reader):
		self.user, self.rows, self.by_row, self._outside = outside.user, outside.rows, outside.by_row, outside
		self.lasting = outside.lasting

	@property
	def inside(self) -> Reader:
		return self

	@property
	def looks_up_all(self) -> bool:
		return False

	@cached_property
	def interactions(self) -> list[str] | None:
		return _a_few(self._outside.interactions)

	@cached_property
	def assigned(self) -> dict[str, list[str]] | None:
		found = self._outside.assigned
		return None if found is None or None in map(_a_few, found.values()) else found

	@cached_property
	def _tied(self) -> dict[str, list[str] | None]:
		return {doctype: _a_few(names) for doctype, names in self._outside._tied.items()}


def _a_few(names: list[str] | None) -> list[str] | None:
	return None if names is None or len(names) > NAMED_INSIDE else names


def held(key: tuple, make: Callable):
	"""What `make` returns; inside `holding`, what it returned before for the key and what lists are made for."""
	made = frappe.flags.get(_HELD)
	if made is None:
		return make()
	key = (*key, frappe.flags.get(LISTED_FOR))
	if key not in made:
		made[key] = make()
	return made[key]


def holding():
	"""Inside the block, which changes nothing that decides about access, a user is looked up once for all conditions."""
	return flagged(_HELD, {})


def _column(name: str) -> str:
	return f"`tab{INTERACTION}`.`{name}`"


def _of_types(pairs: Collection[tuple[str, str]]) -> str:
	by_matrix: dict[str, set[str]] = {}
	for matrix, communication_type in pairs:
		by_matrix.setdefault(matrix, set()).add(communication_type)
	return either(
		f"({_column('matrix')} = {literal(matrix)} and {among(_column('communication_type'), types)})"
		for matrix, types in sorted(by_matrix.items())
	)
