package docker

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/moby/api/types/events"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
	"podium/manifest"
)

func TestTableCoversThePage(t *testing.T) {
	rules := Rules()
	rows := map[string]manifest.FieldRule{}
	for _, r := range Rules().Rules() {
		rows[r.Path] = r
	}
	for _, f := range manifest.PageFields() {
		if strings.HasPrefix(f.Path, "spec.volumes[].flexVolume.options") && f.Path != "spec.volumes[].flexVolume.options.volumeID" {
			continue // its one key has a row
		}
		r, ok := rows[f.Path]
		if !ok {
			t.Errorf("%s has no row", f.Path)
			continue
		}
		if got, listed := rules.Rule(f.Path); !listed || got.Treatment != r.Treatment {
			t.Errorf("%s: the rule set says %s (listed %t), the table %s", f.Path, got.Treatment, listed, r.Treatment)
		}
	}
	if r, _ := rules.Rule("spec.volumes[0].hostPath.path"); r.Treatment != manifest.Refused {
		t.Errorf("hostPath is %s", r.Treatment)
	}
	for _, path := range []string{"spec.containers[0].livenessProbe.periodSeconds", "spec.containers[0].startupProbe.exec.command", "spec.containers[0].ports[0].hostPort"} {
		if r, listed := rules.Rule(path); !listed || r.Treatment == manifest.Warned {
			t.Errorf("%s is %s (listed %t)", path, r.Treatment, listed)
		}
	}
}

func TestValidate(t *testing.T) {
	e := &Engine{}
	for want, edit := range map[string]func(*corev1.Pod){
		"":                         func(*corev1.Pod) {},
		"spec.volumes[0].hostPath": withVolume(corev1.Volume{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}),
		"spec.volumes[0].flexVolume.options[volumeID]": withVolume(named("v", "../up")),
		"spec.hostAliases[0].ip": func(p *corev1.Pod) {
			p.Spec.HostAliases = []corev1.HostAlias{{IP: "nowhere", Hostnames: []string{"x"}}}
		},
		"spec.containers[0].envFrom[0]": func(p *corev1.Pod) {
			p.Spec.Containers[0].EnvFrom = []corev1.EnvFromSource{{SecretRef: &corev1.SecretEnvSource{}}}
		},
		"spec.containers[0].env[0].valueFrom": func(p *corev1.Pod) {
			p.Spec.Containers[0].Env = []corev1.EnvVar{{Name: "A", ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: "spec.none"}}}}
		},
		"spec.containers[0].securityContext.runAsNonRoot": func(p *corev1.Pod) {
			p.Spec.Containers[0].SecurityContext = &corev1.SecurityContext{RunAsNonRoot: new(true), RunAsUser: new(int64)}
		},
		"spec.containers[0].lifecycle.stopSignal": func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{StopSignal: new(corev1.Signal("SIGWHAT"))}
		},
		"spec.containers[0].volumeMounts[0].mountPath": withVolume(emptyDir("v"), corev1.VolumeMount{MountPath: "/"}),
		"spec.initContainers[0].restartPolicy": func(p *corev1.Pod) {
			p.Spec.InitContainers = []corev1.Container{{Name: "i", Image: "x", RestartPolicy: new(corev1.ContainerRestartPolicyAlways)}}
		},
	} {
		_, err := e.Validate(podOf("x", "true", edit))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	warnings, err := e.Validate(podOf("x", "true", func(p *corev1.Pod) { p.Spec.NodeSelector = map[string]string{"a": "b"} }))
	if err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "nodeSelector") {
		t.Errorf("warnings %v, %v", warnings, err)
	}
}

func TestVariables(t *testing.T) {
	pod := podOf("p", "true")
	pod.Annotations = map[string]string{"k": "v"}
	c := &pod.Spec.Containers[0]
	c.Resources.Limits = corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1500m")}
	field := func(path string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}
	}
	amount := func(name string) *corev1.EnvVarSource {
		return &corev1.EnvVarSource{ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: name}}
	}
	c.Env = []corev1.EnvVar{
		{Name: "A", Value: "1"},
		{Name: "A", Value: "2$(A)"},
		{Name: "NODE", ValueFrom: field("spec.nodeName")},
		{Name: "K", ValueFrom: field("metadata.annotations['k']")},
		{Name: "CPU", ValueFrom: amount("limits.cpu")},
		{Name: "MEM", ValueFrom: amount("limits.memory")},
		{Name: "REQ", ValueFrom: amount("requests.memory")},
		{Name: "NOT", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Optional: new(true)}}},
	}
	got, _, err := variables(pod, c, kubelet.Facts{Node: "host", PodIP: "10.0.0.1", CPUs: 4, Memory: 1000})
	if diff := cmp.Diff([]string{"A=21", "NODE=host", "K=v", "CPU=2", "MEM=1000", "REQ=0"}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func TestManifestLabelRoundTrip(t *testing.T) {
	pod := (&Engine{}).withDefaults(podOf("p", "echo hi"))
	text, err := packManifest(pod)
	if err != nil {
		t.Fatal(err)
	}
	labels := baseLabels(pod, roleInfra)
	labels[labelManifest] = text
	got, err := unpackManifest(labels)
	if diff := cmp.Diff(pod, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
}

func FuzzManifestLabel(f *testing.F) {
	pod := (&Engine{}).withDefaults(podOf("p", "echo hi"))
	text, err := packManifest(pod)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, string(pod.UID), "p", "default")
	f.Add("H4sIAAAAAAAA/6pWKkotLs0pUbJSKkmtKFGqBQAAAP//", "", "", "")
	f.Fuzz(func(t *testing.T, text, uid, name, namespace string) {
		got, err := unpackManifest(map[string]string{labelManifest: text, labelUID: uid, labelName: name, labelNamespace: namespace})
		if err == nil && (string(got.UID) != uid || got.Name != name || got.Namespace != namespace || len(got.Spec.Containers) == 0 || strings.ContainsAny(infraName(podstore.KeyOf(got))[len(namePrefix):], "/ \n")) {
			t.Errorf("%+v", got.ObjectMeta)
		}
	})
}

// FuzzRefusal: nothing of a command's own output is lost or reordered, however
// it comes.
func FuzzRefusal(f *testing.F) {
	f.Add([]byte("hello"), 2, 0)
	f.Add([]byte("OCI runtime exec failed: no such file or directory"), 60, 126)
	f.Add([]byte("Error: runc: x"), 5, 1)
	f.Fuzz(func(t *testing.T, data []byte, at, code int) {
		at = min(max(at, 0), len(data))
		var out, errs bytes.Buffer
		r := &refusal{out: &out}
		for _, part := range [][]byte{data[:at], data[at:]} {
			if n, err := r.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		exit := engine.Exit{Code: code}
		r.release(&exit, &errs)
		if all := out.String() + errs.String(); all != string(data) {
			t.Errorf("%q became %q", data, all)
		}
		if errs.Len() > 0 && exit.Code != 126 && exit.Code != 127 {
			t.Errorf("code %d became %d", code, exit.Code)
		}
	})
}

func TestEventsThatTell(t *testing.T) {
	for action, want := range map[string]bool{
		"create": true, "start": true, "die": true, "died": true, "destroy": true, "remove": true, "cleanup": true, "rename": true, "oom": true, "pause": true, "init": true,
		"exec_create: sh -c true": false, "exec_start: sh": false, "exec_die": false, "exec": false, "exec_died": false, "resize": false, "attach": false, "archive-path": false, "health_status: healthy": false, "top": false,
	} {
		m := events.Message{Type: events.ContainerEventType, Action: events.Action(action), Actor: events.Actor{ID: "x"}}
		if tells(m) != want {
			t.Errorf("%s: %t", action, !want)
		}
	}
}

func TestUsers(t *testing.T) {
	pod := podOf("p", "true")
	c := &pod.Spec.Containers[0]
	pod.Spec.SecurityContext = &corev1.PodSecurityContext{RunAsUser: new(int64(5)), RunAsNonRoot: new(true)}
	if got := userOf(pod, c); got != "5" {
		t.Error(got)
	}
	c.SecurityContext = &corev1.SecurityContext{RunAsUser: new(int64(0)), RunAsGroup: new(int64(7))}
	if got := userOf(pod, c); got != "0:7" {
		t.Error(got)
	}
	for user, bad := range map[string]bool{"": true, "root": true, "0": true, "0:7": true, "www": true, "12": false, "12:0": false} {
		if err := checkUser(pod, c, "", user); (err != nil) != bad {
			t.Errorf("image user %q: %v", user, err)
		}
	}
}

func TestBackOffGrowsAndIsForgiven(t *testing.T) {
	e := &Engine{backOff: time.Second}
	now := time.Now()
	at := func(failures string, ran time.Duration) time.Duration {
		return e.delay(&observed{labels: map[string]string{labelFailures: failures}, started: now, finished: now.Add(ran)})
	}
	for failures, want := range map[string]time.Duration{"0": 0, "1": time.Second, "2": 2 * time.Second, "4": 8 * time.Second, "5": 16 * time.Second, "6": 30 * time.Second, "999": 30 * time.Second, "x": 0} {
		if got := at(failures, time.Second); got != want {
			t.Errorf("after %s: %s, want %s", failures, got, want)
		}
	}
	if got := at("9", longRun); got != 0 {
		t.Errorf("after a long run: %s", got)
	}
}
