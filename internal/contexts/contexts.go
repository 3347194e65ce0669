// Package contexts finds the places where pods may be — this machine, Docker
// and Podman daemons, contexts of a kubeconfig, endpoints of the pod API — and
// opens them, each as a client of the pod API.
//
// Finding looks at files only: nothing is contacted and no credential plugin
// runs. The package draws nothing and knows no flags.
package contexts

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"podium/apiserver/engine"
	"podium/apiserver/engine/docker"
	"podium/apiserver/engine/kube"
	"podium/internal/state"
)

// Kind is what stands behind a context.
type Kind string

// The kinds of contexts. All but API are engines that podium itself brings.
const (
	Host   Kind = "host"   // processes of this machine
	Docker Kind = "docker" // a Docker or Podman daemon
	Kube   Kind = "kube"   // a Kubernetes cluster
	API    Kind = "api"    // an endpoint that speaks the pod API itself
	Fake   Kind = "fake"   // made-up pods
)

// Entry is a context that was found. Nothing has been asked of it.
type Entry struct {
	Kind      Kind
	Name      string // unique among those of its kind
	Address   string // where it is, without secrets; empty for this machine
	Identity  string // who acts there, as far as files tell
	Namespace string // the namespace to begin in
	Source    string // where it was found, in words
	Current   bool   // the tool that owns it (docker, kubectl) would use it
	Problem   string // why it cannot be opened; empty when nothing is known against it
	Local     bool   // a socket of this machine, which may be asked how it does
	Added     bool   // the user added it: it can be edited and removed
	Passing   bool   // only known to this process, such as one of the command line

	open   func() (*Opened, error)       // nil where there is an engine
	engine func() (engine.Engine, error) // nil where there is none in this process
}

// ID names the entry among all: "host", "fake", or kind and name, "kube:prod".
// What is remembered of a context is remembered by it.
func (e Entry) ID() string {
	if e.Kind == Host || e.Kind == Fake {
		return string(e.Kind)
	}
	return string(e.Kind) + ":" + e.Name
}

// Title is the entry's name for people.
func (e Entry) Title() string {
	if e.Kind == Host {
		return "this machine"
	}
	return e.Name
}

// Options say where a Book looks.
type Options struct {
	// Dir is podium's state folder.
	Dir *state.Dir

	// Executable is the program that serves this machine's pods in the
	// background; see background.EnsureServer.
	Executable string

	// Version is podium's, for the User-Agent.
	Version string

	// Kubeconfig is a file to read instead of $KUBECONFIG's list or
	// ~/.kube/config.
	Kubeconfig string

	// Interactive lets credential plugins use the terminal.
	Interactive bool

	// Log takes a line for people about what cannot be told to a caller. Safe
	// for concurrent use; nil drops them.
	Log func(line string)

	// Surroundings are what the search for daemons looks at; the zero value is
	// this process's.
	Surroundings docker.Surroundings
}

// Book lists and opens contexts. It is made by New and safe for concurrent use
// once Add is no longer called.
type Book struct {
	opts  Options
	extra []Entry
}

// New makes a book. It looks at nothing yet.
func New(opts Options) *Book {
	if opts.Log == nil {
		opts.Log = func(string) {}
	}
	return &Book{opts: opts}
}

// add lists an entry that is found nowhere, such as one of the command line.
func (b *Book) add(e Entry) Entry {
	e.Passing = true
	b.extra = append(b.extra, e)
	return e
}

// Find lists what there is: this machine first, then daemons, clusters and
// endpoints. It looks at files only and may be called again. The error tells,
// in sentences, what could not be read; the entries beside it can be used.
func (b *Book) Find() ([]Entry, error) {
	out := []Entry{b.Host()}
	daemons, err1 := b.daemons()
	clusters, err2 := b.clusters()
	endpoints, err3 := b.endpoints()
	out = slices.Concat(out, daemons, clusters, endpoints)
	for _, e := range b.extra {
		if !slices.ContainsFunc(out, func(o Entry) bool { return o.ID() == e.ID() }) {
			out = append(out, e)
		}
	}
	return out, errors.Join(err1, err2, err3)
}

// Host is this machine.
func (b *Book) Host() Entry {
	return Entry{Kind: Host, Name: "host", Source: "processes of this machine", Local: true, Identity: username(), open: b.openHost}
}

// daemons are the Docker and Podman daemons that may be there.
func (b *Book) daemons() ([]Entry, error) {
	found, err := docker.Discover(b.opts.Surroundings)
	var out []Entry
	for _, c := range found {
		out = append(out, b.daemon(c))
	}
	return out, err
}

func (b *Book) daemon(c docker.Candidate) Entry {
	return Entry{
		Kind: Docker, Name: c.Name, Address: c.Options.Host, Source: c.Source, Current: c.Current, Problem: c.Problem,
		Local:  strings.HasPrefix(c.Options.Host, "unix://"),
		engine: func() (engine.Engine, error) { return b.openDocker(c.Options) },
	}
}

// clusters are the contexts of the kubeconfig.
func (b *Book) clusters() ([]Entry, error) {
	found, err := kube.Contexts(b.opts.Kubeconfig)
	var out []Entry
	for _, c := range found {
		source := "kubeconfig"
		if c.Name == kube.InCluster && c.Cluster == "" {
			source = "the service account of this pod"
		}
		out = append(out, Entry{
			Kind: Kube, Name: c.Name, Address: c.Server, Identity: c.Identity, Namespace: c.Namespace, Source: source,
			Current: c.Current, Problem: c.Problem,
			engine: func() (engine.Engine, error) { return b.openKube(c.Name) },
		})
	}
	return out, err
}

// Trusted tells whether changes need not be allowed there first: these pods are
// podium's own.
func (e Entry) Trusted() bool { return e.Kind == Host || e.Kind == Fake }

// Choice is what a user says of the context that is meant; empty parts are left
// open.
type Choice struct {
	Kind Kind
	Name string // a name, or an ID
}

// ErrNone is wrapped where nothing is there that was asked for.
var ErrNone = errors.New("there is no such context")

// Choose finds the context that is meant. A kind without a name means the one
// that its own tool would use; a name without a kind is looked for among all.
// An error says what there is.
func (b *Book) Choose(c Choice) (Entry, error) {
	all, problem := b.Find()
	var fit []Entry
	for _, e := range all {
		if c.Kind != "" && e.Kind != c.Kind {
			continue
		}
		switch {
		case c.Name == "" && (e.Current || e.Kind == Host || e.Kind == Fake), c.Name != "" && e.ID() == c.Name:
			return usable(e)
		case c.Name != "" && e.Name == c.Name:
			fit = append(fit, e)
		}
	}
	switch {
	case len(fit) == 1:
		return usable(fit[0])
	case len(fit) > 1:
		return Entry{}, fmt.Errorf("several contexts are called %q: say which one with --context %s", c.Name, strings.Join(ids(fit), " or "))
	case c.Name == "" && c.Kind == Docker:
		return b.nearest(all)
	case c.Name == "" && c.Kind == Kube:
		return b.currentCluster(problem)
	}
	return Entry{}, errors.Join(b.unknown(c, all), problem)
}

// nearest is the daemon that is used when docker's own choice is not known: the
// first that was found, else Docker's default address, where one may come up.
func (b *Book) nearest(all []Entry) (Entry, error) {
	for _, e := range all {
		if e.Kind == Docker && e.Problem == "" {
			return e, nil
		}
	}
	return b.daemon(docker.Candidate{Name: "docker", Options: docker.Options{Host: "unix:///var/run/docker.sock"}, Source: "Docker's default"}), nil
}

// currentCluster is the context that kubectl would use, by another name than
// its own; the engine has the words for there being none.
func (b *Book) currentCluster(problem error) (Entry, error) {
	if problem != nil {
		return Entry{}, problem
	}
	return Entry{Kind: Kube, Name: "current", engine: func() (engine.Engine, error) { return b.openKube("") }}, nil
}

func usable(e Entry) (Entry, error) {
	if e.Problem != "" {
		return e, fmt.Errorf("the context %s cannot be used: %s", e.ID(), e.Problem)
	}
	return e, nil
}

func (b *Book) unknown(c Choice, all []Entry) error {
	var near []Entry
	for _, e := range all {
		if c.Kind == "" || e.Kind == c.Kind {
			near = append(near, e)
		}
	}
	what := "none at all"
	if len(near) > 0 {
		what = strings.Join(ids(near), ", ")
	}
	return fmt.Errorf("%w as %q; there is %s", ErrNone, c.Name, what)
}

func ids(entries []Entry) []string {
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = e.ID()
	}
	return out
}
