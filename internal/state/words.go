package state

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	wordsDir = "words"
	// wordsKept bounds the words that the next start shows, wordBytes each of
	// them.
	wordsKept = 20
	wordBytes = 16 << 10
)

// Word is a text for the next start. Its file is locked while the process lives,
// which is how others know whether it was left. It is not safe for concurrent use.
type Word struct {
	dir  *Dir
	name string
	file *os.File
}

// PromiseWord keeps a text for whoever starts next on this folder after this
// process has ended, however it ends, unless the word is dropped before. It is on
// disk when the method returns. A text beyond 16 kB is cut.
func (d *Dir) PromiseWord(text string) (*Word, error) {
	sub, err := d.Sub(wordsDir)
	if err != nil {
		return nil, err
	}
	w := &Word{dir: sub, name: fmt.Sprintf("%020d-%s", time.Now().UnixNano(), rand.Text()[:8])}
	if err := w.Change(text); err != nil {
		if w.file != nil {
			err = errors.Join(err, w.Drop())
		}
		return nil, err
	}
	return w, nil
}

// Change replaces the text, or leaves it as it was where it fails.
func (w *Word) Change(text string) error {
	if len(text) > wordBytes {
		text = strings.ToValidUTF8(text[:wordBytes], "") + "…"
	}
	f, err := w.write(text)
	if err != nil {
		return fmt.Errorf("leave a word: %w", err)
	}
	if w.file != nil {
		_ = w.file.Close() // it has no name any more
	}
	w.file = f
	if err := syncDir(w.dir.path); err != nil {
		return fmt.Errorf("leave a word: %w", err)
	}
	return nil
}

// write puts a file of the text, locked before anybody sees it, in the place of
// the word.
func (w *Word) write(text string) (_ *os.File, err error) {
	f, err := os.CreateTemp(w.dir.path, tempPrefix+"*") // 0600
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), ignoreMissing(os.Remove(f.Name())))
		}
	}()
	if err := flock(f); err != nil {
		return nil, err
	}
	if _, err := f.WriteString(text); err != nil {
		return nil, err
	}
	if err := f.Sync(); err != nil {
		return nil, err
	}
	return f, os.Rename(f.Name(), filepath.Join(w.dir.path, w.name))
}

// Drop takes the word back.
func (w *Word) Drop() error {
	return errors.Join(w.dir.Remove(w.name), w.file.Close())
}

// TakeWords gives the words of processes that have ended, oldest first, and forgets
// them; of many the last 20.
func (d *Dir) TakeWords() ([]string, error) {
	sub, err := d.Sub(wordsDir)
	if err != nil {
		return nil, err
	}
	sub.Sweep(time.Now().Add(-orphaned), tempPrefix)
	entries, err := os.ReadDir(sub.path) // by name: by time
	if err != nil {
		return nil, fmt.Errorf("look for words that were left: %w", err)
	}
	var words []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), tempPrefix) || !e.Type().IsRegular() {
			continue
		}
		text, left, err := sub.takeWord(e.Name())
		if err != nil {
			return words, fmt.Errorf("take a word that was left: %w", err)
		}
		if left {
			words = append(words, text)
		}
	}
	return slices.Clone(words[max(len(words)-wordsKept, 0):]), nil
}

// takeWord takes the word of a file, unless its process lives.
func (d *Dir) takeWord(name string) (text string, left bool, err error) {
	path := filepath.Join(d.path, name)
	f, err := os.Open(path)
	if err != nil {
		return "", false, ignoreMissing(err) // dropped, or taken by another
	}
	defer f.Close()
	if err := flock(f); err != nil {
		if errors.Is(err, ErrLocked) {
			return "", false, nil
		}
		return "", false, err
	}
	// The lock counts only on the file that has the name: the word may have been
	// changed, dropped or taken since it was opened.
	mine, err := f.Stat()
	if err != nil {
		return "", false, err
	}
	named, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(mine, named) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	data, err := d.ReadFile(name)
	if err != nil {
		return "", false, err
	}
	return string(data), true, d.Remove(name)
}
