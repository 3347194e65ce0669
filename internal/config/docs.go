package config

import (
	"fmt"
	"strings"

	"podium/models"
)

// SettingsPage is the tables of docs/configuration.md, in Markdown: a table for
// every group of settings.
func SettingsPage() string {
	var b strings.Builder
	last := ""
	defaults := models.DefaultSettings()
	for _, row := range models.SettingTable() {
		group, name, _ := strings.Cut(row.Key, ".")
		if group != last {
			fmt.Fprintf(&b, "\n### `%s`\n\n| setting | default | meaning | variable |\n|---|---|---|---|\n", group)
			last = group
		}
		doc := Sentence(row)
		if row.Words != nil {
			doc += " One of " + code(row.Words) + "."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | `%s` |\n", name, cell("`"+inline(plain(row, &defaults))+"`"), cell(doc), EnvName(row.Key))
	}
	return b.String()
}

// KeysPage is docs/keys.md's tables, in Markdown: every action with its keys, by
// where they work.
func KeysPage(keys models.KeyTable) string {
	var b strings.Builder
	for _, row := range keys {
		fmt.Fprintf(&b, "\n### `%s`\n\n%s\n\n| action | keys | does |\n|---|---|---|\n", row.Name, row.Doc)
		for _, a := range row.Actions() {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.Name, cell(code(spelled(a.Binding.Keys()))), cell(a.Binding.Help().Desc))
		}
	}
	return b.String()
}

// code lists words as code; one that has the mark of code in it gets two.
func code(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		if strings.Contains(w, "`") {
			out[i] = "`` " + w + " ``"
		} else {
			out[i] = "`" + w + "`"
		}
	}
	return strings.Join(out, " ")
}

// cell is a text within a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
