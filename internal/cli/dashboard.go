package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/term"

	"podium/internal/state"
	"podium/models"
	"podium/ui"
)

// runDashboard opens the dashboard and returns when the user leaves it.
func runDashboard(ctx context.Context, f *flags) error {
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("the dashboard needs a terminal, and standard input or output is none; podium --help lists the other commands")
	}
	dir, err := f.dir()
	if err != nil {
		return err
	}
	opts, err := f.configOptions(os.Environ())
	if err != nil {
		return err
	}
	cfg, err := load(dir, opts)
	if err != nil {
		return err
	}
	log, err := openEngineLog(dir)
	if err != nil {
		return err
	}
	defer log.close()
	book, err := f.book(dir, log.line)
	if err != nil {
		return err
	}
	all := &places{book: book, namespace: f.namespace, all: f.allNamespaces}
	defer all.close()
	first, notices, err := f.first(book, all)
	if err != nil {
		return err
	}
	err = ui.Run(ctx, ui.Options{
		Env: &models.Env{Store: store{dir}, Contexts: all}, First: first, Sealed: f.readOnly, Notices: notices,
		Input: newKeyboard(os.Stdin), Output: os.Stdout, Environ: os.Environ(), Version: version,
		Configured: configured(dir, cfg), Changed: changes(dir, opts),
		Copy:   copyToClipboard,
		Paste:  readClipboard,
		Edit:   localEditor.starter(dir, os.Environ()),
		Page:   localPager.starter(dir, os.Environ()),
		Rules:  rulesOf,
		Report: func(report []byte) (string, error) { return keepReport(dir, report) },
	})
	var crash *ui.CrashError
	switch {
	case errors.As(err, &crash):
		fmt.Fprintln(os.Stderr, crash.Error())
		return &statusError{status: exitCrash}
	case errors.Is(err, ui.ErrEnded):
		return &statusError{status: exitStatus(ctx, nil)}
	}
	return err
}

// store gives screens the state folder as models.Store has it.
type store struct{ *state.Dir }

// Drafts are those kept, the latest first.
func (s store) Drafts() ([]models.Draft, error) {
	kept, err := s.Dir.Drafts()
	out := make([]models.Draft, len(kept))
	for i, d := range kept {
		out[i] = models.Draft{ID: d.ID, Saved: d.Saved}
	}
	return out, err
}

// Temp makes a temporary file.
func (s store) Temp() (models.Temp, error) {
	t, err := s.Dir.Temp()
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Journal adds an entry to the journal.
func (s store) Journal(e models.Entry) error { return s.Dir.Journal(state.Entry(e)) }

// JournalEntries gives the last n entries at most, oldest first.
func (s store) JournalEntries(n int) ([]models.Entry, error) {
	kept, err := s.Dir.JournalEntries(n)
	out := make([]models.Entry, len(kept))
	for i, e := range kept {
		out[i] = models.Entry(e)
	}
	return out, err
}

// deletedKind is the kind under which deleted pods are kept a while.
const deletedKind = "deleted"

// KeepDeleted keeps a deleted pod for a day.
func (s store) KeepDeleted(pod models.Deleted) error {
	data, err := json.Marshal(pod)
	if err != nil {
		return fmt.Errorf("keep the deleted pod %s: %w", pod.Ref, err)
	}
	return s.AddRecent(deletedKind, data)
}

// PromiseWord keeps a text for the next start.
func (s store) PromiseWord(text string) (models.Word, error) {
	w, err := s.Dir.PromiseWord(text)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// TakeWords gives the words that were left for this start. Being asked once at
// each, it is also when deleted pods that are too old are let go.
func (s store) TakeWords() ([]string, error) {
	words, err := s.Dir.TakeWords()
	return words, errors.Join(err, s.PruneRecent(deletedKind))
}

// DeletedPods gives those kept, the latest first; what cannot be read, such as of
// another version of podium, is passed over.
func (s store) DeletedPods() ([]models.Deleted, error) {
	kept, err := s.Recent(deletedKind)
	var out []models.Deleted
	for _, data := range kept {
		var pod models.Deleted
		if json.Unmarshal(data, &pod) == nil && (len(pod.Pod) > 0 || pod.Spared) {
			out = append(out, pod)
		}
	}
	return out, err
}

// keepReport writes the report of a crash where it can be found again.
func keepReport(dir *state.Dir, report []byte) (string, error) {
	sub, err := dir.Sub("crashes")
	if err != nil {
		return "", err
	}
	name := "crash-" + time.Now().UTC().Format("20060102-150405.000") + ".txt"
	if err := sub.WriteFile(name, report); err != nil {
		return "", err
	}
	return sub.Path() + "/" + name, nil
}
