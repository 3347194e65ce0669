package kube

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/remotecommand"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"podium/apiserver/engine"
)

const succeeded = `{"kind":"Status","apiVersion":"v1","status":"Success"}`

// node is the far side of an exec: what runs the command.
type node struct {
	cmd    []string // without the shell around it
	stdin  io.Reader
	stdout func(string)
	stderr func(string)
	sizes  func() string // the sizes that have come
	hang   <-chan struct{}
}

// nodeServer serves pods' execs by the given protocols, running each command by
// run, which gives the status that ends it; an empty one cuts the connection.
func nodeServer(t *testing.T, protocols []protocol, run func(n *node) string) *cluster {
	t.Helper()
	return newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/exec") {
			podNamed(w, r)
			return
		}
		version := r.Header.Get("Sec-Websocket-Protocol")
		switch {
		case version == "v4.channel.k8s.io" && slices.Contains(protocols, legacySocket), version == "v5.channel.k8s.io" && slices.Contains(protocols, closingSocket):
			serveSocket(t, w, r, version, run)
		case version == "" && slices.Contains(protocols, spdyStreams):
			serveSPDY(t, w, r, run)
		default:
			http.Error(w, "not here", http.StatusBadRequest)
		}
	})
}

// command takes the shell away that marks the command.
func command(r *http.Request) []string {
	cmd := r.URL.Query()["command"]
	if len(cmd) > 7 && cmd[0] == shell && cmd[2] == wrapScript {
		return cmd[7:]
	}
	return cmd
}

func serveSocket(t *testing.T, w http.ResponseWriter, r *http.Request, version string, run func(n *node) string) {
	up := gorilla.Upgrader{Subprotocols: []string{version}}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	var turn sync.Mutex
	send := func(channel byte, text string) {
		turn.Lock()
		defer turn.Unlock()
		_ = conn.WriteMessage(gorilla.BinaryMessage, append([]byte{channel}, text...)) // the client may be gone
	}
	in, stdin := io.Pipe()
	var sizes []string
	hang := make(chan struct{})
	go func() { // ends with the connection
		defer close(hang)
		defer stdin.Close()
		for {
			_, m, err := conn.ReadMessage()
			switch {
			case err != nil:
				return
			case m[0] == channelStdin:
				_, _ = stdin.Write(m[1:])
			case m[0] == channelResize:
				turn.Lock()
				sizes = append(sizes, string(m[1:]))
				turn.Unlock()
			case m[0] == channelClose && m[1] == channelStdin:
				stdin.Close()
			}
		}
	}()
	status := run(&node{
		cmd: command(r), stdin: in, hang: hang,
		stdout: func(s string) { send(channelStdout, s) }, stderr: func(s string) { send(channelStderr, s) },
		sizes: func() string { turn.Lock(); defer turn.Unlock(); return strings.Join(sizes, " ") },
	})
	if status != "" {
		send(channelStatus, status)
		_ = conn.WriteControl(gorilla.CloseMessage, gorilla.FormatCloseMessage(gorilla.CloseNormalClosure, ""), time.Now().Add(time.Second))
	}
}

func serveSPDY(t *testing.T, w http.ResponseWriter, r *http.Request, run func(n *node) string) {
	if _, err := httpstream.Handshake(r, w, []string{remotecommand.StreamProtocolV4Name}); err != nil {
		t.Error(err)
		return
	}
	want := 1
	for _, name := range []string{"stdin", "stdout", "stderr", "tty"} {
		if r.URL.Query().Get(name) != "" {
			want++
		}
	}
	arrived := make(chan httpstream.Stream, want)
	conn := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(s httpstream.Stream, reply <-chan struct{}) error {
		go func() { // the reply follows this function
			<-reply
			arrived <- s
		}()
		return nil
	})
	if conn == nil {
		return
	}
	defer conn.Close()
	streams := map[string]httpstream.Stream{}
	for range want {
		s := <-arrived
		streams[s.Headers().Get(corev1.StreamType)] = s
	}
	hang := make(chan struct{})
	go func() { <-conn.CloseChan(); close(hang) }()
	write := func(kind string) func(string) {
		return func(text string) {
			if s := streams[kind]; s != nil {
				_, _ = io.WriteString(s, text) // the client may be gone
			}
		}
	}
	n := &node{cmd: command(r), hang: hang, stdout: write(corev1.StreamTypeStdout), stderr: write(corev1.StreamTypeStderr), stdin: strings.NewReader("")}
	if s := streams[corev1.StreamTypeStdin]; s != nil {
		n.stdin = s
	}
	status := run(n)
	if status == "" {
		return
	}
	write(corev1.StreamTypeError)(status)
	for _, s := range streams {
		_ = s.Close()
	}
	<-hang
}

// A command's streams, end and exit code come through every protocol, and the
// first that the cluster speaks is found.
func TestExecByEveryProtocol(t *testing.T) {
	run := func(n *node) string {
		switch n.cmd[0] {
		case "cat":
			b, _ := io.ReadAll(n.stdin)
			n.stdout(string(b))
			n.stderr("done")
			return succeeded
		case "cut":
			n.stdout("half")
			return ""
		case "fail":
			return `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"9"}]}}`
		case shell: // a script: whether the command still runs
			return `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}`
		}
		n.stderr("sh: " + n.cmd[0] + ": not found")
		return `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"127"}]}}`
	}
	for _, protocols := range [][]protocol{{legacySocket, spdyStreams, closingSocket}, {spdyStreams}, {closingSocket}} {
		t.Run(fmt.Sprint(protocols), func(t *testing.T) {
			e := nodeServer(t, protocols, run).engine()
			if got := runIn(t, e, "web", "fed", fed("cat"), engine.Size{}); got != (ran{out: "fed", err: "done"}) {
				t.Errorf("cat: %+v", got)
			}
			if got := runIn(t, e, "web", "", plain("fail"), engine.Size{}); got != (ran{exit: engine.Exit{Code: 9}}) {
				t.Errorf("fail: %+v", got)
			}
			if got := runIn(t, e, "web", "", plain("nothing"), engine.Size{}); got != (ran{err: "sh: nothing: not found", exit: engine.Exit{Code: 127}}) {
				t.Errorf("nothing: %+v", got)
			}
			got := runIn(t, e, "web", "", plain("cut"), engine.Size{})
			if !strings.HasPrefix("half", got.out) || got.exit.Code != codeUnknown || got.exit.Reason == "" {
				t.Errorf("cut: %+v", got)
			}
		})
	}
}

// A success that only the API server vouches for is looked into.
func TestADoubtfulSuccess(t *testing.T) {
	e := nodeServer(t, []protocol{closingSocket}, func(*node) string {
		return succeeded // the command, and the script that finds it still there
	}).engine()
	got := runIn(t, e, "web", "", plain("work"), engine.Size{})
	if got.exit.Code != codeUnknown || !strings.Contains(got.exit.Reason, "lost its connection to the node") {
		t.Errorf("%+v", got)
	}
}

// The size that a terminal has when it is made is in the command line, later
// ones come as they are asked for, the newest last.
func TestTerminalSizes(t *testing.T) {
	c := nodeServer(t, []protocol{legacySocket}, func(n *node) string {
		if n.cmd[0] == shell {
			return succeeded
		}
		line, _ := io.ReadAll(io.LimitReader(n.stdin, 3))
		n.stdout(string(line) + n.sizes())
		return succeeded
	})
	e := c.engine()
	p, err := e.Exec(t.Context(), "n", "web", "main", onTerminal("app"), engine.Size{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	if cmd := c.last().URL.Query()["command"]; !slices.Equal(cmd[5:], []string{"24", "80", "app"}) {
		t.Errorf("the command line is %q", cmd)
	}
	if err := p.Resize(engine.Size{Rows: 50, Cols: 132}); err != nil {
		t.Error(err)
	}
	if err := p.Resize(engine.Size{}); err == nil {
		t.Error("a size of 0x0 is taken")
	}
	if err := p.Stdin().Close(); err != nil { // says nothing on a terminal
		t.Error(err)
	}
	if _, err := io.WriteString(p.Stdin(), "end"); err == nil {
		t.Error("a closed stdin is written to")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}

	p, err = e.Exec(t.Context(), "n", "web", "main", onTerminal("app"), engine.Size{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range []uint16{30, 40} {
		if err := p.Resize(engine.Size{Rows: rows, Cols: 100}); err != nil {
			t.Error(err)
		}
	}
	if _, err := io.WriteString(p.Stdin(), "end"); err != nil {
		t.Error(err)
	}
	out, err := io.ReadAll(p.Stdout())
	if want := `end{"Width":80,"Height":24} {"Width":100,"Height":30} {"Width":100,"Height":40}`; string(out) != want || err != nil {
		t.Errorf("%q, want %q, %v", out, want, err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

// What was typed before it showed that there is no shell is typed again.
func TestInputOutlivesAMissingShell(t *testing.T) {
	e := nodeServer(t, []protocol{legacySocket, spdyStreams}, func(n *node) string {
		if len(n.cmd) > 0 && n.cmd[0] == "app" && n.stdin != nil {
			b, _ := io.ReadAll(n.stdin)
			n.stdout("got " + string(b))
			return succeeded
		}
		return succeeded
	})
	// The first attempt of each container fails as a runtime without sh does.
	inner := e.Config.Handler
	e.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if cmd := r.URL.Query()["command"]; len(cmd) > 0 && cmd[0] == shell {
			serveSPDY(t, w, r, func(n *node) string {
				_, _ = io.ReadFull(n.stdin, make([]byte, len("early")))
				return `{"status":"Failure","message":"OCI runtime exec failed: exec: \"sh\": executable file not found in $PATH: unknown"}`
			})
			return
		}
		inner.ServeHTTP(w, r)
	})
	eng := e.engine()
	for range 2 {
		if got := runIn(t, eng, "web", "early", fed("app"), engine.Size{}); got != (ran{out: "got early"}) {
			t.Errorf("%+v", got)
		}
	}
}

// Closing a process ends what runs in the container by its mark, and waits no
// longer than the cluster needs.
func TestCloseEndsTheCommand(t *testing.T) {
	ended := make(chan struct{})
	marks := make(chan string, 2)
	c := nodeServer(t, []protocol{legacySocket, spdyStreams}, func(n *node) string {
		if n.cmd[0] == shell {
			marks <- n.cmd[4]
			close(ended)
			return succeeded
		}
		select {
		case <-ended:
			return `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"129"}]}}`
		case <-n.hang:
			return ""
		}
	})
	p, err := c.engine().Exec(t.Context(), "n", "web", "", plain("sleep", "1000"), engine.Size{})
	if err != nil {
		t.Fatal(err)
	}
	mark := c.last().URL.Query()["command"][4]
	for range 2 { // it may be called again
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if got := <-marks; got != mark || mark == "" {
		t.Errorf("what is marked %q was ended, the command has %q", got, mark)
	}
	if exit, err := p.Wait(t.Context()); err != nil || exit.Code != 129 {
		t.Errorf("%+v, %v", exit, err)
	}
	if err := p.Signal("TERM"); err != nil {
		t.Errorf("a signal to what has ended: %v", err)
	}
}

func TestExecRefused(t *testing.T) {
	c := newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"cannot %s pods/exec"}`, r.Method)
	})
	_, err := c.engine().Exec(t.Context(), "n", "web", "main", plain("true"), engine.Size{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), "cannot POST pods/exec") {
		t.Errorf("%v", err)
	}
	c.takes("another")
	_, err = c.engine().Exec(t.Context(), "n", "web", "main", plain("true"), engine.Size{})
	if !apierrors.IsUnauthorized(err) || !strings.Contains(err.Error(), "log in again") {
		t.Errorf("%v", err)
	}
	if _, err := c.engine().Exec(t.Context(), "n", "web", "main", plain(), engine.Size{}); !apierrors.IsBadRequest(err) {
		t.Errorf("no command: %v", err)
	}
}

func TestEndings(t *testing.T) {
	for name, row := range map[string]struct {
		status, program string
		code            int
		words, reason   string
		bare, lost      bool
	}{
		"crun":       {"executable file `nope` not found in $PATH: No such file or directory", "nope", 127, "nope: not found", "", false, false},
		"gVisor":     {`error finding executable "sh" in PATH`, "sh", 127, "sh: not found", "", true, false},
		"a folder":   {`exec: "/": permission denied: unknown`, "/", 126, "/: cannot be run: permission denied", "", false, false},
		"a node":     {`error sending request: Post "https://10.0.0.1:10250/exec/a?command=secret": dial tcp: refused`, "x", 255, "", "error sending request: Post: dial tcp: refused", false, true},
		"other user": {"container not running", "x", 255, "", "container not running", false, true},
	} {
		message := strings.ReplaceAll(row.status, `"`, `\"`)
		got := endingOf([]byte(`{"status":"Failure","message":"`+message+`"}`), nil, row.program)
		if got.exit.Code != row.code || got.words != row.words || got.bare != row.bare || got.lost != row.lost || !strings.Contains(got.exit.Reason, row.reason) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	for _, status := range []string{"not JSON", `{"status":"Failure","reason":"NonZeroExitCode"}`, `{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"x"}]}}`} {
		if got := endingOf([]byte(status), nil, "x"); got.exit.Code == 0 {
			t.Errorf("%s is taken for success", status)
		}
	}
}

func FuzzEnding(f *testing.F) {
	f.Add([]byte(succeeded), "sh")
	f.Add([]byte(`{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}`), "x")
	f.Add([]byte(`{"status":"Failure","message":"Post \"http"}`), "x")
	f.Fuzz(func(t *testing.T, status []byte, program string) {
		got := endingOf(status, io.ErrUnexpectedEOF, program)
		if got.exit.Code == 0 && got.exit.Reason == "" && !strings.Contains(string(status), "S") && !strings.Contains(string(status), "0") {
			t.Errorf("%q is taken for success", status)
		}
	})
}
