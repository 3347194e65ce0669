package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

// streams gives a log to every container of every pod, by "pod/container".
type streams struct {
	mu    sync.Mutex
	pipes map[string]*io.PipeWriter
	asked map[string]*corev1.PodLogOptions
}

func (s *streams) log(_ context.Context, _, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, w := io.Pipe()
	s.pipes[pod+"/"+o.Container], s.asked[pod+"/"+o.Container] = w, o
	return r, nil
}

func (s *streams) has(names ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		if s.pipes[n] == nil {
			return false
		}
	}
	return true
}

func (s *streams) write(t *testing.T, name string, at time.Time, text string) {
	t.Helper()
	s.mu.Lock()
	w := s.pipes[name]
	s.mu.Unlock()
	if _, err := fmt.Fprintf(w, "%s %s\n", at.Format(time.RFC3339Nano), text); err != nil {
		t.Fatal(err)
	}
}

func (s *streams) cut(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pipes[name].CloseWithError(err)
	delete(s.pipes, name)
}

// together opens the logs of pods with two containers each.
func together(t *testing.T, cols, rows int, pods ...string) (*Model, *streams, *modelstest.Bench, *modelstest.Driver) {
	t.Helper()
	c := modelstest.NewClient()
	s := &streams{pipes: map[string]*io.PipeWriter{}, asked: map[string]*corev1.PodLogOptions{}}
	c.OnLog = s.log
	var refs []api.PodRef
	for _, p := range pods {
		o := aPod(running, 0)
		o.ObjectMeta = metav1.ObjectMeta{Name: p, Namespace: "default"}
		c.SetObject("{}", o)
		refs = append(refs, api.PodRef{Namespace: "default", Name: p})
	}
	b := modelstest.NewBench(c)
	m := New(b.Env, models.LogMsg{Ref: refs[0], More: refs[1:]})
	d := modelstest.Drive(t, m, cols, rows)
	t.Cleanup(m.Close)
	return m, s, b, d
}

func TestSeveralPodsTogether(t *testing.T) {
	m, s, b, d := together(t, 110, 20, "web-1", "web-2")
	d.Until("both streams", func() bool { return s.has("web-1/main", "web-2/main") })
	at := modelstest.Noon()
	s.write(t, "web-2/main", at.Add(3*time.Second), "third")
	d.Sees("web-2 third")
	s.write(t, "web-1/main", at.Add(time.Second), "first")
	s.write(t, "web-1/main", at.Add(2*time.Second), "second")
	d.Sees("web-1 second", "live")
	view := modelstest.Strip(d.View())
	if i, j, k := strings.Index(view, "first"), strings.Index(view, "second"), strings.Index(view, "third"); i > j || j > k {
		t.Errorf("what they had before is not in order:\n%s", view)
	}
	if m.Title() != "2 pods log" {
		t.Errorf("the title is %q", m.Title())
	}
	// One is cut off: it says so, goes on where it was, and the other is not disturbed.
	s.cut("web-2/main", errors.New("connection reset"))
	d.Sees("web-2 ── the log broke off at 12:00:00", "live 1/2")
	d.Send(b.Step(2*time.Second)).Until("the stream again", func() bool { return s.has("web-2/main") })
	s.mu.Lock()
	since := s.asked["web-2/main"].SinceTime
	s.mu.Unlock()
	if since == nil || !since.Time.Equal(at.Add(3*time.Second)) {
		t.Errorf("asked from %v on", since)
	}
	s.write(t, "web-2/main", at.Add(3*time.Second), "third") // repeated by the server
	s.write(t, "web-2/main", at.Add(4*time.Second), "fourth")
	d.Sees("web-2 ── connected again", "fourth")
	if n := strings.Count(modelstest.Strip(d.View()), "third"); n != 1 {
		t.Errorf("a line is there %d times", n)
	}
	modelstest.CheckView(t, m.View(), 110, 20)

	d.Press("C").Until("all containers", func() bool { return s.has("web-1/side", "web-2/side") })
	s.write(t, "web-2/side", at, "of the side")
	d.Sees("web-2/side of the side", "all containers")
	d.Press("t").Sees(at.Local().Format(stampLayout) + " web-2/side of the side")
	d.Press("ctrl+s")
	if s, ok := b.Wishes[len(b.Wishes)-1].(models.SaveMsg); !ok || s.Name != "2-pods.log" || !strings.Contains(s.Text, "web-2/side of the side\n") {
		t.Errorf("wished %v", b.Wishes)
	}
}

func TestAllContainersOfAPod(t *testing.T) {
	_, s, _, d := together(t, 80, 20, "web")
	d.Until("a stream", func() bool { return s.has("web/main") }).Sees("container 1 of 2")
	d.Press("C").Until("the other", func() bool { return s.has("web/side") }).Sees("container 2 of 2")
	s.cut("web/main", io.EOF) // that it is asked for again shows that the next C asked for it
	d.Press("C").Until("both", func() bool { return s.has("web/main", "web/side") }).Sees("all 2 containers")
	s.write(t, "web/side", modelstest.Noon(), "hello")
	d.Sees("side hello")
}

func TestFilter(t *testing.T) {
	m, s, _, d := open(t, 80, 20)
	at := modelstest.Noon()
	for i, text := range []string{"GET /a 200", "\x1b[31mGET /b 500\x1b[0m", "POST /c 200"} {
		s.write(t, at.Add(time.Duration(i)*time.Second), text)
	}
	d.Sees("POST /c").Press("&").Type("get.*[25]00$")
	if !m.Typing() {
		t.Error("letters are keys while the filter is typed")
	}
	d.Press("enter").Sees("2 of 3").Misses("POST /c")
	s.write(t, at.Add(9*time.Second), "get /d 200")
	s.write(t, at.Add(9*time.Second+1), "put /e 200")
	d.Sees("get /d", "3 of 5").Misses("put /e")
	d.Press("c")
	d.Press("&").Press("ctrl+u").Type("!GET").Press("enter").Sees("POST /c", "put /e").Misses("GET /a")
	d.Press("m").Sees("── mark") // podium's own words pass
	d.Press("esc").Sees("GET /a", "put /e").Misses("& ")
	for _, size := range modelstest.Sizes {
		m.SetSize(size[0], size[1])
		d.Press("&")
		modelstest.CheckView(t, m.View(), size[0], size[1])
		d.Press("esc")
	}
}

func TestNotMoreThanSomeAreRead(t *testing.T) {
	var pods []string
	for i := range maxSources + 7 {
		pods = append(pods, fmt.Sprint("web-", i))
	}
	_, s, _, d := together(t, 120, 20, pods...)
	d.Sees("7 more are not read").Until("the streams", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.pipes) == maxSources
	})
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, o := range s.asked {
		if o.TailLines == nil || *o.TailLines != leastTail {
			t.Errorf("%s was asked for %v", name, o.TailLines)
		}
	}
}

// flood is a log of so many bytes, in lines of a thousand.
type flood struct{ left int }

const floodLine = "2026-05-01T12:00:00Z "

func (f *flood) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, io.EOF
	}
	line := floodLine + strings.Repeat("x", 1000-len(floodLine)-1) + "\n"
	n := 0
	for n+len(line) <= len(p) && f.left > 0 {
		n += copy(p[n:], line)
		f.left -= len(line)
	}
	if n == 0 {
		n = copy(p, line[:len(p)-1])
		p[n] = '\n'
		n++
		f.left -= n
	}
	return n, nil
}

func (f *flood) Close() error { return nil }

// A hundred megabytes take no more memory than what is kept of them, and keys are
// answered meanwhile.
func TestAHundredMegabytesStayWithinBounds(t *testing.T) {
	size := 20 << 20
	if os.Getenv("PODIUM_BIG") != "" {
		size = 100 << 20
	}
	c := modelstest.NewClient()
	c.OnLog = func(context.Context, string, string, *corev1.PodLogOptions) (io.ReadCloser, error) {
		return &flood{left: size}, nil
	}
	c.SetObject("{}", aPod(running, 0))
	b := modelstest.NewBench(c)
	m := New(b.Env, models.LogMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}, Previous: true})
	before := heap()
	d := modelstest.Drive(t, m, 100, 30)
	t.Cleanup(m.Close)
	keys := 0
	d.Until("the end of it", func() bool {
		d.Press("k")
		keys++
		return m.gone+len(m.entries) >= size/1000 || m.sources[0].over != ""
	})
	if grown := heap() - before; grown > 80<<20 {
		t.Errorf("%d MB of log took %d MB of memory", size>>20, grown>>20)
	}
	if len(m.entries) > m.keep || m.bytes > keepBytes || m.view.Lines() > m.keep {
		t.Errorf("%d lines of %d bytes are kept, the view has %d", len(m.entries), m.bytes, m.view.Lines())
	}
	if keys < 10 {
		t.Errorf("%d keys were answered while it came in", keys)
	}
}

// heap is how much memory is in use, in bytes.
func heap() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// BenchmarkFlood is how long the screen takes for a hundred megabytes, and how much
// of the heap they hold in the end.
func BenchmarkFlood(b *testing.B) {
	for b.Loop() {
		m, batch := filled(b)
		for total := 0; total < 100<<20; total += len(batch) * 1000 {
			m.append(batch...)
			m.draw()
		}
		b.ReportMetric(float64(heap())/(1<<20), "MB-heap")
		b.SetBytes(100 << 20)
		m.Close()
	}
}

// filled is a screen and a batch of lines as the queue gives them.
func filled(tb testing.TB) (*Model, []entry) {
	tb.Helper()
	bench := modelstest.NewBench(modelstest.NewClient())
	m := New(bench.Env, models.LogMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}})
	m.SetSize(100, 40)
	m.anew()
	batch := make([]entry, queueLines)
	for i := range batch {
		batch[i] = entry{text: strings.Repeat("y", 1000), at: modelstest.Noon(), source: m.sources[0]}
	}
	return m, batch
}
