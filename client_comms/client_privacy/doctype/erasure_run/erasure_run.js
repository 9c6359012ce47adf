const API = "client_comms.api.retention";
const EVENT = "client_comms_erasure";

frappe.ui.form.on("Erasure Run", {
	refresh(frm) {
		frm.disable_form();
		if (frm.is_new()) return;
		frappe.realtime.off(EVENT);
		frappe.realtime.on(EVENT, ({ run }) => {
			if (run === frm.docname) client_comms.follow_job(frm);
		});
		show_overview(frm);
		const { status } = frm.doc;
		frm.add_custom_button(__("Show Records"), () =>
			frappe.set_route("List", "Erasure Item", { run: frm.docname }),
		);
		if (status === "Planned") {
			if (frm.doc.planned_count) {
				if (frm.doc.planned_by === frappe.session.user) {
					client_comms.say_who_else(
						frm,
						__(
							"You planned this run, so someone else must approve it. Ask another Compliance Officer.",
						),
						frm.doc.__onload?.approvers,
					);
				} else frm.add_custom_button(__("Approve"), () => approve(frm)).addClass("btn-primary");
			} else if (frm.doc.kept_count && frm.doc.request) say_all_is_kept(frm);
		}
		if (can_be_discarded(frm.doc)) {
			frm.add_custom_button(__("Discard", null, "Throw Away"), () =>
				frappe.confirm(__("Discard this plan? Nothing is erased."), () => act(frm, "discard_run")),
			);
		}
		if (can_be_resumed(frm.doc)) {
			frm.add_custom_button(__("Try Again"), () => act(frm, "resume_run"));
		}
		if (status === "Finished") {
			frm.add_custom_button(__("Certificate"), () => frm.print_doc());
		}
	},
});

/** As long as nothing is erased, and unless all goes well: what was discarded keeps its error. */
function can_be_discarded({ status, error, started_on }) {
	if (started_on || status === "Discarded") return false;
	return ["Planned", "Failed"].includes(status) || Boolean(error);
}

/** Whether something failed that can be tried again: what was discarded keeps its error. */
function can_be_resumed({ status, error, failed_count }) {
	if (status === "Finished") return failed_count;
	return ["Planning", "Approved", "Running", "Failed"].includes(status) && (error || failed_count);
}

/** A plan that erases nothing does not answer the client who asked. */
function say_all_is_kept(frm) {
	const link = frappe.utils.get_form_link("Data Subject Request", frm.doc.request, true);
	const ended = frm.doc.__onload?.ended_hold;
	if (ended) {
		client_comms.say(
			frm,
			__(
				"{0} no longer keeps the records. Discard this plan, and choose Plan Erasure in {1} to make a new one.",
				[frappe.utils.escape_html(ended).bold(), link],
			),
			"blue",
		);
		return;
	}
	client_comms.say(
		frm,
		__(
			"Nothing can be erased: every record is kept, and Show Records says why. Discard this plan, and tell the client the reasons with Answer or Refuse in {0}.",
			[link],
		),
		"orange",
	);
}

function approve(frm) {
	const { planned_count, kept_count } = frm.doc;
	let question = __("Erase these records ({0})? This cannot be undone.", [String(planned_count).bold()]);
	if (kept_count) {
		question += ` ${__("Records that stay: {0}. Show Records says why.", [String(kept_count).bold()])}`;
	}
	if (!frm.doc.__onload?.answers) {
		frappe.confirm(question, () => act(frm, "approve_run"));
		return;
	}
	client_comms.prompt(
		[
			{ fieldname: "question", fieldtype: "HTML", options: `<p>${question}</p>` },
			client_comms.told(frm, {
				description: __(
					"When all else is erased, and before the client's own records go with the address.",
				),
			}),
			client_comms.told_otherwise(frm),
		],
		({ answer, otherwise }) => act(frm, "approve_run", { answer, otherwise }),
		__("Approve"),
		__("Erase"),
	);
}

async function act(frm, method, values = {}) {
	await frappe.xcall(`${API}.${method}`, { name: frm.docname, ...values });
	frm.reload_doc();
}

/** What is planned, by DocType and action, with the reasons why records stay. */
async function show_overview(frm) {
	const rows = await frappe.xcall(`${API}.run_overview`, { name: frm.docname });
	const cell = (text) => `<td>${frappe.utils.escape_html(String(text ?? ""))}</td>`;
	const body = rows
		.map(
			(row) =>
				`<tr>${cell(__(row.doctype))}${cell(__(row.action, null, "Erasure Item"))}${cell(__(row.state))}${cell(row.count)}</tr>`,
		)
		.join("");
	const head = [__("Document Type"), __("Action"), __("State"), __("Records")];
	frm.get_field("overview").$wrapper.html(
		rows.length
			? `<table class="table table-sm"><thead><tr>${head.map((text) => `<th>${text}</th>`).join("")}</tr></thead><tbody>${body}</tbody></table>`
			: `<p class="text-muted">${nothing_planned(frm.doc)}</p>`,
	);
}

/** Why a run has no records; a plan that failed does not say that there are none. */
function nothing_planned({ kind, planned_on, status }) {
	if (status === "Planning") return __("The plan is being made. This page updates when it is ready.");
	if (!planned_on) return "";
	return kind === "Retention" ? __("Nothing has expired.") : __("There is nothing to erase.");
}
