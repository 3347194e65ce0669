package models

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
)

// Inside screens hold something in a pod, such as a shell: the delete dialog
// names those that would end with it. The zero PodRef means none.
type Inside interface{ Inside() api.PodRef }

// Canceling screens can stop what they run. Cancel is asked on ctrl-c before
// anything else; false means that nothing was running and the key has its other
// meaning.
type Canceling interface {
	Cancel() (cmd tea.Cmd, done bool)
}

// Listing screens know how many pods there are and how fresh that knowledge
// is, for the header.
type Listing interface{ Listing() ListState }

// ListState is what a list knows of itself.
type ListState struct {
	Shown, All int       // rows after and before the filter
	Running    int       // pods that are neither finished nor being deleted
	Faulty     int       // pods that want attention: neither running with all that is ready nor finished well
	Loading    bool      // the first list is still coming in
	Total      int       // how many there will be, as far as the server says, else 0
	Live       bool      // changes arrive by themselves, so no age is due
	PerMinute  int       // requests that the list made in the last minute
	Paused     bool      // nobody looks, so nothing is asked
	At         time.Time // when the rows were last known to be true, zero for never
	Lost       bool      // the list is not to be had: the rows are as of At
	Refused    bool      // and that is the server's word, not its silence
}

// Sized dialogs say which rectangle they want, at most cols × rows; others get
// the middle of the window. The frame around a dialog, with its Title, is drawn
// by the root and does not count.
type Sized interface {
	WantSize(maxCols, maxRows int) (cols, rows int)
}

// Dangerous dialogs can destroy something: their frame says so.
type Dangerous interface{ Dangerous() bool }

// Grouping screens name the groups of Keys' FullHelp, for the headings of help.
type Grouping interface{ Groups() []string }

// Action is something that the leader menu can ask of a terminal.
type Action int

// The actions of the leader menu.
const (
	// ActionLiteral takes the leader key itself: the root gives the screen the
	// press of that key, whichever it is, instead of an ActionMsg.
	ActionLiteral     Action = iota
	ActionCopyMode           // move and select in the scrollback
	ActionScroll             // scroll back by a page
	ActionSearch             // search the scrollback
	ActionPaste              // paste the clipboard
	ActionCopy               // copy the last output
	ActionSave               // save the transcript to a file
	ActionNewShell           // start a new shell in this place
	ActionSameShell          // open another shell in the same container
	ActionResize             // send the size to the remote again
	ActionSignal             // choose a signal for the process
	ActionAllowCopy          // let the program copy to the clipboard (OSC 52)
	ActionShell              // choose a shell for a new one
	ActionSplitBelow         // open another shell in the same container, below
	ActionSplitBeside        // and to the right
)

// Acting screens take actions of the leader menu. Actions are those that work
// right now: only they are offered, and only they are sent, as ActionMsg, to
// this one screen.
type Acting interface{ Actions() []Action }

// ActionMsg asks the screen for one of its Actions.
type ActionMsg struct{ Action Action }

// Showing screens want to know whether anything of them is in view: what
// nobody sees need not be drawn. A new screen is in view.
type Showing interface{ SetShown(shown bool) }

// Session screens tell how their session does, for the header and the list of
// sessions. Neither method waits.
type Session interface {
	// Session is cheap: it is asked for every frame.
	Session() SessionState

	// LastLine is the last line with text, harmless to draw.
	LastLine() string
}

// SessionState is how a session does.
type SessionState struct {
	Running bool
	Opened  time.Time
	Printed time.Time // when something last came from it, zero for never
	Unread  bool      // something came since it was last shown
	Bell    bool      // it rang since then
	Trouble string    // what is wrong with it, or how it ended; mostly ""
}
