package manifest

import (
	"fmt"
	"strings"
	"testing"
)

// TestSpots: "‸" is the cursor. What is said of it: the path, the word before
// it, and what kind of place it is.
func TestSpots(t *testing.T) {
	for text, want := range map[string]string{
		"‸":                                          `"" word ""`,
		"sp‸":                                        `"" word "sp"`,
		"metadata:\n  ‸":                             `"metadata" word ""`,
		"metadata:\n  na‸":                           `"metadata" word "na"`,
		"metadata:\n  name: w‸":                      `"metadata.name" word "w" value`,
		"metadata:\n  name: ‸":                       `"metadata.name" word "" value`,
		"metadata:\n  name:\n‸":                      `"" word ""`,
		"metadata:\n  labels:\n    a.b/c: x‸":        `"metadata.labels[a.b/c]" word "x" value`,
		"spec:\n  containers:\n  - ‸":                `"spec.containers[0]" word "" dash`,
		"spec:\n  containers:\n  - na‸":              `"spec.containers[0]" word "na" dash`,
		"spec:\n  containers:\n  - name: a\n    im‸": `"spec.containers[0]" word "im"`,
		"spec:\n  containers:\n  - name: a\n  - name: b\n    ‸":                         `"spec.containers[1]" word ""`,
		"spec:\n  containers:\n    - name: a\n      ports:\n        - containerPort: ‸": `"spec.containers[0].ports[0].containerPort" word "" value`,
		"spec:\n  containers:\n  - name: a\n  re‸":                                      `"spec" word "re"`,
		"spec:\n  containers:\n  - command: [a, b‸":                                     `"spec.containers[0].command[1]" word "b" flow`,
		"spec:\n  containers:\n  - command:\n    - sh\n    - -c‸":                       `"spec.containers[0].command[1]" word "-c" dash`,
		"spec:\n  containers:\n  - {name: a, im‸":                                       `"spec.containers[0]" word "im" flow`,
		"spec:\n  containers:\n  - {name: a, image: b‸":                                 `"spec.containers[0].image" word "b" value flow`,
		"spec:\n  containers:\n  - {name: a, image: ‸":                                  `"spec.containers[0].image" word "" value flow`,
		"spec:\n  containers:\n  - {name: a}\n  - ‸":                                    `"spec.containers[1]" word "" dash`,
		"spec:\n  containers: [{name: a,\n    ‸":                                        `"spec.containers[0]" word "" flow`,
		"spec:\n  containers:\n  - name: a\n    args:\n    - |\n      im‸":              `"spec.containers[0].args[0]" silent`,
		"a: 1 # c‸":                            `silent`,
		"# c‸":                                 `silent`,
		"spec: {}\n---\nme‸":                   `"" word "me" doc 1`,
		"{\"spec\": {\"res‸":                   `"spec" word "\"res" flow quoted`,
		"{\"spec\": {\"restartPolicy\": \"Al‸": `"spec.restartPolicy" word "\"Al" value flow quoted`,
		"{\n  \"spec\": {\n    ‸":              `"spec" word "" flow`,
		"spec:\n  restartPolicy: \"N‸":         `"spec.restartPolicy" word "\"N" value quoted`,
		"spec:\r\n  restartPolicy: N‸":         `"spec.restartPolicy" word "N" value`,
		"kind: List\nitems:\n- kind: Pod\n- spec:\n    containers:\n    - na‸": `"spec.containers[0]" word "na" dash doc 2`,
		"{\"kind\": \"List\", \"items\": [{\"kind\": \"Pod\"}, {\"sp‸":         `"" word "\"sp" flow quoted doc 2`,
		"spec:\n  volumes: []\n  ‸":                                            `"spec" word ""`,
		"metadata:\n  name: &n x\n  namespace‸":                                `"metadata" word "namespace"`,
	} {
		offset := strings.Index(text, "‸")
		plain := strings.Replace(text, "‸", "", 1)
		s := spotAt(plain, offset)
		got := fmt.Sprintf("%q word %q", s.path, plain[s.from:offset])
		if s.dash {
			got += " dash"
		}
		if s.value {
			got += " value"
		}
		if s.flow {
			got += " flow"
		}
		if s.quote != 0 {
			got += " quoted"
		}
		if s.doc > 0 {
			got += fmt.Sprint(" doc ", s.doc)
		}
		if s.silent {
			got = "silent"
			want = want[strings.LastIndexByte(want, ' ')+1:]
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestOutlineAgreesWithParse: for every manifest of the corpus that can be
// read, the outline names the same fields at the same places; left out are
// keys that come twice, aliases and strings over several lines.
func TestOutlineAgreesWithParse(t *testing.T) {
	for _, f := range corpus(t) {
		docs, _ := Parse(f.text, Options{})
		if len(docs) == 0 || strings.HasPrefix(f.name, "syntax") || strings.Contains(f.name, "anchor") || strings.Contains(f.name, "alias") ||
			strings.Contains(f.name, "merge") || f.name == "bad-duplicates.yaml" || f.name == "bad-json-types.json" || f.name == "multiline.yaml" {
			continue
		}
		text := string(f.text)
		seen := 0
		for _, e := range readOutline(strings.TrimPrefix(text, "\ufeff")).entries {
			if e.key == "" {
				continue
			}
			at := e.start + len(text) - len(strings.TrimPrefix(text, "\ufeff"))
			for i := range docs {
				d := &docs[i]
				if at < d.Start.Offset || at >= d.End.Offset {
					continue
				}
				if got := d.FieldAt(at); got != e.path {
					t.Errorf("%s: at %d the outline has %s, Parse %s", f.name, at, e.path, got)
				}
				seen++
			}
		}
		if seen == 0 {
			t.Errorf("%s: the outline has no keys", f.name)
		}
	}
}
