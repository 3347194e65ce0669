package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"podium/models"
)

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON writes a value without the escapes that are for HTML.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// The patterns of what is written as a text: parseSpan and parseSize have the
// last word, these are for editors.
const (
	spanPattern = `^0$|^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`
	sizePattern = `^[0-9]+(\.[0-9]+)? ?([kKmMgGtT]?i?[bB])?$`
)

// Schema is the JSON schema (draft 2020-12) of the configuration file, for
// editors that check and complete while one types.
func Schema(keys models.KeyTable) ([]byte, error) {
	groups := object{}
	for _, row := range models.SettingTable() {
		group, name, _ := strings.Cut(row.Key, ".")
		if len(groups) == 0 || groups[len(groups)-1].name != group {
			groups = append(groups, member{group, object{
				{"type", "object"}, {"additionalProperties", false}, {"properties", object{}},
			}})
		}
		at := groups[len(groups)-1].value.(object)
		at[2].value = append(at[2].value.(object), member{name, rowSchema(row)})
	}
	actions := object{}
	for _, row := range keys {
		for _, a := range row.Actions() {
			what := a.Binding.Help().Desc
			if what == "" {
				what = a.Name
			}
			actions = append(actions, member{a.Name, object{
				{"$ref", "#/$defs/keys"}, {"description", what}, {"default", spelled(a.Binding.Keys())},
			}})
		}
	}
	groups = append(groups, member{keysName, object{
		{"type", "object"},
		{"description", "Keys by action. An empty list unbinds."},
		{"additionalProperties", false},
		{"properties", actions},
	}})
	key := object{{"type", "string"}, {"minLength", 1}, {"description", "A keystroke: ctrl-d, shift-tab, N, f5, space."}}
	root := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "podium's configuration"},
		{"type", "object"},
		{"additionalProperties", false},
		{"properties", groups},
		{"$defs", object{
			{"key", key},
			{"keys", object{{"oneOf", []any{
				object{{"$ref", "#/$defs/key"}},
				object{{"type", "array"}, {"items", object{{"$ref", "#/$defs/key"}}}, {"uniqueItems", true}},
			}}}},
		}},
	}
	raw, err := plainJSON(root)
	if err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// rowSchema is the schema of a setting.
func rowSchema(row models.Setting) object {
	var s models.Settings
	row.SetDefault(&s)
	out := object{{"description", Sentence(row)}}
	add := func(name string, value any) { out = append(out, member{name, value}) }
	switch row.Default.(type) {
	case *bool:
		add("type", "boolean")
	case *int:
		add("type", "integer")
		add("minimum", row.Min)
		add("maximum", row.Max)
	case *int64:
		add("type", []string{"string", "integer"})
		add("pattern", sizePattern)
	case *time.Duration:
		add("type", []string{"string", "integer"})
		add("pattern", spanPattern)
		if row.Zero != "" {
			add("maximum", 0)
		}
	case *string:
		add("type", "string")
		if row.Words != nil {
			add("enum", row.Words)
		}
	case *[]string:
		add("type", "array")
		add("items", object{{"type", "string"}})
		add("uniqueItems", true)
	case *[]models.Snippet:
		add("type", "object")
		add("additionalProperties", object{{"type", "string"}, {"minLength", 1}})
	}
	add("default", plain(row, &s))
	return out
}

// Sentence is the documentation of a setting with its range and what 0 means.
func Sentence(row models.Setting) string {
	doc := row.Doc
	if row.Max > 0 {
		doc += " " + strings.ToUpper(rangeOf(row)[:1]) + rangeOf(row)[1:] + "."
	}
	return doc
}

// spelled are keystrokes as people write them.
func spelled(keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = models.SpellKey(k)
	}
	return out
}
