package contexts

import (
	"context"
	"fmt"
	"net"
	"os/user"
	"strings"
	"sync"
	"time"

	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine"
	"podium/apiserver/engine/docker"
	"podium/apiserver/engine/fake"
	"podium/apiserver/engine/host/background"
	"podium/apiserver/engine/kube"
)

// Opened is a context in use: its client, and what to do with it in the end.
type Opened struct {
	Client *apiclient.Client

	close func()
	once  sync.Once
}

// Close lets the context go. A gateway inside this process gives the streams
// that are still open a few seconds to end. It may be called again.
func (o *Opened) Close() { o.once.Do(o.close) }

// closeGrace is how long a gateway that ends gives its streams.
const closeGrace = 3 * time.Second

// Open makes a client of the context. It contacts nothing: that is left to the
// first call, so that a first frame need not wait. The caller closes it.
func (b *Book) Open(e Entry) (*Opened, error) {
	if _, err := usable(e); err != nil {
		return nil, err
	}
	if e.engine == nil {
		return e.open()
	}
	eng, err := e.engine()
	if err != nil {
		return nil, err
	}
	return b.serve(eng)
}

// Engine opens the engine of a context itself, to serve it elsewhere. The caller
// closes it. This machine's and foreign endpoints have none in this process.
func (b *Book) Engine(e Entry) (engine.Engine, error) {
	if e.engine == nil {
		return nil, fmt.Errorf("the context %s has no engine in this process", e.ID())
	}
	if _, err := usable(e); err != nil {
		return nil, err
	}
	return e.engine()
}

// AddServer lists an endpoint of the pod API that is configured elsewhere.
func (b *Book) AddServer(cfg apiclient.Config) (Entry, error) {
	client, err := apiclient.New(cfg)
	if err != nil {
		return Entry{}, err
	}
	name := client.Describe()
	_ = client.Close() // it has dialled nothing
	return b.add(Entry{
		Kind: API, Name: name, Address: cfg.Server, Source: "the command line", Local: strings.HasPrefix(cfg.Server, "unix:"),
		open: func() (*Opened, error) { return openServer(cfg) },
	}), nil
}

// AddDaemon lists a Docker or Podman daemon at an address as DOCKER_HOST spells
// it.
func (b *Book) AddDaemon(address string) Entry {
	return b.add(b.daemon(docker.Candidate{Name: address, Options: docker.Options{Host: address}, Source: "the command line"}))
}

// AddFake lists made-up pods.
func (b *Book) AddFake(opts fake.Options) Entry {
	return b.add(Entry{Kind: Fake, Name: "fake", Source: "made-up pods", engine: func() (engine.Engine, error) {
		return fake.New(opts)
	}})
}

func openServer(cfg apiclient.Config) (*Opened, error) {
	client, err := apiclient.New(cfg)
	if err != nil {
		return nil, err
	}
	return &Opened{Client: client, close: func() { _ = client.Close() }}, nil
}

// openHost makes a client of the state folder's background server. The server
// is started by the first connection that finds none, so also by the one after
// it was killed.
func (b *Book) openHost() (*Opened, error) {
	dir := b.opts.Dir.Path()
	return openServer(apiclient.Config{
		Server: "unix://" + background.Socket(dir), UserAgent: b.agent(),
		Dial: func(ctx context.Context) (net.Conn, error) {
			socket, err := background.EnsureServer(ctx, dir, b.opts.Executable)
			if err != nil {
				return nil, err
			}
			var d net.Dialer
			return d.DialContext(ctx, "unix", socket)
		},
	})
}

func (b *Book) agent() string { return "podium/" + b.opts.Version }

func (b *Book) openDocker(opts docker.Options) (engine.Engine, error) {
	opts.Log = lineWriter(b.opts.Log)
	return docker.Open(opts)
}

func (b *Book) openKube(name string) (engine.Engine, error) {
	return kube.New(kube.Options{
		Kubeconfig: b.opts.Kubeconfig, Context: name, Interactive: b.opts.Interactive, Version: b.opts.Version, Log: b.opts.Log,
	})
}

// serve makes a client of an engine inside this process, over socket pairs: the
// real client and the real server all the same. The engine is closed with it.
func (b *Book) serve(eng engine.Engine) (*Opened, error) {
	server := apiserver.New(apiserver.Options{Engine: eng, Version: b.opts.Version, Log: b.opts.Log})
	pairs := apiserver.NewPairListener()
	client, err := apiclient.New(apiclient.Config{
		UserAgent: b.agent(), Dial: func(ctx context.Context) (net.Conn, error) { return pairs.Dial(ctx) },
	})
	if err != nil {
		return nil, err
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		// It fails only by being closed, which is said by nobody else.
		_ = server.Serve(pairs)
	}()
	return &Opened{Client: client, close: func() {
		_ = client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), closeGrace)
		defer cancel()
		// What does not end in time ends with the process.
		_ = server.Shutdown(ctx)
		<-served
		if err := eng.Close(); err != nil {
			b.opts.Log("close the engine: " + err.Error())
		}
	}}, nil
}

// lineWriter hands on each line.
type lineWriter func(string)

// Write takes whole lines, as loggers write them.
func (w lineWriter) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		w(strings.TrimRight(line, "\n"))
	}
	return len(p), nil
}

// username is who this process runs as, "" when nobody knows.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}
