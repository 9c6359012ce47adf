frappe.provide("client_comms");

// Frappe asks for what a workspace shows when it draws the page, then for the document of this block, and the block asks for its data after
// that. Here all three are asked for at once, as soon as the workspace is on its way; where the browser begins with the workspace, it
// has been told to ask while it loads the desk (setup/workspace_block.py). Not by `frappe.call`: Frappe draws the page only when every such
// call has its answer.
client_comms.OWED_AHEAD_PATIENCE = 4000; // milliseconds
client_comms.ask_owed_ahead = async () => {
	// Without an answer, in time or at all, Frappe and the block ask as if there were none, and the user is told what is wrong.
	const signal = AbortSignal.timeout(client_comms.OWED_AHEAD_PATIENCE);
	const answer = await fetch("/api/method/client_comms.api.workspace_block", { signal });
	if (!answer.ok) return null;
	const data = await answer.json();
	frappe.model.sync(data);
	// Frappe asks for a document again that came without its comments and files, of which a block shows nothing.
	(data.docs || []).forEach(({ doctype, name }) =>
		frappe.model.sync_docinfo({ docinfo: { doctype, name } }),
	);
	return { ...data.message, docs: data.docs };
};

client_comms.expect_owed_today = () => {
	// Once it was shown, newer data is asked for by the block itself.
	if (client_comms.owed_ahead === undefined) {
		client_comms.owed_ahead = client_comms.ask_owed_ahead().catch(() => null);
	}
};

client_comms.use_page_ahead = (Workspace) => {
	const { get_data } = Workspace.prototype;
	Workspace.prototype.get_data = async function (page, ...more) {
		const answer = (page.name === "Client Communications" && (await client_comms.owed_ahead)) || {};
		const { page: ahead } = answer;
		delete answer.page; // Once it was used, the workspace may have been customized; and it may show no block, which would forget it.
		// Charts that were added to it have settings of the user, which Frappe asks for as well.
		if (!ahead?.cards || ahead.charts?.items.length) return get_data.call(this, page, ...more);
		this.page_data = this.pages[page.name] = ahead;
	};
};
client_comms.use_page_ahead(frappe.views.Workspace);

if (/^\/(app|desk)\/client-communications$/.test(window.location.pathname)) client_comms.expect_owed_today();

$(document).on("app_ready", () => {
	frappe.router.on("change", () => {
		const [view, name] = frappe.get_route();
		if (view !== "Workspaces" || name !== "Client Communications") return;
		client_comms.expect_owed_today();
		// Version 15 draws the page again whenever it is shown, version 16 leaves it as it was.
		if (frappe.ui.Sidebar?.prototype.add_standard_items && client_comms.owed_root?.isConnected) {
			client_comms.show_owed_today(client_comms.owed_root);
		}
	});
});

/** What was just logged is counted in the block, if that is on the screen. */
client_comms.renew_owed_today = () => {
	if (client_comms.owed_root?.isConnected) client_comms.show_owed_today(client_comms.owed_root);
};

/** The workspace block "Owed Today": how many interactions there are, and what the user owes clients up to the end of the day. */
client_comms.show_owed_today = async (root) => {
	const INTERACTION = "Client Interaction";
	const style = `<style>
	* { box-sizing: border-box; }
	.head a { color: inherit; text-decoration: none; }
	.head a:hover { text-decoration: underline; }
	.owed-today .owed-item { flex-wrap: wrap; gap: 0 12px; }
	.owed-today .owed-item .about { flex: 1 1 200px; min-width: 0; }
	.owed-today .owed-item .due { margin-inline-start: auto; }
	.owed-today .none { padding-bottom: 6px; }
	.figures { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 12px; }
	.figures a { flex: 1 1 120px; padding: 8px 12px; border: 1px solid var(--border-color); border-radius: var(--border-radius-md); color: inherit; text-decoration: none; }
	.figures a:hover { background: var(--fg-hover-color); }
	.figures .number { display: block; font-size: var(--text-2xl); font-weight: 600; }
	.closes { color: var(--text-on-red); white-space: normal; }
	.figures .late .number { color: var(--text-on-red); }
	</style>`;
	// Frappe gives every block the whole style of the desk, of which this one uses nothing: it would only take longer to show.
	root.querySelector("link[rel=stylesheet]")?.remove();
	const body = root.querySelector(".owed-today");
	const ahead = client_comms.owed_ahead;
	client_comms.owed_ahead = null;
	client_comms.owed_root = root;
	const { items, more, uncounted, next, duties, figures, docs } =
		(await ahead) || (await frappe.xcall("client_comms.api.owed_today"));
	// Those who open the form of this block are to see its comments and files.
	(docs || []).forEach(({ doctype, name }) => frappe.model.clear_doc(doctype, name));
	const escape = frappe.utils.escape_html;

	const counted = figures.map(
		({ label, count, more, late }, index) =>
			`<a href="#" data-figure="${index}" class="${late && count ? "late" : ""}">
				<span class="number">${more ? `${count}+` : count}</span>${escape(label)}
			</a>`,
	);
	const rows = (items.length ? items : next).map(
		({ what, client, subject, due, late, words, interaction }) => {
			return `<a class="owed-item" href="${frappe.utils.get_form_link(INTERACTION, interaction)}">
				<span class="what">${escape(what)}</span>
				<span class="about"><b>${escape(client || __("Unknown client"))}</b> ${escape(subject || "")}</span>
				<span class="due${late ? " overdue" : ""}" title="${frappe.datetime.str_to_user(due)}">${escape(words)}</span>
			</a>`;
		},
	);
	// Records that a training closes are not seen here, so there may be more to do than what is listed.
	if (!items.length && !duties.some(({ closes }) => closes)) {
		const none = __("You owe no client anything today.");
		rows.unshift(`<div class="none">${none}${next.length ? ` ${__("Due next:")}` : ""}</div>`);
	}
	const asked = duties.map(({ what, title, due, closes }, index) => {
		const overdue = due && due < frappe.datetime.get_today();
		const closed = closes ? `<br><span class="closes">${escape(closes)}</span>` : "";
		return `<a class="owed-item" data-duty="${index}" href="#">
				<span class="what">${escape(what)}</span>
				<span class="about">${escape(title)}${closed}</span>
				<span class="due${overdue ? " overdue" : ""}">${due ? frappe.datetime.str_to_user(due) : ""}</span>
			</a>`;
	});
	const all = more ? __("Show all ({0} more)", [uncounted ? `${more}+` : more]) : __("All");
	// Not every role that sees this block works with clients and may open the page.
	const page = frappe.boot.page_info["owed-today"] ? `<a href="/app/owed-today">${all}</a>` : "";
	$(body).html(`${style}
		<div class="figures">${counted.join("")}</div>
		<div class="head"><span>${__("Owed Today")}</span>${page}</div>
		${rows.join("")}${asked.join("")}`);
	body.onclick = (event) => {
		const link = event.composedPath().find((each) => each.tagName === "A");
		if (!link || event.ctrlKey || event.metaKey) return;
		event.preventDefault();
		if (link.dataset.figure) {
			frappe.route_options = figures[link.dataset.figure].filters;
			frappe.set_route("List", INTERACTION, "List");
		} else if (link.dataset.duty) frappe.set_route(...duties[link.dataset.duty].route);
		else if (link.classList.contains("owed-item")) frappe.set_route(link.getAttribute("href"));
		else frappe.set_route("owed-today");
	};
};
