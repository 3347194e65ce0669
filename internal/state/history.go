package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	historyDir = "history"
	// historyLines is how many lines of a history are kept at least; a file is cut
	// when it has half as many again.
	historyLines = 1000
	// lineBytes bounds a line of a history.
	lineBytes = 16 << 10

	journalFile = "journal.jsonl"
	journalOld  = "journal.old.jsonl"
	// journalBytes is the size at which the journal begins a new file; the one
	// before is kept.
	journalBytes = 1 << 20
)

// AppendHistory adds a line to a named history; a line like the last one is not
// added again. At least the last 1,000 lines are kept. A line beyond 16 kB is an
// error. name is any text.
func (d *Dir) AppendHistory(name, line string) error {
	if line == "" {
		return nil
	}
	if len(line) > lineBytes {
		return fmt.Errorf("a line of %d bytes is too long for the history, which takes %d kB", len(line), lineBytes>>10)
	}
	sub, err := d.Sub(historyDir)
	if err != nil {
		return err
	}
	file, _ := encode(name)
	lock, err := sub.lock(file)
	if err != nil {
		return err
	}
	err = sub.appendLine(file, line)
	return errors.Join(err, lock.Unlock())
}

func (d *Dir) appendLine(file, line string) error {
	lines, err := d.readLines(file)
	if err != nil {
		return err
	}
	if n := len(lines); n > 0 && lines[n-1] == line {
		return nil
	}
	if len(lines) < historyLines*3/2 {
		return d.appendJSON(file, line)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, l := range append(lines[len(lines)-historyLines+1:], line) {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("write the history: %w", err)
		}
	}
	return d.WriteFile(file, b.Bytes())
}

// History returns the lines of a named history, oldest first; none is no error.
func (d *Dir) History(name string) ([]string, error) {
	sub, err := d.Sub(historyDir)
	if err != nil {
		return nil, err
	}
	file, _ := encode(name)
	return sub.readLines(file)
}

// readLines reads a file of JSON strings, one per line. What a crash or a foreign
// hand made unreadable is left out.
func (d *Dir) readLines(file string) ([]string, error) {
	data, err := d.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var lines []string
	for raw := range bytes.SplitSeq(data, []byte("\n")) {
		var l string
		if json.Unmarshal(raw, &l) == nil && l != "" {
			lines = append(lines, l)
		}
	}
	return lines, nil
}

// appendJSON adds a line of JSON with one write, so that lines of several
// processes do not mix.
func (d *Dir) appendJSON(file string, v any) (err error) {
	line, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	f, err := os.OpenFile(filepath.Join(d.path, file), os.O_CREATE|os.O_APPEND|os.O_RDWR, fileMode)
	if err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	line = append(line, '\n')
	if torn(f) {
		line = append([]byte("\n"), line...)
	}
	_, err = f.Write(line)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

// torn says whether a file ends within a line, as a crash may leave it: what is
// appended must not be lost with it.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = f.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

// Entry is a line of the journal: what was done, to what, and how it ended.
type Entry struct {
	At       time.Time `json:"at"`
	Endpoint string    `json:"endpoint,omitempty"`
	Action   string    `json:"action"`
	Target   string    `json:"target,omitempty"`
	Result   string    `json:"result,omitempty"`
	Failed   bool      `json:"failed,omitempty"`
	Digest   string    `json:"digest,omitempty"` // of a manifest, "sha256:…"
}

// Journal appends what was done. The texts are cut to 4 kB each. The last
// megabyte at least is kept.
func (d *Dir) Journal(e Entry) error {
	for _, s := range []*string{&e.Action, &e.Target, &e.Result, &e.Endpoint, &e.Digest} {
		if len(*s) > 4<<10 {
			*s = strings.ToValidUTF8((*s)[:4<<10], "") + "…"
		}
	}
	lock, err := d.lock(journalFile)
	if err != nil {
		return err
	}
	return errors.Join(d.journal(e), lock.Unlock())
}

func (d *Dir) journal(e Entry) error {
	path := filepath.Join(d.path, journalFile)
	if info, err := os.Stat(path); err == nil && info.Size() > journalBytes {
		if err := os.Rename(path, filepath.Join(d.path, journalOld)); err != nil {
			return fmt.Errorf("begin a new journal: %w", err)
		}
	}
	return d.appendJSON(journalFile, e)
}

// JournalEntries returns the last n entries at most, oldest first.
func (d *Dir) JournalEntries(n int) ([]Entry, error) {
	var entries []Entry
	for _, file := range []string{journalOld, journalFile} {
		data, err := d.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for raw := range bytes.SplitSeq(data, []byte("\n")) {
			var e Entry
			if len(raw) > 0 && json.Unmarshal(raw, &e) == nil {
				entries = append(entries, e)
			}
		}
	}
	return entries[max(len(entries)-max(n, 0), 0):], nil
}

// ReadJSON fills v from a settings file; a missing one is an error that wraps
// fs.ErrNotExist. name is one path element.
func (d *Dir) ReadJSON(name string, v any) error {
	data, err := d.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s holds no settings that can be read; delete it to begin anew: %w", filepath.Join(d.path, name), err)
	}
	return nil
}

// WriteJSON keeps v as a settings file. name is one path element.
func (d *Dir) WriteJSON(name string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("keep the settings %s: %w", name, err)
	}
	return d.WriteFile(name, append(data, '\n'))
}
