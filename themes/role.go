package themes

// Role says what a piece of text is, never how it looks. Screens name roles;
// only a theme knows colours.
type Role uint8

// The roles. A new one goes before roleCount and into the tables roleNames and
// roleStyles; the tests refuse a role that is missing there.
const (
	// Text is ordinary text on the terminal's own background.
	Text Role = iota
	// Strong is text that stands out from Text without being a state.
	Strong
	// Muted is secondary text: units, ages, hints, what is disabled.
	Muted
	// Accent is what podium points at: the namespace, the current endpoint.
	Accent
	// Title is the title of a screen or of a dialog.
	Title
	// Bar is the text of the header and footer bars, on their background.
	Bar
	// BarMuted is secondary text in the bars.
	BarMuted
	// Header is a table's line of column titles.
	Header
	// HeaderSort is the title of the column that the table is sorted by.
	HeaderSort
	// Selected is the selected row of a list that has the focus.
	Selected
	// SelectedBlur is the selected row of a list that has not.
	SelectedBlur
	// Marked is a row marked for an action on several.
	Marked
	// Border is the frame of a pane.
	Border
	// BorderFocus is the frame of the pane that has the focus.
	BorderFocus
	// BorderDanger is the frame of a dialog that can destroy something.
	BorderDanger
	// OK is a good state: Running and ready, exit 0.
	OK
	// Warning is a state that deserves a look.
	Warning
	// Error is a failed state, and the text of an error.
	Error
	// Pending is a state on its way up: Pending, ContainerCreating, Init.
	Pending
	// Terminating is a state on its way down.
	Terminating
	// Completed is a state that ended well and needs nobody: Succeeded.
	Completed
	// Unknown is a state that is not known, and data too old to be trusted.
	Unknown
	// KeyHint is the name of a key in help and footer.
	KeyHint
	// KeyDesc is what that key does.
	KeyDesc
	// Match is text found by a filter or a search.
	Match
	// MatchCurrent is the one match that n and N stand on.
	MatchCurrent
	// Added is an added line of a difference.
	Added
	// Removed is a removed line of a difference.
	Removed
	// Stdout is the gutter and the text of standard output.
	Stdout
	// Stderr is the gutter and the text of standard error.
	Stderr
	// Gutter is an editor's column of line numbers.
	Gutter
	// GutterCurrent is the number of the cursor's line.
	GutterCurrent
	// Selection is selected text in an editor or in copy mode.
	Selection
	// ProblemError is text that a problem of the severity error is about.
	ProblemError
	// ProblemWarning is the same for a warning.
	ProblemWarning
	// SyntaxKey is a key of a YAML or JSON mapping.
	SyntaxKey
	// SyntaxString is a string scalar.
	SyntaxString
	// SyntaxNumber is a number.
	SyntaxNumber
	// SyntaxBool is true, false, null and their relations.
	SyntaxBool
	// SyntaxComment is a comment.
	SyntaxComment
	// SyntaxPunct is punctuation: dashes, colons, brackets.
	SyntaxPunct
	// SyntaxAnchor is an anchor, an alias, a tag or a document marker.
	SyntaxAnchor
	// Input is text typed into a field.
	Input
	// Placeholder is what an empty field says.
	Placeholder
	// Button is a button that has not the focus.
	Button
	// ButtonFocus is the button that enter presses.
	ButtonFocus
	// ButtonDanger is the focused button when it destroys something.
	ButtonDanger
	// Notice is a passing message that asks for nothing.
	Notice
	// NoticeWarning is a passing message that deserves a look.
	NoticeWarning
	// NoticeError is a passing message that something failed.
	NoticeError
	// ReadOnly is the badge of a read-only endpoint.
	ReadOnly

	roleCount
)

// Roles returns every role, in the order of their declaration. The caller owns
// the slice.
func Roles() []Role {
	all := make([]Role, roleCount)
	for i := range all {
		all[i] = Role(i)
	}
	return all
}

// String returns the role's name as theme files spell it, "role(n)" for a value
// that is no role.
func (r Role) String() string {
	if r < roleCount {
		return roleNames[r]
	}
	return "role(unknown)"
}

// roleNames is indexed by role.
var roleNames = [roleCount]string{
	Text: "text", Strong: "strong", Muted: "muted", Accent: "accent", Title: "title",
	Bar: "bar", BarMuted: "bar-muted", Header: "header", HeaderSort: "header-sort",
	Selected: "selected", SelectedBlur: "selected-blur", Marked: "marked",
	Border: "border", BorderFocus: "border-focus", BorderDanger: "border-danger",
	OK: "ok", Warning: "warning", Error: "error", Pending: "pending",
	Terminating: "terminating", Completed: "completed", Unknown: "unknown",
	KeyHint: "key", KeyDesc: "key-desc", Match: "match", MatchCurrent: "match-current",
	Added: "added", Removed: "removed", Stdout: "stdout", Stderr: "stderr",
	Gutter: "gutter", GutterCurrent: "gutter-current", Selection: "selection",
	ProblemError: "problem-error", ProblemWarning: "problem-warning",
	SyntaxKey: "syntax-key", SyntaxString: "syntax-string", SyntaxNumber: "syntax-number",
	SyntaxBool: "syntax-bool", SyntaxComment: "syntax-comment", SyntaxPunct: "syntax-punct",
	SyntaxAnchor: "syntax-anchor", Input: "input", Placeholder: "placeholder",
	Button: "button", ButtonFocus: "button-focus", ButtonDanger: "button-danger",
	Notice: "notice", NoticeWarning: "notice-warning", NoticeError: "notice-error",
	ReadOnly: "read-only",
}
