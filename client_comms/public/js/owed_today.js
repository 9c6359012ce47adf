frappe.provide("client_comms");

/** The workspace block "Owed Today": how many interactions there are, and what the user owes clients up to the end of the day. */
client_comms.show_owed_today = async (root) => {
	const INTERACTION = "Client Interaction";
	const style = `<style>
	.figures { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 12px; }
	.figures a { flex: 1 1 120px; padding: 8px 12px; border: 1px solid var(--border-color); border-radius: var(--border-radius-md); color: inherit; text-decoration: none; }
	.figures a:hover { background: var(--fg-hover-color); }
	.figures .number { display: block; font-size: var(--text-2xl); font-weight: 600; }
	.figures .late .number { color: var(--text-on-red); }
	</style>`;
	const body = root.querySelector(".owed-today");
	const ahead = client_comms.owed_ahead;
	client_comms.owed_ahead = null;
	const asked_for = ahead || frappe.xcall("client_comms.api.owed_today");
	const { items, more, duties, figures } = await asked_for;
	const escape = frappe.utils.escape_html;

	const counted = figures.map(
		({ label, count, more, late }, index) =>
			`<a href="#" data-figure="${index}" class="${late && count ? "late" : ""}">
				<span class="number">${more ? `${count}+` : count}</span>${escape(label)}
			</a>`,
	);
	const rows = items.map(({ what, client, subject, due, late, words, interaction }) => {
		return `<a class="owed-item" href="${frappe.utils.get_form_link(INTERACTION, interaction)}">
				<span class="what">${escape(what)}</span>
				<span class="about"><b>${escape(client || __("Unknown client"))}</b> ${escape(subject || "")}</span>
				<span class="due${late ? " overdue" : ""}" title="${frappe.datetime.str_to_user(due)}">${escape(words)}</span>
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
	$(body).html(`${style}
		<div class="figures">${counted.join("")}</div>
		<div class="head"><span>${__("Owed Today")}</span><a href="/app/owed-today">${all}</a></div>
		${rows.join("")}${asked.join("")}`);
	body.addEventListener("click", (event) => {
		const link = event.composedPath().find((each) => each.tagName === "A");
		if (!link || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		if (link.dataset.figure) {
			frappe.route_options = figures[link.dataset.figure].filters;
			frappe.set_route("List", INTERACTION, "List");
		} else if (link.dataset.duty) frappe.set_route(...duties[link.dataset.duty].route);
		else if (link.classList.contains("owed-item")) frappe.set_route(link.getAttribute("href"));
		else frappe.set_route("owed-today");
	});
};
