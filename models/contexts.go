package models

import (
	"context"
	"time"
)

// Context is a place where pods may be: this machine, a Docker or Podman daemon,
// a context of a kubeconfig, an endpoint of the pod API. Its texts may come from
// outside: screens make them harmless.
type Context struct {
	ID        string // what it is remembered by
	Name      string // what people call it
	Engine    string // host, docker, kube, fake; "api" for an endpoint of the pod API
	Address   string // where it is, without secrets; "" for this machine
	Identity  string // who acts there, as far as files tell
	Namespace string // the namespace it says to begin in, "" for none
	Source    string // where it was found
	Problem   string // why it cannot be opened; "" when nothing is known against it
	Current   bool   // the tool that owns it (docker, kubectl) would use it
	Local     bool   // a socket of this machine, which may be asked how it does
	Added     bool   // the user added it here: it can be edited and removed
	Unlocked  bool   // changes are allowed there without asking
	Used      time.Time
}

// Contexts are the places where pods may be, and what is remembered of them.
// Every method does I/O, so screens call it in commands only; safe for
// concurrent use.
type Contexts interface {
	// Find lists what there is. It looks at files only: nothing is contacted
	// and no credential plugin runs. The error tells what could not be read;
	// the contexts beside it can be used.
	Find() ([]Context, error)

	// Ask asks a Local one how it does and gives a word or two: "answers", or an
	// error. It does not start anything.
	Ask(ctx context.Context, id string) (string, error)

	// Open makes a client of the context; nothing is contacted before the
	// first call. It is noted as the one used last. Who opens it closes it.
	Open(id string) (*Opened, error)

	// Visit notes that a namespace is shown, "" for all, and returns the
	// recent ones by their keys, that of 1 first.
	Visit(id, namespace string) ([]string, error)

	// SetUnlocked remembers whether changes are allowed without asking in a
	// context as it was opened: it counts for where that leads, whatever its
	// name leads to by now.
	SetUnlocked(c Context, unlocked bool) error
}

// Opened is a context in use.
type Opened struct {
	Context   Context
	Client    Client
	Namespace string   // to begin in, "" for all
	Recent    []string // namespaces by their keys, that of 1 first
	Note      string   // what people should know of its safety, mostly ""

	// Close lets it go. It may block for some seconds.
	Close func()
}

// EnvMsg tells every screen that Env.Namespace, Env.Recent or Env.ReadOnly has
// changed.
type EnvMsg struct{}

// ContextsMsg opens the list of contexts.
type ContextsMsg struct{}

// OpenContextMsg opens a context in place of the one that is open.
type OpenContextMsg struct{ ID string }

// NamespaceMsg shows the pods of a namespace, "" for all of them. With Ask it
// opens the choice instead.
type NamespaceMsg struct {
	Namespace string
	Ask       bool
}

// UnlockMsg allows changes where the context was opened read-only, after a
// question, or takes that back.
type UnlockMsg struct{ Lock bool }

// Endpoint is an endpoint of the pod API as a user adds it.
type Endpoint struct {
	Name        string
	Server      string // http://…, https://… or unix:///path
	Token       string // a new one; what is kept is never given back
	CAFile      string // certificates (PEM) of authorities to trust
	Fingerprint string // of the one certificate to trust

	HasToken    bool // a token is kept
	RemoveToken bool // forget it
}

// Endpoints are what Contexts can do where endpoints can be added, edited and
// removed. Every method does I/O, like those of Contexts.
type Endpoints interface {
	// Endpoint is the one that was added under the ID, without its token.
	Endpoint(id string) (Endpoint, error)

	// Try asks the endpoint as it would be kept in place of the one with the
	// ID, "" for a new one, and gives what it said. An error has the server's
	// own words; *UntrustedError says that only its certificate is in the way.
	Try(ctx context.Context, id string, e Endpoint) (string, error)

	// Save keeps it and returns its ID. An empty Token keeps the one there is.
	Save(id string, e Endpoint) (newID string, err error)

	// Remove forgets it and its token.
	Remove(id string) error
}

// UntrustedError is a server whose certificate is not trusted here.
type UntrustedError struct {
	Fingerprint string // SHA-256, in pairs of digits
	Reason      string // why it is not, in a sentence
	Err         error  // what was tried, in words
}

// Error is Err's.
func (e *UntrustedError) Error() string { return e.Err.Error() }

// Unwrap gives Err.
func (e *UntrustedError) Unwrap() error { return e.Err }

// EndpointMsg opens the dialog that adds an endpoint, or edits the one with the
// ID.
type EndpointMsg struct{ ID string }

// EndpointSavedMsg tells every screen that an endpoint was added or changed; it
// closes the dialog that wished for it.
type EndpointSavedMsg struct {
	From Screen
	ID   string
}

// ResizeMsg asks a dialog anew which size it wants: From has something else to
// show.
type ResizeMsg struct{ From Screen }
