// For the JavaScript of the desk. Layout is prettier's, which takes tabs and 110 columns from .editorconfig.
import js from "@eslint/js";
import globals from "globals";

const FRAPPE = ["$", "__", "cint", "cstr", "cur_frm", "cur_list", "flt", "frappe", "moment"];

export default [
	{ ignores: ["**/dist/**"] },
	js.configs.recommended,
	{
		files: ["client_comms/**/*.js"],
		languageOptions: {
			sourceType: "script",
			globals: {
				...globals.browser,
				...Object.fromEntries(FRAPPE.map((name) => [name, "readonly"])),
				client_comms: "readonly",
			},
		},
		linterOptions: { reportUnusedDisableDirectives: "error" },
		rules: {
			curly: ["error", "multi-line"],
			eqeqeq: ["error", "smart"],
			"no-eval": "error",
			"no-implied-eval": "error",
			"no-new-func": "error",
			"no-unused-vars": ["error", { ignoreRestSiblings: true }],
			"no-var": "error",
			"prefer-const": "error",
		},
	},
];
