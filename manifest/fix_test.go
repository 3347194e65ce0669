package manifest

import (
	"slices"
	"strings"
	"testing"
)

// TestFixes: the first problem of a code, mended by the fix of a title.
func TestFixes(t *testing.T) {
	pod := func(lines string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n" + lines
	}
	flow := func(container string) string {
		return pod("  containers: [{name: c, image: i" + container + "}]\n")
	}
	for name, c := range map[string]struct {
		text, title, want string
		code              Code
	}{
		"did you mean": {pod("  containers:\n  - name: c\n    imag: i\n"), "change imag to image", pod("  containers:\n  - name: c\n    image: i\n"), CodeUnknownField},
		"quote a number": {
			pod("  containers:\n  - name: c\n    image: i\n    env:\n    - name: A\n      value: 017\n"), `change 017 to "017"`,
			pod("  containers:\n  - name: c\n    image: i\n    env:\n    - name: A\n      value: \"017\"\n"), CodeType,
		},
		"missing image":   {pod("  containers:\n  - name: c\n    command: [sh]\n"), "add image", pod("  containers:\n  - name: c\n    command: [sh]\n    image: ‸\n"), CodeRequired},
		"missing in flow": {flow(", volumeMounts: [{name: v}]"), "add mountPath", flow(", volumeMounts: [{mountPath: /‸, name: v}]"), CodeRequired},
		"missing in JSON": {
			`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"name": "c"}]}}`, "add image",
			`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": {"containers": [{"image": "‸", "name": "c"}]}}`, CodeRequired,
		},
		"missing kind":       {"apiVersion: v1\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i}]}\n", "add kind", "kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec: {containers: [{name: c, image: i}]}\n", CodeRequired},
		"missing name":       {"apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\nspec: {containers: [{name: c, image: i}]}\n", "add name", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n  name: ‸\nspec: {containers: [{name: c, image: i}]}\n", CodeRequired},
		"missing metadata":   {"apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: i}]}\n", "add metadata", "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: c, image: i}]}\nmetadata:\n  name: ‸\n", CodeRequired},
		"empty image":        {pod("  containers:\n  - name: c\n    image:\n"), "write image", pod("  containers:\n  - name: c\n    image: ‸\n"), CodeRequired},
		"probe of nothing":   {pod("  containers:\n  - name: c\n    image: i\n    readinessProbe:\n      periodSeconds: 1\n"), "add httpGet", pod("  containers:\n  - name: c\n    image: i\n    readinessProbe:\n      periodSeconds: 1\n      httpGet:\n        path: /‸\n        port: 8080\n"), CodeRequired},
		"volume is missing":  {pod("  containers:\n  - name: c\n    image: i\n    volumeMounts:\n    - name: data\n      mountPath: /d\n"), "add a volume data (emptyDir) to spec.volumes", pod("  containers:\n  - name: c\n    image: i\n    volumeMounts:\n    - name: data\n      mountPath: /d\n  volumes:\n  - name: data\n    emptyDir: {}\n"), CodeNotFound},
		"second volume":      {pod("  volumes:\n  - name: a\n    emptyDir: {}\n  containers:\n  - name: c\n    image: i\n    volumeMounts:\n    - name: cache\n      mountPath: /d\n"), "add a volume cache (emptyDir) to spec.volumes", pod("  volumes:\n  - name: a\n    emptyDir: {}\n  - name: cache\n    emptyDir: {}\n  containers:\n  - name: c\n    image: i\n    volumeMounts:\n    - name: cache\n      mountPath: /d\n"), CodeNotFound},
		"volume in flow":     {"{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {volumes: [], containers: [{name: c, image: i, volumeMounts: [{name: d, mountPath: /d}]}]}}", "add a volume d (emptyDir) to spec.volumes", "{apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {volumes: [{name: d, emptyDir: {}}], containers: [{name: c, image: i, volumeMounts: [{name: d, mountPath: /d}]}]}}", CodeNotFound},
		"volume source":      {pod("  volumes:\n  - name: a\n  containers:\n  - {name: c, image: i}\n"), "add emptyDir", pod("  volumes:\n  - name: a\n    emptyDir: {}\n  containers:\n  - {name: c, image: i}\n"), CodeRequired},
		"port of a probe":    {pod("  containers:\n  - name: c\n    image: i\n    livenessProbe:\n      tcpSocket:\n        port: web\n"), "declare a port web (8080) in this container", pod("  containers:\n  - name: c\n    image: i\n    livenessProbe:\n      tcpSocket:\n        port: web\n    ports:\n    - name: web\n      containerPort: 8080\n"), CodePort},
		"unsupported":        {pod("  dnsConfig:\n    nameservers:\n    - 1.1.1.1\n  containers:\n  - {name: c, image: i}\n"), "remove dnsConfig", pod("  containers:\n  - {name: c, image: i}\n"), CodeUnsupported},
		"unsupported inside": {pod("  containers:\n  - name: c\n    image: i\n    securityContext:\n      privileged: true\n"), "remove securityContext", pod("  containers:\n  - name: c\n    image: i\n"), CodeUnsupported},
		"behind a dash":      {pod("  containers:\n  - startupProbe:\n      tcpSocket: {port: 1}\n    name: c\n    image: i\n"), "remove startupProbe", pod("  containers:\n  - name: c\n    image: i\n"), CodeUnlisted},
		"in flow":            {flow(", startupProbe: {tcpSocket: {port: 1}}, tty: true"), "remove startupProbe", flow(", tty: true"), CodeUnlisted},
		"last in flow":       {flow(", startupProbe: {tcpSocket: {port: 1}}"), "remove startupProbe", flow(""), CodeUnlisted},
		"refused":            {pod("  volumes:\n  - name: a\n    hostPath:\n      path: /\n  containers:\n  - {name: c, image: i}\n"), "remove hostPath", pod("  volumes:\n  - name: a\n  containers:\n  - {name: c, image: i}\n"), CodeRefused},
		"set by the server":  {"apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  uid: u\nspec: {containers: [{name: c, image: i}]}\n", "remove uid", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec: {containers: [{name: c, image: i}]}\n", CodeServerSet},
		"twice":              {pod("  hostname: a\n  hostname: b\n  containers:\n  - {name: c, image: i}\n"), "remove hostname", pod("  hostname: a\n  containers:\n  - {name: c, image: i}\n"), CodeDuplicateKey},
		"null in a list":     {pod("  containers:\n  - name: c\n    image: i\n    command:\n    -\n"), `write "" for the empty text`, pod("  containers:\n  - name: c\n    image: i\n    command:\n    - \"\"\n"), CodeNull},
		"same name":          {pod("  containers:\n  - {name: c, image: i}\n  - {name: c, image: i}\n"), "rename it c-2", pod("  containers:\n  - {name: c, image: i}\n  - {name: c-2, image: i}\n"), CodeDuplicate},
		"stdinOnce":          {pod("  containers:\n  - name: c\n    image: i\n    stdinOnce: true\n"), "add stdin", pod("  containers:\n  - name: c\n    image: i\n    stdinOnce: true\n    stdin: true\n"), CodeConflict},
		"tabs":               {"apiVersion: v1\nkind: Pod\nmetadata:\n\tname: x\nspec:\n\tcontainers:\n\t- {name: c, image: i}\n", "indent with blanks instead of tabs", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n  containers:\n  - {name: c, image: i}\n", CodeSyntax},
		"second document":    {pod("  containers:\n  - {name: c, image: i}\n---\n") + pod("  containers:\n  - name: d\n"), "add image", pod("  containers:\n  - {name: c, image: i}\n---\n") + pod("  containers:\n  - name: d\n    image: ‸\n"), CodeRequired},
		"item of a list":     {"kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n  spec:\n    containers:\n    - name: c\n", "add image", "kind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: x}\n  spec:\n    containers:\n    - name: c\n      image: ‸\n", CodeRequired},
		"CRLF":               {strings.ReplaceAll(pod("  dnsPolicy: Default\n  containers:\n  - name: c\n    image: i\n"), "\n", "\r\n"), "remove dnsPolicy", strings.ReplaceAll(pod("  containers:\n  - name: c\n    image: i\n"), "\n", "\r\n"), CodeUnsupported},
	} {
		found := Inspect([]byte(c.text), Options{}, PageRules())
		i := slices.IndexFunc(found.Problems, func(p Problem) bool { return p.Code == c.code })
		if i < 0 {
			t.Errorf("%s: no problem of code %s in %v", name, c.code, found.Problems)
			continue
		}
		p := found.Problems[i]
		var doc *Document
		if p.Document >= 0 && p.Document < len(found.Docs) {
			doc = &found.Docs[p.Document]
		}
		fixes := Fixes(c.text, doc, p)
		j := slices.IndexFunc(fixes, func(f Fix) bool { return f.Title == c.title })
		if j < 0 {
			t.Errorf("%s: for %v there is no fix %q among %+v", name, p, c.title, fixes)
			continue
		}
		if got := apply(c.text, fixes[j].Edits, fixes[j].Cursor); got != c.want {
			t.Errorf("%s: %s gives\n%s\nwant\n%s", name, c.title, got, c.want)
			continue
		}
		after := Inspect([]byte(apply(c.text, fixes[j].Edits, -1)), Options{}, PageRules())
		if fixes[j].Cursor < 0 && slices.ContainsFunc(after.Problems, func(q Problem) bool { return q.Code == p.Code && q.Field == p.Field }) {
			t.Errorf("%s: the problem is still there: %v", name, after.Problems)
		}
	}
}

// TestFixesOfTheCorpus: every fix of every problem of the corpus leaves a text
// that can be read as well as before.
func TestFixesOfTheCorpus(t *testing.T) {
	n := 0
	for _, file := range corpus(t) {
		text := string(file.text)
		found := Inspect(file.text, Options{}, PageRules())
		syntax := func(in Inspection) int {
			bad := 0
			for _, p := range in.Problems {
				if p.Code == CodeSyntax {
					bad++
				}
			}
			return bad
		}
		before := syntax(found)
		for _, p := range found.Problems {
			var doc *Document
			if p.Document >= 0 && p.Document < len(found.Docs) {
				doc = &found.Docs[p.Document]
			}
			for _, fix := range Fixes(text, doc, p) {
				n++
				done := apply(text, fix.Edits, -1)
				if after := Inspect([]byte(done), Options{}, PageRules()); syntax(after) > before {
					t.Errorf("%s: %v: %s breaks the text:\n%s\n%v", file.name, p, fix.Title, done, after.Problems)
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d fixes were tried", n)
	}
}

func FuzzFixes(f *testing.F) {
	for _, file := range corpus(f) {
		f.Add(string(file.text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		found := Inspect([]byte(text), Options{}, PageRules())
		for _, p := range found.Problems[:min(len(found.Problems), 8)] {
			for _, fix := range Fixes(text, nil, p) {
				end := -1
				for _, e := range fix.Edits {
					if e.Start < end || e.End < e.Start || e.End > len(text) {
						t.Fatalf("%q: the edits of %s are %+v", text, fix.Title, fix.Edits)
					}
					end = e.End
				}
			}
		}
	})
}
