package cli

import (
	"cmp"
	"context"
	"sync"
	"time"

	"podium/api"
	"podium/internal/contexts"
	"podium/models"
)

// places are the contexts as the dashboard's screens have them. They keep track
// of what is open, so that all of it is closed in the end.
type places struct {
	book *contexts.Book
	// namespace and all are what the flags say of the namespace to begin in;
	// they count for the first context that is opened.
	namespace string
	all       bool

	mu     sync.Mutex
	opened []*contexts.Opened
}

var _ models.Contexts = (*places)(nil)

// close lets everything go that was opened. Their ends are waited for together.
func (p *places) close() {
	p.mu.Lock()
	open := p.opened
	p.opened = nil
	p.mu.Unlock()
	var ends sync.WaitGroup
	for _, o := range open {
		ends.Go(o.Close)
	}
	ends.Wait()
}

// Find lists what there is.
func (p *places) Find() ([]models.Context, error) {
	found, problem := p.book.Find()
	known, _, err := p.book.Memories()
	if problem == nil {
		problem = err
	}
	out := make([]models.Context, len(found))
	for i, e := range found {
		out[i] = contextOf(e, known[e.ID()])
	}
	return out, problem
}

func contextOf(e contexts.Entry, m contexts.Memory) models.Context {
	return models.Context{
		ID: e.ID(), Name: e.Title(), Engine: string(e.Kind), Address: e.Address, Identity: e.Identity, Namespace: e.Namespace,
		Source: e.Source, Problem: e.Problem, Current: e.Current, Local: e.Local, Added: e.Added,
		Unlocked: m.Allows(e), Used: m.Used,
	}
}

// Ask asks a local one how it does.
func (p *places) Ask(ctx context.Context, id string) (string, error) {
	e, err := p.book.Choose(contexts.Choice{Name: id})
	if err != nil {
		return "", err
	}
	return p.book.Ask(ctx, e)
}

// Open opens a context by its ID, or by its name where only one has it.
func (p *places) Open(id string) (*models.Opened, error) {
	e, err := p.book.Choose(contexts.Choice{Name: id})
	if err != nil {
		return nil, err
	}
	return p.open(e)
}

// open opens an entry and begins where it was left.
func (p *places) open(e contexts.Entry) (*models.Opened, error) {
	m, err := p.book.Memory(e.ID())
	if err != nil {
		return nil, err
	}
	o, err := p.book.Open(e)
	if err != nil {
		return nil, err
	}
	if !e.Passing {
		if err := p.book.RememberOpened(e.ID(), time.Now()); err != nil {
			o.Close()
			return nil, err
		}
	}
	p.mu.Lock()
	p.opened = append(p.opened, o)
	p.mu.Unlock()
	namespace := p.begin(e, m)
	if !e.Trusted() && !e.Passing && namespace != "" {
		if m, err = p.book.Remember(e.ID(), func(m *contexts.Memory) { m.Visit(namespace) }); err != nil {
			o.Close()
			return nil, err
		}
	}
	return &models.Opened{
		Context: contextOf(e, m), Client: o.Client, Namespace: namespace, Recent: m.Recent, Note: o.Client.TLSNote(),
		Close: o.Close,
	}, nil
}

// begin is the namespace to begin in: what the flags say, the one shown last, the
// context's own.
func (p *places) begin(e contexts.Entry, m contexts.Memory) string {
	p.mu.Lock()
	name, all := p.namespace, p.all
	p.namespace, p.all = "", false
	p.mu.Unlock()
	switch {
	case all, name == "" && m.Namespace == contexts.AllNamespaces:
		return ""
	}
	return cmp.Or(name, m.Namespace, e.Namespace, api.DefaultNamespace)
}

// Visit notes that a namespace is shown.
func (p *places) Visit(id, namespace string) ([]string, error) {
	m, err := p.book.Remember(id, func(m *contexts.Memory) { m.Visit(namespace) })
	return m.Recent, err
}

// SetUnlocked remembers whether changes are allowed without asking, for where the
// context led when it was opened.
func (p *places) SetUnlocked(c models.Context, unlocked bool) error {
	_, err := p.book.Remember(c.ID, func(m *contexts.Memory) { m.Unlocked, m.Address = unlocked, c.Address })
	return err
}
