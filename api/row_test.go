package api

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// cell is what the rules of READY, STATUS and RESTARTS decide.
type cell struct {
	Status       string
	Ready, Total int
	Restarts     int
}

var statusRules = []struct {
	name string
	pod  string // spec and status alone, the rest is added
	want cell
}{
	{"phase alone", `"status":{"phase":"Pending"}`, cell{Status: "Pending"}},
	{"nothing at all", `"status":{}`, cell{Status: "Unknown"}},
	{"the pod's reason wins over the phase", `"status":{"phase":"Failed","reason":"Evicted"}`, cell{Status: "Evicted"}},
	{
		"running and ready",
		`"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running","containerStatuses":[
			{"name":"a","ready":true,"restartCount":1,"state":{"running":{}}},{"name":"b","ready":true,"restartCount":2,"state":{"running":{}}}]}`,
		cell{"Running", 2, 2, 3},
	},
	{
		"ready but not running does not count",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{}}]}`,
		cell{"Running", 0, 1, 0},
	},
	{
		"running but not ready does not count",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[{"name":"a","ready":false,"state":{"running":{}}}]}`,
		cell{"Running", 0, 1, 0},
	},
	{
		"total is the spec's, statuses may be missing",
		`"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]},"status":{"phase":"Pending"}`,
		cell{"Pending", 0, 3, 0},
	},
	{
		"waiting reason",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"ContainerCreating"}}}]}`,
		cell{"ContainerCreating", 0, 1, 0},
	},
	{
		"waiting without a reason leaves the phase",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","containerStatuses":[{"name":"a","state":{"waiting":{}}}]}`,
		cell{"Pending", 0, 1, 0},
	},
	{
		"terminated reason",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"reason":"OOMKilled","exitCode":137}}}]}`,
		cell{"OOMKilled", 0, 1, 0},
	},
	{
		"terminated by signal",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"signal":9,"exitCode":137}}}]}`,
		cell{"Signal:9", 0, 1, 0},
	},
	{
		"terminated by exit code",
		`"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[{"name":"a","state":{"terminated":{"exitCode":3}}}]}`,
		cell{"ExitCode:3", 0, 1, 0},
	},
	{
		"from last to first: the first one's reason stays",
		`"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running","containerStatuses":[
			{"name":"a","state":{"waiting":{"reason":"CrashLoopBackOff"}},"restartCount":7},{"name":"b","state":{"waiting":{"reason":"ImagePullBackOff"}}}]}`,
		cell{"CrashLoopBackOff", 0, 2, 7},
	},
	{
		"one completed, one serving and the pod ready",
		`"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[
			{"name":"a","state":{"terminated":{"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}`,
		cell{"Running", 1, 2, 0},
	},
	{
		"one completed, one serving and the pod not ready",
		`"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"False"}],"containerStatuses":[
			{"name":"a","state":{"terminated":{"reason":"Completed"}}},{"name":"b","ready":true,"state":{"running":{}}}]}`,
		cell{"NotReady", 1, 2, 0},
	},
	{
		"init containers: how many are done",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"},{"name":"j"}]},"status":{"phase":"Pending",
			"initContainerStatuses":[{"name":"i","restartCount":1,"state":{"terminated":{"exitCode":0}}},{"name":"j","restartCount":2,"state":{"running":{}}}],
			"containerStatuses":[{"name":"a","restartCount":50,"state":{"waiting":{"reason":"PodInitializing"}}}]}`,
		cell{"Init:1/2", 0, 1, 3},
	},
	{
		"init waiting for a reason of its own",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"ErrImagePull"}}}]}`,
		cell{"Init:ErrImagePull", 0, 1, 0},
	},
	{
		"init waiting for its turn",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"waiting":{"reason":"PodInitializing"}}}]}`,
		cell{"Init:0/1", 0, 1, 0},
	},
	{
		"init failed with a reason",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"reason":"Error","exitCode":1}}}]}`,
		cell{"Init:Error", 0, 1, 0},
	},
	{
		"init failed with a code",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"exitCode":4}}}]}`,
		cell{"Init:ExitCode:4", 0, 1, 0},
	},
	{
		"init ended by a signal",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","state":{"terminated":{"signal":15,"exitCode":143}}}]}`,
		cell{"Init:Signal:15", 0, 1, 0},
	},
	{
		"init done: its restarts count no more",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i"}]},"status":{"phase":"Running",
			"initContainerStatuses":[{"name":"i","restartCount":5,"state":{"terminated":{"exitCode":0,"reason":"Completed"}}}],
			"containerStatuses":[{"name":"a","ready":true,"restartCount":1,"state":{"running":{}}}]}`,
		cell{"Running", 1, 1, 1},
	},
	{
		"a sidecar that has started does not hold the pod up",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i","restartPolicy":"Always"}]},"status":{"phase":"Running",
			"initContainerStatuses":[{"name":"i","started":true,"state":{"running":{}}}],"containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}`,
		cell{"Running", 1, 1, 0},
	},
	{
		"a sidecar that has not started does",
		`"spec":{"containers":[{"name":"a"}],"initContainers":[{"name":"i","restartPolicy":"Always"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"i","started":false,"state":{"running":{}}}]}`,
		cell{"Init:0/1", 0, 1, 0},
	},
	{
		"deletion under way",
		`"metadata":{"name":"p","deletionTimestamp":"2026-01-02T03:04:05Z"},"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}`,
		cell{"Terminating", 1, 1, 0},
	},
	{
		"deletion of a pod whose node is lost",
		`"metadata":{"name":"p","deletionTimestamp":"2026-01-02T03:04:05Z"},"status":{"phase":"Running","reason":"NodeLost"}`,
		cell{Status: "Unknown"},
	},
	{"node lost without deletion", `"status":{"phase":"Running","reason":"NodeLost"}`, cell{Status: "NodeLost"}},
}

func TestStatusRules(t *testing.T) {
	for _, tt := range statusRules {
		t.Run(tt.name, func(t *testing.T) {
			text := []byte("{" + tt.pod + "}")
			var pod corev1.Pod
			if err := json.Unmarshal(text, &pod); err != nil {
				t.Fatal(err)
			}
			decoded, err := decodeRow(text)
			if err != nil {
				t.Fatal(err)
			}
			if c := (&cursor{b: text}); !quickly(c) {
				t.Error("the row was not decoded in one pass: the test shows nothing of that path")
			}
			for from, row := range map[string]PodRow{"RowOf": RowOf(&pod), "decodeRow": decoded} {
				got := cell{row.Status, row.Ready, row.Total, row.Restarts}
				if got != tt.want {
					t.Errorf("%s: got %+v, want %+v", from, got, tt.want)
				}
			}
		})
	}
}

func quickly(c *cursor) bool {
	_, ok := new(RowDecoder).quick(c)
	return ok
}

func TestRowHasEveryColumn(t *testing.T) {
	text := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web-1","namespace":"shop","uid":"u-1","resourceVersion":"77",
		"creationTimestamp":"2026-11-22T10:20:30Z","labels":{"b":"2","a-b":"1","a":"é\n"},
		"ownerReferences":[{"kind":"Node","name":"n"},{"kind":"ReplicaSet","name":"web","controller":true}]},
		"spec":{"nodeName":"node-7","containers":[{"name":"app","image":"nginx:1"},{"name":"log","image":"busybox"}],"initContainers":[{"name":"prepare"}]},
		"status":{"phase":"Running","podIP":"10.244.1.2","containerStatuses":[
			{"name":"app","lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-11-22T11:00:00Z"}},"state":{"running":{}}},
			{"name":"log","lastState":{"terminated":{"exitCode":1,"finishedAt":"2026-11-22T10:30:00+01:00"}},"state":{"running":{}}}]}}`
	want := PodRow{
		Namespace: "shop", Name: "web-1", UID: "u-1", ResourceVersion: "77", Phase: "Running", Status: "Running", Total: 2,
		LastRestart: time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC), Created: time.Date(2026, 11, 22, 10, 20, 30, 0, time.UTC),
		IP: "10.244.1.2", Node: "node-7", Owner: "ReplicaSet/web", Labels: "a=é\n,a-b=1,b=2", Images: "nginx:1,busybox",
		Containers: []string{"app", "log"}, InitNames: []string{"prepare"},
	}
	got, err := decodeRow([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("decodeRow (-want +got):\n%s", d)
	}
	var pod corev1.Pod
	if err := json.Unmarshal([]byte(text), &pod); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, RowOf(&pod)); d != "" {
		t.Errorf("RowOf (-want +got):\n%s", d)
	}
	if ref := got.Ref(); ref.String() != "shop/web-1" || ref.UID != "u-1" || got.Key() != "u-1" {
		t.Errorf("identity: ref %v, key %q", ref, got.Key())
	}
	if key := (PodRow{Namespace: "n", Name: "p"}).Key(); key != "n/p" {
		t.Errorf("key without UID: %q", key)
	}
	if d := cmp.Diff(PodRow{}, RowOf(nil)); d != "" {
		t.Errorf("row of no pod:\n%s", d)
	}
}

func TestHealthyAndFinished(t *testing.T) {
	for _, tt := range []struct {
		row               PodRow
		healthy, finished bool
	}{
		{PodRow{Phase: "Running", Status: "Running", Ready: 2, Total: 2}, true, false},
		{PodRow{Phase: "Running", Status: "Running", Ready: 1, Total: 2}, false, false},
		{PodRow{Phase: "Running", Status: "CrashLoopBackOff", Ready: 0, Total: 1}, false, false},
		{PodRow{Phase: "Succeeded", Status: "Completed", Total: 1}, true, true},
		{PodRow{Phase: "Failed", Status: "Error", Total: 1}, false, true},
		{PodRow{Phase: "Running", Status: "Terminating", Deleting: true}, true, false},
		{PodRow{Phase: "Pending", Status: "Pending"}, false, false},
	} {
		if tt.row.Healthy() != tt.healthy || tt.row.Finished() != tt.finished {
			t.Errorf("%+v: healthy %v, finished %v", tt.row, tt.row.Healthy(), tt.row.Finished())
		}
	}
}

func TestDecodeRowRefuses(t *testing.T) {
	for _, text := range []string{
		"", "null garbage", "[]", `"pod"`, "7", "{", `{"metadata":`, `{"metadata":{"name":"a"}`, `{"metadata":{"name":7}}`, `{"metadata":{"name":"a"}} x`,
		`{"status":{"containerStatuses":[{"ready":"yes"}]}}`, `{"metadata":{"creationTimestamp":"yesterday"}}`,
		`{"status":{"containerStatuses":[{"restartCount":1.5}]}}`, `{"status":{"containerStatuses":[{"restartCount":99999999999999999999}]}}`,
		`{"metadata":{"name":"a` + "\n" + `"}}`,
	} {
		if row, err := decodeRow([]byte(text)); err == nil {
			t.Errorf("%q was decoded: %+v", text, row)
		}
	}
}

func TestDecodeRowTakesTheUnusual(t *testing.T) {
	for text, want := range map[string]PodRow{
		`{"meta\u0064ata":{"name":"esc"}}`:                                    {Name: "esc", Status: "Unknown"},
		`{"metadata":{"name":"a\u0041\"","labels":null}}`:                     {Name: `aA"`, Status: "Unknown"},
		`{"metadata":null,"spec":null,"status":null}`:                         {Status: "Unknown"},
		` { "metadata" : { "name" : "s" , "labels" : { } } } `:                {Name: "s", Status: "Unknown"},
		`{"Metadata":{"name":"no"},"metadata":{"Name":"no"}}`:                 {Status: "Unknown"},
		`{"metadata":{"creationTimestamp":"2024-02-29T00:00:00Z"}}`:           {Status: "Unknown", Created: time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		`{"metadata":{"creationTimestamp":null,"x":{"y":["\\\"]}",{}]}}}`:     {Status: "Unknown"},
		`{"metadata":{"name":"u` + "\xff" + `"}}`:                             {Name: "u\ufffd", Status: "Unknown"},
		`{"metadata":{"annotations":{"\u0061":"` + "\u2028" + `"},"uid":""}}`: {Status: "Unknown"},
	} {
		got, err := decodeRow([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", text, d)
		}
	}
}

func TestRowKeepsNothingOfTheBytes(t *testing.T) {
	text := []byte(`{"metadata":{"name":"name","uid":"uid","labels":{"k":"v"}},"spec":{"containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}`)
	var d RowDecoder
	row, err := d.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := decodeRow(append([]byte(nil), text...))
	for i := range text {
		text[i] = 'X'
	}
	if diff := cmp.Diff(want, row); diff != "" {
		t.Errorf("the row changed with its text:\n%s", diff)
	}
}

func TestObjectRow(t *testing.T) {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}, Status: corev1.PodStatus{Phase: corev1.PodPending}}
	if row := (PodObject{Pod: pod}).Row(); row.Name != "p" || row.Status != "Pending" {
		t.Errorf("got %+v", row)
	}
}

func TestComing(t *testing.T) {
	for status, want := range map[string]bool{
		"Pending": true, "ContainerCreating": true, "PodInitializing": true, "Init:0/2": true, "Init:ContainerCreating": true,
		"ErrImagePull": false, "ImagePullBackOff": false, "Init:CrashLoopBackOff": false, "Init:Error": false,
	} {
		if got := (PodRow{Phase: "Pending", Status: status}).Coming(); got != want {
			t.Errorf("%s: %t", status, got)
		}
	}
	if (PodRow{Phase: "Running", Status: "ContainerCreating"}).Coming() || (PodRow{Phase: "Pending", Status: "Pending", Deleting: true}).Coming() {
		t.Error("pods that run or are deleted are not coming")
	}
}
