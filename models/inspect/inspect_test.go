package inspect

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden views show times of day
	goleak.VerifyTestMain(m)
}

func before(d time.Duration) metav1.Time { return metav1.NewTime(modelstest.Noon().Add(-d)) }

// webPod is a pod with something in every part of the overview.
func webPod() *corev1.Pod {
	yes := true
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "web", Namespace: "default", UID: "u-1", CreationTimestamp: before(time.Hour),
			Labels: map[string]string{"app": "web"}, Annotations: map[string]string{"note": "one\ntwo"},
			OwnerReferences: []metav1.OwnerReference{{Kind: "ReplicaSet", Name: "web-7d", Controller: &yes}},
		},
		Spec: corev1.PodSpec{
			NodeName: "node-1", RestartPolicy: corev1.RestartPolicyAlways,
			InitContainers: []corev1.Container{{Name: "prepare", Image: "busybox"}},
			Containers: []corev1.Container{{
				Name: "main", Image: "nginx:1.25", Command: []string{"sh", "-c", "echo hi; sleep 5"},
				Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 80}},
				Env:   []corev1.EnvVar{{Name: "MODE", Value: "fast"}, {Name: "DB_PASSWORD", Value: "hunter2"}},
				Resources: corev1.ResourceRequirements{
					Limits: corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("64Mi")},
				},
				ReadinessProbe: &corev1.Probe{
					PeriodSeconds: 10,
					ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ok", Port: intstr.FromInt32(80)}},
				},
				VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data", ReadOnly: true}},
			}},
			Volumes: []corev1.Volume{{Name: "data", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
		},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning, PodIP: "10.0.0.7",
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: before(time.Minute)}},
			InitContainerStatuses: []corev1.ContainerStatus{{
				Name: "prepare", State: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{FinishedAt: before(time.Hour)}},
			}},
			ContainerStatuses: []corev1.ContainerStatus{{
				Name: "main", Ready: true, State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: before(time.Hour)}},
			}},
		},
	}
}

// crashing is webPod whose container keeps ending.
func crashing(code int32, reason string) *corev1.Pod {
	p := webPod()
	p.Status.ContainerStatuses[0] = corev1.ContainerStatus{
		Name: "main", RestartCount: 5,
		State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "back-off 40s"}},
		LastTerminationState: corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: code, Reason: reason, StartedAt: before(time.Minute), FinishedAt: before(50 * time.Second),
		}},
	}
	return p
}

const rawWeb = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","labels":{"z":"1","a":"yes"}},"spec":{"x":1.50}}`

func open(t *testing.T, p *corev1.Pod, view models.View, cols, rows int) (*Model, *modelstest.Bench, *modelstest.Driver) {
	t.Helper()
	c := modelstest.NewClient()
	c.SetObject(rawWeb, p)
	c.OnEvents = func(_, selector string) ([]corev1.Event, error) {
		if !strings.Contains(selector, "involvedObject.name="+p.Name) {
			return nil, errors.New("asked for other events: " + selector)
		}
		return []corev1.Event{
			{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Type: "Normal", Reason: "Pulled", Message: "image is there", Count: 1, LastTimestamp: before(time.Hour)},
			{ObjectMeta: metav1.ObjectMeta{Name: "b"}, Type: "Warning", Reason: "Unhealthy", Message: "Readiness probe failed: 503", Count: 3, LastTimestamp: before(time.Minute)},
		}, nil
	}
	b := modelstest.NewBench(c)
	b.Env.Info = api.Info{}.With(api.CapEvents, api.CapLog)
	m := New(b.Env, models.InspectMsg{Ref: api.PodRef{Namespace: "default", Name: p.Name}, View: view})
	d := modelstest.Drive(t, m, cols, rows)
	t.Cleanup(m.Close)
	d.Until("the pod", func() bool { return m.object.Pod != nil })
	return m, b, d
}

func TestViews(t *testing.T) {
	for _, size := range modelstest.Sizes[:4] {
		for i, name := range []string{"overview", "YAML", "events"} {
			t.Run(fmt.Sprintf("%s %dx%d", name, size[0], size[1]), func(t *testing.T) {
				m, _, _ := open(t, crashing(127, "Error"), models.View(i), size[0], size[1])
				if m.View() != m.View() {
					t.Error("the view changes without a message")
				}
				modelstest.CheckView(t, m.View(), size[0], size[1])
				golden.RequireEqual(t, m.View())
			})
		}
	}
}

func TestOverviewHasEverything(t *testing.T) {
	m, _, d := open(t, webPod(), models.ViewOverview, 100, 100)
	d.Sees("Owner           ReplicaSet/web-7d", "QoS             Burstable", "running for 60m", "sh -c 'echo hi; sleep 5'",
		"http 80/TCP", "memory 64Mi", "gets /ok on port 80, every 10 s", "MODE=fast", "DB_PASSWORD=••••••", "/data from data, read-only",
		"Init containers", "ended with exit 0", "Ready           yes for 60s", "app=web", "note=one … (1 more lines, see the YAML)",
		"an empty folder", "Unhealthy: Readiness probe failed: 503")
	if strings.Contains(d.View(), "hunter2") || strings.Contains(d.View(), "not healthy") {
		t.Error("a secret is shown, or a healthy pod called ill")
	}
	d.Press("v").Sees("DB_PASSWORD=hunter2")
	modelstest.CheckView(t, m.View(), 100, 100)
}

func TestWhyItIsNotHealthy(t *testing.T) {
	waiting := func(reason, message string) *corev1.Pod {
		p := webPod()
		p.Status.ContainerStatuses[0] = corev1.ContainerStatus{
			Name: "main", Image: "nginx:1.25",
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
		}
		return p
	}
	unready := webPod()
	unready.Status.ContainerStatuses[0].Ready = false
	deleted := webPod()
	gone := before(-20 * time.Second)
	deleted.DeletionTimestamp = &gone
	pending := webPod()
	pending.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
		{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/3 nodes are available"},
	}}
	evicted := webPod()
	evicted.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: "Evicted", Message: "The node was low on memory"}
	initFails := webPod()
	initFails.Status.InitContainerStatuses[0].State.Terminated.ExitCode = 2
	tests := []struct {
		name string
		pod  *corev1.Pod
		want []string
	}{
		{"crash", crashing(127, "Error"), []string{"keeps ending, 5 times so far", "its command was not found", "p shows the log"}},
		{"memory", crashing(137, "OOMKilled"), []string{"more memory than its limit of 64Mi"}},
		{"image", waiting("ImagePullBackOff", "no such tag"), []string{"nginx:1.25 cannot be pulled.", "no such tag"}},
		{"placeholder", waiting("Placeholder", "no command is given"), []string{"this is a placeholder", "no command is given"}},
		{"config", waiting("CreateContainerConfigError", "no secret x"), []string{"cannot be started.", "no secret x"}},
		{"not ready", unready, []string{"runs but is not ready", "Readiness probe failed: 503"}},
		{"deleted", deleted, []string{"It is being deleted", "what still runs in 20s is killed"}},
		{"unscheduled", pending, []string{"No node takes it: Unschedulable: 0/3 nodes"}},
		{"evicted", evicted, []string{"Evicted: The node was low on memory"}},
		{"init", initFails, []string{"Init container prepare ended with exit 2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, d := open(t, tt.pod, models.ViewOverview, 140, 40)
			d.Sees(tt.want...)
		})
	}
}

func TestYAMLAndJSONAreTheServers(t *testing.T) {
	_, b, d := open(t, webPod(), models.ViewYAML, 80, 24)
	d.Sees("x: 1.50", `a: "yes"`)
	if z, a := strings.Index(modelstest.Strip(d.View()), "z:"), strings.Index(modelstest.Strip(d.View()), "a: \"yes\""); z > a {
		t.Error("the order of the labels is lost")
	}
	d.Press("J").Sees(`"x": 1.50`)
	d.Press("ctrl+s")
	if s, ok := b.Wishes[len(b.Wishes)-1].(models.SaveMsg); !ok || s.Name != "web.json" || !strings.Contains(s.Text, `"x": 1.50`) {
		t.Errorf("wished %v", b.Wishes)
	}
	d.Press("c")
	var copied models.CopyMsg
	for _, w := range b.Wishes {
		if c, ok := w.(models.CopyMsg); ok {
			copied = c
		}
	}
	if !strings.Contains(copied.Text, `"x": 1.50`) {
		t.Errorf("wished %v", b.Wishes)
	}
}

func TestTabs(t *testing.T) {
	_, _, d := open(t, webPod(), models.ViewOverview, 80, 24)
	d.Press("tab").Sees("kind: Pod").Press("tab").Sees(`"kind": "Pod"`).Press("tab").Sees("LAST SEEN", "Unhealthy").
		Press("tab").Sees("Containers").Press("E").Sees("LAST SEEN").Press("shift+tab").Sees(`"kind"`).Press("d").Sees("Containers")
	d.Send(tea.MouseClickMsg{X: 14, Y: 0, Button: tea.MouseLeft}).Sees("kind: Pod")
}

func TestItRefreshesWhileLookedAt(t *testing.T) {
	m, b, d := open(t, webPod(), models.ViewOverview, 80, 24)
	step := func() int {
		n := b.Client.Called("get")
		d.Send(b.Step(3 * time.Second))
		d.Until("no request", func() bool { return !m.asking })
		return b.Client.Called("get") - n
	}
	if step() != 1 {
		t.Error("it does not refresh")
	}
	d.Send(tea.BlurMsg{})
	if step() != 0 {
		t.Error("it refreshes while the window has no focus")
	}
	d.Send(tea.FocusMsg{})
	m.SetFocus(false)
	if step() != 0 {
		t.Error("it refreshes behind another screen")
	}
	m.SetFocus(true)
	b.Client.SetObject(rawWeb+" ", crashing(1, "Error"))
	step()
	d.Sees("keeps ending")
	b.Client.OnGet = func(string, string) (api.PodObject, error) { return api.PodObject{}, errors.New("connection refused") }
	step()
	d.Sees("As of 3s ago: connection refused", "keeps ending")
	b.Client.OnGet = nil
	d.Press("ctrl+r").Misses("connection refused")
}

func TestAPodThatGoes(t *testing.T) {
	_, b, d := open(t, webPod(), models.ViewOverview, 80, 24)
	b.Client.OnGet = func(string, string) (api.PodObject, error) {
		return modelstest.NewClient().Get(t.Context(), "default", "web")
	}
	d.Press("ctrl+r").Sees("The pod is gone; this is how it was at 12:00:00", "nginx:1.25")
	d.Press("ctrl+d")
	for _, w := range b.Wishes {
		if _, ok := w.(models.DeleteMsg); ok {
			t.Error("what is gone can be deleted")
		}
	}
}

func TestKeysWish(t *testing.T) {
	for keys, want := range map[string]string{
		"s": "models.ExecMsg", "x": "models.CommandMsg", "l": "models.LogMsg", "p": "models.LogMsg",
		"ctrl+d": "models.DeleteMsg", "e": "models.EditMsg", "Y": "models.CopyAsMsg", "esc": "models.BackMsg",
	} {
		_, b, d := open(t, webPod(), models.ViewOverview, 80, 24)
		d.Press(keys)
		if len(b.Wishes) != 1 || fmt.Sprintf("%T", b.Wishes[0]) != want {
			t.Errorf("%s wished %#v", keys, b.Wishes)
		}
	}
}

func TestSearchTakesLettersAndEscEndsItFirst(t *testing.T) {
	m, b, d := open(t, webPod(), models.ViewOverview, 80, 24)
	d.Press("/").Type("sx")
	if !m.Typing() || len(b.Wishes) > 0 {
		t.Errorf("typing %v, wishes %v", m.Typing(), b.Wishes)
	}
	d.Press("esc")
	if len(b.Wishes) > 0 {
		t.Errorf("esc in a search wished %v", b.Wishes)
	}
}

func TestHostilePodsFillEverySizeAndHarmNothing(t *testing.T) {
	for _, size := range modelstest.Sizes {
		for _, text := range modelstest.Hostile {
			p := crashing(1, text)
			p.Labels, p.Annotations = map[string]string{text: text}, map[string]string{text: text}
			p.Spec.NodeName, p.Status.Message, p.Status.Reason = text, text, text
			p.Spec.Containers[0].Command, p.Spec.Containers[0].Image = []string{text}, text
			p.Spec.Containers[0].Env = append(p.Spec.Containers[0].Env, corev1.EnvVar{Name: text, Value: text})
			p.Status.ContainerStatuses[0].State.Waiting.Message = text
			p.Status.Conditions[0].Message = text
			m, _, d := open(t, p, models.ViewOverview, size[0], size[1])
			for _, keys := range []string{"d", "v", "G", "E", "y"} {
				d.Press(keys)
				modelstest.CheckView(t, m.View(), size[0], size[1])
			}
			m.Close()
			if t.Failed() {
				t.Fatalf("with %.40q at %v", text, size)
			}
		}
	}
}

func TestEventsCanBeCopiedAndSaved(t *testing.T) {
	_, b, d := open(t, webPod(), models.ViewEvents, 100, 24)
	d.Sees("Unhealthy").Press("c ctrl+s")
	var copied models.CopyMsg
	var saved models.SaveMsg
	for _, w := range b.Wishes {
		switch w := w.(type) {
		case models.CopyMsg:
			copied = w
		case models.SaveMsg:
			saved = w
		}
	}
	want := "2026-05-01T11:59:00Z\tWarning\tUnhealthy\t3\t\tReadiness probe failed: 503\n"
	if saved.Name != "web-events.tsv" || saved.Text != copied.Text || !strings.Contains(saved.Text, want) {
		t.Errorf("copied %q, saved %+v", copied.Text, saved)
	}
}
