package manifest

import (
	"slices"
	"strings"
	"testing"
)

// completing completes at "‸".
func completing(text string, seen Seen) Completions {
	offset := strings.Index(text, "‸")
	return Complete(strings.Replace(text, "‸", "", 1), offset, PageRules(), seen)
}

// apply does edits and shows the cursor as "‸".
func apply(text string, edits []Edit, cursor int) string {
	for _, e := range slices.Backward(edits) {
		text = text[:e.Start] + e.Text + text[e.End:]
	}
	if cursor < 0 {
		return text
	}
	return text[:cursor] + "‸" + text[cursor:]
}

func labels(c Completions) []string {
	var all []string
	for _, i := range c.Items {
		all = append(all, i.Label)
	}
	return all
}

const twoContainers = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  volumes:
  - name: data
    emptyDir: {}
  containers:
  - name: main
    image: nginx:1
    ports:
    - name: http
      containerPort: 80
  - name: side
    image: busybox
`

func TestCompleteChoosesWhatIsWritten(t *testing.T) {
	seen := Seen{Images: []string{"redis:7", "nginx:1", "redis:7"}, Labels: map[string][]string{"app": {"web", "db"}, "tier": {"x"}}}
	for _, c := range []struct {
		text, label, want string
	}{
		{"metadata:\n  na‸\n", "name", "metadata:\n  name: ‸\n"},
		{"metadata:\n  na‸: x\n", "name", "metadata:\n  name‸: x\n"},
		{"metadata:\n  na‸me: x\n", "name", "metadata:\n  name‸: x\n"},
		{"metadata:\n  lab‸", "labels", "metadata:\n  labels:\n    ‸"},
		{"metadata:\n  labels:\n    ‸", "app", "metadata:\n  labels:\n    app: ‸"},
		{"metadata:\n  labels:\n    app: ‸", "web", "metadata:\n  labels:\n    app: web‸"},
		{"spec:\n  cont‸", "containers", "spec:\n  containers:\n  - ‸"},
		{"spec:\n  restartPolicy: N‸", "Never", "spec:\n  restartPolicy: Never‸"},
		{"spec:\n  restartPolicy: \"N‸\"", "Never", "spec:\n  restartPolicy: \"Never\"‸"},
		{"spec:\n  containers:\n  ‸", "name", "spec:\n  containers:\n  ‸"},
		{"spec:\n  containers:\n  - name: a\n    tt‸", "tty", "spec:\n  containers:\n  - name: a\n    tty: ‸"},
		{"spec:\n  containers:\n  - name: a\n    tty: ‸", "true", "spec:\n  containers:\n  - name: a\n    tty: true‸"},
		{"spec:\n  containers:\n  - name: a\n    comm‸", "command", "spec:\n  containers:\n  - name: a\n    command:\n    - ‸"},
		{"spec:\n  containers:\n  - {name: a, im‸}", "image", "spec:\n  containers:\n  - {name: a, image: ‸}"},
		{"spec:\n  containers:\n  - {name: a, com‸}", "command", "spec:\n  containers:\n  - {name: a, command: [‸]}"},
		{"spec: {sec‸}", "securityContext", "spec: {securityContext: {‸}}"},
		{`{"spec": {"host‸"}}`, "hostname", `{"spec": {"hostname": "‸"}}`},
		{`{"spec": {"restartPolicy": "‸"}}`, "Always", `{"spec": {"restartPolicy": "Always"‸}}`},
		{twoContainers + "    volumeMounts:\n    - name: ‸", "data", twoContainers + "    volumeMounts:\n    - name: data‸"},
		{twoContainers + "    image: ‸", "redis:7", twoContainers + "    image: redis:7‸"},
		{
			strings.Replace(twoContainers, "    ports:", "    readinessProbe:\n      httpGet:\n        port: ‸\n    ports:", 1), "http",
			strings.Replace(twoContainers, "    ports:", "    readinessProbe:\n      httpGet:\n        port: http‸\n    ports:", 1),
		},
		{"spec:\n  containers:\n  - resources:\n      limits:\n        ‸", "memory", "spec:\n  containers:\n  - resources:\n      limits:\n        memory: ‸"},
		{"spec:\n  containers:\n  - resources:\n      limits:\n        memory: 5‸", "512Mi", "spec:\n  containers:\n  - resources:\n      limits:\n        memory: 512Mi‸"},
		{
			"spec:\n  containers:\n  - env:\n    - name: A\n      valueFrom:\n        fieldRef:\n          fieldPath: ‸", "metadata.name",
			"spec:\n  containers:\n  - env:\n    - name: A\n      valueFrom:\n        fieldRef:\n          fieldPath: metadata.name‸",
		},
		{"metadata:\n  annotations:\n    sh_hyper_instancetype: ‸", "m1", "metadata:\n  annotations:\n    sh_hyper_instancetype: m1‸"},
		{
			twoContainers + "    read‸\n", "readinessProbe over HTTP",
			twoContainers + "    readinessProbe:\n      httpGet:\n        path: /‸\n        port: 8080\n      periodSeconds: 5\n",
		},
		{twoContainers + "    volumeMounts ‸", "", ""},
		{
			twoContainers + "  - ‸", "container: a whole one",
			twoContainers + "  - name: main-2‸\n    image: busybox\n    command: [\"sh\", \"-c\", \"while true; do date; sleep 1; done\"]",
		},
		{
			twoContainers + "    vol‸", "volumeMounts: a volume with its mount",
			strings.Replace(twoContainers, "    emptyDir: {}\n", "    emptyDir: {}\n  - name: data-2\n    emptyDir: {}\n", 1) + "    volumeMounts:\n    - name: data-2\n      mountPath: /data-2‸",
		},
		{"‸", "pod: a whole one", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: ‸\n  labels:\n    app: web\nspec:\n  containers:\n  - name: main\n    image: busybox"},
		{"metadata: {name: x}\n---\nki‸", "kind", "metadata: {name: x}\n---\nkind: ‸"},
	} {
		got := completing(c.text, seen)
		i := slices.IndexFunc(got.Items, func(i Completion) bool { return i.Label == c.label })
		if c.label == "" {
			if len(got.Items) > 0 {
				t.Errorf("%q: offered %v, want nothing", c.text, labels(got))
			}
			continue
		}
		if c.text == c.want { // the first one is wanted, whatever it writes
			if len(got.Items) == 0 {
				t.Errorf("%q: nothing is offered", c.text)
			}
			continue
		}
		if i < 0 {
			t.Errorf("%q: %q is not among %v", c.text, c.label, labels(got))
			continue
		}
		plain := strings.Replace(c.text, "‸", "", 1)
		if text := apply(plain, got.Items[i].Edits, got.Items[i].Cursor); text != c.want {
			t.Errorf("%q: %q gives\n%s\nwant\n%s", c.text, c.label, text, c.want)
		}
	}
}

func TestCompleteOffersWhatIsMissing(t *testing.T) {
	got := completing("spec:\n  containers:\n  - name: a\n    image: b\n    ‸", Seen{})
	all := labels(got)
	if slices.Contains(all, "name") || slices.Contains(all, "image") || !slices.Contains(all, "command") {
		t.Errorf("a container with name and image is offered %v", all)
	}
	for _, i := range got.Items {
		if i.Kind == CompleteField && i.Label != "containers" && i.Type == "" {
			t.Errorf("%s has no type", i.Label)
		}
		if i.Label == "workingDir" && !strings.Contains(i.Doc, "working directory") {
			t.Errorf("workingDir is documented as %q", i.Doc)
		}
		if i.Label == "startupProbe" && i.Note != "not part of this API" {
			t.Errorf("startupProbe has the note %q", i.Note)
		}
	}
	spec := completing("spec:\n  ‸", Seen{})
	if at, honoured := slices.Index(labels(spec), "dnsPolicy"), slices.Index(labels(spec), "subdomain"); at < honoured {
		t.Error("a field that is ignored stands before one that is honoured")
	}
	if got := completing("spec:\n  containers:\n  - command:\n    - |\n      na‸", Seen{}); len(got.Items) > 0 {
		t.Errorf("inside a block scalar %v is offered", labels(got))
	}
	if got := completing("# na‸", Seen{}); len(got.Items) > 0 {
		t.Errorf("inside a comment %v is offered", labels(got))
	}
}

// TestCompletionsKeepTheTextReadable: whatever is chosen at any place of the
// templates, the result is YAML as it was before.
func TestCompletionsKeepTheTextReadable(t *testing.T) {
	for _, tmpl := range Templates() {
		lines := strings.SplitAfter(tmpl.YAML, "\n")
		at := 0
		for _, line := range lines {
			at += len(line)
			trimmed := strings.TrimLeft(line, " ")
			if trimmed == "" || strings.HasSuffix(trimmed, ":\n") || strings.Contains(tmpl.Name, "web") || strings.Contains(tmpl.Name, "shared") {
				continue
			}
			indent := strings.Repeat(" ", len(line)-len(trimmed))
			text := tmpl.YAML[:at] + indent + "\n" + tmpl.YAML[at:]
			for _, item := range Complete(text, at+len(indent), RuleSet{}, Seen{}).Items {
				done := apply(text, item.Edits, -1)
				if _, problems := Parse([]byte(done), Options{}); slices.ContainsFunc(problems, func(p Problem) bool { return p.Code == CodeSyntax && !strings.Contains(done, "- \n") }) {
					t.Errorf("%s, behind %q: %s gives\n%s%v", tmpl.Name, line, item.Label, done, problems)
				}
			}
		}
	}
}

func BenchmarkComplete(b *testing.B) {
	text := string(longManifest())
	offset := strings.LastIndex(text, "image") + 2
	b.ReportAllocs()
	for b.Loop() {
		if len(Complete(text, offset, PageRules(), Seen{}).Items) == 0 {
			b.Fatal("nothing was offered")
		}
	}
}

func FuzzComplete(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(string(file.text), len(file.text)/2)
	}
	f.Add("a:\n- - b: {c: [", 14)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		got := Complete(text, offset, PageRules(), Seen{Images: []string{"i"}})
		for _, item := range got.Items {
			end := -1
			for _, e := range item.Edits {
				if e.Start < end || e.End < e.Start || e.End > len(text) {
					t.Fatalf("%q: the edits of %s are %+v", text, item.Label, item.Edits)
				}
				end = e.End
			}
			if n := len(apply(text, item.Edits, -1)); item.Cursor < 0 || item.Cursor > n {
				t.Fatalf("%q: the cursor of %s would be at %d of %d", text, item.Label, item.Cursor, n)
			}
		}
		for _, e := range readOutline(text).entries {
			if e.start > e.keyEnd || e.keyEnd > e.valStart || e.valStart > e.valEnd || e.valEnd > len(text) {
				t.Fatalf("%q: the entry %+v", text, e)
			}
		}
	})
}
