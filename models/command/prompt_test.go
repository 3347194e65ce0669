package command

import (
	"io"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/models"
)

func TestHistoryIsThePodsThenTheImagesThenAll(t *testing.T) {
	b := bench(nil)
	b.Client.SetObject(`{}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "main", Image: "nginx"}, {Name: "side", Image: "envoy"}},
	}})
	for name, lines := range map[string][]string{
		historyName:                           {"elsewhere", "here"},
		historyName + " image nginx":          {"nginx -v", "=nginx -T"},
		historyName + " pod default/web/main": {"here"},
		historyName + " pod default/web/side": {"beside"},
	} {
		for _, line := range lines {
			if err := b.Store.AppendHistory(name, line); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, m := open(t, b, "", 80, 12, "web")
	d.Until("the history", func() bool { return len(m.history) == 4 })
	for _, want := range []string{"sh $ here", "argv $ nginx -T", "sh $ nginx -v", "sh $ elsewhere"} {
		d.Press("up").Sees(want)
	}
	d.Press("down down down down")
	if got := m.line.Value(); got != "" {
		t.Errorf("below the latest the line is %q", got)
	}
	d.Type("ngi").Press("up")
	if got := m.line.Value(); got != "nginx -v" && got != "nginx -T" {
		t.Errorf("what begins with ngi is %q", got)
	}
	d.Sees("in web/main (ctrl-o: next of 2 containers)").Press("ctrl+o").Sees("in web/side")
	d.Until("the other history", func() bool { return len(m.history) > 0 && m.history[len(m.history)-1] == "beside" })
}

func TestArgvModeIsSeenAndRunsWithoutAShell(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "", 80, 12, "web")
	d.Sees("sh $ ").Press("=").Sees("argv $ ")
	d.Type("printf '%s|' a\\ b \"c d\"").Press("enter")
	runs(d, m)
	if b.Client.Called("exec default/web  [printf %s| a b c d]") != 1 {
		t.Errorf("calls %q", b.Client.Calls())
	}
	s.exit(0)
	d.Sees("argv $ printf", "exit 0").Press("e").Sees("argv $ printf").Press("ctrl+t").Sees("sh $ printf")
	d.Press("ctrl+t ctrl+u").Type("'open").Press("enter").Sees("a quote (') is not closed")
}

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		`ls -l`: {"ls", "-l"}, `  a   b `: {"a", "b"}, `'a b' "c d"`: {"a b", "c d"}, `a'b'"c"d`: {"abcd"},
		`""`: {""}, `a ''`: {"a", ""}, `a\ b`: {"a b"}, `"a\"b"`: {`a"b`}, `"a\nb"`: {`a\nb`}, `'a\b'`: {`a\b`}, "ü 世": {"ü", "世"},
	} {
		if got, err := split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{"", "  ", "'a", `"a`, `a\`} {
		if got, err := split(line); err == nil {
			t.Errorf("%s is taken as %q", line, got)
		}
	}
}

func TestSnippetsAreOffered(t *testing.T) {
	b := bench(nil)
	b.Env.Settings.Snippets = []models.Snippet{{Name: "disk", Line: "df -h"}, {Name: "version", Line: "=nginx -v"}}
	d, _ := open(t, b, "", 90, 12, "web")
	d.Sees("2 snippets").Press("tab").Sees("sh $ df -h", "(disk)").Press("tab").Sees("argv $ nginx -v", "(version)").Press("tab").Sees("sh $ df -h")
}

func TestStdinComesFromAFile(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	b.Store.SetInput("/data/in.sql", "select 1;")
	d, m := open(t, b, "", 80, 12, "web")
	d.Type("psql").Press("ctrl+x").Type("/data/in.sql").Sees("stdin < /data/in.sql").Press("enter")
	runs(d, m)
	d.Until("the input", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.input == "select 1;" && s.closed })
	s.exit(0)
	d.Sees("exit 0", "psql  < /data/in.sql")
	d.Press("x").Type("cat").Press("ctrl+x").Type("/none").Press("enter").Sees("not started", "/none")
}

// pipe is a store whose input nobody writes to.
type pipe struct {
	models.Store
	opening, written chan struct{}
}

func (p pipe) Input(string) (io.ReadCloser, error) {
	close(p.opening)
	<-p.written
	return io.NopCloser(strings.NewReader("late")), nil
}

func TestAPipeThatNobodyWritesToIsGivenUp(t *testing.T) {
	b := bench(map[string]*session{"web": newSession()})
	p := pipe{b.Store, make(chan struct{}), make(chan struct{})}
	defer close(p.written)
	b.Env.Store = p
	d, m := open(t, b, "", 80, 12, "web")
	d.Type("psql").Press("ctrl+x").Type("/tmp/fifo").Press("enter")
	<-p.opening
	if _, done := m.Cancel(); !done {
		t.Error("ctrl-c does nothing")
	}
	d.Until("the end", func() bool { return m.card().state == done })
}
