package state

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

const (
	tempDir = "tmp"
	// orphaned is how old a temporary file is that nobody uses any more: while
	// it is used it has no name, but for an instant.
	orphaned = 10 * time.Minute
)

// Temp is a temporary file.
type Temp struct {
	*os.File
	name string // "" where the file has no name any more
}

// Temp makes an empty file, readable by its owner alone. Where the system allows
// it, it has no name from the beginning, so that it goes with the process however
// that ends; what an earlier process left behind is removed. Close removes it.
func (d *Dir) Temp() (*Temp, error) {
	sub, err := d.Sub(tempDir)
	if err != nil {
		return nil, err
	}
	sub.Sweep(time.Now().Add(-orphaned), "")
	f, err := os.CreateTemp(sub.path, "*") // 0600
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	t := &Temp{File: f, name: f.Name()}
	if os.Remove(t.name) == nil {
		t.name = ""
	}
	return t, nil
}

// Sweep removes files of a prefix that were last changed before then. What cannot
// be removed now, since it is in use, may be the next time.
func (d *Dir) Sweep(then time.Time, prefix string) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && strings.HasPrefix(e.Name(), prefix) && info.ModTime().Before(then) {
			_ = os.Remove(filepath.Join(d.path, e.Name()))
		}
	}
}

// Close removes the file.
func (t *Temp) Close() error {
	err := t.File.Close()
	if t.name != "" {
		err = errors.Join(err, ignoreMissing(os.Remove(t.name)))
		t.name = ""
	}
	return err
}

// Input opens a file of the user's to be read; ~/ at its beginning is the home
// folder. Folders and devices are refused.
func (d *Dir) Input(path string) (io.ReadCloser, error) {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(xdg.Home, rest)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("open the input: %w", err)
	}
	if !info.Mode().IsRegular() && info.Mode()&os.ModeNamedPipe == 0 {
		return nil, fmt.Errorf("open the input: %s is neither a file nor a pipe", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the input: %w", err)
	}
	return f, nil
}
