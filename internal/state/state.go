// Package state keeps podium's files: drafts, histories, the journal, settings
// and locks, in one folder of the user's own. Every method does I/O, may wait for
// another process for a moment, and is safe for concurrent use, also by several
// podium processes on the same folder.
//
// Folders are 0700, files 0600; a file is replaced as a whole (written beside,
// synced, renamed), so that a crash leaves the old or the new one. The package
// knows nothing of pods or screens.
package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

const (
	dirMode  = 0o700
	fileMode = 0o600
	// readLimit bounds what is read back, in bytes.
	readLimit = 64 << 20
	// nameLimit bounds a file name, in bytes, below the 255 of usual file systems.
	nameLimit = 200
)

// Dir is an open state folder. It holds nothing open, so it need not be closed.
type Dir struct{ path string }

// Open opens the state folder at path, making it if needed; "" is the default,
// podium's folder in $XDG_STATE_HOME (XDG Base Directory Specification). A folder
// that others may write to is closed to them; it is an error if it belongs to
// somebody else.
func Open(path string) (*Dir, error) {
	if path == "" {
		path = filepath.Join(xdg.StateHome, "podium")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the state folder: %w", err)
	}
	if err := os.MkdirAll(path, dirMode); err != nil {
		return nil, fmt.Errorf("make the state folder: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("look at the state folder: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("the state folder %s is not a folder; choose another with --state-dir", path)
	}
	if !ours(info) {
		return nil, fmt.Errorf("the state folder %s belongs to another user, who could read and change what is kept there; choose another with --state-dir", path)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(path, dirMode); err != nil {
			return nil, fmt.Errorf("close the state folder to others: %w", err)
		}
	}
	return &Dir{path: path}, nil
}

// Path is the folder's absolute path.
func (d *Dir) Path() string { return d.path }

// Sub opens a folder inside, making it if needed. name is one path element; any
// other is an error.
func (d *Dir) Sub(name string) (*Dir, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	path := filepath.Join(d.path, name)
	if err := os.Mkdir(path, dirMode); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("make a folder for state: %w", err)
	}
	info, err := os.Lstat(path)
	if err != nil {
		return nil, fmt.Errorf("look at a folder for state: %w", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is in the way: a folder is kept under that name", path)
	}
	return &Dir{path: path}, nil
}

// checkName refuses what is no plain file name.
func checkName(name string) error {
	if name == "" || name == "." || name == ".." || len(name) > nameLimit ||
		strings.ContainsAny(name, "/\\\x00") {
		return fmt.Errorf("%.60q cannot be the name of a file in the state folder", name)
	}
	return nil
}

// ReadFile reads a file of the folder. name is one path element. A missing file is
// an error that wraps fs.ErrNotExist; one beyond 64 MB is an error.
func (d *Dir) ReadFile(name string) ([]byte, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	f, err := os.Open(filepath.Join(d.path, name))
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, readLimit+1))
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	if len(data) > readLimit {
		return nil, fmt.Errorf("%s is larger than %d MB and is not read", f.Name(), readLimit>>20)
	}
	return data, nil
}

// WriteFile replaces a file of the folder: data is on disk under its name when it
// returns, or the old file is untouched. name is one path element.
func (d *Dir) WriteFile(name string, data []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := d.replace(name, data); err != nil {
		return fmt.Errorf("keep %s: %w", filepath.Join(d.path, name), err)
	}
	return nil
}

// replace writes beside, syncs, renames, and syncs the folder, so that the new
// name is on disk too.
func (d *Dir) replace(name string, data []byte) (err error) {
	f, err := os.CreateTemp(d.path, tempPrefix+"*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	if err := writeAndClose(f, data); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(d.path, name)); err != nil {
		return err
	}
	return syncDir(d.path)
}

// tempPrefix begins the names of files that are being written; they are no state.
const tempPrefix = ".new-"

func writeAndClose(f *os.File, data []byte) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Remove deletes a file of the folder; one that is missing is no error.
func (d *Dir) Remove(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := ignoreMissing(os.Remove(filepath.Join(d.path, name))); err != nil {
		return fmt.Errorf("delete state: %w", err)
	}
	return nil
}
