package manifest

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// tables says where in a pod the tables of the page are.
var tables = map[string]string{
	"PodSpec": "spec", "PodSecurityContext": "spec.securityContext", "Container": "spec.containers[]",
	"SecurityContext": "spec.containers[].securityContext", "VolumeMount": "spec.containers[].volumeMounts[]",
	"FlexVolumeSource": "spec.volumes[].flexVolume", "FlexVolumeSource.options": "spec.volumes[].flexVolume.options",
}

func TestPageFieldsAreThoseOfThePage(t *testing.T) {
	text, err := os.ReadFile("testdata/page/fields.txt")
	if err != nil {
		t.Fatal(err)
	}
	var want []PageField
	under := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			if under = tables[strings.Trim(line, "[]")]; under == "" {
				t.Fatalf("no place for the table %s", line)
			}
			continue
		}
		name, typ, _ := strings.Cut(line[2:], ": ")
		want = append(want, PageField{Path: under + "." + name, Supported: line[0] == '+', Type: typ})
	}
	if diff := cmp.Diff(want, PageFields()); diff != "" {
		t.Fatalf("the page's rows (-) and PageFields (+) differ:\n%s", diff)
	}
	if len(want) != 69 {
		t.Errorf("the page has 69 rows, the table %d", len(want))
	}
}

// samples are a value in flow style for every row of the page.
var samples = map[string]string{
	"activeDeadlineSeconds": "60", "affinity": "{nodeAffinity: {}}", "containers": "", "hostAliases": "[{ip: 10.0.0.1, hostnames: [a.b]}]",
	"hostname": "h", "imagePullSecrets": "[{name: s}]", "initContainers": "[{name: i, image: b}]", "nodeSelector": "{zone: a}",
	"restartPolicy": "Never", "securityContext": "{}", "runAsUser": "1000", "supplementalGroups": "[1]", "seLinuxOptions": "{level: s0}",
	"fsGroup": "1", "runAsNonRoot": "true", "subdomain": "d", "terminationGracePeriodSeconds": "5", "volumes": "[{name: v, emptyDir: {}}]",
	"automountServiceAccountToken": "false", "deprecatedServiceAccount": "x", "dnsPolicy": "ClusterFirst", "dnsConfig": "{nameservers: [1.1.1.1]}",
	"hostNetwork": "true", "hostPID": "true", "hostIPC": "true", "nodeName": "one", "priorityClassName": "p", "priority": "1", "schedulerName": "s",
	"serviceAccountName": "s", "tolerations": "[{key: k, operator: Exists}]", "args": "[a]", "command": "[sh]", "env": "[{name: A, value: b}]",
	"envFrom": "[{secretRef: {name: s}}]", "image": "", "imagePullPolicy": "Always", "lifecycle": "{preStop: {exec: {command: [sh]}}}",
	"livenessProbe": "{tcpSocket: {port: 80}}", "name": "", "ports": "[{containerPort: 80}]", "readinessProbe": "{httpGet: {port: 80}}",
	"resources": "{limits: {memory: 64Mi}}", "allowPrivilegeEscalation": "false", "readOnlyRootFilesystem": "true",
	"capabilities": "{drop: [ALL]}", "privileged": "true", "stdin": "true", "stdinOnce": "true", "terminationMessagePath": "/dev/termination-log",
	"terminationMessagePolicy": "File", "tty": "true", "volumeMounts": "[{name: data, mountPath: /d}]", "readOnly": "true", "mountPath": "",
	"subPath": "sub", "mountPropagation": "None", "workingDir": "/tmp", "options": "{volumeID: v}", "volumeID": "", "secretRef": "{name: s}",
	"driver": "x", "fsType": "ext4",
}

// podWith returns a pod that has a value at the path of a row. Values of rows
// that every such pod has anyway are empty in samples.
func podWith(t *testing.T, path string) string {
	t.Helper()
	name := path[strings.LastIndexByte(path, '.')+1:]
	value, ok := samples[name]
	if !ok {
		t.Fatalf("no sample for %s", name)
	}
	entry := ""
	if value != "" {
		entry = name + ": " + value
	}
	at := func(under string) string {
		if path == under+"."+name && entry != "" {
			return ", " + entry
		}
		return ""
	}
	spec := at("spec")
	if s := at("spec.securityContext"); s != "" {
		spec = ", securityContext: {" + s[2:] + "}"
	}
	mount := "{name: data, mountPath: /data" + at("spec.containers[].volumeMounts[]") + "}"
	container := "{name: c, image: i, volumeMounts: [" + mount + "]" + at("spec.containers[]") + "}"
	if s := at("spec.containers[].securityContext"); s != "" {
		container = "{name: c, image: i, securityContext: {" + s[2:] + "}}"
	}
	if name == "volumeMounts" || name == "stdinOnce" {
		container = strings.Replace(container, "volumeMounts: ["+mount+"], ", "", 1)
		container = strings.Replace(container, "stdinOnce", "stdin: true, stdinOnce", 1)
	}
	flex := "{options: {volumeID: v}" + at("spec.volumes[].flexVolume") + "}"
	if name == "options" {
		flex = "{options: {volumeID: v}}"
	}
	volumes := ", volumes: [{name: data, flexVolume: " + flex + "}]"
	if name == "volumes" {
		volumes, container = "", "{name: c, image: i}"
	}
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [" + container + "]" + volumes + spec + "}\n"
}

func TestEveryRowOfThePage(t *testing.T) {
	rules := PageRules()
	for _, row := range PageFields() {
		t.Run(row.Path, func(t *testing.T) {
			text := podWith(t, row.Path)
			docs, problems := Parse([]byte(text), Options{})
			if row.Path == "spec.deprecatedServiceAccount" {
				// The page names the Go field; JSON never had it.
				if len(problems) != 1 || problems[0].Code != CodeUnknownField {
					t.Fatalf("%v", problems)
				}
				return
			}
			for _, p := range problems {
				if p.Severity == Error {
					t.Fatalf("%s\n%v", text, p)
				}
			}
			checkRow(t, text, row, Check(&docs[0], rules))
			checkRow(t, "", row, ValidateObject(docs[0].Pod, rules))
			rule, listed := rules.Rule(strings.ReplaceAll(row.Path, "[]", "[0]"))
			if !listed || (rule.Treatment == Honoured) != row.Supported || rule.Path != row.Path {
				t.Errorf("Rule says %+v, %v", rule, listed)
			}
			init, listed := rules.Rule(strings.ReplaceAll(row.Path, "spec.containers[]", "spec.initContainers[]"))
			if init != rule || !listed {
				t.Errorf("Rule says %+v for init containers", init)
			}
		})
	}
}

// checkRow demands one warning that names the field of an unsupported row, at
// its key, and nothing for a supported one.
func checkRow(t *testing.T, text string, row PageField, problems []Problem) {
	t.Helper()
	if row.Supported {
		if len(problems) > 0 {
			t.Fatalf("%s\na supported field is not left alone: %v", text, problems)
		}
		return
	}
	field := strings.ReplaceAll(row.Path, "[]", "[0]")
	want := field + " is not supported by this API and is ignored."
	if len(problems) != 1 || problems[0].Severity != Warning || problems[0].Code != CodeUnsupported || problems[0].Field != field || problems[0].Message != want {
		t.Fatalf("%s\nwant one warning %q, got %v", text, want, problems)
	}
	if p := problems[0]; text != "" && !strings.HasSuffix(field, "."+text[p.Start.Offset:p.End.Offset]) {
		t.Errorf("the warning marks %q", text[p.Start.Offset:p.End.Offset])
	}
}

// TestDeprecatedServiceAccount: the page names it as Go does; in JSON it is
// serviceAccount, and just as little supported.
func TestDeprecatedServiceAccount(t *testing.T) {
	docs, problems := Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {serviceAccount: a, containers: [{name: c, image: i}]}\n"), Options{})
	if found := Check(&docs[0], PageRules()); len(problems) > 0 || len(found) != 1 || found[0].Code != CodeUnsupported || found[0].Field != "spec.serviceAccount" {
		t.Errorf("%v %v", problems, found)
	}
}

func TestFieldsThatArePartOfNoTable(t *testing.T) {
	for entry, field := range map[string]string{
		"spec: {enableServiceLinks: true, containers: [{name: c, image: i}]}":                                             "spec.enableServiceLinks",
		"spec: {securityContext: {fsGroupChangePolicy: Always}, containers: [{name: c, image: i}]}":                       "spec.securityContext.fsGroupChangePolicy",
		"spec: {containers: [{name: c, image: i, startupProbe: {tcpSocket: {port: 1}}}]}":                                 "spec.containers[0].startupProbe",
		"spec: {containers: [{name: c, image: i, livenessProbe: {grpc: {port: 1}}}]}":                                     "spec.containers[0].livenessProbe.grpc",
		"spec: {containers: [{name: c, image: i, lifecycle: {preStop: {sleep: {seconds: 1}}}}]}":                          "spec.containers[0].lifecycle.preStop.sleep",
		"spec: {containers: [{name: c, image: i, env: [{name: A, valueFrom: {fileKeyRef: {volumeName: v}}}]}]}":           "spec.containers[0].env[0].valueFrom.fileKeyRef",
		"spec: {containers: [{name: c, image: i}], initContainers: [{name: d, image: i, restartPolicy: Always}]}":         "spec.initContainers[0].restartPolicy",
		"spec: {containers: [{name: c, image: i}], volumes: [{name: v, csi: {driver: d}}]}":                               "spec.volumes[0].csi",
		"spec: {containers: [{name: c, image: i}], volumes: [{name: v, flexVolume: {options: {volumeID: v, other: x}}}]}": "spec.volumes[0].flexVolume.options[other]",
	} {
		docs, problems := Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\n"+entry+"\n"), Options{})
		if len(problems) > 0 {
			t.Errorf("%s: %v", entry, problems)
			continue
		}
		got := Check(&docs[0], PageRules())
		if len(got) != 1 || got[0].Code != CodeUnlisted || got[0].Severity != Warning || got[0].Field != field ||
			got[0].Message != field+" is not part of this API and is ignored." {
			t.Errorf("%s: %v", entry, got)
		}
		if rule, listed := PageRules().Rule(field); listed || rule.Treatment != Warned {
			t.Errorf("Rule(%s) = %+v, %v", field, rule, listed)
		}
	}
}

// TestNothingIsSaidOfNothing: servers write empty values of fields that were
// never set; ignoring them changes nothing.
func TestNothingIsSaidOfNothing(t *testing.T) {
	docs, problems := Parse([]byte("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {dnsConfig: {}, tolerations: [], topologySpreadConstraints: [], containers: [{name: c, image: i}]}\n"), Options{})
	if found := Check(&docs[0], PageRules()); len(problems)+len(found) > 0 {
		t.Errorf("%v %v", problems, found)
	}
}

func TestLimitsOfThePage(t *testing.T) {
	pod := func(containers, volumes int, env string, memory string) string {
		var b strings.Builder
		b.WriteString("apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  containers:\n")
		for i := range containers {
			fmt.Fprintf(&b, "  - {name: c%d, image: i, env: [{name: A, value: %q}], resources: {limits: {memory: %s}}}\n", i, env, memory)
		}
		if volumes > 0 {
			b.WriteString("  volumes:\n")
		}
		for i := range volumes {
			fmt.Fprintf(&b, "  - {name: v%d, flexVolume: {options: {volumeID: v%d}}}\n", i, i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text  string
		field string
		line  int
	}{
		"32 containers":  {text: pod(32, 0, "", "1Mi")},
		"33 containers":  {text: pod(33, 0, "", "1Mi"), field: "spec.containers[32]", line: 38},
		"4 flexVolumes":  {text: pod(1, 4, "", "1Mi")},
		"5 flexVolumes":  {text: pod(1, 5, "", "1Mi"), field: "spec.volumes[4].flexVolume", line: 12},
		"120 KB":         {text: pod(1, 0, strings.Repeat("x", 120<<10), "1Mi")},
		"128 KB":         {text: pod(1, 0, strings.Repeat("x", 128<<10), "1Mi"), line: 1},
		"16 GiB":         {text: pod(2, 0, "", "8Gi")},
		"more than that": {text: pod(2, 0, "", "8.5Gi"), field: "spec.containers[1].resources.limits[memory]", line: 7},
	} {
		docs, problems := Parse([]byte(c.text), Options{})
		if len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
		got := Check(&docs[0], PageRules())
		object := ValidateObject(docs[0].Pod, PageRules())
		if c.line == 0 {
			if len(got)+len(object) > 0 {
				t.Errorf("%s: %v %v", name, got, object)
			}
			continue
		}
		if len(got) != 1 || got[0].Code != CodeLimit || got[0].Severity != Error || got[0].Field != c.field || got[0].Start.Line != c.line {
			t.Errorf("%s: %v", name, got)
		}
		if len(object) != 1 || object[0].Code != CodeLimit || object[0].Field != c.field || object[0].Start.Valid() {
			t.Errorf("%s: as an object %v", name, object)
		}
	}
	sized := strings.Replace(pod(2, 0, "", "20Gi"), "{name: x}", "{name: x, annotations: {sh_hyper_instancetype: l4}}", 1)
	if docs, _ := Parse([]byte(sized), Options{}); len(Check(&docs[0], PageRules())) > 0 {
		t.Error("a size chosen by annotation does not lift the limit")
	}
}

func TestRuleSetOfAnEngine(t *testing.T) {
	rules := NewRuleSet("host", []FieldRule{
		{Path: "spec.containers[].image", Treatment: Mapped, Note: "the command runs on this machine"},
		{Path: "spec.containers[].name"},
		{Path: "spec.containers[].ports", Treatment: Honoured},
		{Path: "spec.containers[].ports[].hostPort", Treatment: Warned, Note: "every port is one of this machine"},
		{Path: "spec.containers[].ports[].containerPort"},
		{Path: "spec.initContainers[].ports", Treatment: Refused},
		{Path: "spec.nodeSelector{}", Treatment: Warned},
		{Path: "metadata.labels", Treatment: Mapped, Note: "kept"},
	}, Limits{Containers: 1})
	const text = `apiVersion: v1
kind: Pod
metadata: {name: x, labels: {a: b}, annotations: {c: d}}
spec:
  nodeSelector: {zone: a}
  containers:
  - {name: a, image: i, ports: [{containerPort: 1, hostPort: 2, hostIP: 1.2.3.4}]}
  - {name: b, image: i}
  initContainers:
  - {name: c, image: i, ports: [{containerPort: 9}]}
`
	docs, problems := Parse([]byte(text), Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	var got []string
	for _, p := range Check(&docs[0], rules) {
		got = append(got, p.String())
	}
	want := []string{
		"3:21: hint: metadata.labels: kept. [mapped-field]",
		"5:18: warning: spec.nodeSelector[zone] is not supported by this API and is ignored. [unsupported-field]",
		"7:15: hint: spec.containers[0].image: the command runs on this machine. [mapped-field]",
		"7:52: warning: spec.containers[0].ports[0].hostPort is not supported by this API and is ignored: every port is one of this machine. [unsupported-field]",
		"7:65: warning: spec.containers[0].ports[0].hostIP is not part of this API and is ignored. [unlisted-field]",
		"8:6: error: spec.containers[1]: The pod has 2 containers; at most 1 are possible. [limit]",
		"8:15: hint: spec.containers[1].image: the command runs on this machine. [mapped-field]",
		"10:15: hint: spec.initContainers[0].image: the command runs on this machine. [mapped-field]",
		"10:25: error: spec.initContainers[0].ports is not supported by this API and is refused. [refused-field]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if (RuleSet{}).Limits() != (Limits{}) || len(ValidateObject(&corev1.Pod{}, RuleSet{})) == 0 {
		t.Error("the zero rule set does not check values")
	}
}
