package docker

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
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

	"github.com/moby/moby/api/types/container"
)

// fakeDaemon speaks as much of the Docker Engine API as the engine uses, over
// a real socket, in the manner of Docker or of Podman where they differ. Its
// containers' programs are words: see fakeContainer.start and fakeExec.run.
type fakeDaemon struct {
	t      *testing.T
	podman bool
	host   string
	socket string

	mu         sync.Mutex
	server     *http.Server
	serial     int
	containers map[string]*fakeContainer // by id
	execs      map[string]*fakeExec
	images     map[string]string // user by name
	volumes    map[string]map[string]string
	listeners  map[chan []byte]bool
	pulls      []string // how the next pulls go: "ok", "endless", "drip" or what is wrong
	drops      chan int // a megabyte of the four of a dripping pull, the last one ends it
	auths      []string // that pulls were asked with
	requests   []string // method and path of each request, without the version
	noShell    bool
	broken     string            // a container that Podman has lost half of
	links      map[string]bool   // paths in containers that are symbolic links
	files      map[string]string // contents by path in containers
	faults     []*fault
	away       bool
	requested  sync.WaitGroup // is added to while it is not away
}

func newFakeDaemon(t *testing.T, podman bool) *fakeDaemon {
	t.Helper()
	dir, err := os.MkdirTemp("", "podium") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	d := &fakeDaemon{
		t: t, podman: podman, socket: filepath.Join(dir, "d.sock"), containers: map[string]*fakeContainer{}, execs: map[string]*fakeExec{},
		images: map[string]string{"image": "", pauseImage: ""}, volumes: map[string]map[string]string{}, listeners: map[chan []byte]bool{}, links: map[string]bool{}, files: map[string]string{},
	}
	d.host = "unix://" + d.socket
	d.up()
	t.Cleanup(func() {
		d.down()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return d
}

// up and down are the daemon's coming and going; containers stay.
func (d *fakeDaemon) up() {
	l, err := net.Listen("unix", d.socket)
	if err != nil {
		d.t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(d.serve), ReadHeaderTimeout: 10 * time.Second}
	d.mu.Lock()
	d.server, d.away = server, false
	d.mu.Unlock()
	go func() { _ = server.Serve(l) }() // ends with Close
}

func (d *fakeDaemon) down() {
	d.mu.Lock()
	d.away = true
	d.mu.Unlock()
	d.server.Close()
	d.endEvents()
	d.mu.Lock()
	for _, x := range d.execs {
		x.end(137)
	}
	d.mu.Unlock()
	d.requested.Wait()
}

// endEvents ends the streams of events, as Podman does now and then.
func (d *fakeDaemon) endEvents() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.listeners {
		close(c)
		delete(d.listeners, c)
	}
}

func (d *fakeDaemon) newID() string {
	d.serial++
	sum := sha256.Sum256([]byte(fmt.Sprint(d.serial)))
	return hex.EncodeToString(sum[:])
}

// tell sends an event. Called locked.
func (d *fakeDaemon) tell(action, id string) {
	b, _ := json.Marshal(map[string]any{"Type": "container", "Action": action, "Actor": map[string]any{"ID": id}})
	b = append(b, '\n')
	for c := range d.listeners {
		select {
		case c <- b:
		default:
			d.t.Error("a listener of the fake daemon is too slow")
		}
	}
}

// asked is how often there was a request that begins so.
func (d *fakeDaemon) asked(prefix string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, r := range d.requests {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// byName finds a container. Called locked.
func (d *fakeDaemon) byName(name string) *fakeContainer {
	for _, c := range d.containers {
		if c.id == name || c.name == name {
			return c
		}
	}
	return nil
}

func (d *fakeDaemon) serve(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, "/v"); ok {
		_, after, _ := strings.Cut(rest, "/")
		path = "/" + after
	}
	d.mu.Lock()
	if d.away { // the request was on its way when the daemon went
		d.mu.Unlock()
		panic(http.ErrAbortHandler)
	}
	d.requested.Add(1)
	d.requests = append(d.requests, r.Method+" "+path)
	d.mu.Unlock()
	defer d.requested.Done()
	if answer := d.faulty(r.Method, path); answer != nil {
		answer(w, r)
		return
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch parts[0] {
	case "_ping":
		w.Header().Set("Api-Version", "1.41")
	case "version":
		component := "Engine"
		if d.podman {
			component = "Podman Engine"
		}
		reply(w, 200, map[string]any{"Version": "4.3.1", "ApiVersion": "1.41", "Arch": "amd64", "Components": []any{map[string]any{"Name": component, "Version": "1"}}})
	case "info":
		reply(w, 200, map[string]any{"Name": "fakehost", "NCPU": 2, "MemTotal": 1 << 30})
	case "events":
		d.serveEvents(w, r)
	case "images":
		d.serveImages(w, r, path)
	case "volumes":
		d.serveVolumes(w, r, parts)
	case "containers":
		d.serveContainers(w, r, parts)
	case "exec":
		d.serveExec(w, r, parts)
	default:
		refuse(w, 404, "page not found")
	}
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // the client may have gone
}

func refuse(w http.ResponseWriter, code int, message string) {
	reply(w, code, map[string]string{"message": message})
}

func (d *fakeDaemon) serveEvents(w http.ResponseWriter, r *http.Request) {
	c := make(chan []byte, 1000)
	d.mu.Lock()
	d.listeners[c] = true
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		delete(d.listeners, c)
		d.mu.Unlock()
	}()
	flush := http.NewResponseController(w).Flush
	if !d.podman { // whose header comes with the first event
		_ = flush() // the client may have gone
	}
	for {
		select {
		case b, more := <-c:
			if !more {
				return
			}
			if _, err := w.Write(b); err != nil {
				return
			}
			_ = flush() // as above
		case <-r.Context().Done():
			return
		}
	}
}

func (d *fakeDaemon) serveImages(w http.ResponseWriter, r *http.Request, path string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case path == "/images/load":
		_, _ = io.Copy(io.Discard, r.Body) // what is in it is another test's
		d.images[pauseImage] = ""
		reply(w, 200, map[string]string{"stream": "Loaded image: " + pauseImage})
	case path == "/images/create":
		d.auths = append(d.auths, r.Header.Get("X-Registry-Auth"))
		how := "ok"
		if len(d.pulls) > 0 {
			how, d.pulls = d.pulls[0], d.pulls[1:]
		}
		if how == "drip" {
			out, all := json.NewEncoder(w), 4
			d.mu.Unlock()
			for n := 0; n < all; {
				_ = out.Encode(map[string]any{"id": "aa", "status": "Downloading", "progressDetail": map[string]int{"current": n * 1_000_000, "total": all * 1_000_000}})
				_ = http.NewResponseController(w).Flush()
				select {
				case n = <-d.drops:
				case <-time.After(20 * time.Millisecond): // daemons say the same again and again
				case <-r.Context().Done():
					n = all
				}
			}
			d.mu.Lock()
			if r.Context().Err() != nil {
				return
			}
			how = "ok"
		}
		if how == "endless" {
			_ = json.NewEncoder(w).Encode(map[string]any{"id": "aa", "status": "Downloading"})
			_ = http.NewResponseController(w).Flush()
			d.mu.Unlock()
			<-r.Context().Done()
			d.mu.Lock()
			return
		}
		if how != "ok" && d.podman {
			refuse(w, 500, how)
			return
		}
		out := json.NewEncoder(w)
		_ = out.Encode(map[string]any{"id": "aa", "status": "Downloading", "progressDetail": map[string]int{"current": 1_500_000, "total": 3_000_000}})
		if how != "ok" {
			_ = out.Encode(map[string]any{"errorDetail": map[string]string{"message": how}, "error": how})
			return
		}
		_ = out.Encode(map[string]any{"id": "aa", "status": "Pull complete"})
		d.images[r.URL.Query().Get("fromImage")+":"+r.URL.Query().Get("tag")] = ""
	default:
		name := strings.TrimSuffix(strings.TrimPrefix(path, "/images/"), "/json")
		user, ok := d.images[name]
		if !ok {
			refuse(w, 404, "No such image: "+name)
			return
		}
		reply(w, 200, map[string]any{"Id": "sha256:" + name, "Config": map[string]any{"User": user}})
	}
}

func (d *fakeDaemon) serveVolumes(w http.ResponseWriter, r *http.Request, parts []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case r.Method == http.MethodPost:
		var v struct {
			Name   string
			Labels map[string]string
		}
		_ = json.NewDecoder(r.Body).Decode(&v)
		d.volumes[v.Name] = v.Labels
		reply(w, 201, map[string]any{"Name": v.Name})
	case r.Method == http.MethodDelete:
		delete(d.volumes, parts[1])
		w.WriteHeader(http.StatusNoContent)
	case len(parts) == 1:
		var list []any
		for name, labels := range d.volumes {
			if _, ours := labels[labelVolume]; ours {
				list = append(list, map[string]any{"Name": name, "Labels": labels, "CreatedAt": "2020-01-01T00:00:00Z"})
			}
		}
		reply(w, 200, map[string]any{"Volumes": list})
	default:
		reply(w, 200, map[string]any{"Name": parts[1], "Mountpoint": "/data/" + parts[1]})
	}
}

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
