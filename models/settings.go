package models

import (
	"slices"
	"time"
)

// Settings are what the user may configure, as plain values. Screens read them
// from Env.Settings at the moment they need one and never change them; SettingsMsg
// tells of a change. The keys in the configuration file, the defaults, the ranges
// and the documentation are the rows of SettingTable, and a new setting is a field
// here and a row there.
type Settings struct {
	// How podium looks.
	ThemeDark, ThemeLight string // names of themes
	Background            string // auto, dark, light
	ASCII                 string // auto, on, off
	Mouse                 bool

	// The list of pods.
	ListColumns   []string // by name, in their order; none for the usual ones
	ListWide      bool
	ListSort      string        // the column that the list is sorted by at first
	ListHighlight time.Duration // how long a changed cell stands out, 0 not at all
	PollInterval  time.Duration // between two lists where the endpoint has no watch

	// Contexts.
	ReadOnly []string // those in which nothing may be changed: names, full names, addresses, * for all

	// Changes.
	UndoWindow     time.Duration // before a delete is sent, 0 at once
	DeleteParallel int           // deletes that are under way at a time
	ConfirmQuit    string        // running, always, never
	ConfirmClose   bool          // before a terminal that runs is closed
	NotifyAfter    time.Duration // work that took as long is told of when it ends unfocused, 0 none

	// The editor.
	EditorCommand   string // in place of $VISUAL and $EDITOR
	TemplatesFolder string // of the user's own templates, "" for the usual place

	// Terminals.
	Scrollback     int64         // bytes kept of each terminal's scrollback
	Shells         []string      // tried in this order
	KeepAlive      time.Duration // between signs of life on the connection, 0 none
	QuietAfter     time.Duration // a connection without a byte for so long is told of, 0 not
	LeaderDelay    time.Duration // before the leader's menu is drawn
	ConfirmPaste   bool          // before several lines go to a program that did not ask for brackets
	AllowClipboard bool          // programs in pods may write the clipboard (OSC 52)

	// Quick commands.
	CommandParallel int           // pods that a command runs in at a time
	CommandRing     int64         // bytes of each stream kept in memory
	CommandSpill    int64         // bytes of a run kept in a temporary file
	WatchInterval   time.Duration // between the runs of a watched command
	Snippets        []Snippet     // offered beside the history

	// Logs.
	LogLines int  // lines kept
	LogTimes bool // with time stamps at first
	LogWrap  bool // wrapped at first
}

// Snippet is a command line that the user keeps under a name.
type Snippet struct{ Name, Line string }

// Seals tells whether nothing may be changed in the context, whatever is remembered
// of it.
func (s *Settings) Seals(c Context) bool {
	return slices.ContainsFunc(s.ReadOnly, func(word string) bool {
		return word != "" && (word == "*" || word == c.ID || word == c.Name || word == c.Address)
	})
}

// SettingsMsg tells every screen that Env.Settings has changed. Before is what
// they were.
type SettingsMsg struct{ Before Settings }

// The words that some settings take.
const (
	Auto = "auto" // find out
	On   = "on"
	Off  = "off"

	BackgroundDark  = "dark"
	BackgroundLight = "light"

	QuitRunning = "running" // ask when something would end
	QuitAlways  = "always"
	QuitNever   = "never"
)

// Setting is a row of SettingTable: one key of the configuration file.
type Setting struct {
	Key string // the path of mappings, joined by dots: "delete.undo-window"
	Doc string // what it means, in sentences
	Min int64  // the least value of an int, a size (bytes) or a duration (ns)
	Max int64  // the largest one
	// Words are the only values of a string, nil for any.
	Words []string
	// Default is a *T as Field gives it: *bool, *int, *int64, *string,
	// *time.Duration, *[]string or *[]Snippet.
	Default any
	// Zero says what the value 0 means where that is something of its own: it
	// is allowed though below Min.
	Zero string
	// Field is the setting's place in s: a pointer of one of the types of
	// Default.
	Field func(s *Settings) any
}

// DefaultSettings are those of somebody who configured nothing.
func DefaultSettings() Settings {
	var s Settings
	for _, row := range SettingTable() {
		row.SetDefault(&s)
	}
	return s
}

// SetDefault gives the row's field in s its default. Slices are shared with the
// table, so they are not to be changed.
func (row Setting) SetDefault(s *Settings) {
	switch field := row.Field(s).(type) {
	case *bool:
		*field = *row.Default.(*bool)
	case *int:
		*field = *row.Default.(*int)
	case *int64:
		*field = *row.Default.(*int64)
	case *string:
		*field = *row.Default.(*string)
	case *time.Duration:
		*field = *row.Default.(*time.Duration)
	case *[]string:
		*field = *row.Default.(*[]string)
	case *[]Snippet:
		*field = *row.Default.(*[]Snippet)
	}
}
