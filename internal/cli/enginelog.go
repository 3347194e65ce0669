package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"podium/internal/state"
)

// engineLog is the file that takes what engines inside the dashboard have to say
// and no client can be told: the terminal is drawn on.
type engineLog struct {
	mu   sync.Mutex
	file *os.File
	size int64
	err  error // the first that happened: nobody can be told meanwhile
}

// engineLogLimit is the size at which the log begins anew, in bytes.
const engineLogLimit = 1 << 20

// openEngineLog opens the log in the state folder.
func openEngineLog(dir *state.Dir) (*engineLog, error) {
	path := filepath.Join(dir.Path(), "engine.log")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the engines' log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the engines' log: %w", err), f.Close())
	}
	return &engineLog{file: f, size: info.Size()}, nil
}

// line adds a line, with the time.
func (l *engineLog) line(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.size > engineLogLimit {
		l.note(l.file.Truncate(0))
		l.size = 0
	}
	n, err := l.file.WriteString(stamped(text))
	l.size += int64(n)
	l.note(err)
}

func (l *engineLog) note(err error) {
	if l.err == nil {
		l.err = err
	}
}

// close closes the file; what could not be written is told on stderr, as the
// terminal is the user's again.
func (l *engineLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.note(l.file.Close())
	if l.err != nil {
		fmt.Fprintf(os.Stderr, "podium: the engines' log is not whole: %v\n", l.err)
	}
}
