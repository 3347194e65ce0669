// Package state keeps podium's files: drafts, histories, the journal, settings
// and locks, in one folder of the user's own. Every method does I/O and is safe
// for concurrent use, also by several podium processes on the same folder.
//
// Folders are 0700, files 0600; a file is replaced as a whole (written beside,
// synced, renamed), so that a crash leaves the old or the new one. The package
// knows nothing of pods or screens.
package state

import (
	"os"
	"time"
)

// Dir is an open state folder. It is used from anywhere and need not be closed.
type Dir struct{ path string }

// Open opens the state folder at path, making it if needed; "" means the
// default, podium's folder in $XDG_STATE_HOME. It is an error if the folder
// belongs to somebody else or others may write to it.
func Open(path string) (*Dir, error) {
	return &Dir{path: path}, os.MkdirAll(path, 0o700)
}

// Path is the folder's absolute path.
func (d *Dir) Path() string { return d.path }

// Sub opens a folder inside, making it if needed. name is one path element.
func (d *Dir) Sub(name string) (*Dir, error) { return nil, nil }

// SaveDraft keeps text under id, safely on disk when it returns.
func (d *Dir) SaveDraft(id string, text []byte) error { return nil }

// LoadDraft gives a draft back; an error that wraps fs.ErrNotExist if there is none.
func (d *Dir) LoadDraft(id string) ([]byte, error) { return nil, nil }

// DeleteDraft forgets a draft; one that is not there is no error.
func (d *Dir) DeleteDraft(id string) error { return nil }

// Draft is a kept draft.
type Draft struct {
	ID    string
	Saved time.Time
	Size  int64
}

// Drafts lists the drafts, the newest first.
func (d *Dir) Drafts() ([]Draft, error) { return nil, nil }

// AppendHistory adds a line to a named history, History gives it, oldest first.
func (d *Dir) AppendHistory(name, line string) error { return nil }

// History returns the lines of a named history, oldest first; none is no error.
func (d *Dir) History(name string) ([]string, error) { return nil, nil }

// Entry is a line of the journal.
type Entry struct {
	At     time.Time `json:"at"`
	Action string    `json:"action"`
	Target string    `json:"target,omitempty"`
	Result string    `json:"result,omitempty"`
}

// Journal appends what was done.
func (d *Dir) Journal(e Entry) error { return nil }

// JournalEntries returns the last n entries, oldest first.
func (d *Dir) JournalEntries(n int) ([]Entry, error) { return nil, nil }

// Save writes a file the user asked for into the user's download place and
// returns the path. A file of that name that exists is never overwritten.
func (d *Dir) Save(name string, data []byte) (path string, err error) { return "", nil }

// ReadJSON fills v from a settings file; an error that wraps fs.ErrNotExist if
// there is none.
func (d *Dir) ReadJSON(name string, v any) error { return nil }

// WriteJSON keeps v as a settings file.
func (d *Dir) WriteJSON(name string, v any) error { return nil }

// ReadFile reads a file of the folder; name is one path element.
func (d *Dir) ReadFile(name string) ([]byte, error) { return nil, nil }

// WriteFile replaces a file of the folder; name is one path element.
func (d *Dir) WriteFile(name string, data []byte) error { return nil }

// Lock is a lock held on a file of the folder.
type Lock struct{ file *os.File }

// TryLock takes the named lock, or returns ErrLocked when another process, or
// this one, has it. The lock ends with Unlock or with the process.
func (d *Dir) TryLock(name string) (*Lock, error) { return nil, nil }

// Unlock gives the lock back.
func (l *Lock) Unlock() error { return nil }
