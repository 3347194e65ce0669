package contexts

import (
	"errors"
	"io/fs"
	"slices"
	"time"
)

// memoryFile is what is remembered of all contexts, in the state folder.
const memoryFile = "contexts.json"

// Slots is how many namespaces are remembered for each context, one for each of
// the keys 1 to 9.
const Slots = 9

// memoryLimit is how many contexts are remembered; of more, those that were not
// used for the longest time are forgotten, but for what was unlocked.
const memoryLimit = 500

// Memory is what is remembered of one context.
type Memory struct {
	// Unlocked says that changes were allowed there, once and for all, as long as
	// the context leads to Address: the same name may lead somewhere else one day.
	Unlocked bool   `json:"unlocked,omitempty"`
	Address  string `json:"address,omitempty"`

	// Namespace is the one shown last, "*" for all of them, "" for none yet.
	Namespace string `json:"namespace,omitempty"`

	// Recent are namespaces by the key that leads to them; Order are the same
	// with the one that was used last at the end.
	Recent []string `json:"recent,omitempty"`
	Order  []string `json:"order,omitempty"`

	// Used is when the context was opened last, zero for never.
	Used time.Time `json:"used,omitzero"`
}

// Allows tells whether changes are allowed in the context without asking.
func (m Memory) Allows(e Entry) bool { return e.Trusted() || m.Unlocked && m.Address == e.Address }

// AllNamespaces stands for all namespaces in a Memory.
const AllNamespaces = "*"

// Visit notes that a namespace is shown, "" for all of them. It keeps the key
// that it has; a new one gets a free key, or that of the one that was not used
// for the longest time.
func (m *Memory) Visit(namespace string) {
	m.Namespace = namespace
	if namespace == "" {
		m.Namespace = AllNamespaces
		return
	}
	if !slices.Contains(m.Recent, namespace) {
		if len(m.Recent) < Slots {
			m.Recent = append(m.Recent, namespace)
		} else {
			m.Recent[m.oldest()] = namespace
		}
	}
	m.Order = slices.DeleteFunc(m.Order, func(s string) bool { return s == namespace || !slices.Contains(m.Recent, s) })
	m.Order = append(m.Order, namespace)
}

// oldest is the slot that was not used for the longest time.
func (m *Memory) oldest() int {
	at, slot := len(m.Order), 0
	for i, name := range m.Recent {
		if used := slices.Index(m.Order, name); used < at {
			at, slot = used, i
		}
	}
	return slot
}

// memories is the file.
type memories struct {
	Last     string            `json:"last,omitempty"` // ID of the context opened last
	Contexts map[string]Memory `json:"contexts,omitempty"`
}

func (b *Book) memories() (memories, error) {
	var m memories
	if err := b.opts.Dir.ReadJSON(memoryFile, &m); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return m, err
	}
	return m, nil
}

// Memory is what is remembered of a context, by its ID.
func (b *Book) Memory(id string) (Memory, error) {
	m, err := b.memories()
	return m.Contexts[id], err
}

// Memories is what is remembered of all of them, by their IDs, and the ID of the
// one that was opened last, "" for none.
func (b *Book) Memories() (all map[string]Memory, last string, err error) {
	m, err := b.memories()
	return m.Contexts, m.Last, err
}

// Remember changes what is remembered of a context.
func (b *Book) Remember(id string, change func(*Memory)) (Memory, error) {
	var out Memory
	err := b.update(func(m *memories) { out = m.change(id, change) })
	return out, err
}

// RememberOpened notes that a context was opened, and is the one to open next
// time.
func (b *Book) RememberOpened(id string, now time.Time) error {
	return b.update(func(m *memories) {
		m.Last = id
		m.change(id, func(one *Memory) { one.Used = now })
		m.forget()
	})
}

func (b *Book) update(change func(*memories)) error {
	var m memories
	return b.opts.Dir.UpdateJSON(memoryFile, &m, func() error {
		if m.Contexts == nil {
			m.Contexts = map[string]Memory{}
		}
		change(&m)
		return nil
	})
}

func (m *memories) change(id string, change func(*Memory)) Memory {
	one := m.Contexts[id]
	change(&one)
	m.Contexts[id] = one
	return one
}

// forget drops what is remembered beyond the limit.
func (m *memories) forget() {
	for len(m.Contexts) > memoryLimit {
		oldest, found := "", false
		for id, one := range m.Contexts {
			if !one.Unlocked && id != m.Last && (!found || one.Used.Before(m.Contexts[oldest].Used)) {
				oldest, found = id, true
			}
		}
		if !found {
			return
		}
		delete(m.Contexts, oldest)
	}
}

// Forget drops what is remembered of a context, that it was unlocked too.
func (b *Book) Forget(id string) error {
	return b.update(func(m *memories) {
		delete(m.Contexts, id)
		if m.Last == id {
			m.Last = ""
		}
	})
}
