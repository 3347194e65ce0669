package models

import "time"

// Entry is a line of the journal: what was done to what, and how it ended. No
// field holds a secret: of a manifest there is the digest only.
type Entry struct {
	At       time.Time // when it ended; the root fills it in where it is zero
	Endpoint string    // the endpoint or context; the root fills it in where it is ""
	Action   string    // a verb: "delete", "create", "shell", "command"
	Target   string    // what it was done to, mostly "namespace/name" or "namespace/name/container"
	Result   string    // how it ended, in words: "accepted", "exit 3", the server's refusal
	Failed   bool      // it did not do what was asked
	Digest   string    // of the manifest that was sent or deleted, "sha256:…", "" for none
}

// JournalMsg wishes for an entry in the journal, which is kept in the state
// folder beyond the end of the program. Screens wish it when the thing has ended,
// not when it begins; the text may come from outside.
type JournalMsg struct{ Entry Entry }

// FinishedMsg says that work has ended which people may not have waited for.
// When it took long, and the terminal's window has not the focus, the root has
// the terminal tell them. It replaces no notice: what the screen shows of the end
// it shows as well.
type FinishedMsg struct {
	Text  string    // one line: "3 pods deleted", "exit 0: make test in web/main"
	Began time.Time // when the work began, by Env.Now; the zero time counts as long ago
}
