package docker

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
)

// fakeContainer is one container. Its program is the first word of its
// entrypoint: stay runs until a signal, stubborn until KILL, exit ends at once
// with the code of the second word, missing and /missing cannot be started.
type fakeContainer struct {
	id, name string
	config   container.Config
	host     container.HostConfig
	state    container.State
	created  time.Time
	log      [][2]string // stream and text
}

func (c *fakeContainer) program() (string, string) {
	argv := append(append([]string{}, c.config.Entrypoint...), c.config.Cmd...)
	return append(argv, "stay", "")[0], append(argv, "", "")[1]
}

func (d *fakeDaemon) finish(c *fakeContainer, code int) {
	if !c.state.Running {
		return
	}
	c.state.Running, c.state.Status, c.state.ExitCode = false, container.StateExited, code
	c.state.FinishedAt = time.Now().UTC().Format(time.RFC3339Nano)
	d.tell("die", c.id)
	for _, x := range d.execs {
		if x.container == c.id && d.podman { // Docker leaves the stream open
			x.end(137)
		}
	}
}

func (d *fakeDaemon) serveContainers(w http.ResponseWriter, r *http.Request, parts []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case parts[1] == "json" && d.broken != "":
		refuse(w, 500, `getting container from store "`+d.broken+`": container not known`)
		return
	case parts[1] == d.broken && r.Method == http.MethodDelete:
		for _, c := range d.containers {
			if string(c.host.NetworkMode) == "container:"+d.broken {
				refuse(w, 500, "container "+d.broken+" has dependent containers which must be removed before it: "+c.id+": container already exists")
				return
			}
		}
		d.broken = ""
		w.WriteHeader(http.StatusNoContent)
		return
	case parts[1] == "json":
		var list []any
		for _, c := range d.containers {
			list = append(list, map[string]any{"Id": c.id, "Names": []string{"/" + c.name}, "State": c.state.Status})
		}
		reply(w, 200, list)
		return
	case parts[1] == "create":
		d.createContainer(w, r)
		return
	}
	c := d.byName(parts[1])
	if c == nil {
		if d.podman && r.Method == http.MethodPost {
			refuse(w, 500, "does not exist in database: no such container")
			return
		}
		refuse(w, 404, "No such container: "+parts[1])
		return
	}
	switch action := strings.Join(parts[2:], ""); {
	case r.Method == http.MethodDelete:
		d.finish(c, 137)
		delete(d.containers, c.id)
		d.tell("destroy", c.id)
		w.WriteHeader(http.StatusNoContent)
	case action == "json":
		reply(w, 200, container.InspectResponse{
			ID: c.id, Name: "/" + c.name, Created: c.created.Format(time.RFC3339Nano), Config: &c.config, HostConfig: &c.host, State: &c.state, Image: "sha256:1",
		})
	case action == "start":
		d.startContainer(w, c)
	case action == "kill":
		d.killContainer(w, r, c)
	case action == "logs":
		for _, line := range c.log {
			_, _ = w.Write(append([]byte{line[0][0] - '0', 0, 0, 0, 0, 0, 0, byte(len(line[1]))}, line[1]...)) // the client may have gone
		}
	case action == "archive" && r.Method == http.MethodHead:
		d.statPath(w, r)
	case action == "archive" && r.Method == http.MethodGet:
		d.archiveFile(w, r)
	case action == "archive":
		_, _ = io.Copy(io.Discard, r.Body)
	case action == "exec":
		d.createExec(w, r, c)
	default:
		refuse(w, 404, "page not found")
	}
}

func (d *fakeDaemon) createContainer(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("name")
	if d.byName(name) != nil {
		code := 409
		if d.podman {
			code = 500 // as some of its versions
		}
		refuse(w, code, "the container name is in use: "+name)
		return
	}
	var body struct {
		container.Config
		HostConfig container.HostConfig
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		refuse(w, 400, err.Error())
		return
	}
	if _, ok := d.images[body.Image]; !ok {
		refuse(w, 404, "No such image: "+body.Image)
		return
	}
	if body.HostConfig.UTSMode != "" && !d.podman {
		refuse(w, 400, "invalid UTS mode")
		return
	}
	c := &fakeContainer{id: d.newID(), name: name, config: body.Config, host: body.HostConfig, created: time.Now().UTC()}
	c.state = container.State{Status: container.StateCreated, StartedAt: "0001-01-01T00:00:00Z", FinishedAt: "0001-01-01T00:00:00Z"}
	d.containers[c.id] = c
	d.tell("create", c.id)
	reply(w, 201, map[string]any{"Id": c.id, "Warnings": []string{}})
}

func (d *fakeDaemon) startContainer(w http.ResponseWriter, c *fakeContainer) {
	if c.state.Running {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	program, argument := c.program()
	if program == "/missing" {
		refuse(w, 500, "OCI runtime create failed: runc did not terminate successfully") // as it says on a busy machine
		return
	}
	if program == "missing" {
		text := `OCI runtime create failed: exec: "missing": executable file not found in $PATH: unknown`
		if d.podman {
			refuse(w, 500, text) // and its state says nothing
			return
		}
		c.state.Error, c.state.ExitCode = text, 127
		refuse(w, 400, text)
		return
	}
	c.state.Running, c.state.Status, c.state.Pid = true, container.StateRunning, 0
	c.state.StartedAt, c.state.ExitCode = time.Now().UTC().Format(time.RFC3339Nano), 0
	c.log = append(c.log, [2]string{"1", "out " + c.name[len(c.name)-10:] + "\n"}, [2]string{"2", "err\n"})
	d.tell("start", c.id)
	if program == "exit" {
		code := 0
		fmt.Sscan(argument, &code)
		d.finish(c, code)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (d *fakeDaemon) killContainer(w http.ResponseWriter, r *http.Request, c *fakeContainer) {
	if !c.state.Running {
		if d.podman {
			refuse(w, 500, "can only kill running containers. "+c.id+" is in state exited: container state improper")
			return
		}
		refuse(w, 409, "Container is not running")
		return
	}
	signal := strings.TrimPrefix(r.URL.Query().Get("signal"), "SIG")
	d.tell("kill", c.id)
	w.WriteHeader(http.StatusNoContent)
	switch program, _ := c.program(); {
	case signal == "KILL":
		d.finish(c, 137)
	case program == "stay":
		d.finish(c, 143)
	}
}

func (d *fakeDaemon) statPath(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Query().Get("path")
	st := container.PathStat{Name: filepath.Base(path), Mode: 0o755}
	_, file := d.files[path]
	switch {
	case file:
	case d.links[path]:
		st.Mode, st.LinkTarget = os.ModeSymlink|0o777, "/etc"
	case strings.HasPrefix(path, "/bin/sh") && !d.noShell, strings.HasPrefix(path, infraVolumes) && strings.Contains(path, "there"):
	default:
		refuse(w, 404, "Could not find the file "+path)
		return
	}
	b, _ := json.Marshal(st)
	w.Header().Set("X-Docker-Container-Path-Stat", base64.StdEncoding.EncodeToString(b))
}
