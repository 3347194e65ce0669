package docker

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDiscover(t *testing.T) {
	home, err := os.MkdirTemp("", "podium") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(home)
	write := func(path, text string) {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	contacted := make(chan string, 10)
	socket := func(path string) {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() { // ends with the listener
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.Close()
				contacted <- path
			}
		}()
	}
	socket("var/run/docker.sock")
	socket("rt/podman/podman.sock")
	socket(".colima/default/docker.sock")
	socket(".colima/big/docker.sock")
	socket(".rd/docker.sock")
	write("run/podman/podman.sock", "a file is no socket")
	write(".docker/config.json", `{"currentContext":"colima-ctx"}`)
	write(".docker/contexts/meta/1/meta.json", `{"Name":"colima-ctx","Endpoints":{"docker":{"Host":"unix://`+home+`/.colima/default/docker.sock"}}}`)
	write(".docker/contexts/meta/2/meta.json", `{"Name":"far","Endpoints":{"docker":{"Host":"tcp://far:2376"}}}`)
	write(".docker/contexts/tls/2/docker/ca.pem", "ca")
	write(".docker/contexts/tls/2/docker/cert.pem", "cert")
	write(".docker/contexts/meta/3/meta.json", `{"Name":"shell","Endpoints":{"docker":{"Host":"ssh://far"}}}`)
	write(".docker/contexts/meta/4/meta.json", `{"Name":`)
	env := map[string]string{"HOME": home, "XDG_RUNTIME_DIR": home + "/rt"}
	list := func() (names []string, all map[string]Candidate) {
		found, err := Discover(Surroundings{Getenv: func(k string) string { return env[k] }, Root: home})
		if err == nil || !strings.Contains(err.Error(), "meta/4") {
			t.Errorf("of the context that cannot be read: %v", err)
		}
		all = map[string]Candidate{}
		for _, c := range found {
			names = append(names, c.Name)
			all[c.Name] = c
		}
		return names, all
	}
	names, all := list()
	if want := []string{"colima-ctx", "far", "shell", "docker", "podman", "rancher-desktop", "colima-big"}; !slices.Equal(names, want) {
		t.Errorf("found %v, want %v", names, want)
	}
	if c := all["colima-ctx"]; !c.Current || c.Problem != "" {
		t.Errorf("the current one: %+v", c)
	}
	if c := all["far"]; c.Options.TLS.CA == "" || c.Options.TLS.Cert == "" || c.Options.TLS.Key != "" || c.Options.Host != "tcp://far:2376" {
		t.Errorf("with TLS: %+v", c)
	}
	if c := all["shell"]; !strings.Contains(c.Problem, "ssh") {
		t.Errorf("by ssh: %+v", c)
	}
	env["DOCKER_HOST"] = "tcp://10.0.0.1:2375"
	if names, all = list(); names[0] != "docker-host" || !all["docker-host"].Current || all["colima-ctx"].Current {
		t.Errorf("with $DOCKER_HOST: %v", names)
	}
	delete(env, "DOCKER_HOST")
	env["DOCKER_CONTEXT"] = "far"
	if names, _ = list(); names[0] != "far" {
		t.Errorf("with $DOCKER_CONTEXT: %v", names)
	}
	env["DOCKER_CONTEXT"] = "none"
	if names, _ = list(); names[0] != "docker" {
		t.Errorf("by default: %v", names)
	}
	if len(contacted) > 0 {
		t.Errorf("%s was contacted", <-contacted)
	}
}
