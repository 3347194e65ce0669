package manifest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPatch(t *testing.T) {
	const pod = `{"metadata":{"name":"web","labels":{"app":"a","old":"x"}},"spec":{"containers":[` +
		`{"name":"main","image":"nginx:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"args":["a","b"]},{"name":"side","image":"b"}],` +
		`"volumes":[{"name":"v","emptyDir":{}}],"tolerations":[{"key":"a"}]}}`
	for name, c := range map[string]struct{ now, want string }{
		"nothing":      {pod, ``},
		"order of map": {`{"spec":` + pod[len(`{"metadata":{"name":"web","labels":{"app":"a","old":"x"}},"spec":`):len(pod)-1] + `,"metadata":{"labels":{"old":"x","app":"a"},"name":"web"}}`, ``},
		"labels": {
			`{"metadata":{"name":"web","labels":{"app":"b","new":"y"}},"spec":` + pod[len(`{"metadata":{"name":"web","labels":{"app":"a","old":"x"}},"spec":`):],
			`{"metadata":{"labels":{"app":"b","new":"y","old":null}}}`,
		},
		"containers": {
			`{"metadata":{"name":"web","labels":{"app":"a","old":"x"}},"spec":{"containers":[` +
				`{"name":"main","image":"nginx:2","env":[{"name":"B","value":"3"},{"name":"C","value":"4"}],"args":["a"]},{"name":"new","image":"n"}],` +
				`"volumes":[{"name":"v","emptyDir":{}}],"tolerations":[{"key":"a"},{"key":"b"}]}}`,
			`{"spec":{"containers":[{"name":"main","image":"nginx:2","env":[{"name":"B","value":"3"},{"name":"C","value":"4"},{"$patch":"delete","name":"A"}],"args":["a"]},` +
				`{"name":"new","image":"n"},{"$patch":"delete","name":"side"}],"tolerations":[{"key":"a"},{"key":"b"}]}}`,
		},
	} {
		got, err := Patch([]byte(pod), []byte(c.now), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.want == "" {
			if got != nil {
				t.Errorf("%s: %s", name, got)
			}
			continue
		}
		var g, w any
		if json.Unmarshal(got, &g) != nil || json.Unmarshal([]byte(c.want), &w) != nil {
			t.Fatalf("%s: %s", name, got)
		}
		if diff := cmp.Diff(w, g); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	for _, bad := range []string{`[]`, `x`, ``} {
		if _, err := Patch([]byte(pod), []byte(bad), ""); err == nil {
			t.Errorf("%q gives a patch", bad)
		}
	}
	// Ports and elements without their key are replaced as a whole.
	got, err := Patch([]byte(`{"volumes":[{"x":1}]}`), []byte(`{"volumes":[{"x":2}]}`), "")
	if err != nil || string(got) != `{"volumes":[{"x":2}]}` {
		t.Errorf("%s, %v", got, err)
	}
	// The precondition, beside what changes in the metadata and without.
	for now, want := range map[string]string{
		`{"metadata":{"name":"web","labels":{"a":"b"}}}`:      `{"metadata":{"labels":{"a":"b"},"uid":"u-1"}}`,
		`{"metadata":{"name":"web"},"spec":{"hostname":"h"}}`: `{"spec":{"hostname":"h"},"metadata":{"uid":"u-1"}}`,
		`{"metadata":{"name":"web"}}`:                         ``,
	} {
		if got, err := Patch([]byte(`{"metadata":{"name":"web"}}`), []byte(now), "u-1"); err != nil || string(got) != want {
			t.Errorf("%s: %s, %v", now, got, err)
		}
	}
}
