package api

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kjson "k8s.io/apimachinery/pkg/util/json"
	"pgregory.net/rapid"
)

// Names as pods have them, beside texts that JSON must escape.
func anyText(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "web", "Completed", "Error", "PodInitializing", "Ready", "NodeLost", "x\"y\\", "é\n\u2028", "<tag>"}),
		rapid.StringN(0, 8, 30),
	).Draw(t, label)
}

func anyTime(t *rapid.T, label string) metav1.Time {
	return metav1.Unix(rapid.Int64Range(0, 4e9).Draw(t, label), 0)
}

func anyState(t *rapid.T, label string) (s corev1.ContainerState) {
	switch rapid.IntRange(0, 3).Draw(t, label) {
	case 1:
		s.Waiting = &corev1.ContainerStateWaiting{Reason: anyText(t, label)}
	case 2:
		s.Running = &corev1.ContainerStateRunning{StartedAt: anyTime(t, label)}
	case 3:
		s.Terminated = &corev1.ContainerStateTerminated{
			Reason: anyText(t, label), ExitCode: rapid.Int32Range(-1, 255).Draw(t, label),
			Signal: rapid.Int32Range(0, 15).Draw(t, label), FinishedAt: anyTime(t, label),
		}
	}
	return s
}

func anyPod(t *rapid.T) *corev1.Pod {
	text := func(label string) string { return anyText(t, label) }
	p := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: text("name"), Namespace: text("namespace"), ResourceVersion: text("version"),
			CreationTimestamp: anyTime(t, "created"),
			Labels:            rapid.MapOfN(rapid.StringN(0, 6, 20), rapid.StringN(0, 6, 20), 0, 4).Draw(t, "labels"),
			Annotations:       rapid.MapOfN(rapid.String(), rapid.String(), 0, 3).Draw(t, "annotations"),
		},
		Spec: corev1.PodSpec{NodeName: text("node")},
		Status: corev1.PodStatus{
			Phase: corev1.PodPhase(text("phase")), Reason: text("reason"), Message: text("message"), PodIP: text("ip"),
		},
	}
	if rapid.Bool().Draw(t, "deleting") {
		at := anyTime(t, "deletion")
		p.DeletionTimestamp = &at
	}
	for range rapid.IntRange(0, 2).Draw(t, "owners") {
		o := metav1.OwnerReference{Kind: text("owner kind"), Name: text("owner name")}
		if rapid.Bool().Draw(t, "controlled") {
			yes := rapid.Bool().Draw(t, "controller")
			o.Controller = &yes
		}
		p.OwnerReferences = append(p.OwnerReferences, o)
	}
	container := func(label string) corev1.Container {
		c := corev1.Container{Name: text(label), Image: text(label + " image"), Command: []string{text("command")}}
		if rapid.Bool().Draw(t, "has policy") {
			policy := rapid.SampledFrom([]corev1.ContainerRestartPolicy{"Always", "Never", ""}).Draw(t, "policy")
			c.RestartPolicy = &policy
		}
		return c
	}
	status := func(label, name string) corev1.ContainerStatus {
		s := corev1.ContainerStatus{
			Name: name, Ready: rapid.Bool().Draw(t, label), RestartCount: rapid.Int32Range(0, 9).Draw(t, label),
			State: anyState(t, label), LastTerminationState: anyState(t, label),
		}
		if rapid.Bool().Draw(t, label) {
			started := rapid.Bool().Draw(t, label)
			s.Started = &started
		}
		return s
	}
	for range rapid.IntRange(0, 3).Draw(t, "containers") {
		c := container("container")
		p.Spec.Containers = append(p.Spec.Containers, c)
		p.Status.ContainerStatuses = append(p.Status.ContainerStatuses, status("status", c.Name))
	}
	for range rapid.IntRange(0, 2).Draw(t, "inits") {
		c := container("init")
		p.Spec.InitContainers = append(p.Spec.InitContainers, c)
		p.Status.InitContainerStatuses = append(p.Status.InitContainerStatuses, status("init status", c.Name))
	}
	for range rapid.IntRange(0, 2).Draw(t, "conditions") {
		p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{
			Type: corev1.PodConditionType(text("condition")), Status: rapid.SampledFrom([]corev1.ConditionStatus{"True", "False"}).Draw(t, "is"),
		})
	}
	return p
}

// The two ways to a row must agree, also with one decoder for many pods.
func TestDecodeRowEqualsRowOf(t *testing.T) {
	var shared RowDecoder
	rapid.Check(t, func(t *rapid.T) {
		pod := anyPod(t)
		text, err := json.Marshal(pod)
		if err != nil {
			t.Fatal(err)
		}
		want := RowOf(pod)
		for _, decode := range []func([]byte) (PodRow, error){decodeRow, shared.Decode} {
			got, err := decode(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s\n(-RowOf +decodeRow):\n%s", text, d)
			}
		}
	})
}

// FuzzDecodeRow: whatever a whole decoder takes, the quick one either leaves to
// it or understands in the same way.
func FuzzDecodeRow(f *testing.F) {
	for _, tt := range statusRules {
		f.Add("{" + tt.pod + "}")
	}
	f.Add(string(samplePod(rand.New(rand.NewPCG(1, 2)), 7)))
	f.Add(`{"metadata":{"labels":{"a":"1","a":"2"},"creationTimestamp":"2026-02-31T00:00:00Z"}}`)
	f.Add(`{"status":{"containerStatuses":[{"state":{"running":null,"waiting":{}},"restartCount":-0}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		row, ok := new(RowDecoder).quick(&cursor{b: []byte(text)})
		var pod corev1.Pod
		if !ok || kjson.Unmarshal([]byte(text), &pod) != nil || repeatsKeys(text) {
			return
		}
		if d := cmp.Diff(RowOf(&pod), row); d != "" {
			t.Errorf("%s\n(-whole +quick):\n%s", text, d)
		}
	})
}

// repeatsKeys tells whether some object names a field twice: JSON leaves open
// what that means.
func repeatsKeys(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	type level struct {
		keys   map[string]bool
		object bool
		value  bool
	}
	var stack []level
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if n := len(stack) - 1; n >= 0 && stack[n].object {
			if key, ok := token.(string); ok && !stack[n].value {
				if stack[n].keys[key] {
					return true
				}
				stack[n].keys[key], stack[n].value = true, true
				continue
			}
			stack[n].value = false
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, level{keys: map[string]bool{}, object: true})
		case json.Delim('['):
			stack = append(stack, level{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

func TestMemoRecognisesWhatHasNotChanged(t *testing.T) {
	pods := make([][]byte, 100)
	for i := range pods {
		pods[i] = []byte(fmt.Sprintf(`{"metadata":{"name":"p%d"},"status":{"phase":"Running"}}`, i))
	}
	m := NewRowMemo()
	poll := func(pods [][]byte, whole bool) {
		t.Helper()
		if !m.Begin(false) {
			t.Fatal("the memo is in use")
		}
		defer m.End(whole)
		for _, pod := range pods {
			got, err := m.Row(pod)
			if err != nil {
				t.Fatal(err)
			}
			want, _ := decodeRow(pod)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("(-want +got):\n%s", d)
			}
		}
	}
	decoded := func(want int) {
		t.Helper()
		if got := m.Decoded(); got != want {
			t.Errorf("%d rows were decoded, want %d", got, want)
		}
	}
	poll(pods, true)
	decoded(100)
	poll(pods, true)
	decoded(0)

	changed := append([][]byte(nil), pods...)
	changed[40] = []byte(`{"metadata":{"name":"p40"},"status":{"phase":"Failed"}}`)
	poll(changed, true)
	decoded(1)
	poll(changed[1:], true) // the first one is gone: all others have moved
	decoded(0)
	rand.Shuffle(len(changed), func(i, j int) { changed[i], changed[j] = changed[j], changed[i] })
	poll(changed, true)
	decoded(1) // the one that was gone

	// A list that breaks off does not take the memory of the one before.
	poll(changed[:10], false)
	poll(changed, true)
	decoded(0)

	// Pages make one list.
	m.Begin(false)
	for _, pod := range changed[:50] {
		m.Row(pod)
	}
	m.End(true)
	m.Begin(true)
	if m.Begin(false) {
		t.Error("a second list was let in")
	}
	for _, pod := range changed[50:] {
		m.Row(pod)
	}
	m.End(true)
	decoded(0)
	poll(changed, true)
	decoded(0)

	m.Begin(false)
	if _, err := m.Row([]byte("{")); err == nil {
		t.Error("half a pod was decoded")
	}
	m.End(false)
}

func TestDecoderMemoryIsBounded(t *testing.T) {
	var d RowDecoder
	for i := range 3 * maxKept {
		text := fmt.Sprintf(`{"metadata":{"namespace":"n%d","name":"p"},"spec":{"containers":[{"name":"c%d","image":"i"}]}}`, i, i)
		if _, err := d.Decode([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.strings) > maxKept || len(d.lists) > maxKept {
		t.Errorf("%d strings and %d lists are kept", len(d.strings), len(d.lists))
	}
	long := strings.Repeat("x", maxKeptLen+1)
	if d.kept([]byte(long)) != long || len(d.strings) > maxKept {
		t.Error("a long string")
	}
	if _, ok := d.strings[long]; ok {
		t.Error("a long string is kept")
	}
}

// samplePod is a pod of about 4.1 kB as a cluster has them, number n.
func samplePod(r *rand.Rand, n int) []byte {
	app := []string{"web", "cart", "auth", "mail", "search"}[n%5]
	at := time.Date(2026, 11, 20, 10, n%60, n%60, 0, time.UTC).Format(time.RFC3339)
	var b strings.Builder
	fmt.Fprintf(&b, `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"%s-%08x-%05d","generateName":"%s-%08x-","namespace":"default","uid":"%08x-0000-4000-8000-%012x","resourceVersion":"%d","creationTimestamp":"%s","labels":{"app":"%s","pod-template-hash":"%08x","tier":"backend"},`,
		app, n%50, n, app, n%50, r.Uint32(), n, 100000+n, at, app, n%50)
	fmt.Fprintf(&b, `"annotations":{"checksum/config":"%064x","note":"%s"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"%s-%08x","uid":"%08x","controller":true,"blockOwnerDeletion":true}],"managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"%s","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:checksum/config":{}},"f:generateName":{},"f:labels":{".":{},"f:app":{},"f:pod-template-hash":{},"f:tier":{}},"f:ownerReferences":{".":{},"k:{\"uid\":\"%08x\"}":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"%s\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}}},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}}}}},"f:dnsPolicy":{},"f:restartPolicy":{}}}}]},`,
		n, strings.Repeat("a note of some length ", 6), app, n%50, n, at, n, app)
	fmt.Fprintf(&b, `"spec":{"volumes":[{"name":"token","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],"containers":[{"name":"%s","image":"registry.example/shop/%s:1.%d","ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"POD_IP","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"status.podIP"}}}],"resources":{"limits":{"cpu":"500m","memory":"256Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},"volumeMounts":[{"name":"token","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"default","nodeName":"node-%03d","securityContext":{},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true},`,
		app, app, n%7, n%100)
	fmt.Fprintf(&b, `"status":{"phase":"Running","conditions":[{"type":"Initialized","status":"True","lastProbeTime":null,"lastTransitionTime":"%s"},{"type":"Ready","status":"True","lastProbeTime":null,"lastTransitionTime":"%s"},{"type":"PodScheduled","status":"True","lastProbeTime":null,"lastTransitionTime":"%s"}],"hostIP":"192.168.0.%d","podIP":"10.244.%d.%d","podIPs":[{"ip":"10.244.%d.%d"}],"startTime":"%s","containerStatuses":[{"name":"%s","state":{"running":{"startedAt":"%s"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","startedAt":"%s","finishedAt":"%s","containerID":"containerd://%064x"}},"ready":true,"restartCount":%d,"image":"registry.example/shop/%s:1.%d","imageID":"registry.example/shop/%s@sha256:%064x","containerID":"containerd://%064x","started":true}],"qosClass":"Burstable"}}`,
		at, at, at, n%250, n/250%250, n%250, n/250%250, n%250, at, app, at, at, at, n, n%4, app, n%7, app, n, n)
	return []byte(b.String())
}

func BenchmarkDecodeRow(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	pods := make([][]byte, 1000)
	size := 0
	for i := range pods {
		pods[i] = samplePod(r, i)
		size += len(pods[i])
	}
	b.Run("row", func(b *testing.B) {
		var d RowDecoder
		b.SetBytes(int64(size / len(pods)))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if _, err := d.Decode(pods[i%len(pods)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unchanged", func(b *testing.B) {
		m := NewRowMemo()
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			m.Begin(false)
			for _, pod := range pods {
				if _, err := m.Row(pod); err != nil {
					b.Fatal(err)
				}
			}
			m.End(true)
		}
	})
}

// decodeRow decodes with a decoder that has seen nothing.
func decodeRow(pod []byte) (PodRow, error) {
	return new(RowDecoder).Decode(pod)
}
