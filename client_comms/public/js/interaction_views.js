// Ready views of the list, and what is done with the interactions that are ticked there. The filters that users save for
// themselves are not touched.
{
	const INTERACTION = "Client Interaction";
	const settings = frappe.listview_settings[INTERACTION];
	const set_up = settings.onload;
	const open = ["status", "!=", "Closed"];

	/** Name → its filters. */
	const VIEWS = {
		Mine: () => [open, ["responsible_staff", "=", frappe.session.user]],
		"My Team": async () => [
			open,
			["responsible_staff", "in", await frappe.xcall("client_comms.api.my_team")],
		],
		Unassigned: () => [open, ["responsible_staff", "is", "not set"]],
		Late: () => [
			["clock_state", "=", "Running"],
			["next_deadline", "<", frappe.datetime.system_datetime()],
		],
		Waiting: () => [["status", "=", "Waiting for Client"]],
		Sensitive: () => {
			const levels = Object.values(client_comms.interaction.levels);
			const strictest = levels.sort((a, b) => b.rank - a.rank)[0];
			return [open, ["confidentiality_level", "=", strictest?.name]];
		},
	};
	const LABELS = {
		Mine: __("Mine"),
		"My Team": __("My Team"),
		Unassigned: __("Unassigned"),
		Late: __("Late"),
		Waiting: __("Waiting"),
		Sensitive: __("Sensitive"),
	};

	/** What is owed first comes first: the most overdue. */
	async function show(listview, view) {
		const filters = (await VIEWS[view]()).map((filter) => [INTERACTION, ...filter]);
		listview.sort_by = "next_deadline";
		listview.sort_order = "asc";
		listview.sort_selector?.set_value("next_deadline", "asc");
		await listview.filter_area.clear(false);
		await listview.filter_area.add(filters);
	}

	settings.onload = (listview) => {
		set_up.call(settings, listview);
		for (const view of Object.keys(VIEWS)) {
			listview.page.add_inner_button(LABELS[view], () => show(listview, view), __("Views"));
		}
		if (!frappe.model.can_write(INTERACTION)) return;
		const act = (label, method) =>
			listview.page.add_actions_menu_item(
				label,
				() =>
					client_comms.work[method](listview.get_checked_items(true), () => {
						listview.clear_checked_items();
						keep_keyboard(listview);
					}),
				false,
			);
		act(__("Acknowledge"), "acknowledge");
		act(__("Reassign"), "assign");
		act(__("Snooze"), "snooze");
		act(__("Change Level"), "change_level");
		act(__("Close"), "close");
	};

	/** The button that was pressed is gone with the ticks: the keyboard goes on at the first record. */
	async function keep_keyboard(listview) {
		await listview.refresh();
		const go_on = () => {
			const at = document.activeElement;
			if ($(".modal.show").length || (at !== document.body && $(at).is(":visible"))) return;
			listview.$result.find(".list-row-checkbox").first().trigger("focus");
		};
		// A dialog that reports what was refused, or is closing; and a list that is drawn once more.
		$(".modal.show").one("hidden.bs.modal", () => setTimeout(go_on));
		[0, 300, 1000].forEach((wait) => setTimeout(go_on, wait));
	}
}
