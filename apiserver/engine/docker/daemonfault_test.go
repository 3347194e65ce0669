package docker

import (
	"archive/tar"
	"net/http"
	"strings"
)

// fault is an answer of the fake daemon's in place of its own.
type fault struct {
	method, part string // of the requests that it meets: part is in their path
	times        int    // that are left; negative is without end
	answer       http.HandlerFunc
}

const always = -1

// fail lets the next requests of a kind be answered so.
func (d *fakeDaemon) fail(method, part string, times int, answer http.HandlerFunc) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.faults = append(d.faults, &fault{method, part, times, answer})
}

// faulty is the answer in place of the daemon's own, nil where there is none.
func (d *fakeDaemon) faulty(method, path string) http.HandlerFunc {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range d.faults {
		if f.times != 0 && f.method == method && strings.Contains(path, f.part) {
			f.times--
			return f.answer
		}
	}
	return nil
}

// broken is what a daemon says when it is at a loss.
func broken(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { refuse(w, code, "the store is locked") }
}

// emptyArchive is what Podman answers for a file of a container that it is
// just clearing up behind: it is there, and nothing comes.
func (d *fakeDaemon) emptyArchive(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.statPath(w, r)
}

// archiveFile answers with one file. Called locked.
func (d *fakeDaemon) archiveFile(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Query().Get("path")
	text, ok := d.files[path]
	if !ok {
		refuse(w, 404, "Could not find the file "+path)
		return
	}
	d.statPath(w, r)
	out := tar.NewWriter(w)
	_ = out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "file", Mode: 0o644, Size: int64(len(text))}) // the client may have gone
	_, _ = out.Write([]byte(text))                                                                             // as above
	_ = out.Close()                                                                                            // as above
}
