package cli

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine/fake"
	"podium/internal/state"
)

// The engines that can be chosen.
const (
	engineHost = "host"
	engineFake = "fake"
)

// flags are what the dashboard and its subcommands share.
type flags struct {
	engine   string
	stateDir string
	server   string

	tokenFile string
	caFile    string
	certFile  string
	keyFile   string
	insecure  bool

	namespace string
	readOnly  bool

	pods  int
	churn float64
}

func (f *flags) add(root *cobra.Command) {
	p := root.PersistentFlags()
	p.StringVar(&f.stateDir, "state-dir", "", "folder for pods, drafts and histories (default: podium in the XDG state folder)")
	f.addEndpoint(root)
	root.Flags().BoolVar(&f.readOnly, "read-only", false, "offer no change")
}

// addEndpoint adds the flags that choose an endpoint and how it is reached, to
// the dashboard and to every command that works on pods. They are not inherited
// from the root, since serve and host have another use for some of them; cobra
// takes them before the command's name all the same.
func (f *flags) addEndpoint(cmd *cobra.Command) {
	l := cmd.Flags()
	l.StringVar(&f.engine, "engine", engineHost, "what runs the pods: host (this machine's processes) or fake (made-up pods)")
	l.StringVar(&f.server, "server", "", "endpoint of the pod API in place of an engine: http://…, https://… or unix:///path")
	l.StringVarP(&f.namespace, "namespace", "n", api.DefaultNamespace, "namespace of the pods")
	l.StringVar(&f.tokenFile, "token-file", "", "file with the bearer token for --server (or the environment's PODIUM_TOKEN)")
	l.StringVar(&f.caFile, "ca-file", "", "certificates (PEM) to check the server's with")
	l.StringVar(&f.certFile, "cert-file", "", "client certificate (PEM)")
	l.StringVar(&f.keyFile, "key-file", "", "key of the client certificate (PEM)")
	l.BoolVar(&f.insecure, "insecure-skip-tls-verify", false, "take any certificate of the server; the header then says so")
	f.addFake(cmd)
}

func (f *flags) addFake(cmd *cobra.Command) {
	cmd.Flags().IntVar(&f.pods, "pods", 25, "number of made-up pods of the fake engine")
	cmd.Flags().Float64Var(&f.churn, "churn", 0, "changes per second of the fake engine's pods")
}

// dir is the state folder that the flags name.
func (f *flags) dir() (*state.Dir, error) {
	path := f.stateDir
	if path == "" {
		path = filepath.Join(xdg.StateHome, "podium")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the state folder: %w", err)
	}
	return state.Open(path)
}

// endpoint is a connected client and how to take leave of it.
type endpoint struct {
	client *apiclient.Client
	name   string // what people call it
	close  func()
}

// connect makes the client that the flags ask for. It dials nothing: an engine
// is brought up by the first call, so that the first frame need not wait.
func (f *flags) connect(dir *state.Dir) (*endpoint, error) {
	switch {
	case f.server != "":
		return f.connectServer()
	case f.engine == engineHost:
		return connectHost(dir)
	case f.engine == engineFake:
		return f.connectFake()
	}
	return nil, fmt.Errorf("there is no engine %q: it is %s or %s", f.engine, engineHost, engineFake)
}

func (f *flags) connectServer() (*endpoint, error) {
	cfg := apiclient.Config{
		Server: f.server, UserAgent: "podium/" + version,
		CAFile: f.caFile, CertFile: f.certFile, KeyFile: f.keyFile, InsecureSkipVerify: f.insecure,
		TokenFile: f.tokenFile,
	}
	if f.tokenFile == "" {
		cfg.Token = os.Getenv(tokenEnv)
	}
	client, err := apiclient.New(cfg)
	if err != nil {
		return nil, err
	}
	return &endpoint{client: client, name: client.Describe(), close: func() { client.Close() }}, nil
}

// connectFake serves made-up pods inside this process, over socket pairs: the
// real client and the real server all the same.
func (f *flags) connectFake() (*endpoint, error) {
	eng, err := fake.New(fake.Options{Pods: f.pods, Churn: f.churn})
	if err != nil {
		return nil, err
	}
	server := apiserver.New(apiserver.Options{Engine: eng, Version: version})
	pairs := apiserver.NewPairListener()
	served := make(chan struct{})
	go func() {
		defer close(served)
		// It fails only by being closed, which is said by nobody else.
		_ = server.Serve(pairs)
	}()
	client, err := apiclient.New(apiclient.Config{
		Dial: func(ctx context.Context) (net.Conn, error) { return pairs.Dial(ctx) },
	})
	if err != nil {
		return nil, err
	}
	return &endpoint{client: client, name: engineFake, close: func() {
		client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		// What does not end in time ends with the process.
		_ = server.Shutdown(ctx)
		<-served
		_ = eng.Close()
	}}, nil
}

// tokenEnv is the environment variable with a bearer token, for client and
// server alike.
const tokenEnv = "PODIUM_TOKEN"
