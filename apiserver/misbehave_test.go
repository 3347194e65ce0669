package apiserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/fake"
)

// A client that never ends its header, or its body, is cut off; others are
// served meanwhile.
func TestSlowClientsAreCutOff(t *testing.T) {
	s := serve(t, nil, func(o *Options) {
		o.Limits.HeaderTime, o.Limits.BodyTime, o.Limits.IdleTime = 200*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond
	})
	slow := s.dial()
	slow.send("GET /info HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	if r := s.call("GET", "/info", ""); r.code != 200 {
		t.Errorf("another client: %d", r.code)
	}
	if b, err := io.ReadAll(slow.in); err != nil && !strings.Contains(err.Error(), "reset") {
		t.Errorf("%v %q", err, b)
	}
	body := s.dial()
	body.send("POST /api/v1/namespaces/default/pods HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")
	if head := body.head(); !strings.HasPrefix(head, "HTTP/1.1 504 ") {
		t.Errorf("a body that does not come: %q", head)
	}
	idle := s.dial()
	idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	idle.head()
	if _, err := io.ReadAll(idle.in); err != nil {
		t.Errorf("an idle connection: %v", err)
	}
}

// None of the limits ends what is merely quiet.
func TestLimitsSpareWhatIsQuiet(t *testing.T) {
	s := serve(t, nil, func(o *Options) {
		o.Limits.HeaderTime, o.Limits.BodyTime, o.Limits.IdleTime, o.Limits.WriteTime = 150*time.Millisecond, 150*time.Millisecond, 150*time.Millisecond, 150*time.Millisecond
	})
	s.runPod("web", "sh", "-c", "echo one; sleep 0.8; echo two; sleep infinity")
	id := s.createExec("web", execJSON(true, true, "sh"))
	shell := s.start(id, "", true)
	shell.head()
	log := s.dial()
	log.send("GET " + api.LogPath("default", "web") + "?follow=1 HTTP/1.1\r\nHost: x\r\n\r\n")
	log.head()
	watch := s.dial()
	watch.send("GET " + api.PodsPath("default") + "?watch=1&labelSelector=new HTTP/1.1\r\nHost: x\r\n\r\n")
	watch.head()
	readUntil(t, log, "two\n")
	time.Sleep(300 * time.Millisecond) // twice every limit, with nothing said
	s.call("POST", api.PodsPath("default"), strings.Replace(podJSON("late"), `"app"`, `"new":"1","app"`, 1))
	readUntil(t, watch, `"name":"late"`)
	shell.send("exit 6\r")
	shell.rest()
	if st := s.inspect(id); st.ExitCode != 6 {
		t.Errorf("the shell: %+v", st)
	}
}

func TestHugeThingsAreRefused(t *testing.T) {
	s := serve(t, nil, func(o *Options) { o.Limits.HeaderBytes = 8 << 10 })
	header := s.dial()
	go io.WriteString(header.Conn, "GET /info HTTP/1.1\r\nHost: x\r\nX-Huge: "+strings.Repeat("x", 1<<20)+"\r\n\r\n")
	if head := header.head(); !strings.HasPrefix(head, "HTTP/1.1 431 ") {
		t.Errorf("a huge header: %q", head)
	}
	// The length alone is enough to refuse, without a byte of the body.
	body := s.dial()
	body.send("POST /api/v1/namespaces/default/pods HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n")
	if head := body.head(); !strings.HasPrefix(head, "HTTP/1.1 413 ") {
		t.Errorf("a huge body: %q", head)
	}
	// One without a length is read no further than the limit.
	chunked := s.dial()
	go func() {
		io.WriteString(chunked.Conn, "POST /api/v1/namespaces/default/pods HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
		for range 200 {
			if _, err := io.WriteString(chunked.Conn, "2000\r\n"+strings.Repeat("x", 0x2000)+"\r\n"); err != nil {
				return
			}
		}
	}()
	if head := chunked.head(); !strings.HasPrefix(head, "HTTP/1.1 413 ") {
		t.Errorf("a huge chunked body: %q", head)
	}
}

// A client may go away at every step of an exec and of a list.
func TestDisconnectAtEveryStep(t *testing.T) {
	e, err := fake.New(fake.Options{Pods: 2000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := serve(t, e, nil)
	s.runPod("a-web")
	full := func(path, body string) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
	}
	cfg := execJSON(false, true, "sh", "-c", "yes | head -c 1000000; cat")
	create := full(api.ExecCreatePath("default", "a-web", ""), cfg)
	for _, cut := range []int{0, 1, 20, len(create) / 2, len(create) - 1, len(create)} {
		w := s.dial()
		w.send(create[:cut])
		w.Conn.Close()
	}
	start := func() string { return full(api.ExecStartPath(s.createExec("a-web", cfg)), cfg) }
	for _, cut := range []int{1, 30, len(start()) / 2, len(start()) - 1, len(start())} {
		w := s.dial()
		w.send(start()[:cut])
		w.Conn.Close()
	}
	for _, read := range []int{0, 1, 20, 150, 200, 5000, 100000} { // bytes taken of the answer
		w := s.dial()
		w.send(start())
		io.ReadFull(w.in, make([]byte, read))
		w.Conn.Close()
		l := s.dial()
		l.send("GET " + api.PodsPath("default") + " HTTP/1.1\r\nHost: x\r\n\r\n")
		io.ReadFull(l.in, make([]byte, read))
		l.Conn.Close()
	}
	s.gone()
	s.http.CloseIdleConnections()
	end := time.Now().Add(5 * time.Second)
	for s.server.Activity().Clients > 0 {
		if time.Now().After(end) {
			t.Fatalf("%+v", s.server.Activity())
		}
		time.Sleep(5 * time.Millisecond)
	}
	if r := s.call("GET", "/healthz", ""); r.code != 200 {
		t.Errorf("afterwards: %d", r.code)
	}
	if strings.Contains(s.logged(), "panic") {
		t.Errorf("the log: %s", s.logged())
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	s := serve(t, nil, func(o *Options) { o.Limits.Connections = 3 })
	var held []*wire
	for range 3 {
		w := s.dial()
		w.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		if head := w.head(); !strings.HasPrefix(head, "HTTP/1.1 200") {
			t.Fatal(head)
		}
		held = append(held, w)
	}
	w := s.dial()
	w.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
	if head := w.head(); !strings.HasPrefix(head, "HTTP/1.1 503 ") || !strings.Contains(head, "Connection: close") || !strings.Contains(head, "Retry-After: 1") {
		t.Errorf("the fourth: %q", head)
	}
	w.rest()
	held[0].Conn.Close()
	end := time.Now().Add(5 * time.Second)
	for {
		w := s.dial()
		w.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		head := w.head()
		w.Conn.Close()
		if strings.HasPrefix(head, "HTTP/1.1 200") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("after one has left: %q", head)
		}
	}
}

// broken is an engine that fails in ways of its own.
type broken struct {
	engine.Engine
}

func (broken) Get(_ context.Context, _, name string) (*corev1.Pod, error) {
	if name == "panic" {
		panic("the engine's own fault")
	}
	return nil, fmt.Errorf("the disk is on fire")
}

func (broken) List(context.Context, string, api.ListOptions, *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		if yield(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "first"}}, nil) {
			yield(nil, fmt.Errorf("the disk is on fire"))
		}
	}
}

func TestABrokenEngine(t *testing.T) {
	f, err := fake.New(fake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	s := serve(t, broken{f}, nil)
	st := s.call("GET", api.PodPath("default", "x"), "").status(t)
	if st.Code != 500 || st.Reason != metav1.StatusReasonInternalError || st.Message != "the disk is on fire" {
		t.Errorf("%+v", st)
	}
	st = s.call("GET", api.PodPath("default", "panic"), "").status(t)
	if st.Code != 500 || strings.Contains(st.Message, "own fault") || !strings.Contains(s.logged(), "the engine's own fault") {
		t.Errorf("%+v, log %s", st, s.logged())
	}
	// A list that fails in the middle must not look whole.
	resp, err := s.http.Get("http://localhost" + api.PodsPath("default"))
	if err == nil {
		b, rerr := io.ReadAll(resp.Body)
		resp.Body.Close()
		if rerr == nil {
			t.Errorf("a list that failed looks whole: %s", b)
		}
	}
}

func TestGarbageIsAnsweredOrClosed(t *testing.T) {
	s := serve(t, nil, nil)
	for _, text := range []string{"\x00\x01\x02\r\n\r\n", "\x16\x03\x01\x02\x00\x01", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"} {
		c, err := net.Dial("unix", s.path)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(5 * time.Second))
		io.WriteString(c, text)
		c.(*net.UnixConn).CloseWrite()
		b, err := io.ReadAll(c)
		c.Close()
		if err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%q: %v", text, err)
		}
		if len(b) > 0 && !strings.HasPrefix(string(b), "HTTP/1.") {
			t.Errorf("%q is answered with %q", text, b)
		}
	}
}

// resources is an engine that serves the resources itself.
type resources struct {
	engine.Engine
}

func (resources) ServeResource(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Get("watch") != "" {
		w.WriteHeader(http.StatusOK)
		if err := http.NewResponseController(w).Flush(); err != nil {
			return err
		}
		<-r.Context().Done()
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, "/none") {
		return apierrors.NewNotFound(pods(), "none")
	}
	fmt.Fprintf(w, "%s %s %s %d", r.Method, r.URL, body, r.ContentLength)
	return nil
}

func TestAnEngineMayServeResourcesItself(t *testing.T) {
	f, err := fake.New(fake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	s := serve(t, resources{f}, nil)
	for _, row := range []struct {
		method, path, body string
		code               int
		has                string
	}{
		{"GET", "/api/v1/namespaces/prod/pods?x=y", "", 200, "GET /api/v1/namespaces/prod/pods?x=y  0"},
		{"POST", "/api/v1/namespaces/prod/pods", `{"a":1}`, 200, `POST /api/v1/namespaces/prod/pods {"a":1} 7`},
		{"DELETE", "/api/v1/namespaces/prod/pods/p", "", 200, "DELETE /api/v1/namespaces/prod/pods/p  0"},
		{"GET", "/api/v1/namespaces/prod/pods/none", "", 404, "NotFound"},
		{"POST", "/api/v1/namespaces/prod/pods", `{"a":"` + strings.Repeat("x", 4<<20) + `"}`, 413, "RequestEntityTooLarge"},
		{"PATCH", "/api/v1/namespaces/prod/pods/p", "{}", 200, "PATCH /api/v1/namespaces/prod/pods/p {} 2"},
		{"PUT", "/api/v1/namespaces/prod/pods/p", "{}", 405, "MethodNotAllowed"},
		{"PATCH", "/api/v1/namespaces/prod/pods", "{}", 405, "MethodNotAllowed"},
		{"GET", "/api/v1/namespaces/prod/secrets", "", 404, "NotFound"},
		{"GET", "/info", "", 200, `"engine":"fake"`},
	} {
		r := s.call(row.method, row.path, row.body)
		if r.code != row.code || !strings.Contains(string(r.body), row.has) {
			t.Errorf("%s %s: %d %s, want %d with %q", row.method, row.path, r.code, r.body, row.code, row.has)
		}
	}
	w := s.dial()
	w.send("GET /api/v1/pods?watch=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	w.head()
	go s.server.Shutdown(context.Background())
	w.rest() // ends with the server
}

// Over TCP a client that resets after its half-close is seen to be gone.
func TestATCPResetEndsTheProcess(t *testing.T) {
	s := newServer(t, nil)
	l := listen(t, s, ListenOptions{Address: "127.0.0.1:0"})
	send := func(method, path, body, extra string) (*net.TCPConn, *http.Response, string) {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(10 * time.Second))
		fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", method, path, testToken, extra, len(body), body)
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return c.(*net.TCPConn), resp, ""
		}
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return c.(*net.TCPConn), resp, string(b)
	}
	send("POST", api.PodsPath("default"), podJSON("web"), "")
	for end := time.Now().Add(5 * time.Second); ; {
		_, resp, body := send("POST", api.ExecCreatePath("default", "web", ""), execJSON(false, true, "sleep", "infinity"), "")
		if resp.StatusCode == http.StatusCreated {
			c, _, _ := send("POST", api.ExecStartPath(strings.Split(body, `"`)[3]), "", "Connection: Upgrade\r\nUpgrade: tcp\r\n")
			if err := c.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			c.SetLinger(0)
			c.Close()
			break
		}
		if time.Now().After(end) {
			t.Fatal(body)
		}
	}
	for end := time.Now().Add(10 * time.Second); s.Activity().Execs > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the process still runs")
		}
	}
}
