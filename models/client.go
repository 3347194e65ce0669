package models

import (
	"context"
	"io"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
)

// Client is what screens ask of an endpoint; package apiclient has the real
// one. Every method may block until ctx is done, so screens call it in commands
// only, and is safe for concurrent use. Errors are apimachinery's apierrors
// where the server answered.
type Client interface {
	Reader
	Changer

	// Exec creates and starts a command in a container and returns its
	// session, which the caller closes. ctx covers the start only. An empty
	// container leaves the choice to the server.
	Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecSession, error)
}

// Addressed clients tell how else their endpoint can be asked. Address does not
// wait.
type Addressed interface{ Address() api.Address }

// Reader is the part of Client that changes nothing.
type Reader interface {
	// List calls each for every row while the answer is still coming in; an
	// error of each ends the list and is returned.
	List(ctx context.Context, namespace string, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error)

	// Watch reports changes from opts.ResourceVersion on. An endpoint that
	// has no watch gives an error that wraps api.ErrNotServed.
	Watch(ctx context.Context, namespace string, opts api.ListOptions) (api.RowWatch, error)

	// Get is one whole pod.
	Get(ctx context.Context, namespace, name string) (api.PodObject, error)

	// Log streams a container's log; the caller closes it.
	Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error)

	// Events are those that the field selector matches, oldest first.
	Events(ctx context.Context, namespace, fieldSelector string) ([]corev1.Event, error)

	// Namespaces are the names of those that exist, sorted. An endpoint that
	// lists none gives an error that wraps api.ErrNotServed.
	Namespaces(ctx context.Context) ([]string, error)

	// Info is what the endpoint says of itself, empty when it says nothing.
	Info(ctx context.Context) (api.Info, error)
}

// Changer is the part of Client that changes pods.
type Changer interface {
	// Create sends a pod's JSON as it is and returns the server's pod and the
	// server's warnings.
	Create(ctx context.Context, namespace string, pod []byte) (api.PodObject, []string, error)

	// Patch changes a pod by a strategic merge patch where the endpoint can
	// (api.CapPatch), and returns the server's pod and the server's warnings.
	Patch(ctx context.Context, namespace, name string, patch []byte) (api.PodObject, []string, error)

	// Delete asks for a pod's end.
	Delete(ctx context.Context, namespace, name string, opts api.DeleteOptions) error
}

// Store keeps what outlives a screen: drafts, histories, the journal, files
// the user asks for. Screens never touch the file system themselves. Methods do
// I/O, so screens call them in commands only; they are safe for concurrent use,
// also by several podiums.
type Store interface {
	// SaveDraft keeps text under id, replacing what was there, safely on disk
	// when it returns. LoadDraft gives it back; an unknown id is an error
	// that wraps fs.ErrNotExist.
	SaveDraft(id string, text []byte) error
	LoadDraft(id string) ([]byte, error)
	DeleteDraft(id string) error

	// Drafts are those kept, the latest first.
	Drafts() ([]Draft, error)

	// AppendHistory adds a line to a named history, History gives it, oldest
	// first.
	AppendHistory(name, line string) error
	History(name string) ([]string, error)

	// Journal adds an entry to the journal. JournalEntries gives the last n of
	// them at most, oldest first.
	Journal(e Entry) error
	JournalEntries(n int) ([]Entry, error)

	// KeepDeleted keeps a deleted pod for a day, among a bounded number of
	// them; DeletedPods gives those kept, the latest first.
	KeepDeleted(pod Deleted) error
	DeletedPods() ([]Deleted, error)

	// PromiseWord keeps a text for the next start to show should this program
	// end before the word is dropped, however it ends: the text is safely on
	// disk when the method returns. TakeWords gives the texts that ended
	// programs have left, oldest first, and forgets them.
	PromiseWord(text string) (Word, error)
	TakeWords() ([]string, error)

	// Templates are the names of the user's own templates in a folder, "" for
	// the usual one; Template is the text of one of them.
	Templates(folder string) ([]string, error)
	Template(folder, name string) ([]byte, error)

	// ReadFile reads a file that the user names; "~/" is the home folder. What
	// is no file, or larger than a manifest may be, is an error.
	ReadFile(path string) ([]byte, error)

	// Save writes a file the user asked for under the given name into the
	// user's download place and returns the path.
	Save(name string, data []byte) (path string, err error)

	// SaveStream is Save for what is too large to be held: write gives it.
	SaveStream(name string, write func(w io.Writer) error) (path string, err error)

	// Temp makes an empty file that only this program sees. It is gone when it
	// is closed, and with the program.
	Temp() (Temp, error)

	// Input opens a file of the user's to read; ~ at its beginning is the
	// user's own folder.
	Input(path string) (io.ReadCloser, error)
}

// Word is a text for the next start. Change replaces it, just as safely; Drop takes
// it back.
type Word interface {
	Change(text string) error
	Drop() error
}

// Temp is a temporary file. Write adds at its end.
type Temp interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Draft is a kept draft: its id and when it was saved.
type Draft struct {
	ID    string
	Saved time.Time
}
