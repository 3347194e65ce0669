package manifest

import (
	"strings"
	"testing"
)

func TestDoc(t *testing.T) {
	for path, want := range map[string]FieldDoc{
		"spec.containers[0].imagePullPolicy":       {Path: "spec.containers[].imagePullPolicy", Name: "imagePullPolicy", Type: "string", Enum: []string{"Always", "IfNotPresent", "Never"}, Leaf: true},
		"spec.containers[].name":                   {Path: "spec.containers[].name", Name: "name", Type: "string", Required: true, Leaf: true},
		"spec.containers":                          {Path: "spec.containers", Name: "containers", Type: "Container array", Required: true},
		"spec.containers[2]":                       {Path: "spec.containers[]", Name: "[]", Type: "Container"},
		"metadata.labels":                          {Path: "metadata.labels", Name: "labels", Type: "object"},
		"metadata.labels[app]":                     {Path: "metadata.labels{}", Name: "{}", Type: "string", Leaf: true},
		"spec.terminationGracePeriodSeconds":       {Path: "spec.terminationGracePeriodSeconds", Name: "terminationGracePeriodSeconds", Type: "integer", Leaf: true},
		"spec.containers[].resources.limits[cpu]":  {Path: "spec.containers[].resources.limits{}", Name: "{}", Type: "quantity", Leaf: true},
		"spec.containers[].livenessProbe.exec":     {Path: "spec.containers[].livenessProbe.exec", Name: "exec", Type: "ExecAction"},
		"spec.containers[].ports[].containerPort":  {Path: "spec.containers[].ports[].containerPort", Name: "containerPort", Type: "integer", Required: true, Leaf: true},
		"spec.volumes[0].emptyDir.medium":          {Path: "spec.volumes[].emptyDir.medium", Name: "medium", Type: "string", Leaf: true},
		"spec.containers[].tty":                    {Path: "spec.containers[].tty", Name: "tty", Type: "boolean", Leaf: true},
		"spec.containers[].lifecycle.preStop.exec": {Path: "spec.containers[].lifecycle.preStop.exec", Name: "exec", Type: "ExecAction"},
		"spec.containers[].command":                {Path: "spec.containers[].command", Name: "command", Type: "string array", Leaf: true},
		"metadata.creationTimestamp":               {Path: "metadata.creationTimestamp", Name: "creationTimestamp", Type: "time", Leaf: true},
		"spec.containers[].readinessProbe.httpGet.port": {
			Path: "spec.containers[].readinessProbe.httpGet.port", Name: "port", Type: "integer or string", Required: true, Leaf: true,
		},
		"kind": {Path: "kind", Name: "kind", Type: "string", Required: true, Leaf: true},
	} {
		got, ok := Doc(path)
		if !ok || got.Doc == "" {
			t.Errorf("%s: %+v, %v", path, got, ok)
			continue
		}
		got.Doc = ""
		if strings.Join(got.Enum, ",") != strings.Join(want.Enum, ",") {
			t.Errorf("%s: enum %v", path, got.Enum)
		}
		got.Enum, want.Enum = nil, nil
		if got.Path != want.Path || got.Name != want.Name || got.Type != want.Type || got.Required != want.Required || got.Leaf != want.Leaf {
			t.Errorf("%s:\ngot  %+v\nwant %+v", path, got, want)
		}
	}
	for _, path := range []string{"spec.nothing", "spec.containers.name", "metadata.name.x", "spec.containers[].ports[].x"} {
		if got, ok := Doc(path); ok {
			t.Errorf("%s is %+v", path, got)
		}
	}
}

func TestEveryPageFieldHasADoc(t *testing.T) {
	for _, f := range PageFields() {
		got, ok := Doc(f.Path)
		if f.Path == "spec.deprecatedServiceAccount" || strings.HasSuffix(f.Path, ".volumeID") {
			continue // not in the Go types under that name
		}
		if !ok || got.Doc == "" {
			t.Errorf("%s: %+v, %v", f.Path, got, ok)
		}
		// The page's MountPropagationMode is a string in JSON.
		if typ := strings.Replace(f.Type, "MountPropagationMode", "string", 1); got.Type != typ {
			t.Errorf("%s is of type %q, on the page %q", f.Path, got.Type, f.Type)
		}
	}
}

func TestFieldsComeInASensibleOrder(t *testing.T) {
	for path, want := range map[string]string{
		"":                         "apiVersion kind metadata spec status",
		"metadata":                 "name namespace labels annotations generateName",
		"spec":                     "containers initContainers restartPolicy volumes",
		"spec.containers":          "name image command args env ports resources volumeMounts",
		"spec.containers[3].ports": "containerPort name protocol hostPort hostIP",
		"spec.containers[].env[0]": "name value valueFrom",
	} {
		var names []string
		for _, f := range Fields(path) {
			names = append(names, f.Name)
			if doc, ok := Doc(f.Path); !ok || doc.Name != f.Name || doc.Type != f.Type {
				t.Errorf("%s: %+v is not what Doc says: %+v", path, f, doc)
			}
		}
		if got := strings.Join(names, " "); !strings.HasPrefix(got, want) {
			t.Errorf("%q: %s", path, got)
		}
	}
	if n := len(Fields("spec.containers[]")); n < 20 {
		t.Errorf("a container has %d fields", n)
	}
	for _, path := range []string{"spec.nothing", "metadata.name", "metadata.labels", "spec.containers[].command"} {
		if f := Fields(path); f != nil {
			t.Errorf("%s has %v", path, f)
		}
	}
}

func TestVocabularyNamesRealTypesAndFields(t *testing.T) {
	schemas := map[string]*schema{}
	var visit func(s *schema)
	visit = func(s *schema) {
		if s == nil || schemas[s.name] != nil && s.name != "" && s.shape == shapeObject {
			return
		}
		if s.name != "" {
			schemas[s.name] = s
		}
		visit(s.elem)
		for i := range s.fields {
			visit(s.fields[i].schema)
		}
	}
	visit(podSchema())
	for name := range enums {
		if schemas[name] == nil {
			t.Errorf("enums: no type %s in a pod", name)
		}
	}
	for table, types := range map[string]map[string][]string{"required": required, "common": common} {
		for name, fields := range types {
			s := schemas[name]
			if s == nil {
				t.Errorf("%s: no type %s in a pod", table, name)
				continue
			}
			for _, f := range fields {
				if s.field(f) == nil {
					t.Errorf("%s: %s has no field %s", table, name, f)
				}
			}
		}
	}
	for _, path := range append(laterFields, containersPrefix+".restartPolicy") {
		if _, ok := Doc(path); !ok {
			t.Errorf("no field %s", path)
		}
	}
}

func TestTemplatesAreGood(t *testing.T) {
	seen := map[string]bool{}
	for _, tpl := range Templates() {
		docs, problems := Parse([]byte(tpl.YAML), Options{})
		if len(docs) != 1 || len(problems) > 0 {
			t.Errorf("%s: %v", tpl.Name, problems)
			continue
		}
		if problems = Check(&docs[0], PageRules()); len(problems) > 0 {
			t.Errorf("%s: %v", tpl.Name, problems)
		}
		for _, c := range docs[0].Pod.Spec.Containers {
			if len(c.Command) != 3 || c.Command[0] != "sh" {
				t.Errorf("%s: the command of %s is %q", tpl.Name, c.Name, c.Command)
			}
		}
		if seen[tpl.Name] || tpl.Title == "" {
			t.Errorf("%q: a name twice, or no title", tpl.Name)
		}
		seen[tpl.Name] = true
	}
	for _, name := range []string{"minimal", "web", "init", "shared", "once", "resources", "flexvolume", "shell"} {
		if !seen[name] {
			t.Errorf("no template %s", name)
		}
	}
}
