package fanout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine/fake"
	"podium/internal/faultserver"
	"podium/internal/spool"
	"podium/models"
	"podium/models/modelstest"
	"podium/termbridge/frame"
)

// printed is a session that prints what it is given and exits.
type printed struct {
	io.Reader
	code int
}

func (p *printed) Write(b []byte) (int, error)                  { return len(b), nil }
func (p *printed) Close() error                                 { return nil }
func (p *printed) CloseWrite() error                            { return nil }
func (p *printed) Resize(context.Context, uint16, uint16) error { return nil }
func (p *printed) Control() api.ExecControl                     { return p }
func (p *printed) ID() string                                   { return "x" }
func (p *printed) Kill(context.Context, string) error           { return nil }
func (p *printed) Inspect(context.Context) (api.ExecStatus, error) {
	return api.ExecStatus{ExitCode: p.code}, nil
}

// printing is a client whose commands print what say says.
func saying(say func(pod string) (stream io.Reader, code int, err error)) *modelstest.Client {
	c := modelstest.NewClient()
	c.OnExec = func(_ context.Context, _, pod, _ string, _ api.ExecConfig) (api.ExecSession, error) {
		r, code, err := say(pod)
		if err != nil {
			return nil, err
		}
		return &printed{r, code}, nil
	}
	return c
}

func targets(n int) []Target {
	out := make([]Target, n)
	for i := range out {
		out[i].Ref = api.PodRef{Namespace: "default", Name: fmt.Sprintf("pod-%04d", i)}
	}
	return out
}

// TestTwoHundredPodsWithChosenFailures goes the whole way, over the real client
// and server: failures come first, what is alike is together.
func TestTwoHundredPodsWithChosenFailures(t *testing.T) {
	e, err := fake.New(fake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	server := apiserver.New(apiserver.Options{Engine: e, Version: "test"})
	pairs := apiserver.NewPairListener()
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(pairs) }()
	t.Cleanup(func() { _ = server.Shutdown(context.Background()); <-served })
	c, err := apiclient.New(apiclient.Config{Dial: func(ctx context.Context) (net.Conn, error) { return pairs.Dial(ctx) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	all := targets(200)
	for _, target := range all {
		manifest := `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"` + target.Ref.Name + `"},"spec":{"containers":[{"name":"a","image":"x","command":["sleep","infinity"]}]}}`
		if _, _, err := c.Create(t.Context(), "default", []byte(manifest)); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range all { // until the last runs
		for {
			o, err := c.Get(t.Context(), "default", target.Ref.Name)
			if err != nil {
				t.Fatal(err)
			}
			if o.Pod.Status.Phase == "Running" {
				break
			}
		}
	}
	all = append(all, Target{Ref: api.PodRef{Namespace: "default", Name: "not-there"}})
	cfg := api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: []string{
		"sh", "-c",
		"echo nginx 1.25; [ $HOSTNAME = pod-0007 ] && echo broken >&2 && exit 2; [ $HOSTNAME = pod-0123 ] && exit 9; [ $HOSTNAME = pod-0042 ] && echo extra; true",
	}}
	var busy, most atomic.Int64
	f := Start(all, Options{Client: counting{c, &busy, &most}, Config: cfg})
	<-f.Done()
	p := f.Progress()
	if len(p.Outcomes) != 201 || p.Running != 0 || p.Waiting != 0 {
		t.Fatalf("%d outcomes, %d run, %d wait", len(p.Outcomes), p.Running, p.Waiting)
	}
	if most.Load() > DefaultParallel {
		t.Errorf("%d were started at once", most.Load())
	}
	groups := Groups(p.Outcomes)
	var got []string
	for _, g := range groups {
		got = append(got, fmt.Sprintf("%v %d %s %s", g.Failed, len(g.Outcomes), g.First().Ref.Name, g.First().End.Line))
	}
	want := []string{
		"true 1 not-there not started", "true 1 pod-0007 exit 2", "true 1 pod-0123 exit 9",
		"false 197 pod-0000 exit 0", "false 1 pod-0042 exit 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the groups are %q", got)
	}
	if s := Summary(groups); s != "197 of 201 alike, 4 differ in 4 ways" {
		t.Errorf("the summary is %q", s)
	}
	if d := Diff(&groups[3], &groups[4]); !strings.Contains(d, "\n+extra\n") || !strings.Contains(d, "--- pod-0000 and 196 more (stdout)") {
		t.Errorf("the difference is %q", d)
	}
	if d := Diff(&groups[3], &groups[1]); !strings.Contains(d, "\n+broken\n") || !strings.Contains(d, "(stderr)") {
		t.Errorf("the difference is %q", d)
	}
}

// counting counts the starts under way.
type counting struct {
	models.Client
	busy, most *atomic.Int64
}

func (c counting) Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecSession, error) {
	n := c.busy.Add(1)
	defer c.busy.Add(-1)
	for most := c.most.Load(); n > most && !c.most.CompareAndSwap(most, n); most = c.most.Load() {
	}
	return c.Client.Exec(ctx, namespace, pod, container, cfg)
}

// TestMemoryIsBounded: a thousand pods that each print something else keep no
// more than the budget.
func TestMemoryIsBounded(t *testing.T) {
	line := strings.Repeat("x", 999) + "\n"
	c := saying(func(pod string) (io.Reader, int, error) {
		parts := []io.Reader{strings.NewReader(string(faultserver.Frames(pod + "\n")))}
		for range 96 {
			parts = append(parts, strings.NewReader(string(faultserver.Frames(line))))
		}
		return io.MultiReader(parts...), 0, nil
	})
	before := heap()
	f := Start(targets(1000), Options{Client: c, Config: printing, Keep: 64 << 10, Budget: 4 << 20})
	<-f.Done()
	p := f.Progress()
	used := int64(heap()) - int64(before)
	if used > 16<<20 {
		t.Errorf("%d MB are kept of 1,000 pods", used>>20)
	}
	groups := Groups(p.Outcomes)
	if len(groups) != 1000 {
		t.Errorf("%d groups: outputs that differ in what is no longer kept are taken for alike", len(groups))
	}
	for _, o := range p.Outcomes {
		if o.Text == nil || !o.Text.Cut || len(o.Text.Lines) == 0 {
			t.Fatalf("%s: kept %+v", o.Ref.Name, o.Text)
		}
	}
	runtime.KeepAlive(f)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestAlikeIsKeptOnce, however the streams came mixed.
func TestAlikeIsKeptOnce(t *testing.T) {
	c := saying(func(pod string) (io.Reader, int, error) {
		if pod == "pod-0001" {
			return strings.NewReader(string(faultserver.Frames("", "err\n", "out\n"))), 0, nil
		}
		return strings.NewReader(string(faultserver.Frames("out\n", "err\n"))), 0, nil
	})
	f := Start(targets(3), Options{Client: c, Config: printing})
	<-f.Done()
	groups := Groups(f.Progress().Outcomes)
	if len(groups) != 1 || Summary(groups) != "all 3 alike" {
		t.Fatalf("%d groups", len(groups))
	}
	for _, o := range groups[0].Outcomes {
		if o.Text != groups[0].First().Text {
			t.Errorf("%s has a text of its own", o.Ref.Name)
		}
	}
}

// file is a temporary file in memory.
type file struct {
	bytes.Buffer
	open *atomic.Int64
}

func (f *file) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.Bytes()).ReadAt(p, at)
}
func (f *file) Close() error { f.open.Add(-1); return nil }

// TestLongOutputsAreKeptWhole in files, once each, and let go with the Fan.
func TestLongOutputsAreKeptWhole(t *testing.T) {
	line := strings.Repeat("x", 999) + "\n"
	c := saying(func(pod string) (io.Reader, int, error) {
		n := 200
		if pod == "pod-0000" {
			n = 1
		}
		if pod == "pod-0003" {
			n = 300
		}
		return strings.NewReader(strings.Repeat(string(faultserver.Frames(line)), n)), 0, nil
	})
	var open atomic.Int64
	f := Start(targets(5), Options{Client: c, Config: printing, Keep: 64 << 10, Temp: func() (spool.File, error) {
		open.Add(1)
		return &file{open: &open}, nil
	}})
	<-f.Done()
	groups := Groups(f.Progress().Outcomes)
	if len(groups) != 3 || len(groups[0].Outcomes) != 3 {
		t.Fatalf("%d groups: %s", len(groups), Summary(groups))
	}
	if n := open.Load(); n != 2 {
		t.Errorf("%d files for 2 long outputs", n)
	}
	for i, want := range []int{200, 1, 300} {
		var all bytes.Buffer
		text := groups[i].First().Text
		if err := text.Copy(&all); err != nil || all.Len() != want*1000 || text.Partial() {
			t.Errorf("group %d: %d bytes of %d, %v, partial %v", i, all.Len(), want*1000, err, text.Partial())
		}
	}
	f.Close()
	if n := open.Load(); n != 0 {
		t.Errorf("%d files are left open", n)
	}
	if err := groups[0].First().Text.Copy(io.Discard); err == nil {
		t.Error("a file that is gone can be read")
	}
}

func TestSummaries(t *testing.T) {
	group := func(n int) Group { return Group{Outcomes: make([]*Outcome, n)} }
	for want, groups := range map[string][]Group{
		"nothing has ended yet":              nil,
		"1 ended":                            {group(1)},
		"all 4 alike":                        {group(4)},
		"17 of 18 alike, 1 differs":          {group(1), group(17)},
		"16 of 18 alike, 2 differ":           {group(2), group(16)},
		"15 of 18 alike, 3 differ in 2 ways": {group(15), group(1), group(2)},
		"all 3 differ":                       {group(1), group(1), group(1)},
	} {
		if got := Summary(groups); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestLiveOutputAndEndsAreTold in order, and no output comes after its end.
func TestLiveOutputAndEndsAreTold(t *testing.T) {
	c := saying(func(pod string) (io.Reader, int, error) {
		if pod == "pod-0002" {
			return nil, 0, errors.New("pod-0002 has ended")
		}
		return strings.NewReader(string(faultserver.Frames(pod, "err"))), 0, nil
	})
	var mu sync.Mutex
	var got []string
	note := func(s string) { mu.Lock(); defer mu.Unlock(); got = append(got, s) }
	f := Start(targets(3), Options{
		Client: c, Config: printing, Parallel: 1,
		Live:  func(target Target, s frame.Stream, p []byte) { note(fmt.Sprintf("%s %s", s, p)) },
		Ended: func(o *Outcome) { note(o.Ref.Name + " " + o.End.Line) },
	})
	<-f.Done()
	want := []string{
		"stdout pod-0000", "stderr err", "pod-0000 exit 0",
		"stdout pod-0001", "stderr err", "pod-0001 exit 0", "pod-0002 not started",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// BenchmarkThousandPods is a fan-out where all print the same.
func BenchmarkThousandPods(b *testing.B) {
	text := string(faultserver.Frames(strings.Repeat("a line of output\n", 20)))
	c := saying(func(string) (io.Reader, int, error) { return strings.NewReader(text), 0, nil })
	all := targets(1000)
	b.ReportAllocs()
	for b.Loop() {
		f := Start(all, Options{Client: c, Config: printing})
		<-f.Done()
		if len(Groups(f.Progress().Outcomes)) != 1 {
			b.Fatal("they differ")
		}
	}
}
