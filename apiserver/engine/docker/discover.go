package docker

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/moby/client"
)

// Candidate is a daemon that may be there. Nothing has been asked of it.
type Candidate struct {
	// Name is for people and for choosing: a docker context's name, or one
	// after the kind of socket, such as podman. Names are unique.
	Name string
	// Options reach it.
	Options Options
	// Source tells in words where it was found.
	Source string
	// Current says that the docker command would use it.
	Current bool
	// Problem says why it cannot be used, such as a context by ssh; else
	// empty.
	Problem string
}

// Surroundings are what Discover looks at; the zero value is this process's.
type Surroundings struct {
	// Getenv reads a variable; nil is os.Getenv.
	Getenv func(string) string
	// Root is put before the absolute paths of well-known sockets.
	Root string
}

// Discover lists the daemons that may be there: $DOCKER_HOST, docker's
// contexts, and the well-known sockets of Docker, Podman, Colima and Rancher
// Desktop. It looks at files only, contacts nothing and runs no program. The
// one that the docker command would use comes first; a socket that several of
// them name is listed once. What cannot be read is told by an error beside
// the candidates that can.
func Discover(s Surroundings) ([]Candidate, error) {
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	f := &finder{Surroundings: s, names: map[string]bool{}, hosts: map[string]bool{}}
	if host := s.Getenv(client.EnvOverrideHost); host != "" {
		opts := Options{Host: host}
		if dir := s.Getenv(client.EnvOverrideCertPath); dir != "" && !strings.HasPrefix(host, "unix://") {
			opts.TLS = TLSFiles{Cert: filepath.Join(dir, "cert.pem"), Key: filepath.Join(dir, "key.pem")}
			if s.Getenv(client.EnvTLSVerify) != "" {
				opts.TLS.CA = filepath.Join(dir, "ca.pem")
			}
		}
		f.add(Candidate{Name: "docker-host", Options: opts, Source: "$DOCKER_HOST", Current: true})
	}
	err := f.contexts()
	for _, socket := range f.wellKnown() {
		if info, err := os.Stat(socket.path); err == nil && info.Mode()&os.ModeSocket != 0 {
			f.add(Candidate{Name: socket.name, Options: Options{Host: "unix://" + socket.path}, Source: "socket " + socket.path})
		}
	}
	if !slices.ContainsFunc(f.found, func(c Candidate) bool { return c.Current }) {
		if i := slices.IndexFunc(f.found, func(c Candidate) bool { return c.Name == "docker" }); i >= 0 {
			f.found[i].Current = true
		}
	}
	slices.SortStableFunc(f.found, func(a, b Candidate) int {
		switch {
		case a.Current == b.Current:
			return 0
		case a.Current:
			return -1
		}
		return 1
	})
	return f.found, err
}

// finder gathers candidates.
type finder struct {
	Surroundings
	found []Candidate
	names map[string]bool
	hosts map[string]bool
}

// add takes a candidate unless its endpoint is there already, and gives it a
// name of its own.
func (f *finder) add(c Candidate) {
	key := endpointKey(c.Options.Host)
	if f.hosts[key] {
		if c.Current { // the same, by another name: it is what docker would use
			for i := range f.found {
				f.found[i].Current = f.found[i].Current || endpointKey(f.found[i].Options.Host) == key
			}
		}
		return
	}
	name := c.Name
	for i := 2; f.names[name]; i++ {
		name = fmt.Sprintf("%s-%d", c.Name, i)
	}
	c.Name = name
	f.names[name], f.hosts[key] = true, true
	if c.Problem == "" {
		c.Problem = problemOf(c.Options.Host)
	}
	f.found = append(f.found, c)
}

// endpointKey is the same for two addresses of one socket.
func endpointKey(host string) string {
	if path, ok := strings.CutPrefix(host, "unix://"); ok {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			path = target
		}
		return "unix://" + filepath.Clean(path)
	}
	return host
}

// problemOf tells why an address cannot be used.
func problemOf(host string) string {
	scheme, _, _ := strings.Cut(host, "://")
	switch scheme {
	case "unix", "tcp", "http", "https":
		return ""
	case "ssh":
		return "podium does not speak to a daemon by ssh: forward its socket (ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST) and use unix:///tmp/docker.sock"
	}
	return fmt.Sprintf("podium knows no way to %q", host)
}

// wellKnownSocket is a place where some daemon listens.
type wellKnownSocket struct{ name, path string }

func (f *finder) wellKnown() []wellKnownSocket {
	home, runtime := f.Getenv("HOME"), f.Getenv("XDG_RUNTIME_DIR")
	var out []wellKnownSocket
	add := func(name, base, rest string) {
		if base != "" {
			out = append(out, wellKnownSocket{name, filepath.Join(base, rest)})
		}
	}
	root := f.Root + "/"
	add("docker", root, "var/run/docker.sock")
	add("docker-rootless", runtime, "docker.sock")
	add("docker-desktop", home, ".docker/run/docker.sock")
	add("docker-desktop", home, ".docker/desktop/docker.sock")
	add("podman", runtime, "podman/podman.sock")
	add("podman-root", root, "run/podman/podman.sock")
	add("podman-machine", home, ".local/share/containers/podman/machine/podman.sock")
	add("rancher-desktop", home, ".rd/docker.sock")
	for _, dir := range []string{".colima", ".config/colima"} {
		if home == "" {
			continue
		}
		profiles, err := filepath.Glob(filepath.Join(home, dir, "*", "docker.sock"))
		if err != nil {
			continue // the pattern is no pattern: a home with brackets in it
		}
		for _, path := range profiles {
			name := "colima"
			if profile := filepath.Base(filepath.Dir(path)); profile != "default" {
				name += "-" + profile
			}
			out = append(out, wellKnownSocket{name, path})
		}
	}
	return out
}

// dockerConfigDir is where the docker command has its configuration.
func dockerConfigDir(getenv func(string) string) string {
	if dir := getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(getenv("HOME"), ".docker")
}

// maxContextFile bounds what is read of a file of docker's.
const maxContextFile = 1 << 20

// contexts adds docker's contexts.
func (f *finder) contexts() error {
	dir := dockerConfigDir(f.Getenv)
	var config struct{ CurrentContext string }
	var problem error
	if err := readJSON(filepath.Join(dir, "config.json"), &config); err != nil && !os.IsNotExist(err) {
		problem = fmt.Errorf("read docker's configuration: %w", err)
	}
	current := f.Getenv("DOCKER_CONTEXT")
	if current == "" {
		current = config.CurrentContext
	}
	files, err := filepath.Glob(filepath.Join(dir, "contexts", "meta", "*", "meta.json"))
	if err != nil {
		return problem
	}
	for _, file := range files {
		var meta struct {
			Name      string
			Endpoints map[string]struct {
				Host          string
				SkipTLSVerify bool
			}
		}
		if err := readJSON(file, &meta); err != nil {
			problem = fmt.Errorf("read the docker context in %s: %w", file, err)
			continue
		}
		end, ok := meta.Endpoints["docker"]
		if !ok || end.Host == "" || meta.Name == "" {
			continue
		}
		tls := filepath.Join(dir, "contexts", "tls", filepath.Base(filepath.Dir(file)), "docker")
		opts := Options{Host: end.Host, TLS: tlsIn(tls)}
		if end.SkipTLSVerify {
			opts.TLS.CA = ""
		}
		f.add(Candidate{
			Name: meta.Name, Options: opts, Source: "docker context " + meta.Name,
			Current: meta.Name == current && f.Getenv(client.EnvOverrideHost) == "",
		})
	}
	return problem
}

// tlsIn are the PEM files of a context that has some.
func tlsIn(dir string) TLSFiles {
	have := func(name string) string {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
			return ""
		}
		return path
	}
	return TLSFiles{CA: have("ca.pem"), Cert: have("cert.pem"), Key: have("key.pem")}
}

func readJSON(path string, into any) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxContextFile {
		return fmt.Errorf("%s has %d bytes, which is too much", path, info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
