package apiserver

import (
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/apiserver/engine/fake"
)

// gone waits until no exec runs.
func (s *site) gone() {
	s.t.Helper()
	end := time.Now().Add(10 * time.Second)
	for s.server.Activity().Execs > 0 {
		if time.Now().After(end) {
			s.t.Fatal("the process of a client that has gone still runs")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestAClientThatGoesEndsItsProcess(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	leave := map[string]func(*wire){
		"close":                    func(w *wire) { w.Conn.Close() },
		"half-close, then close":   func(w *wire) { w.closeWrite(); time.Sleep(50 * time.Millisecond); w.Conn.Close() },
		"close with input unread":  func(w *wire) { w.send(strings.Repeat("x", 60000)); w.Conn.Close() },
		"close with output unread": func(w *wire) { time.Sleep(20 * time.Millisecond); w.Conn.Close() },
	}
	commands := map[string]string{
		"silent":    execJSON(false, true, "sleep", "infinity"),
		"reading":   execJSON(false, true, "cat"),
		"writing":   execJSON(false, true, "yes"),
		"shell":     execJSON(true, true, "sh"),
		"no stdin":  execJSON(false, false, "sleep", "infinity"),
		"stubborn ": execJSON(false, true, "sh", "-c", "trap '' TERM HUP; sleep infinity"),
	}
	for cn, cfg := range commands {
		for ln, depart := range leave {
			t.Run(cn+"/"+ln, func(t *testing.T) {
				t.Parallel()
				id := s.createExec("web", cfg)
				w := s.start(id, "", true)
				w.head()
				depart(w)
				end := time.Now().Add(10 * time.Second)
				for s.inspect(id).Running {
					if time.Now().After(end) {
						t.Fatal("its process still runs")
					}
					time.Sleep(10 * time.Millisecond)
				}
				if st := s.inspect(id); st.ExitCode != 0 && st.Reason != clientGone { // cat ends by itself
					t.Errorf("the end is told as %+v", st)
				}
			})
		}
	}
}

// A silent process whose client has only half-closed goes on.
func TestAHalfClosedClientIsThere(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(false, true, "sh", "-c", "sleep 2.5; echo still"))
	w := s.start(id, "", true)
	w.head()
	w.closeWrite()
	if out, _ := unframe(t, w.rest()); out != "still\n" {
		t.Errorf("output %q", out)
	}
}

func TestADeletedPodEndsItsExecs(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(true, true, "sh"))
	w := s.start(id, "", true)
	w.head()
	if r := s.call("DELETE", api.PodPath("default", "web"), `{"gracePeriodSeconds":0}`); r.code != 204 {
		t.Fatal(r.code)
	}
	w.rest()
	if st := s.inspect(id); st.Running || st.ExitCode != 137 || st.Reason == "" {
		t.Errorf("inspect %+v", st)
	}
}

func TestExecChecksTheState(t *testing.T) {
	s := serve(t, nil, nil)
	s.call("POST", api.PodsPath("default"), `{"metadata":{"name":"done"},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i","command":["true"]}]}}`)
	end := time.Now().Add(5 * time.Second)
	for {
		r := s.call("POST", api.ExecCreatePath("default", "done", "c"), execJSON(false, false, "true"))
		if r.code != 201 && r.code != 400 {
			t.Fatalf("%d %s", r.code, r.body)
		}
		if strings.Contains(string(r.body), "it has ended (Succeeded)") {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("last: %s", r.body)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("no /proc to count descriptors in")
	}
	return len(d)
}

// 100 execs, ended in every way, leave no goroutine and no descriptor.
func TestAHundredExecsLeaveNothing(t *testing.T) {
	e, err := fake.New(fake.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := serve(t, e, nil)
	s.runPod("web")
	round := func(n int) {
		for i := range n {
			id := s.createExec("web", execJSON(i%2 == 0, true, "sh"))
			w := s.start(id, "", i%3 == 0)
			w.head()
			switch i % 4 {
			case 0:
				w.send("exit\n")
				w.rest()
			case 1:
				w.send("echo hi\n")
			case 2:
				w.closeWrite()
			}
			w.Conn.Close()
		}
		s.gone()
		s.http.CloseIdleConnections()
	}
	settle := func(want int, now func() int) int {
		end := time.Now().Add(5 * time.Second)
		for now() > want && time.Now().Before(end) {
			time.Sleep(10 * time.Millisecond)
		}
		return now()
	}
	round(4)
	settle(0, func() int { return s.server.Activity().Clients })
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	round(100)
	if n := settle(goroutines, runtime.NumGoroutine); n > goroutines {
		t.Errorf("%d goroutines, %d before", n, goroutines)
	}
	if n := settle(files, func() int { return descriptors(t) }); n > files {
		t.Errorf("%d descriptors, %d before", n, files)
	}
	if a := s.server.Activity(); a.Clients != 0 || a.Execs != 0 {
		t.Errorf("activity: %+v", a)
	}
}

func TestShutdownEndsEverything(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(true, true, "sh"))
	w := s.start(id, "", true)
	w.head()
	watch, err := s.http.Get("http://localhost" + api.PodsPath("default") + "?watch=1")
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Body.Close()
	log, err := s.http.Get("http://localhost" + api.LogPath("default", "web") + "?follow=true")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Body.Close()
	done := make(chan error, 1)
	go func() { done <- s.server.Shutdown(t.Context()) }()
	w.rest() // ends in order
	for name, body := range map[string]io.Reader{"watch": watch.Body, "log": log.Body} {
		if _, err := io.Copy(io.Discard, body); err != nil {
			t.Errorf("the %s did not end in order: %v", name, err)
		}
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	if _, err := net.Dial("unix", s.path); err == nil {
		t.Error("the socket still answers")
	}
}
