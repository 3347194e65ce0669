package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"podium/models"
)

// open shows the list of an endpoint in a terminal.
func open(t *testing.T, url string) *terminal {
	t.Helper()
	return start(t, window, "--server", url, "--state-dir", t.TempDir())
}

// TestBenchStart measures how soon a user sees something: the first frame, the
// first pod and the whole list, for growing lists, beside the hello program and
// beside the rival's way to read the same list. The server is a process of its
// own. Figures, never a verdict.
func TestBenchStart(t *testing.T) {
	benching(t)
	small := hello(t)
	heading("Start, ms from the start of the process", "program", "first frame", "first pods", "whole list", "slim decode of the same list", "CPU to the whole list")
	row("hello", repeat(func() float64 {
		tm := startProgram(t, window, []string{small})
		defer tm.stop()
		tm.sees("hello")
		return tm.since()
	}), "", "", "", "")
	mute := silentServer(t)
	row("podium, server that never answers", repeat(func() float64 {
		tm := open(t, mute)
		defer tm.stop()
		tm.sees("silent.sock", "Asking")
		return tm.since()
	}), "", "", "", "")
	for _, pods := range []int{100, 1000, 10_000, 50_000} {
		url := serveFake(t, pods)
		var frames, rows, whole, slim, cpu []float64
		for range benchRuns {
			runtime.GC() // ours, not in the middle of the program's start
			tm := open(t, url)
			tm.sees("api.sock")
			frames = append(frames, tm.since())
			tm.sees("Running")
			rows = append(rows, tm.since())
			tm.wholeList(pods)
			whole = append(whole, tm.since())
			cpu = append(cpu, ms(processCPU(t, tm.cmd.Process.Pid)))
			tm.stop()
			slim = append(slim, slimDecode(t, url, pods))
		}
		row(fmt.Sprintf("podium, %d pods", pods), median(frames), median(rows), median(whole), median(slim), median(cpu))
	}
	heading("Binary", "program", "MB", "`--version`, ms")
	for _, bin := range []string{binary(t), small} {
		info, err := os.Stat(bin)
		if err != nil {
			t.Fatal(err)
		}
		version := any("")
		if bin != small {
			version = repeat(func() float64 {
				began := time.Now()
				if out, err := exec.Command(bin, "--version").CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				return ms(time.Since(began))
			})
		}
		row(info.Name(), float64(info.Size())/1e6, version)
	}
}

// slimDecode is the usual way to read a list, at its best: the whole answer in
// memory, then encoding/json into no more fields than a table shows. It
// returns the milliseconds from the request on.
func slimDecode(t *testing.T, url string, want int) float64 {
	t.Helper()
	var list struct {
		Items []struct {
			Metadata struct {
				Name, Namespace, UID string
				CreationTimestamp    time.Time
				Labels               map[string]string
			}
			Spec struct {
				NodeName   string
				Containers []struct{ Name, Image string }
			}
			Status struct {
				Phase, PodIP      string
				ContainerStatuses []struct {
					Ready        bool
					RestartCount int
					State        map[string]struct{ Reason string }
				}
			}
		}
	}
	began := time.Now()
	if err := json.Unmarshal(get(t, url, "/api/v1/namespaces/default/pods"), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != want {
		t.Fatalf("the list has %d pods: want %d", len(list.Items), want)
	}
	return ms(time.Since(began))
}

// get asks an endpoint on a unix socket.
func get(t *testing.T, url, path string) []byte {
	t.Helper()
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", strings.TrimPrefix(url, "unix://"))
		},
	}}
	resp, err := client.Get("http://podium" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", path, resp.Status, err)
	}
	return body
}

// TestBenchList measures what a list costs once it is there: memory, processor
// time at rest and while pods change, a key, and a filter, beside hello.
func TestBenchList(t *testing.T) {
	benching(t)
	down := func(int) string { return "j" }
	typists := []typist{{terminal: startHello(t, hello(t)), key: down}}
	names := []any{"hello"}
	var filters, changing []float64
	for _, pods := range []int{100, 1000, 10_000, 50_000} {
		url := serveFake(t, pods)
		tm := open(t, url)
		tm.wholeList(pods)
		key := down
		if pods < benchRuns*roundKeys { // there and back, so that each key changes something
			key = func(i int) string { return string("jk"[2*i/roundKeys]) }
		}
		typists = append(typists, typist{terminal: tm, key: key})
		names = append(names, fmt.Sprintf("podium, %d pods", pods))

		one := podNames(t, url)[pods/2]
		filters = append(filters, tm.filters(one, pods))
		changing = append(changing, benchChanging(t, pods))
	}
	time.Sleep(3 * time.Second) // at rest is some time after the work
	var memories []string
	for i, ty := range typists {
		pid := ty.cmd.Process.Pid
		typists[i].idle = busy(t, pid, 2*time.Second)
		now, peak := memory(t, pid)
		memories = append(memories, figure(now)+" / "+figure(peak))
	}
	heading("The list at work", "program", "RSS idle / peak, MB", "idle CPU, %", "CPU at 100 changes/s, %",
		"`j` → output p50 / p99, ms", "CPU per `j`, ms", "filter typed → only matches, ms")
	for i, k := range inTurns(typists...) {
		change, filter := any(""), any("")
		if i > 0 {
			change, filter = 100*changing[i-1], filters[i-1]
		}
		row(names[i], memories[i], 100*typists[i].idle, change, k.times(), k.cpu, filter)
	}
}

// filters types the name of one of the pods as a filter, again and again, and
// returns how many milliseconds later it alone is shown.
func (tm *terminal) filters(name string, pods int) float64 {
	tm.t.Helper()
	var took []float64
	for range 4 * benchRuns {
		tm.types("/")
		tm.sees(models.Thousands(pods) + " of " + models.Thousands(pods))
		pause()
		m := tm.mark()
		tm.types(name)
		tm.until("the match alone", func(s string) bool { return strings.Contains(s, "1 of "+models.Thousands(pods)) })
		took = append(took, ms(tm.lastOutput().Sub(m.at)))
		tm.press("esc")
		tm.until("the whole list", func(s string) bool { return !strings.Contains(s, " of ") && strings.Contains(s, "live") })
	}
	return median(took)
}

// benchChanging is the share of a core that a list takes while its pods change
// 100 times a second.
func benchChanging(t *testing.T, pods int) float64 {
	tm := open(t, serveFake(t, pods, "--churn", "100"))
	defer tm.stop()
	tm.sees("live")
	time.Sleep(2 * time.Second) // at rest but for the changes
	return busy(t, tm.cmd.Process.Pid, 2*time.Second)
}

// TestBenchPoll measures what asking again costs where the server has no watch:
// the processor time per poll of 10,000 pods that have not changed. The server
// is this process: it gives the same bytes each time and counts.
func TestBenchPoll(t *testing.T) {
	benching(t)
	const pods, polls = 10_000, 5
	list := get(t, serveFake(t, pods), "/api/v1/namespaces/default/pods")
	path := filepath.Join(t.TempDir(), "plain.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 1000)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/default/pods", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(list)))
		_, _ = w.Write(list)
		asked <- struct{}{}
	})
	server := http.Server{Handler: mux, ReadHeaderTimeout: patience}
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { server.Close() })

	tm := open(t, "unix://"+path)
	for range 2 { // the second is the first that could know anything
		<-asked
	}
	time.Sleep(time.Second) // until its answer is taken in
	before := processCPU(t, tm.cmd.Process.Pid)
	for range polls {
		<-asked
	}
	time.Sleep(time.Second) // as before
	used := ms(processCPU(t, tm.cmd.Process.Pid) - before)
	heading("Without a watch", "what", "bytes, MB", "CPU per poll, ms, with what passes between them")
	row(fmt.Sprintf("%d unchanged pods", pods), float64(len(list))/1e6, used/polls)
}

// lastOutput is when the program wrote last.
func (tm *terminal) lastOutput() time.Time {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.heard
}

// podNames are the names of all pods of an endpoint, in its order.
func podNames(t *testing.T, url string) []string {
	t.Helper()
	var list struct {
		Items []struct{ Metadata struct{ Name string } }
	}
	if err := json.Unmarshal(get(t, url, "/api/v1/namespaces/default/pods"), &list); err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(list.Items))
	for i, item := range list.Items {
		names[i] = item.Metadata.Name
	}
	return names
}
