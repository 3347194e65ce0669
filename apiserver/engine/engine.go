// Package engine is the contract between the pod API's server and what really
// runs pods. One server serves any engine; the suite in enginetest is what
// every engine passes.
//
// The package holds no engine and speaks no HTTP: engines live in the folders
// beside enginetest, the server in apiserver.
package engine

import (
	"context"
	"io"
	"iter"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// Engine runs pods. Every method is safe for concurrent use, honours its
// context, and returns apimachinery's apierrors, whose Status goes to the
// client word for word: NotFound, AlreadyExists, Conflict, Invalid with
// causes, BadRequest, Expired; any other error is answered as 500 with its
// text. Pods handed out are the caller's own: engines copy them.
type Engine interface {
	// Pods reads. Create and Delete are in Lifecycle.
	Reader
	Lifecycle

	// Exec starts a command in a running container and returns once its
	// process exists. A command that cannot be found or run is no error: the
	// process then says so on stderr and exits with 127 or 126. The context
	// is for starting only; the process ends by itself or by Close.
	Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig, size Size) (Process, error)

	// Info tells the engine's name and capabilities, and a line for people.
	Info(ctx context.Context) (api.Info, error)

	// Close ends what the engine holds. What becomes of its pods is the
	// engine's to say. Called once, when no other call is under way.
	Close() error
}

// Reader is what an engine tells of its pods.
type Reader interface {
	// List yields the pods in the order of namespace and name, restricted by
	// the selectors, a page at a time where opts.Limit says so. The first
	// yielded error ends the list. Meta is filled in before the sequence
	// ends. An empty namespace means all of them.
	List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error]

	// Watch reports changes since opts.ResourceVersion, or, when it is empty,
	// first every present pod as added. A version that is too old gives
	// Expired (410). How long a watch is kept open, opts.Timeout included, is
	// the caller's to see to.
	Watch(ctx context.Context, namespace string, opts api.ListOptions) (Watch, error)

	// Get is one pod.
	Get(ctx context.Context, namespace, name string) (*corev1.Pod, error)

	// Log streams a container's log. An empty container means the only one;
	// with several it is BadRequest and names them. The caller closes it,
	// which also ends a following Read.
	Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error)

	// Events are what happened lately, oldest first, restricted by
	// opts.FieldSelector (involvedObject.name, .uid, .namespace, .kind).
	Events(ctx context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error)
}

// Lifecycle makes and ends pods.
type Lifecycle interface {
	// Create runs a pod that the server has validated and given its
	// namespace. It returns as soon as the pod exists; warnings name what the
	// engine does not honour. AlreadyExists on a taken name.
	Create(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, []string, error)

	// Delete asks a pod to end with the grace of opts, or its own, and
	// returns at once; the pod is Terminating meanwhile. Grace 0 removes it
	// before returning, so that its name is free. A repeated delete may only
	// shorten the grace. Preconditions that do not hold give Conflict.
	Delete(ctx context.Context, namespace, name string, opts metav1.DeleteOptions) error
}

// Size is a terminal's in cells; the zero Size means that none is known yet.
type Size struct {
	Rows, Cols uint16
}

// Process is a command that Exec started. Its methods are safe for concurrent
// use. The output streams must be read to their end; Wait may be called at any
// time and by several. Whoever started it calls Close, which ends the whole
// process tree if it still runs (HUP, TERM, then KILL), frees everything and
// ends a waiting write to Stdin; it may be called repeatedly, also while the
// other methods are under way.
type Process interface {
	// Stdin is nil unless attached. Closing it is end of input and nothing
	// else. With a TTY, closing sends no end-of-file by itself.
	Stdin() io.WriteCloser

	// Stdout gives the output, with a TTY all of it; nil unless attached.
	Stdout() io.Reader

	// Stderr is nil with a TTY and unless attached.
	Stderr() io.Reader

	// Resize sets the terminal's size; an error without a TTY.
	Resize(size Size) error

	// Signal sends the named signal (TERM, KILL, INT, HUP, …) to the process.
	Signal(name string) error

	// Wait returns the exit once the process has ended and its output is all
	// in Stdout and Stderr; an error only when ctx is done.
	Wait(ctx context.Context) (Exit, error)

	io.Closer
}

// Exit is how a process ended.
type Exit struct {
	Code   int    // 128+N for death by signal N, 126 and 127 as a shell has them
	Reason string // in words when the code alone would mislead, else empty

	// Unknown says that how it ended could not be learnt: Code is a stand-in
	// other than 0, and Reason says what happened.
	Unknown bool
}

// Watch is a running watch. Next waits for an event until ctx is done; io.EOF
// when the engine ends the watch in order. Close frees it and ends a waiting
// Next.
type Watch interface {
	Next(ctx context.Context) (Event, error)
	Close() error
}

// Event is one change of a pod. Of a bookmark only the pod's resourceVersion
// is meant.
type Event struct {
	Type api.EventType
	Pod  *corev1.Pod
}

// ExecChecker is implemented by engines whose rules of when a command may run
// differ from CheckExec's. It is asked when an exec is created, where errors
// can be shown.
type ExecChecker interface {
	CheckExec(pod *corev1.Pod, container string) error
}

// Validator is implemented by engines that refuse or warn about more of a pod
// than the API page's rules. It is asked before Create; the error is Invalid
// with causes.
type Validator interface {
	Validate(pod *corev1.Pod) (warnings []string, err error)
}

// Namespacer is implemented by engines that have other namespaces than
// api.DefaultNamespace (api.CapNamespaces). Names come sorted.
type Namespacer interface {
	Namespaces(ctx context.Context) ([]string, error)
}

// RawLister is implemented by engines that have their pods as JSON already, so
// that a list costs no encoding. It is List in everything else; what it yields
// is one JSON object with kind and apiVersion, valid until the next.
type RawLister interface {
	ListRaw(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[[]byte, error]
}
