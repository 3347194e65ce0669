package api

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"pgregory.net/rapid"
)

func TestPaths(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{PodsPath("default"), "/api/v1/namespaces/default/pods"},
		{PodsPath(""), "/api/v1/pods"},
		{PodPath("default", "web"), "/api/v1/namespaces/default/pods/web"},
		{PodPath("a/b", "c?d#e %"), "/api/v1/namespaces/a%2Fb/pods/c%3Fd%23e%20%25"},
		{LogPath("default", "web"), "/api/v1/namespaces/default/pods/web/log"},
		{EventsPath("default"), "/api/v1/namespaces/default/events"},
		{EventsPath(""), "/api/v1/events"},
		{ExecCreatePath("default", "web", "app"), "/api/v1/namespaces/default/pods/web/exec?container=app"},
		{ExecCreatePath("default", "web", ""), "/api/v1/namespaces/default/pods/web/exec"},
		{ExecCreatePath("default", "web", "a&b=c"), "/api/v1/namespaces/default/pods/web/exec?container=a%26b%3Dc"},
		{ExecStartPath("exec-1"), "/api/v1/exec/exec-1/start"},
		{ExecStartPath("../x"), "/api/v1/exec/..%2Fx/start"},
		{ExecResizePath("exec-1", 24, 80), "/api/v1/exec/exec-1/resize?h=24&w=80"},
		{ExecInspectPath("exec-1"), "/api/v1/exec/exec-1/json"},
		{ExecKillPath("exec-1", "TERM&x"), "/api/v1/exec/exec-1/kill?signal=TERM%26x"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// Whatever a pod is called, its path has one more segment than its collection's.
func TestPathsEscapeEveryName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		u, err := url.Parse("http://h" + PodPath("default", name))
		if err != nil {
			t.Fatal(err)
		}
		rest, ok := strings.CutPrefix(u.EscapedPath(), PodsPath("default")+"/")
		if !ok || strings.Contains(rest, "/") || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q became %q", name, u)
		}
		if back, err := url.PathUnescape(rest); err != nil || back != name {
			t.Fatalf("%q came back as %q", name, back)
		}
	})
}

func TestListQuery(t *testing.T) {
	q := ListOptions{
		LabelSelector: "app=nginx,role!=db", FieldSelector: "metadata.name=web", Limit: 500, Continue: "tok", ResourceVersion: "7",
		Timeout: 90 * time.Second, Memo: NewRowMemo(),
	}.Query()
	want := "continue=tok&fieldSelector=metadata.name%3Dweb&labelSelector=app%3Dnginx%2Crole%21%3Ddb&limit=500&resourceVersion=7&timeoutSeconds=90"
	if got := q.Encode(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := (ListOptions{}).Query().Encode(); got != "" {
		t.Errorf("no options became %q", got)
	}
}

func TestLogQueryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(label string) *int64 {
			if !rapid.Bool().Draw(t, label) {
				return nil
			}
			n := rapid.Int64Range(0, 9e9).Draw(t, label) // as many seconds as a time has
			return &n
		}
		o := &corev1.PodLogOptions{
			Container: rapid.String().Draw(t, "container"), Follow: rapid.Bool().Draw(t, "follow"), Previous: rapid.Bool().Draw(t, "previous"),
			Timestamps: rapid.Bool().Draw(t, "timestamps"), LimitBytes: number("limit"), SinceSeconds: number("since"), TailLines: number("tail"),
		}
		if rapid.Bool().Draw(t, "has time") {
			at := metav1.NewTime(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "time"), rapid.Int64Range(0, 999999999).Draw(t, "nanos")).UTC())
			o.SinceTime = &at
		}
		q, err := url.ParseQuery(LogQuery(o).Encode())
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseLogQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(o, back); d != "" {
			t.Fatalf("(-sent +read):\n%s", d)
		}
	})
}

// A time is counted in nanoseconds, of which the seconds of a query may be too
// many.
func TestSinceSecondsFitATime(t *testing.T) {
	o, err := ParseLogQuery(url.Values{"sinceSeconds": {"9223372036854775807"}})
	if err != nil {
		t.Fatal(err)
	}
	if d := time.Duration(*o.SinceSeconds) * time.Second; d < 24*time.Hour {
		t.Errorf("the longest time back is %v", d)
	}
}

func TestParseLogQueryRefuses(t *testing.T) {
	for query, param := range map[string]string{
		"follow=perhaps": "follow", "previous=2": "previous", "timestamps=x": "timestamps", "tailLines=-1": "tailLines",
		"tailLines=ten": "tailLines", "limitBytes=1.5": "limitBytes", "sinceSeconds=99999999999999999999": "sinceSeconds", "sinceTime=yesterday": "sinceTime",
	} {
		q, _ := url.ParseQuery(query)
		_, err := ParseLogQuery(q)
		if err == nil || !strings.Contains(err.Error(), param) || !strings.Contains(err.Error(), "must be") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if o, err := ParseLogQuery(url.Values{}); err != nil || o.Follow || o.TailLines != nil {
		t.Errorf("no query: %+v, %v", o, err)
	}
	if q := LogQuery(nil); len(q) != 0 {
		t.Errorf("no options: %v", q)
	}
}

func TestInfo(t *testing.T) {
	var none Info
	if none.Has(CapWatch) || none.Engine() != "" {
		t.Error("the zero Info says something")
	}
	with := none.With(CapWatch, CapLog, CapWatch)
	if with[InfoCapabilities] != "log,watch" || !with.Has(CapWatch) || with.Has(CapLimit) || none != nil {
		t.Errorf("with: %v, none: %v", with, none)
	}
	more := Info{InfoEngine: "host", InfoCapabilities: " watch , exec-kill"}.With(CapLimit)
	if more[InfoCapabilities] != "exec-kill,limit,watch" || more.Engine() != "host" || !more.Has(CapExecKill) {
		t.Errorf("more: %v", more)
	}
	if (Info{InfoCapabilities: "watchful,exec"}).Has(CapWatch) {
		t.Error("a part of a name is taken for it")
	}
}

func TestBodies(t *testing.T) {
	five := int64(5)
	for _, tt := range []struct {
		body any
		want string
	}{
		{DeleteOptions{}.Body(), `{"kind":"DeleteOptions","apiVersion":"v1"}`},
		{DeleteOptions{GracePeriodSeconds: &five, UID: "u"}.Body(), `{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":5,"preconditions":{"uid":"u"}}`},
		{
			ExecConfig{TTY: true, AttachStdin: true, AttachStderr: true, AttachStdout: true, Cmd: []string{"sh"}},
			`{"tty":true,"attachStdin":true,"attachStderr":true,"attachStdout":true,"cmd":["sh"]}`,
		},
		{ExecCreated{ID: "exec-mtaUcLDzRk"}, `{"Id":"exec-mtaUcLDzRk"}`},
		{ExecStatus{ExecID: "e", PodName: "p", ContainerID: "c", ExitCode: 3}, `{"ExecID":"e","PodName":"p","ContainerID":"c","Running":false,"ExitCode":3}`},
	} {
		got, err := json.Marshal(tt.body)
		if err != nil || string(got) != tt.want {
			t.Errorf("got %s (%v), want %s", got, err, tt.want)
		}
	}
}
