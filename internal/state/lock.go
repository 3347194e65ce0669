package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// ErrLocked says that somebody else has the lock.
var ErrLocked = errors.New("another podium has the lock")

// lockPatience bounds the wait for a lock of the package's own, which nobody holds
// for long; lockPoll is how often it is tried.
const (
	lockPatience = 5 * time.Second
	lockPoll     = 5 * time.Millisecond
)

// Lock is an advisory lock on a file of the folder. It is held until Unlock or
// until the process ends, however it ends.
type Lock struct{ file *os.File }

// TryLock takes the named lock without waiting. The error wraps ErrLocked when
// another process, or this one, has it. name is one path element, at most 190
// bytes long.
func (d *Dir) TryLock(name string) (*Lock, error) {
	name += ".lock"
	if err := checkName(name); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(d.path, name), os.O_CREATE|os.O_RDWR, fileMode)
	if err != nil {
		return nil, fmt.Errorf("open a lock: %w", err)
	}
	if err := flock(f); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", f.Name(), err), f.Close())
	}
	return &Lock{file: f}, nil
}

// Unlock gives the lock back. The file stays: to delete it would let two hold it.
func (l *Lock) Unlock() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("give a lock back: %w", err)
	}
	return nil
}

// lock takes a lock that guards one file of the folder, waiting for it.
func (d *Dir) lock(file string) (*Lock, error) {
	name := "." + file
	for end := time.Now().Add(lockPatience); ; time.Sleep(lockPoll) {
		l, err := d.TryLock(name)
		if err == nil || !errors.Is(err, ErrLocked) {
			return l, err
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("waited %v for another podium, which seems to be stopped: %w", lockPatience, err)
		}
	}
}
