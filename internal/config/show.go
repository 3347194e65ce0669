package config

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"podium/models"
)

// Value is a setting with what it is and where that came from.
type Value struct {
	Key   string `json:"key"`
	Value any    `json:"value"` // as YAML and JSON would have it
	From  string `json:"from"`
}

// Values are all settings in the order of the table, then the keys that are bound
// otherwise than by default, by name.
func (c *Config) Values() []Value {
	var out []Value
	for _, row := range models.SettingTable() {
		out = append(out, Value{Key: row.Key, Value: plain(row, &c.Settings), From: c.Origin(row.Key).String()})
	}
	for _, action := range c.bound() {
		keys := []string{}
		for _, k := range c.Bindings[action] {
			keys = append(keys, models.SpellKey(k))
		}
		key := keysName + "." + action
		out = append(out, Value{Key: key, Value: keys, From: c.Origin(key).String()})
	}
	return out
}

// bound are the actions that the user bound, by name.
func (c *Config) bound() []string {
	var out []string
	for action := range c.Bindings {
		out = append(out, action)
	}
	slices.Sort(out)
	return out
}

// plain is a setting's value as a file would have it.
func plain(row models.Setting, s *models.Settings) any {
	switch v := row.Field(s).(type) {
	case *bool:
		return *v
	case *int:
		return *v
	case *int64:
		return Size(*v)
	case *time.Duration:
		if *v == 0 {
			return 0 // which needs no unit
		}
		return Span(*v)
	case *string:
		return *v
	case *[]string:
		return append([]string{}, *v...)
	case *[]models.Snippet:
		out := map[string]string{}
		for _, s := range *v {
			out[s.Name] = s.Line
		}
		return out
	}
	return nil
}

// WriteTable writes the values for people, with where each came from.
func (c *Config) WriteTable(w io.Writer) error {
	values := c.Values()
	keys, texts := 0, 0
	lines := make([][3]string, len(values))
	for i, v := range values {
		lines[i] = [3]string{v.Key, inline(v.Value), v.From}
		keys, texts = max(keys, len(v.Key)), max(texts, min(len(lines[i][1]), 40))
	}
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%-*s  %-*s  %s\n", keys, l[0], texts, l[1], l[2])
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// inline is a value in one line, as YAML has it.
func inline(v any) string {
	var n yaml.Node
	if err := n.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	flow(&n)
	text, err := yaml.Marshal(&n)
	if err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(string(text))
}

// flow has a node written on one line.
func flow(n *yaml.Node) {
	n.Style = yaml.FlowStyle
	if n.Kind == yaml.ScalarNode {
		n.Style = 0
	}
	for _, c := range n.Content {
		flow(c)
	}
}

// WriteYAML writes a file that gives this configuration wherever it is read.
func (c *Config) WriteYAML(w io.Writer) error {
	root := &yaml.Node{Kind: yaml.MappingNode}
	for _, v := range c.Values() {
		at, rest := root, v.Key
		if action, ok := strings.CutPrefix(v.Key, keysName+"."); ok {
			at, rest = child(root, keysName), action
		} else {
			for {
				group, name, ok := strings.Cut(rest, ".")
				if !ok {
					break
				}
				at, rest = child(at, group), name
			}
		}
		value := &yaml.Node{}
		if err := value.Encode(v.Value); err != nil {
			return fmt.Errorf("write %s: %w", v.Key, err)
		}
		if value.Kind == yaml.SequenceNode {
			flow(value)
		}
		at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: rest}, value)
	}
	enc := yaml.NewEncoder(w)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	return enc.Close()
}

// child is the mapping of that name in a mapping, made where it is not there.
func child(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	m := &yaml.Node{Kind: yaml.MappingNode}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, m)
	return m
}
