package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	draftsDir = "drafts"
	// idSuffix ends the name of the file that holds the id of a draft whose own
	// name cannot.
	idSuffix = "~id"
)

// Draft is a kept draft.
type Draft struct {
	ID    string
	Saved time.Time
	Size  int64 // bytes
}

// SaveDraft keeps text under id, replacing what was there; it is safely on disk
// when the method returns. id is any text.
func (d *Dir) SaveDraft(id string, text []byte) error {
	sub, err := d.Sub(draftsDir)
	if err != nil {
		return err
	}
	name, short := encode(id)
	if !short {
		if err := sub.WriteFile(name+idSuffix, []byte(id)); err != nil {
			return err
		}
	}
	return sub.WriteFile(name, text)
}

// LoadDraft gives a draft back; an unknown id is an error that wraps
// fs.ErrNotExist.
func (d *Dir) LoadDraft(id string) ([]byte, error) {
	sub, err := d.Sub(draftsDir)
	if err != nil {
		return nil, err
	}
	name, _ := encode(id)
	text, err := sub.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no draft %.80q: %w", id, fs.ErrNotExist)
	}
	return text, err
}

// DeleteDraft forgets a draft; one that is not there is no error.
func (d *Dir) DeleteDraft(id string) error {
	sub, err := d.Sub(draftsDir)
	if err != nil {
		return err
	}
	name, short := encode(id)
	err = sub.Remove(name)
	if !short {
		err = errors.Join(err, sub.Remove(name+idSuffix))
	}
	return err
}

// Drafts lists the drafts, the newest first. Files that are no drafts are passed
// over.
func (d *Dir) Drafts() ([]Draft, error) {
	sub, err := d.Sub(draftsDir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(sub.path)
	if err != nil {
		return nil, fmt.Errorf("list the drafts: %w", err)
	}
	var drafts []Draft
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") || strings.HasSuffix(name, idSuffix) || !entry.Type().IsRegular() {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another podium deleted it meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("list the drafts: %w", err)
		}
		id, ok := decode(name)
		if !ok {
			long, err := sub.ReadFile(name + idSuffix)
			if again, _ := encode(string(long)); err != nil || again != name {
				continue
			}
			id = string(long)
		}
		drafts = append(drafts, Draft{ID: id, Saved: info.ModTime(), Size: info.Size()})
	}
	slices.SortFunc(drafts, func(a, b Draft) int {
		if c := b.Saved.Compare(a.Saved); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return drafts, nil
}
