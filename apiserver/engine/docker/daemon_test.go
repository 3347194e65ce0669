package docker

import (
	"crypto/sha256"
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
