package docker

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

func TestRegistryPodman(t *testing.T) { pullsFromRegistry(t, "podman") }
func TestRegistryDocker(t *testing.T) { pullsFromRegistry(t, "docker") }

// pullsFromRegistry pulls an image from a registry that asks for a password:
// without one it is refused, with it the pod shows how far the pull is, and
// runs.
func pullsFromRegistry(t *testing.T, which string) {
	opts := realEngine(t, which)
	config := t.TempDir()
	t.Setenv("DOCKER_CONFIG", config)
	r := newRegistry(t)
	e := openEngine(t, opts)
	image := r.address + "/team/app:" + strconv.FormatInt(time.Now().UnixNano(), 36)
	create(t, e, podOf("f-registry", stay, func(p *corev1.Pod) { p.Spec.Containers[0].Image = image }))
	pod := await(t, e, "f-registry", "be refused", waitingFor("ErrImagePull"))
	if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(strings.ToLower(m), "auth") {
		t.Errorf("without a password: %q", m)
	}
	await(t, e, "f-registry", "back off", waitingFor("ImagePullBackOff"))
	auth := base64.StdEncoding.EncodeToString([]byte("me:secret"))
	if err := os.WriteFile(filepath.Join(config, "config.json"), fmt.Appendf(nil, `{"auths":{%q:{"auth":%q}}}`, r.address, auth), 0o600); err != nil {
		t.Fatal(err)
	}
	await(t, e, "f-registry", "show the pull", func(p *corev1.Pod) bool {
		w := p.Status.ContainerStatuses[0].State.Waiting
		return w != nil && w.Reason == kubelet.ReasonCreating && strings.HasPrefix(w.Message, "pulling image")
	})
	close(r.goOn)
	pod = await(t, e, "f-registry", "run", isRunning)
	if out := output(t, e, "f-registry", "", "echo pulled"); out != "pulled" {
		t.Errorf("in it: %q", out)
	}
	if s := pod.Status.ContainerStatuses[0]; s.Image != image || s.ImageID == "" {
		t.Errorf("image %q, %q", s.Image, s.ImageID)
	}
	if got := reasons(t, e, "f-registry"); !strings.Contains(got, "Pulled") || !strings.Contains(told(e, "f-registry"), "Successfully pulled") {
		t.Errorf("events: %s", got)
	}
}

// registry serves the test image under any name to whoever is me, in the
// network of the daemons. It keeps the end of the layer back until goOn is
// closed.
type registry struct {
	address               string
	config, manifest      []byte
	layer                 []byte
	configName, layerName string
	goOn                  chan struct{}
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{goOn: make(chan struct{})}
	r.load(t)
	l := listenWithDaemons(t)
	r.address = l.Addr().String()
	server := &http.Server{Handler: r, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(l) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return r
}

// load takes the image that testenv/images.sh has made apart.
func (r *registry) load(t *testing.T) {
	t.Helper()
	f, err := os.Open(filepath.Join(stateDir(), "busybox.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for in := tar.NewReader(f); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case h.Name == "layer.tar":
			var b bytes.Buffer
			z, _ := gzip.NewWriterLevel(&b, gzip.NoCompression) // the level is one
			_, _ = z.Write(data)                                // into memory
			_ = z.Close()
			r.layer = b.Bytes()
		case h.Name != "manifest.json":
			r.config = data
		}
	}
	digest := func(b []byte) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(b)) }
	r.configName, r.layerName = digest(r.config), digest(r.layer)
	r.manifest, err = json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": manifestType,
		"config": map[string]any{"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(r.config), "digest": r.configName},
		"layers": []any{map[string]any{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": len(r.layer), "digest": r.layerName}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

const manifestType = "application/vnd.docker.distribution.manifest.v2+json"

// ServeHTTP serves what a pull asks for (Docker Registry HTTP API V2).
func (r *registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	w.Header().Set("Docker-Distribution-Api-Version", "registry/2.0")
	if user, password, _ := req.BasicAuth(); user != "me" || password != "secret" {
		w.Header().Set("WWW-Authenticate", `Basic realm="test"`)
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}`) // the client may have gone
		return
	}
	send := func(kind string, data []byte) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		w.Header().Set("Docker-Content-Digest", fmt.Sprintf("sha256:%x", sha256.Sum256(data)))
		if req.Method == http.MethodHead {
			return
		}
		if len(data) == len(r.layer) {
			half := len(data) / 2
			_, _ = w.Write(data[:half]) // as above
			_ = http.NewResponseController(w).Flush()
			select {
			case <-r.goOn:
			case <-req.Context().Done():
				return
			}
			data = data[half:]
		}
		_, _ = w.Write(data) // as above
	}
	switch path := req.URL.Path; {
	case path == "/v2/":
		send("application/json", []byte("{}"))
	case strings.Contains(path, "/manifests/"):
		send(manifestType, r.manifest)
	case strings.HasSuffix(path, "/blobs/"+r.configName):
		send("application/octet-stream", r.config)
	case strings.HasSuffix(path, "/blobs/"+r.layerName):
		send("application/octet-stream", r.layer)
	default:
		http.NotFound(w, req)
	}
}

// listenWithDaemons listens on loopback in the network namespace of the test
// environment's daemons.
func listenWithDaemons(t *testing.T) net.Listener {
	t.Helper()
	type result struct {
		l   net.Listener
		err error
	}
	got := make(chan result)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
		ns, err := os.Open("/run/netns/podium")
		if err != nil {
			got <- result{err: err}
			return
		}
		defer ns.Close()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			got <- result{err: err}
			return
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		got <- result{l, err}
	}()
	r := <-got
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.l
}
