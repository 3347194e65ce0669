package state

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// A folder of recent texts keeps this many at most, of this many bytes in all,
	// for this long.
	recentFiles = 500
	recentBytes = 32 << 20
	recentAge   = 24 * time.Hour
)

// AddRecent keeps a text among the recent ones of its kind, safely on disk when
// it returns. The oldest go when there are more than 500 of them or 32 MB, and all
// go after a day. kind is one path element.
func (d *Dir) AddRecent(kind string, text []byte) error {
	if len(text) > recentBytes/4 {
		return fmt.Errorf("%d MB are too much to keep a while", len(text)>>20)
	}
	sub, err := d.Sub(kind)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%020d-%s", time.Now().UnixNano(), rand.Text()[:8])
	if err := sub.WriteFile(name, text); err != nil {
		return err
	}
	_, err = sub.recent()
	return err
}

// Recent gives the texts of a kind that are still kept, the newest first.
func (d *Dir) Recent(kind string) ([][]byte, error) {
	sub, err := d.Sub(kind)
	if err != nil {
		return nil, err
	}
	names, err := sub.recent()
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for _, name := range names {
		text, err := sub.ReadFile(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another podium has just let it go
		}
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// PruneRecent lets go what is too old of a kind, or too much. What nobody adds to or
// reads is kept longer than a day otherwise.
func (d *Dir) PruneRecent(kind string) error {
	sub, err := d.Sub(kind)
	if err != nil {
		return err
	}
	_, err = sub.recent()
	return err
}

// recent are the names of the texts within the bounds, the newest first; the
// others are deleted.
func (d *Dir) recent() ([]string, error) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("look through what is kept a while: %w", err)
	}
	oldest := time.Now().Add(-recentAge).UnixNano()
	var names []string
	bytes := int64(0)
	for _, entry := range slices.Backward(entries) { // ReadDir sorts by name: by time
		nanos, _, ok := strings.Cut(entry.Name(), "-")
		at, err := strconv.ParseInt(nanos, 10, 64)
		if !ok || err != nil || !entry.Type().IsRegular() {
			continue
		}
		if info, err := entry.Info(); err == nil {
			bytes += info.Size()
		}
		if at < oldest || bytes > recentBytes || len(names) == recentFiles {
			if err := ignoreMissing(os.Remove(filepath.Join(d.path, entry.Name()))); err != nil {
				return nil, fmt.Errorf("let go what was kept a while: %w", err)
			}
			continue
		}
		names = append(names, entry.Name())
	}
	return names, nil
}
