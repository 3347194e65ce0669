package modelstest

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/themes"
)

// errNone is what an unknown draft wraps.
var errNone = fs.ErrNotExist

// Bench is what a screen is tested on: its Env, a clock and the wishes that
// were made.
type Bench struct {
	Env    *models.Env
	Client *Client
	Store  *Store
	Wishes []tea.Msg // in order; a test may clear it

	mu  sync.Mutex
	now time.Time
}

// NewBench makes an Env around the client: the plain theme, namespace default,
// the clock at noon on 1 May 2026 UTC, goroutines started as they are.
func NewBench(c *Client) *Bench {
	b := &Bench{Client: c, Store: NewStore(), now: Noon()}
	b.Env = &models.Env{
		Client: c, Store: b.Store, Theme: themes.Plain(), Namespace: "default", Endpoint: "test",
		Settings: models.DefaultSettings(),
		Now:      b.Now, Go: func(f func()) { go f() },
		Bind: func(models.Keyed) {}, Key: func(_, usual string) string { return usual },
		Wish: func(w tea.Msg) { b.Wishes = append(b.Wishes, w) },
	}
	return b
}

// Noon is when a Bench begins.
func Noon() time.Time { return time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC) }

// Now is the Bench's time.
func (b *Bench) Now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// Step moves the clock and returns the tick that tells the screens.
func (b *Bench) Step(d time.Duration) models.TickMsg {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
	return models.TickMsg(b.now)
}

// Store is a models.Store in memory, safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	drafts  map[string][]byte
	history map[string][]string
	saved   map[string][]byte
	journal []models.Entry
	deleted []models.Deleted
	words   []*word
	inputs  map[string]string
	temps   int
	Fail    error // when set, every method fails with it; set before anybody uses the store, or by SetFail

	templates map[string]string
}

var _ models.Store = (*Store)(nil)

// NewStore makes an empty store.
func NewStore() *Store {
	return &Store{
		drafts: map[string][]byte{}, history: map[string][]string{}, saved: map[string][]byte{}, inputs: map[string]string{},
		templates: map[string]string{},
	}
}

// SetFail makes every method fail from now on.
func (s *Store) SetFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Fail = err
}

// SaveDraft keeps the draft.
func (s *Store) SaveDraft(id string, text []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drafts[id] = append([]byte(nil), text...)
	return s.Fail
}

// LoadDraft gives the draft back.
func (s *Store) LoadDraft(id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.drafts[id]
	if !ok {
		return nil, fmt.Errorf("draft %s: %w", id, errNone)
	}
	return text, s.Fail
}

// DeleteDraft forgets the draft.
func (s *Store) DeleteDraft(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.drafts, id)
	return s.Fail
}

// Drafts lists them by name, all saved at Noon.
func (s *Store) Drafts() ([]models.Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []models.Draft
	for _, id := range slices.Backward(slices.Sorted(maps.Keys(s.drafts))) {
		out = append(out, models.Draft{ID: id, Saved: Noon()})
	}
	return out, s.Fail
}

// AppendHistory keeps the line.
func (s *Store) AppendHistory(name, line string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history[name] = append(s.history[name], line)
	return s.Fail
}

// History gives the lines.
func (s *Store) History(name string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.history[name]...), s.Fail
}

// Journal keeps the entry.
func (s *Store) Journal(e models.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.journal = append(s.journal, e)
	return s.Fail
}

// JournalEntries gives the last n entries.
func (s *Store) JournalEntries(n int) ([]models.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]models.Entry(nil), s.journal[max(len(s.journal)-n, 0):]...), s.Fail
}

// KeepDeleted keeps the pod.
func (s *Store) KeepDeleted(pod models.Deleted) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted = append(s.deleted, pod)
	return s.Fail
}

// DeletedPods gives the pods, the latest first.
func (s *Store) DeletedPods() ([]models.Deleted, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := append([]models.Deleted(nil), s.deleted...)
	slices.Reverse(out)
	return out, s.Fail
}

// PromiseWord keeps the text.
func (s *Store) PromiseWord(text string) (models.Word, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.Fail != nil {
		return nil, s.Fail
	}
	w := &word{store: s, text: text}
	s.words = append(s.words, w)
	return w, nil
}

// TakeWords gives the texts that were not dropped and forgets them, as if whoever
// promised them had ended.
func (s *Store) TakeWords() ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, w := range s.words {
		out = append(out, w.text)
	}
	s.words = nil
	return out, s.Fail
}

// Words counts the words that were promised and not dropped.
func (s *Store) Words() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.words)
}

type word struct {
	store *Store
	text  string
}

func (w *word) Change(text string) error {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.text = text
	return w.store.Fail
}

func (w *word) Drop() error {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.words = slices.DeleteFunc(w.store.words, func(o *word) bool { return o == w })
	return w.store.Fail
}

// SetTemplate adds a template of the user's own.
func (s *Store) SetTemplate(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates[name] = text
}

// Templates are those that SetTemplate added.
func (s *Store) Templates(string) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.templates)), s.Fail
}

// Template is the text of one of them.
func (s *Store) Template(_, name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.templates[name]
	if !ok {
		return nil, fmt.Errorf("template %s: %w", name, errNone)
	}
	return []byte(text), s.Fail
}

// ReadFile gives what Save was given under the path's name.
func (s *Store) ReadFile(path string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.saved[strings.TrimPrefix(path, "/saved/")]
	if !ok {
		return nil, fmt.Errorf("%s: %w", path, errNone)
	}
	return data, s.Fail
}

// Save keeps the file; its path is /saved/name.
func (s *Store) Save(name string, data []byte) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saved[name] = append([]byte(nil), data...)
	return "/saved/" + name, s.Fail
}

// SaveStream keeps what write gives.
func (s *Store) SaveStream(name string, write func(w io.Writer) error) (string, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return "", err
	}
	return s.Save(name, b.Bytes())
}

// Temp is a temporary file in memory.
func (s *Store) Temp() (models.Temp, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.temps++
	return &temp{store: s}, s.Fail
}

// Temps counts the temporary files that are open.
func (s *Store) Temps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.temps
}

type temp struct {
	store *Store
	mu    sync.Mutex
	data  []byte
}

func (t *temp) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, p...)
	return len(p), nil
}

func (t *temp) ReadAt(p []byte, at int64) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.NewReader(t.data).ReadAt(p, at)
}

func (t *temp) Close() error {
	t.store.mu.Lock()
	defer t.store.mu.Unlock()
	t.store.temps--
	return nil
}

// SetInput makes Input give a file.
func (s *Store) SetInput(path, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inputs[path] = text
}

// Input gives what SetInput set.
func (s *Store) Input(path string) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.inputs[path]
	if !ok {
		return nil, fmt.Errorf("open %s: %w", path, fs.ErrNotExist)
	}
	return io.NopCloser(strings.NewReader(text)), nil
}

// Saved is what Save was given under the name.
func (s *Store) Saved(name string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.saved[name]
	return data, ok
}
