package docker

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"

	"podium/termbridge/frame"
)

// fakeExec is one exec. Its program is the first word of its command: say
// writes the rest to stdout, warn to stderr, cat copies stdin, wait runs until
// a signal, size tells the terminal's, code ends with the second word,
// missing is not there.
type fakeExec struct {
	id        string
	container string
	config    container.ExecCreateRequest
	begun     time.Time
	started   bool

	mu      sync.Mutex
	size    string
	resizes int
	running bool
	over    bool
	code    int
	ended   chan struct{}
}

func (x *fakeExec) end(code int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.over {
		x.over, x.running, x.code = true, false, code
		close(x.ended)
	}
}

func (d *fakeDaemon) createExec(w http.ResponseWriter, r *http.Request, c *fakeContainer) {
	if !c.state.Running {
		if d.podman {
			refuse(w, 500, "can only create exec sessions on running containers: container state improper")
			return
		}
		refuse(w, 409, "Container is not running")
		return
	}
	x := &fakeExec{id: d.newID(), container: c.id, ended: make(chan struct{}), size: "0 0"}
	if err := json.NewDecoder(r.Body).Decode(&x.config); err != nil {
		refuse(w, 400, err.Error())
		return
	}
	d.execs[x.id] = x
	reply(w, 201, map[string]string{"Id": x.id})
}

func (d *fakeDaemon) serveExec(w http.ResponseWriter, r *http.Request, parts []string) {
	d.mu.Lock()
	x := d.execs[parts[1]]
	d.mu.Unlock()
	if x == nil {
		refuse(w, 404, "No such exec instance")
		return
	}
	switch parts[2] {
	case "json":
		d.inspectExec(w, x)
	case "resize":
		d.resizeExec(w, r, x)
	case "start":
		d.startExec(w, r, x)
	}
}

// inspectExec tells a running exec's exit code as null or 0, and the detach
// keys as base64 or as they were given.
func (d *fakeDaemon) inspectExec(w http.ResponseWriter, x *fakeExec) {
	x.mu.Lock()
	defer x.mu.Unlock()
	body := map[string]any{"ID": x.id, "ContainerID": x.container, "Running": x.running, "Pid": 0, "ExitCode": nil, "DetachKeys": []byte(x.config.DetachKeys)}
	if x.running {
		body["Pid"] = 1 << 30 // nobody's
	}
	if d.podman {
		body["ExitCode"], body["DetachKeys"] = 0, x.config.DetachKeys
	}
	if x.over {
		body["ExitCode"] = x.code
	}
	reply(w, 200, body)
}

// resizeExec refuses twice after the start, as engines do until the process is
// there, and answers 200 or 201.
func (d *fakeDaemon) resizeExec(w http.ResponseWriter, r *http.Request, x *fakeExec) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.resizes++
	if x.resizes <= 2 {
		refuse(w, 500, "exec session is not running")
		return
	}
	x.size = r.URL.Query().Get("h") + " " + r.URL.Query().Get("w")
	if d.podman {
		w.WriteHeader(http.StatusCreated)
	}
}

func (d *fakeDaemon) startExec(w http.ResponseWriter, r *http.Request, x *fakeExec) {
	var body struct{ Detach, Tty bool }
	_ = json.NewDecoder(r.Body).Decode(&body)
	x.mu.Lock()
	again := x.started
	x.started = true
	x.mu.Unlock()
	switch {
	case body.Detach:
		d.t.Error("an exec was started detached: Podman calls it running for minutes then")
	case again && d.podman:
		refuse(w, 500, "exec session state improper")
		return
	case again:
		refuse(w, 409, "exec has already run")
		return
	}
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		d.t.Error(err)
		return
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"); err != nil {
		return
	}
	d.runExec(x, conn, buf)
}

// runExec is the exec's life. The stream may outlive the process by nothing;
// the exit code is there a little later.
func (d *fakeDaemon) runExec(x *fakeExec, conn net.Conn, in io.Reader) {
	out, errs := io.Writer(conn), io.Writer(conn)
	if !x.config.Tty {
		frames := frame.NewWriter(conn)
		out, errs = frames.Stream(frame.Stdout), frames.Stream(frame.Stderr)
	}
	argv := x.config.Cmd
	if len(argv) > 4 && argv[0] == "/bin/sh" && strings.HasPrefix(argv[2], "stty rows ") {
		var rows, cols int
		if _, err := fmt.Sscanf(argv[2], "stty rows %d cols %d", &rows, &cols); err == nil {
			x.mu.Lock()
			x.size = fmt.Sprintf("%d %d", rows, cols)
			x.mu.Unlock()
		}
		argv = argv[4:]
	}
	if argv[0] == "missing" {
		text, code := "OCI runtime exec failed: exec failed: unable to start container process: exec: \"missing\": executable file not found in $PATH: unknown\r\n", 126
		if d.podman {
			text, code = "Error: runc: exec failed: unable to start container process: exec: \"missing\": executable file not found in $PATH: OCI runtime attempted to invoke a command that was not found\n", 127
		}
		_, _ = io.WriteString(out, text) // the client may have gone
		x.end(code)
		return
	}
	x.mu.Lock()
	x.running, x.begun = true, time.Now()
	x.mu.Unlock()
	code := 0
	switch argv[0] {
	case "say":
		_, _ = io.WriteString(out, strings.Join(argv[1:], " ")+"\n") // as above
	case "warn":
		_, _ = io.WriteString(errs, strings.Join(argv[1:], " ")+"\n") // as above
		code = 1
	case "cat":
		_, _ = io.Copy(out, in) // as above
	case "code":
		fmt.Sscan(argv[1], &code)
	case "size":
		x.mu.Lock()
		size := x.size
		x.mu.Unlock()
		_, _ = io.WriteString(out, size+"\r\n") // as above
	case "sh": // the engine's own, to send a signal
		d.signalFrom(x, argv)
	case "wait":
		_, _ = io.WriteString(out, "up\n") // as above
		<-x.ended
	}
	x.end(code)
}

// signalFrom does what the engine's script would: to the processes that carry
// the mark.
func (d *fakeDaemon) signalFrom(from *fakeExec, argv []string) {
	if len(argv) != 7 || argv[2] != signalScript {
		d.t.Errorf("an unexpected script: %q", argv)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, x := range d.execs {
		if x == from || x.container != from.container || !strings.Contains(strings.Join(x.config.Env, "\n"), argv[5]) {
			continue
		}
		switch argv[4] {
		case "KILL":
			x.end(137)
		case "TERM":
			x.end(143)
		case "HUP":
			if len(x.config.Cmd) < 2 || x.config.Cmd[1] != "stubborn" {
				x.end(129)
			}
		}
	}
}
