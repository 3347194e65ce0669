// Package kube is the engine whose pods are those of a Kubernetes cluster. The
// cluster's own API is the pod API already, so requests about pods, logs,
// events and namespaces pass through to it byte for byte; exec is translated
// between the page's create and start and the cluster's channels.
//
// It speaks to a cluster with the credentials of the user's kubeconfig, as
// kubectl does, and keeps nothing of its own: what becomes of the pods is the
// cluster's business. It has no informers and no cache.
package kube

import (
	"context"
	"fmt"
	"sync"

	"podium/api"
	"podium/apiserver/engine"
)

// Options say which cluster an Engine speaks to. The zero Options mean the
// current context of the user's kubeconfig.
type Options struct {
	// Kubeconfig is a file to read instead of $KUBECONFIG's list or
	// ~/.kube/config.
	Kubeconfig string

	// Context is the name of a context of the kubeconfig, InCluster for the
	// service account of the pod that this program runs in, or empty for the
	// current context.
	Context string

	// Namespace is told to clients as the one to begin in, instead of the
	// context's own. Requests name theirs themselves.
	Namespace string

	// Interactive lets credential plugins use this process's terminal. Without
	// it they get no input, and what they say on stderr becomes part of the
	// error instead of being written over a screen.
	Interactive bool

	// Version is the version of the program, for the User-Agent.
	Version string

	// Log takes one line for people about what went wrong and cannot be told
	// to a caller. Safe for concurrent use; nil drops them.
	Log func(line string)
}

// Engine speaks to one cluster. It is made by New, and safe for concurrent use.
type Engine struct {
	opts   Options
	source source
	who    subject
	words  *pluginWords

	only protocol // carries all execs, in tests of the fallbacks

	mu      sync.Mutex
	current *link // nil until used, and again once its credentials were refused
	bare    map[string]bareContainer

	// life is done once the engine closes: what it does on its own ends.
	life context.Context
	end  context.CancelFunc
	work sync.WaitGroup
}

var (
	_ engine.Engine         = (*Engine)(nil)
	_ engine.Namespacer     = (*Engine)(nil)
	_ engine.ResourceServer = (*Engine)(nil)
)

// New reads the kubeconfig and makes an engine of the context. It contacts
// nothing and runs no credential plugin: that is left to the first request.
// The error says what is wrong with the kubeconfig, or which contexts there are.
func New(o Options) (*Engine, error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	e := &Engine{opts: o, source: sourceOf(o), words: &pluginWords{}, bare: map[string]bareContainer{}}
	who, err := e.source.subject()
	if err != nil {
		return nil, err
	}
	e.who = who
	if _, err := e.source.config(nil); err != nil {
		return nil, err
	}
	e.life, e.end = context.WithCancel(context.Background())
	return e, nil
}

// Info implements engine.Engine. It says what the kubeconfig says and asks the
// cluster nothing.
func (e *Engine) Info(context.Context) (api.Info, error) {
	info := api.Info{
		api.InfoEngine:    "kube",
		api.InfoDetail:    fmt.Sprintf("Kubernetes context %s, %s", e.who.context, e.who.server),
		api.InfoContext:   e.who.context,
		api.InfoNamespace: e.who.namespace,
		api.InfoIdentity:  e.who.identity,
		api.InfoServer:    e.who.server,
	}
	return info.With(api.CapWatch, api.CapLimit, api.CapLog, api.CapEvents, api.CapNamespaces, api.CapPatch), nil
}

// Close implements engine.Engine. The pods stay as they are.
func (e *Engine) Close() error {
	e.end()
	e.work.Wait()
	e.mu.Lock()
	l := e.current
	e.current = nil
	e.mu.Unlock()
	if l != nil {
		l.close()
	}
	return e.words.close()
}
