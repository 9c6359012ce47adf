frappe.ui.form.on("Interaction Review", {
	refresh(frm) {
		const me = frappe.session.user;
		const { status, reviewer, reviewed_user, part } = frm.doc;
		client_comms.beside_review.render(frm);
		const because = frappe.utils.escape_html(frm.doc.__onload?.drawn_because || "");
		frm.get_field("because").df.formatter = () => because;
		frm.refresh_field("because");
		// The programme sets the criteria; only what is scored can be entered.
		for (const fixed of ["cannot_add_rows", "cannot_delete_rows"]) {
			frm.set_df_property("scores", fixed, 1);
		}
		frm.get_field("scores").$wrapper.addClass("client-comms-scores");
		show_guidance(frm);
		offer_scores(frm);
		if (status === "Open" && reviewer === me) {
			const how = __(
				"The record is shown beside the scores. The system has filled in what it can judge; score the remaining criteria.",
			);
			client_comms.say(frm, `${why_again(frm)}${how}${which_stand(frm)}`, "blue");
			frm.add_custom_button(__("Complete Review"), () => complete(frm)).addClass("btn-primary");
		} else {
			frm.disable_form();
			const text = what_became(frm);
			if (text) client_comms.say(frm, text, "blue");
		}
		if (reviewed_user === me && status !== "Open") {
			frm.add_custom_button(__("Comment"), () =>
				ask(frm, __("Comment"), "comment", "comment_on_review", __("Your comment")),
			);
			if (status === "Completed" && part !== "After a Dispute") {
				frm.add_custom_button(__("Dispute"), () => dispute(frm));
			}
		}
	},
});

/** That no one could decide is said before a reason is written; someone can have got the role since the form was opened. */
async function dispute(frm) {
	if (frm.doc.__onload?.not_disputable) await frm.reload_doc();
	if (frm.doc.status !== "Completed") return undefined; // the reviewer or a colleague was faster
	const message = frm.doc.__onload?.not_disputable;
	if (message) {
		return frappe.msgprint({ title: __("No Other Reviewer"), message, indicator: "orange" });
	}
	return ask(frm, __("Dispute"), "reason", "dispute_review", __("What you do not accept, and why"));
}

/** What the person reviewed did not accept in the review that this one replaces. */
function why_again(frm) {
	const reason = frm.doc.dispute_reason;
	return reason ? `<p><b>${__("Reason for the Dispute")}</b>: ${frappe.utils.escape_html(reason)}</p>` : "";
}

/** What the disputed review found, and is not done: who decides about the dispute keeps what stands. */
function which_stand({ doc }) {
	if (doc.part !== "After a Dispute" || !doc.findings?.length) return "";
	const how = __(
		"The findings below were open when the review was disputed. Delete those that do not stand: for the others, to-dos are opened again.",
	);
	return `<p class="mb-0 mt-2">${how}</p>`;
}

/** A criterion is scored from 0 to its own highest score. */
function offer_scores(frm) {
	for (const { name, highest } of frm.doc.scores || []) {
		const scores = Array.from({ length: highest + 1 }, (_none, score) => score);
		frm.set_df_property("scores", "options", ["", ...scores].join("\n"), frm.docname, "score", name);
	}
}

/** How a dispute goes on, or ended: the two reviews name each other. */
function what_became({ doc }) {
	const link = (name) => frappe.utils.get_form_link(doc.doctype, name, true, name);
	if (doc.disputes && doc.status === "Completed") {
		return __("This review was made after a dispute and is final. It replaces {0}.", [
			link(doc.disputes),
		]);
	}
	const again = doc.__onload?.reviewed_again;
	if (again?.status === "Completed") {
		return __("After the dispute, the record was reviewed again. That review is final: {0}", [
			link(again.name),
		]);
	}
	const texts = [];
	if (again) {
		texts.push(
			__("Someone else reviews the record again by {0}. That review will be final.", [
				frappe.datetime.str_to_user(again.due_on),
			]),
		);
	}
	if (doc.status === "Disputed" && doc.findings?.length) {
		texts.push(
			__(
				"This review was disputed. What it found waits for the review that replaces it: its open to-dos are cancelled until then.",
			),
		);
	}
	return texts.join("<br>");
}

/** What the programme says about its criteria, below their scores. */
function show_guidance(frm) {
	const text = frappe.utils.escape_html;
	const $scores = frm.get_field("scores").$wrapper;
	$scores.find(".guidance").remove();
	for (const { criterion, guidance } of frm.doc.scores || []) {
		if (!guidance) continue;
		$scores.append(
			`<p class="guidance text-muted small"><b>${text(__(criterion))}</b>: ${text(__(guidance))}</p>`,
		);
	}
}

async function complete(frm) {
	await client_comms.save(frm);
	await frappe.xcall("client_comms.api.complete_review", { review: frm.docname });
	frappe.show_alert({ message: __("The review is completed."), indicator: "green" });
	frm.reload_doc();
}

function ask(frm, title, argument, method, label) {
	client_comms.prompt(
		[{ fieldname: "text", fieldtype: "Small Text", label, reqd: 1 }],
		async ({ text }) => {
			await frappe.xcall(`client_comms.api.${method}`, { review: frm.docname, [argument]: text });
			frm.reload_doc();
		},
		title,
		title,
	);
}
