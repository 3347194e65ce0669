package apiserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// site is a server on a real unix socket, and a client that knows only HTTP.
type site struct {
	t      *testing.T
	server *Server
	path   string
	http   *http.Client

	mu  sync.Mutex
	log []string
}

// serve serves an engine; nil means an empty fake one.
func serve(t *testing.T, e engine.Engine, change func(*Options)) *site {
	t.Helper()
	if e == nil {
		f, err := fake.New(fake.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		e = f
	}
	s := &site{t: t}
	o := Options{Engine: e, Version: "test", Log: s.note, Limits: Limits{LingerTime: 300 * time.Millisecond}}
	if change != nil {
		change(&o)
	}
	s.server = New(o)
	dir, err := os.MkdirTemp("", "podium") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	s.path = filepath.Join(dir, "s", "api.sock")
	l, err := s.server.Listen(ListenOptions{Address: "unix://" + s.path})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.server.Serve(l) }()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return net.Dial("unix", s.path) }}
	s.http = &http.Client{Transport: transport, Timeout: 20 * time.Second}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.server.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if _, err := os.Lstat(s.path); err == nil {
			t.Error("the socket is still there")
		}
		os.RemoveAll(dir)
	})
	return s
}

func (s *site) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, line)
}

func (s *site) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.log, "\n")
}

// reply is a whole answer.
type reply struct {
	code   int
	header http.Header
	body   []byte
}

func (r reply) status(t *testing.T) metav1.Status {
	t.Helper()
	var st metav1.Status
	if err := json.Unmarshal(r.body, &st); err != nil || st.Kind != "Status" || st.APIVersion != "v1" || st.Status != "Failure" {
		t.Fatalf("not a Status (%v): %d %s", err, r.code, r.body)
	}
	if int(st.Code) != r.code {
		t.Errorf("the Status says %d, the answer %d", st.Code, r.code)
	}
	return st
}

func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
}

// call makes one request. header holds names and values in turn.
func (s *site) call(method, path, body string, header ...string) reply {
	s.t.Helper()
	req, err := http.NewRequest(method, "http://localhost"+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, b}
}

func podJSON(name string, command ...string) string {
	if len(command) == 0 {
		command = []string{"sleep", "infinity"}
	}
	b, _ := json.Marshal(map[string]any{
		"kind": "Pod", "apiVersion": "v1",
		"metadata": map[string]any{"name": name, "labels": map[string]string{"app": name}},
		"spec":     map[string]any{"containers": []any{map[string]any{"name": "main", "image": "busybox", "command": command}}},
	})
	return string(b)
}

// runPod makes a pod and waits until it runs.
func (s *site) runPod(name string, command ...string) {
	s.t.Helper()
	if r := s.call("POST", api.PodsPath("default"), podJSON(name, command...)); r.code != 201 {
		s.t.Fatalf("create: %d %s", r.code, r.body)
	}
	s.until(name, func(p *corev1.Pod) bool {
		return len(p.Status.ContainerStatuses) > 0 && p.Status.ContainerStatuses[0].State.Running != nil
	})
}

func (s *site) until(name string, ok func(*corev1.Pod) bool) {
	s.t.Helper()
	end := time.Now().Add(10 * time.Second)
	for {
		var p corev1.Pod
		s.call("GET", api.PodPath("default", name), "").into(s.t, &p)
		if ok(&p) {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("pod %s did not come to that: %+v", name, p.Status)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// wire is a connection on which a test writes HTTP by hand.
type wire struct {
	t *testing.T
	net.Conn
	in *bufio.Reader
}

func (s *site) dial() *wire {
	s.t.Helper()
	c, err := net.Dial("unix", s.path)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return &wire{s.t, c, bufio.NewReader(c)}
}

func (w *wire) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.Conn, text); err != nil {
		w.t.Fatal(err)
	}
}

// head reads a response's header as it came.
func (w *wire) head() string {
	w.t.Helper()
	var b strings.Builder
	for {
		line, err := w.in.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			w.t.Fatalf("header cut: %v after %q", err, b.String())
		}
		if line == "\r\n" {
			return b.String()
		}
	}
}

func (w *wire) rest() []byte {
	w.t.Helper()
	b, err := io.ReadAll(w.in)
	if err != nil {
		w.t.Fatalf("the stream broke: %v after %q", err, b)
	}
	return b
}

func (w *wire) closeWrite() {
	w.t.Helper()
	if err := w.Conn.(*net.UnixConn).CloseWrite(); err != nil {
		w.t.Fatal(err)
	}
}

// createExec makes an exec and returns its id.
func (s *site) createExec(pod, config string) string {
	s.t.Helper()
	r := s.call("POST", api.ExecCreatePath("default", pod, ""), config)
	if r.code != 201 {
		s.t.Fatalf("exec create: %d %s", r.code, r.body)
	}
	var c api.ExecCreated
	r.into(s.t, &c)
	return c.ID
}

func execJSON(tty, stdin bool, cmd ...string) string {
	b, _ := json.Marshal(api.ExecConfig{TTY: tty, AttachStdin: stdin, AttachStdout: true, AttachStderr: true, Cmd: cmd})
	return string(b)
}

// start sends exec start by hand, asking to upgrade or not.
func (s *site) start(id, body string, upgrade bool) *wire {
	s.t.Helper()
	w := s.dial()
	extra := ""
	if upgrade {
		extra = "Connection: Upgrade\r\nUpgrade: tcp\r\n"
	}
	w.send(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s",
		api.ExecStartPath(id), extra, len(body), body))
	return w
}

func (s *site) inspect(id string) api.ExecStatus {
	s.t.Helper()
	var st api.ExecStatus
	r := s.call("GET", api.ExecInspectPath(id), "")
	if r.code != 200 {
		s.t.Fatalf("inspect: %d %s", r.code, r.body)
	}
	r.into(s.t, &st)
	return st
}

// unframe takes frames apart with nothing of ours.
func unframe(t *testing.T, b []byte) (stdout, stderr string) {
	t.Helper()
	var out [3]bytes.Buffer
	for len(b) > 0 {
		if len(b) < 8 {
			t.Fatalf("a header is cut: %q", b)
		}
		n := int(b[4])<<24 | int(b[5])<<16 | int(b[6])<<8 | int(b[7])
		if b[0] > 2 || b[1]|b[2]|b[3] != 0 || len(b) < 8+n {
			t.Fatalf("not a frame: %q", b[:8])
		}
		out[b[0]].Write(b[8 : 8+n])
		b = b[8+n:]
	}
	return out[0].String() + out[1].String(), out[2].String()
}
