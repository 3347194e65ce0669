package manifest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestDocumentKeepsOrderDigitsAndUnknownFields(t *testing.T) {
	const text = `kind: Pod
zz: {b: 123456789012345678901234567890, a: [0x1F, 017, 1.0]}
apiVersion: v1
metadata: {name: x}
spec: {later: yes, containers: [{name: c, image: i}]}
`
	docs, problems := Parse([]byte(text), Options{UnknownFields: Warning})
	if len(problems) != 2 || problems[0].Severity != Warning || problems[1].Severity != Warning || problems[0].Code != CodeUnknownField {
		t.Fatalf("%v", problems)
	}
	const want = `{"kind":"Pod","zz":{"b":123456789012345678901234567890,"a":[31,15,1]},"apiVersion":"v1","metadata":{"name":"x"},` +
		`"spec":{"later":true,"containers":[{"name":"c","image":"i"}]}}`
	d := docs[0]
	if string(d.JSON) != want {
		t.Errorf("got  %s\nwant %s", d.JSON, want)
	}
	if d.Kind != "Pod" || d.APIVersion != "v1" || d.Name != "x" || d.Pod == nil || d.Pod.Spec.Containers[0].Image != "i" {
		t.Errorf("%+v", d)
	}
}

func TestMissingKindIsForServers(t *testing.T) {
	body := []byte(`{"metadata":{"name":"x"},"spec":{"containers":[{"name":"c","image":"i"}]}}`)
	if docs, problems := Parse(body, Options{MissingKind: true}); len(problems) > 0 || docs[0].Pod == nil {
		t.Errorf("%v", problems)
	}
	if _, problems := Parse(body, Options{}); len(problems) != 2 {
		t.Errorf("%v", problems)
	}
	if docs, problems := Parse([]byte(`{"a":1}`), Options{}); len(problems) != 1 || problems[0].Code != CodeNotAPod || docs[0].Pod != nil || Check(&docs[0], PageRules()) != nil {
		t.Errorf("%v", problems)
	}
}

// TestOriginalClientsBody takes what the service's first client sends for
// "run": it must be accepted, with one warning.
func TestOriginalClientsBody(t *testing.T) {
	const body = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","creationTimestamp":null,"labels":{"run":"web"},` +
		`"annotations":{"sh_hyper_instancetype":"s4"}},"spec":{"containers":[{"name":"web","image":"nginx","args":["sh"],"resources":{},` +
		`"imagePullPolicy":"IfNotPresent","stdin":true,"stdinOnce":true,"tty":true}],"restartPolicy":"Always","dnsPolicy":"ClusterFirst"},"status":{}}`
	docs, problems := Parse([]byte(body), Options{UnknownFields: Warning, MissingKind: true})
	if len(docs) != 1 || len(problems) > 0 || string(docs[0].JSON) != body {
		t.Fatalf("%v\n%s", problems, docs[0].JSON)
	}
	for _, found := range [][]Problem{Check(&docs[0], PageRules()), ValidateObject(docs[0].Pod, PageRules())} {
		if w := Warnings(found); len(found) != 1 || len(w) != 1 || w[0] != "spec.dnsPolicy is not supported by this API and is ignored." {
			t.Errorf("%v", found)
		}
	}
}

// TestBrokenValuesLeaveTheRest: a value of the wrong type must cost neither
// the other fields nor the other problems.
func TestBrokenValuesLeaveTheRest(t *testing.T) {
	const text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, labels: [a]}\nspec: {hostname: 5, containers: [{name: [], image: i}, 7, {name: c, image: j, ports: [{containerPort: x}]}]}\n"
	docs, problems := Parse([]byte(text), Options{})
	pod := docs[0].Pod
	if pod == nil || len(pod.Spec.Containers) != 3 || pod.Spec.Containers[2].Image != "j" || pod.Spec.Hostname != "" {
		t.Fatalf("%+v", pod)
	}
	var fields []string
	for _, p := range problems {
		if p.Code != CodeType {
			t.Errorf("a consequence is reported: %v", p)
		}
		fields = append(fields, p.Field)
	}
	want := "metadata.labels spec.hostname spec.containers[0].name spec.containers[1] spec.containers[2].ports[0].containerPort"
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestSuggestionsSolveTheirProblems replaces the marked text by each
// suggestion in the corpus and demands that this problem is gone.
func TestSuggestionsSolveTheirProblems(t *testing.T) {
	n := 0
	for _, f := range corpus(t) {
		_, problems := Parse(f.text, Options{})
		for _, p := range problems {
			if p.Suggestion == "" {
				continue
			}
			n++
			fixed := string(f.text[:p.Start.Offset]) + p.Suggestion + string(f.text[p.End.Offset:])
			_, after := Parse([]byte(fixed), Options{})
			for _, q := range after {
				if q.Code == CodeSyntax && !hasCode(problems, CodeSyntax) {
					t.Errorf("%s: %v\nputting %q there breaks it: %v", f.name, p, p.Suggestion, q)
				}
				if q.Code == p.Code && q.Field == p.Field && q.Start == p.Start {
					t.Errorf("%s: %v\nis still there with %q: %v", f.name, p, p.Suggestion, q)
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("only %d suggestions", n)
	}
}

func TestValidateObjectLeavesThePodAlone(t *testing.T) {
	pod := &corev1.Pod{}
	pod.Name = "x"
	pod.Spec.Containers = []corev1.Container{{Name: "c", Image: "i", ImagePullPolicy: "Sometimes"}, {Name: "c"}}
	before, _ := json.Marshal(pod)
	problems := ValidateObject(pod, PageRules())
	after, _ := json.Marshal(pod)
	if string(before) != string(after) {
		t.Error("the pod was changed")
	}
	got := fmt.Sprint(Causes(problems))
	for _, want := range []string{"FieldValueNotSupported", "FieldValueDuplicate", "FieldValueRequired", "spec.containers[1].image"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if len(problems) != 3 {
		t.Errorf("%v", problems)
	}
}

func FuzzParse(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	for _, c := range corpus(f) {
		f.Add(c.text)
	}
	rules := PageRules()
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, problems := Parse(data, Options{})
		for i := range docs {
			problems = append(problems, Check(&docs[i], rules)...)
			if !json.Valid(docs[i].JSON) {
				t.Fatalf("not JSON: %q", docs[i].JSON)
			}
			path := docs[i].FieldAt(len(data) / 2)
			docs[i].Locate(path)
			if docs[i].Pod != nil {
				ValidateObject(docs[i].Pod, rules)
			}
		}
		if len(docs) == 0 && len(problems) == 0 && !strings.Contains(string(data), "items") {
			t.Fatalf("nothing is said about %q", data)
		}
		for _, p := range problems {
			sentence(t, p)
		}
	})
}

// longManifest has some 2,000 lines of pods as people write them.
func longManifest() []byte {
	var b strings.Builder
	for i := 0; strings.Count(b.String(), "\n") < 2000; i++ {
		fmt.Fprintf(&b, `---
apiVersion: v1
kind: Pod
metadata:
  name: web-%d
  labels:
    app: web
    tier: "front"
spec:
  restartPolicy: Always
  dnsPolicy: ClusterFirst
  containers:
`, i)
		for j := range 10 {
			fmt.Fprintf(&b, `  - name: c%d
    image: nginx:1.25
    command: ["sh", "-c", "while true; do date; sleep 1; done"]
    env:
    - name: A
      value: "1"
    - name: B
      value: some text
    ports:
    - containerPort: 80%d
      name: http
    resources:
      limits:
        memory: 64Mi
        cpu: 100m
    readinessProbe:
      httpGet:
        path: /
        port: http
    volumeMounts:
    - name: data
      mountPath: /data
`, j, j)
		}
		b.WriteString("  volumes:\n  - name: data\n    emptyDir: {}\n")
	}
	return []byte(b.String())
}

func BenchmarkParseAndCheck2000Lines(b *testing.B) {
	data, rules := longManifest(), PageRules()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		docs, problems := Parse(data, Options{})
		for i := range docs {
			problems = append(problems, Check(&docs[i], rules)...)
		}
		if len(problems) != len(docs) { // dnsPolicy
			b.Fatal(problems)
		}
	}
}

func BenchmarkParseSyntaxError2000Lines(b *testing.B) {
	data := append(longManifest(), "metadata:\n   x: y\n  z: q\n"...)
	for b.Loop() {
		if _, problems := Parse(data, Options{}); len(problems) == 0 {
			b.Fatal("no problem")
		}
	}
}

func BenchmarkToYAML(b *testing.B) {
	docs, _ := Parse(longManifest(), Options{})
	for b.Loop() {
		if _, err := ToYAML(docs[0].JSON); err != nil {
			b.Fatal(err)
		}
	}
}
