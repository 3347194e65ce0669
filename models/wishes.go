package models

import (
	"io"

	"podium/api"
)

// The wishes: messages for the root to grant. Each says what the user wants,
// never which key it was. A screen hands them to Env.Wish when a key asked for
// them; the answer of a command may be one too.

// BackMsg leaves the screen that sent it: From where it comes from a command,
// else the one whose Update wished for it.
type BackMsg struct{ From Screen }

// QuitMsg ends the program; unless Force, the root asks when something would
// end with it.
type QuitMsg struct{ Force bool }

// ListMsg opens the list of pods, or goes back to it, with the given pod
// selected once it is there. A zero Ref leaves the selection.
type ListMsg struct{ Ref api.PodRef }

// View is a way to look at one pod.
type View int

// The views of a pod.
const (
	ViewOverview View = iota // containers, conditions, labels, volumes, events
	ViewYAML
	ViewEvents
)

// InspectMsg opens a view of a pod.
type InspectMsg struct {
	Ref  api.PodRef
	View View
}

// LogMsg opens the log of a pod's container, and those of More pods together with
// it; an empty container means the
// first.
type LogMsg struct {
	Ref       api.PodRef
	More      []api.PodRef
	Container string
	Previous  bool
}

// ExecMsg opens a terminal in a container. An empty Cmd means a shell, whichever
// the container has; an empty container means the only one, or a choice.
type ExecMsg struct {
	Ref       api.PodRef
	Container string
	Cmd       []string
	Place     Place // of the terminal; beside another one only when that wishes

	Shell string // a shell by name; "" for the one chosen last in the image, or any
	Image string // of the container, where it is known already
}

// Place is where a new terminal goes.
type Place int

// The places.
const (
	PlaceTab    Place = iota // a tab of its own
	PlaceBelow               // below the terminal that wishes, which gives half its room
	PlaceBeside              // to the right of it
)

// CommandMsg asks for a command line and runs it without a TTY in the pods; a
// Line that is not empty runs at once.
type CommandMsg struct {
	Refs      []api.PodRef
	Container string
	Line      string
}

// EditMsg opens the editor. With Text it starts from that; else from the draft
// of that id; else from the pod that Ref names, which is to be replaced; else
// from the choice of templates.
type EditMsg struct {
	Text  string     // manifest to start from
	Draft string     // id of a kept draft
	Ref   api.PodRef // the pod to edit
	Title string     // what is edited, for the header
}

// LocalEditMsg opens the user's own editor ($VISUAL, $EDITOR) on a text, in a
// pane. When it has ended well an EditedMsg tells every screen what it left,
// which is kept as the draft of that id too.
type LocalEditMsg struct {
	Asker Screen
	Text  string
	Draft string
}

// PagerMsg opens the user's pager ($PAGER) in a pane, on what Write writes; it is
// called once, in a goroutine, and may block.
type PagerMsg struct {
	Title string
	Write func(w io.Writer) error
}

// EditedMsg is what the user's editor left of the text that Asker gave it.
type EditedMsg struct {
	Asker Screen
	Text  string
}

// DeleteMsg opens the dialog that deletes pods: Rows, and the Hidden ones which
// are marked too but not in view.
type DeleteMsg struct{ Rows, Hidden []api.PodRow }

// ColumnsMsg opens the dialog in which the columns of the list are chosen.
type ColumnsMsg struct{}

// ConfirmMsg asks a question over the screen; Do is returned to the screen's
// Update when the user says yes. The focus is on Cancel.
type ConfirmMsg struct {
	Title    string
	Question string // may have several lines
	Yes      string // the word on the button that does it
	Do       any    // message to send on yes
}

// Level is how much a notice matters.
type Level int

// The levels of a notice.
const (
	LevelInfo Level = iota
	LevelWarning
	LevelError
)

// NoticeMsg shows a line in the footer for a while. Errors are kept in the
// error log too. The text may come from outside: the root makes it harmless.
type NoticeMsg struct {
	Level Level
	Text  string
	Quiet bool // for the error log only: the screen shows it already
}

// CopyMsg puts text on the user's clipboard; What names it for the notice that
// says which way it went.
type CopyMsg struct {
	Text string
	What string
}

// ClipboardMsg asks for what was copied last, on this machine or in the terminal.
// A ClipboardTextMsg answers it.
type ClipboardMsg struct{ Asker Screen }

// ClipboardTextMsg is what was copied last, or why that is not known, a sentence.
type ClipboardTextMsg struct {
	Asker Screen
	Text  string
	Err   error
}

// SaveMsg writes text into a file in the user's download place; What names it for
// the notice that says where it is.
type SaveMsg struct {
	Name string // of the file
	Text string
	What string
}

// CopyAsMsg asks in which form pods are to be copied: as YAML, JSON, or commands
// of other tools. An empty container leaves the choice to the command.
type CopyAsMsg struct {
	Refs      []api.PodRef
	Container string
}

// PodsGoneMsg tells every screen that pods were deleted by this program, so
// that open terminals can say why they end.
type PodsGoneMsg struct{ Refs []api.PodRef }
