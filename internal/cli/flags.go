package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/spf13/cobra"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver/engine/fake"
	"podium/internal/config"
	"podium/internal/contexts"
	"podium/internal/state"
	"podium/models"
)

// flags are what the dashboard and its subcommands share.
type flags struct {
	engine     string
	context    string
	stateDir   string
	server     string
	kubeconfig string

	tokenFile string
	caFile    string
	certFile  string
	keyFile   string
	insecure  bool

	fingerprint string
	interactive bool // credential plugins may use the terminal

	namespace     string
	allNamespaces bool
	readOnly      bool

	configFile string
	set        []string
	ascii      bool
	theme      string

	pods  int
	churn float64

	// quiet turns what libraries log by the way away from the screen. It is for the
	// whole process: tests, which run several command lines in one, have none.
	quiet func(log func(line string))

	now func() time.Time // for ages; nil for the machine's clock
}

func (f *flags) add(root *cobra.Command) {
	p := root.PersistentFlags()
	p.StringVar(&f.stateDir, "state-dir", "", "folder for pods, drafts and histories (default: podium in the XDG state folder)")
	p.StringVar(&f.configFile, "config", "", "configuration file (or the environment's "+config.FileEnv+"; default: podium/config.yaml in the XDG configuration folder)")
	p.StringArrayVar(&f.set, "set", nil, "a setting over the configuration file, as in --set look.mouse=false; may be repeated")
	f.addEndpoint(root)
	root.Flags().BoolVar(&f.ascii, "ascii", false, "draw with ASCII signs only")
	root.Flags().StringVar(&f.theme, "theme", "", "theme, whatever the terminal's background")
	root.Flags().BoolVar(&f.readOnly, "read-only", false, "offer no change")
	root.Flags().BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "begin with the pods of all namespaces")
}

// addEndpoint adds the flags that choose an endpoint and how it is reached, to
// the dashboard and to every command that works on pods. They are not inherited
// from the root, since serve and host have another use for some of them; cobra
// takes them before the command's name all the same.
func (f *flags) addEndpoint(cmd *cobra.Command) {
	f.addEngine(cmd)
	l := cmd.Flags()
	l.StringVar(&f.server, "server", "", "endpoint of the pod API: http://…, https://… or unix:///path; with --engine docker a daemon's address")
	l.StringVarP(&f.namespace, "namespace", "n", "", "namespace of the pods (default: the context's own, else default)")
	l.StringVar(&f.tokenFile, "token-file", "", "file with the bearer token for --server (or the environment's PODIUM_TOKEN)")
	l.StringVar(&f.caFile, "ca-file", "", "certificates (PEM) to check the server's with")
	l.StringVar(&f.certFile, "cert-file", "", "client certificate (PEM)")
	l.StringVar(&f.keyFile, "key-file", "", "key of the client certificate (PEM)")
	l.StringVar(&f.fingerprint, "fingerprint", "", "SHA-256 of the server's certificate, to trust exactly that one")
	l.BoolVar(&f.insecure, "insecure-skip-tls-verify", false, "take any certificate of the server; the header then says so")
	f.addFake(cmd)
}

// addEngine adds the flags that choose an engine and one of its contexts.
func (f *flags) addEngine(cmd *cobra.Command) {
	l := cmd.Flags()
	l.StringVar(&f.engine, "engine", "", "what runs the pods: host (this machine's processes), docker (Docker or Podman), kube (a Kubernetes cluster) or fake (made-up pods)")
	l.StringVar(&f.context, "context", "", "context of the engine: one of a kubeconfig, a docker context, a socket; podium contexts lists them")
	l.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig to read in place of $KUBECONFIG and ~/.kube/config")
	completeFlag(cmd, "context", f.completeContexts)
	completeWords(cmd, "engine", string(contexts.Host), string(contexts.Docker), string(contexts.Kube), string(contexts.Fake))
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

// book is what finds and opens contexts. log takes what the engines have to say.
func (f *flags) book(dir *state.Dir, log func(line string)) (*contexts.Book, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find podium itself, which is to serve in the background: %w", err)
	}
	if f.quiet != nil {
		f.quiet(log)
	}
	return contexts.New(contexts.Options{Dir: dir, Executable: exe, Version: version, Kubeconfig: f.kubeconfig, Interactive: f.interactive, Log: log}), nil
}

// choose finds the context that the flags ask for.
func (f *flags) choose(book *contexts.Book) (contexts.Entry, error) {
	kind := contexts.Kind(f.engine)
	if err := f.check(); err != nil {
		return contexts.Entry{}, err
	}
	switch {
	case f.server != "" && f.context != "":
		return contexts.Entry{}, errors.New("--server and --context both say where the pods are: give one")
	case f.server != "" && kind == contexts.Docker:
		return book.AddDaemon(f.server), nil
	case f.server != "" && f.engine != "":
		return contexts.Entry{}, fmt.Errorf("--server takes the place of an engine: it does not go with --engine %s", f.engine)
	case f.server != "":
		return book.AddServer(f.serverConfig())
	}
	switch kind {
	case "":
		if f.context == "" {
			kind = contexts.Host
		}
	case contexts.Fake:
		book.AddFake(fake.Options{Pods: f.pods, Churn: f.churn})
	case contexts.Host, contexts.Docker, contexts.Kube:
	default:
		return contexts.Entry{}, fmt.Errorf("there is no engine %q: it is %s", f.engine, engineNames)
	}
	return book.Choose(contexts.Choice{Kind: kind, Name: f.context})
}

// check tells of flags that contradict each other.
func (f *flags) check() error {
	if f.namespace != "" && f.allNamespaces {
		return errors.New("--namespace and --all-namespaces contradict each other: give one")
	}
	return nil
}

// engineNames are the engines that can be chosen, for people.
const engineNames = "host, docker, kube or fake"

func (f *flags) serverConfig() apiclient.Config {
	cfg := apiclient.Config{
		Server: f.server, UserAgent: "podium/" + version,
		CAFile: f.caFile, CertFile: f.certFile, KeyFile: f.keyFile, InsecureSkipVerify: f.insecure,
		Fingerprint: f.fingerprint,
		TokenFile:   f.tokenFile,
	}
	if f.tokenFile == "" {
		cfg.Token = os.Getenv(tokenEnv)
	}
	return cfg
}

// endpoint is a connected client and how to take leave of it.
type endpoint struct {
	client    *apiclient.Client
	name      string // what people call it
	namespace string // the one to begin in, "" for all
	context   models.Context
	inside    bool // its pods are brought up by this process, not by a server that goes on
	close     func()
}

// connect makes the client that the flags ask for. It dials nothing: an engine
// is brought up by the first call, so that the first frame need not wait.
func (f *flags) connect(dir *state.Dir, log func(line string)) (*endpoint, error) {
	book, err := f.book(dir, log)
	if err != nil {
		return nil, err
	}
	entry, err := f.choose(book)
	if err != nil {
		return nil, err
	}
	opened, err := book.Open(entry)
	if err != nil {
		return nil, err
	}
	ep := &endpoint{client: opened.Client, name: entry.Title(), context: contextOf(entry, contexts.Memory{}), inside: entry.Kind == contexts.Docker, close: opened.Close}
	if !f.allNamespaces {
		ep.namespace = cmp.Or(f.namespace, entry.Namespace, api.DefaultNamespace)
	}
	return ep, nil
}

// tokenEnv is the environment variable with a bearer token, for client and
// server alike.
const tokenEnv = "PODIUM_TOKEN"
