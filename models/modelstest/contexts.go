package modelstest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"podium/models"
)

// Contexts are a models.Contexts in memory, safe for concurrent use. Its
// functions, where set, answer instead of its fields.
type Contexts struct {
	mu    sync.Mutex
	all   []models.Context
	calls []string

	// Clients are the clients of the contexts, by their IDs.
	Clients map[string]*Client

	// Namespaces and Recent are what is remembered of contexts.
	Namespaces map[string]string
	Recent     map[string][]string

	// Problem is what Find says could not be read.
	Problem error

	OnOpen func(id string) (*models.Opened, error)
	OnAsk  func(ctx context.Context, id string) (string, error)
}

var _ models.Contexts = (*Contexts)(nil)

// NewContexts makes the given contexts, each with an empty client.
func NewContexts(all ...models.Context) *Contexts {
	c := &Contexts{all: all, Clients: map[string]*Client{}, Namespaces: map[string]string{}, Recent: map[string][]string{}}
	for _, one := range all {
		c.Clients[one.ID] = NewClient()
	}
	return c
}

func (c *Contexts) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, fmt.Sprintf(format, args...))
}

// Calls are the calls so far, one line each such as "open kube:prod".
func (c *Contexts) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// Called tells how often a call was made.
func (c *Contexts) Called(call string) int {
	n := 0
	for _, one := range c.Calls() {
		if one == call {
			n++
		}
	}
	return n
}

// Set replaces the contexts that Find gives.
func (c *Contexts) Set(all ...models.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = all
}

// Find gives the contexts.
func (c *Contexts) Find() ([]models.Context, error) {
	c.note("find")
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all), c.Problem
}

// Ask answers unless OnAsk is set.
func (c *Contexts) Ask(ctx context.Context, id string) (string, error) {
	c.note("ask %s", id)
	if c.OnAsk != nil {
		return c.OnAsk(ctx, id)
	}
	return "answers", nil
}

// Open gives the context with its client.
func (c *Contexts) Open(id string) (*models.Opened, error) {
	c.note("open %s", id)
	if c.OnOpen != nil {
		return c.OnOpen(id)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.all, func(one models.Context) bool { return one.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("there is no context %q", id)
	}
	namespace, ok := c.Namespaces[id]
	if !ok {
		namespace = "default"
	}
	return &models.Opened{
		Context: c.all[i], Client: c.Clients[id], Namespace: namespace, Recent: c.Recent[id],
		Close: func() { c.note("close %s", id) },
	}, nil
}

// Visit remembers the namespace, each new one with the next key.
func (c *Contexts) Visit(id, namespace string) ([]string, error) {
	c.note("visit %s %s", id, namespace)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Namespaces[id] = namespace
	if namespace != "" && !slices.Contains(c.Recent[id], namespace) {
		c.Recent[id] = append(c.Recent[id], namespace)
	}
	return slices.Clone(c.Recent[id]), nil
}

// SetUnlocked remembers it in the context.
func (c *Contexts) SetUnlocked(one models.Context, unlocked bool) error {
	id := one.ID
	c.note("unlock %s %v", id, unlocked)
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.all {
		if c.all[i].ID == id {
			c.all[i].Unlocked = unlocked
		}
	}
	return nil
}

// Endpoints are Contexts to which endpoints can be added.
type Endpoints struct {
	*Contexts

	// Kept are the endpoints by their IDs; Save puts them there.
	Kept map[string]models.Endpoint

	OnTry func(ctx context.Context, id string, e models.Endpoint) (string, error)
}

var _ models.Endpoints = (*Endpoints)(nil)

// NewEndpoints makes Contexts to which endpoints can be added.
func NewEndpoints(all ...models.Context) *Endpoints {
	return &Endpoints{Contexts: NewContexts(all...), Kept: map[string]models.Endpoint{}}
}

// Endpoint gives what is kept, without its token.
func (e *Endpoints) Endpoint(id string) (models.Endpoint, error) {
	e.note("endpoint %s", id)
	e.mu.Lock()
	defer e.mu.Unlock()
	kept, ok := e.Kept[id]
	if !ok {
		return kept, fmt.Errorf("there is no endpoint %s", id)
	}
	kept.HasToken = kept.Token != ""
	kept.Token = ""
	return kept, nil
}

// Try answers unless OnTry is set.
func (e *Endpoints) Try(ctx context.Context, id string, one models.Endpoint) (string, error) {
	e.note("try %s", one.Server)
	if e.OnTry != nil {
		return e.OnTry(ctx, id, one)
	}
	return "it answers", nil
}

// Save keeps it, as a context too.
func (e *Endpoints) Save(id string, one models.Endpoint) (string, error) {
	e.note("save %s", one.Name)
	e.mu.Lock()
	defer e.mu.Unlock()
	saved := "api:" + one.Name
	if _, taken := e.Kept[saved]; taken && saved != id {
		return "", fmt.Errorf("another endpoint has the name %s", one.Name)
	}
	e.drop(id)
	e.Kept[saved] = one
	e.all = append(e.all, models.Context{ID: saved, Name: one.Name, Engine: "api", Address: one.Server, Source: "added here", Added: true})
	return saved, nil
}

// Remove forgets it.
func (e *Endpoints) Remove(id string) error {
	e.note("remove %s", id)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.drop(id)
	return nil
}

func (e *Endpoints) drop(id string) {
	delete(e.Kept, id)
	e.all = slices.DeleteFunc(e.all, func(c models.Context) bool { return c.ID == id })
}
