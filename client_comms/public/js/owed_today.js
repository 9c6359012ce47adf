frappe.provide("client_comms");

/** The workspace block "Owed Today": what the user owes clients up to the end of the day. */
client_comms.show_owed_today = async (root) => {
	const INTERACTION = "Client Interaction";
	const body = root.querySelector(".owed-today");
	await frappe.model.with_doctype(INTERACTION);
	const { items, more, duties } = await frappe.xcall("client_comms.api.owed_today");
	const it = client_comms.interaction;
	const escape = frappe.utils.escape_html;

	const rows = items.map(({ what, client, subject, due, words, interaction }) => {
		const overdue = it.minutes_to(due) < 0;
		return `<a class="owed-item" href="${frappe.utils.get_form_link(INTERACTION, interaction)}">
				<span class="what">${escape(what)}</span>
				<span class="about"><b>${escape(client || __("Unknown client"))}</b> ${escape(subject || "")}</span>
				<span class="due${overdue ? " overdue" : ""}" title="${it.when(due)}">${escape(words)}</span>
			</a>`;
	});
	if (!rows.length) rows.push(`<div class="none">${__("You owe no client anything today.")}</div>`);
	const asked = duties.map(({ what, title, due }, index) => {
		const overdue = due && due < frappe.datetime.get_today();
		return `<a class="owed-item" data-duty="${index}" href="#">
				<span class="what">${escape(what)}</span>
				<span class="about">${escape(title)}</span>
				<span class="due${overdue ? " overdue" : ""}">${due ? frappe.datetime.str_to_user(due) : ""}</span>
			</a>`;
	});
	const all = more ? __("Show all ({0} more)", [more]) : __("All");
	$(body).html(`
		<div class="head"><span>${__("Owed Today")}</span><a href="/app/owed-today">${all}</a></div>
		${rows.join("")}${asked.join("")}`);
	body.addEventListener("click", (event) => {
		const link = event.composedPath().find((each) => each.tagName === "A");
		if (!link || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		if (link.dataset.duty) frappe.set_route(...duties[link.dataset.duty].route);
		else if (link.classList.contains("owed-item")) frappe.set_route(link.getAttribute("href"));
		else frappe.set_route("owed-today");
	});
};
