frappe.provide("client_comms");

// Response Calendar and Holiday List: which deadlines would change if the form were saved as it is.
if (!client_comms.simulate_deadlines) {
	const CLOCKS = {
		acknowledge: __("Acknowledgement"),
		respond: __("Answer"),
		promise: __("Promised Answer"),
	};

	const table = (moves) => {
		const link = ({ interaction }) => frappe.utils.get_form_link("Client Interaction", interaction, true);
		const when = (moment) => frappe.datetime.str_to_user(moment);
		const heads = [__("Interaction"), __("Subject"), __("Deadline"), __("Now"), __("Then")];
		const rows = moves.map(
			(move) => `<tr><td>${link(move)}</td><td>${frappe.utils.escape_html(move.subject)}</td>
				<td>${CLOCKS[move.clock]}</td><td>${when(move.before)}</td><td>${when(move.after)}</td></tr>`,
		);
		return `<table class="table table-sm table-bordered">
			<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
			<tbody>${rows.join("")}</tbody></table>`;
	};

	const paragraph = (text) => `<p>${text}</p>`;

	client_comms.simulate_deadlines = async (frm) => {
		const { looked_at, more, moves, hidden, missing } = await frappe.xcall(
			"client_comms.api.simulate_deadlines",
			{ doc: frm.doc },
			"POST",
		);
		const parts = [];
		if (moves.length) parts.push(table(moves));
		if (hidden) {
			parts.push(
				paragraph(
					__("Further interactions, which you cannot read, that would get a new deadline: {0}.", [
						hidden,
					]),
				),
			);
		}
		if (!parts.length) parts.push(paragraph(__("No deadlines would change.")));
		for (const text of missing) {
			parts.unshift(`<div class="alert alert-warning">${frappe.utils.escape_html(text)}</div>`);
		}
		parts.push(paragraph(__("Deadlines that were already met or missed stay as they are.")));
		if (more) {
			parts.push(
				paragraph(
					__("Only the {0} interactions with the nearest deadlines were checked.", [looked_at]),
				),
			);
		}
		const dialog = new frappe.ui.Dialog({
			title: __("Deadline Changes"),
			size: "large",
			fields: [{ fieldname: "result", fieldtype: "HTML", options: parts.join("") }],
		});
		client_comms.reach_by_keys(dialog).show();
	};

	const refresh = (frm) => {
		if (frm.is_new() || !frm.perm[0]?.write) return;
		frm.add_custom_button(__("Simulate Deadlines"), () => client_comms.simulate_deadlines(frm));
	};
	for (const doctype of ["Response Calendar", "Holiday List"]) {
		frappe.ui.form.on(doctype, { refresh });
	}
}
