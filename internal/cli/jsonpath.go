package cli

import (
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/util/jsonpath"

	"podium/api"
)

// jsonPath prints what a template of kubectl's makes of one pod, or of a list of
// them, which it holds whole.
type jsonPath struct {
	w        io.Writer
	template *jsonpath.JSONPath
	single   bool
	items    []any
	done     bool
}

func newJSONPath(w io.Writer, template string, single bool) (*jsonPath, error) {
	t := jsonpath.New("output").AllowMissingKeys(true)
	if err := t.Parse(template); err != nil {
		return nil, usage("the template %q cannot be read: %v", template, err)
	}
	return &jsonPath{w: w, template: t, single: single}, nil
}

func (p *jsonPath) pod(_ api.PodRow, raw []byte) error {
	var object any
	if err := json.Unmarshal(raw, &object); err != nil {
		return fmt.Errorf("read a pod's JSON: %w", err)
	}
	if p.single {
		return p.print(object)
	}
	p.items = append(p.items, object)
	return nil
}

func (p *jsonPath) flush() error {
	if p.single || p.done {
		return nil
	}
	p.done = true
	return p.print(map[string]any{"kind": "List", "apiVersion": "v1", "items": append([]any{}, p.items...)})
}

func (p *jsonPath) print(data any) error {
	if err := p.template.Execute(p.w, data); err != nil {
		return fmt.Errorf("print by the template: %w", err)
	}
	return nil
}
