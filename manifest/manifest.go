// Package manifest reads and writes the YAML and JSON of a pod: strict
// decoding with the line and column of every problem, the rules of the pod API
// page and of each backend as data, documentation of fields taken from
// k8s.io/api, and faithful conversion of a server's JSON into YAML.
//
// It is pure: it opens no file, talks to no server, starts no goroutine and
// draws nothing. Everything here may be called from several goroutines at once
// unless a name says otherwise, and nothing here blocks.
package manifest

import (
	corev1 "k8s.io/api/core/v1"
)

// MaxBytes is the largest input Parse looks at, in bytes. A larger one is one
// problem of code [CodeTooLarge] and nothing else.
const MaxBytes = 10 << 20

// MaxProblems is the number of problems Parse and Check report at most; a
// manifest with more has its first ones reported, in the order of the text.
const MaxProblems = 200

// Severity says how bad a problem is. The zero value is the worst.
type Severity uint8

// The three severities.
const (
	// Error means that the manifest cannot be used as it is.
	Error Severity = iota
	// Warning means that it can be used and will not do all that it says.
	Warning
	// Hint is advice.
	Hint
)

// String returns "error", "warning" or "hint".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "hint"
	}
}

// Position is a place in the text given to Parse. The zero value means that
// the place is not known, as for an object that was never text.
type Position struct {
	// Line counts from 1.
	Line int
	// Column counts runes from 1; a tab is one rune.
	Column int
	// Offset counts bytes from 0, in the input as it was given (byte order
	// mark and carriage returns included).
	Offset int
}

// Valid tells whether the position is known.
func (p Position) Valid() bool { return p.Line > 0 }

// Problem is one thing that is wrong, or worth saying, about a manifest.
type Problem struct {
	Severity Severity
	// Code is the stable identity of the kind of problem.
	Code Code
	// Field is the path of the field in the object, such as
	// spec.containers[0].image; empty when no field is concerned. Keys that
	// are no plain names are in brackets, metadata.labels[app.kubernetes.io/x].
	Field string
	// Message is a sentence for a person. It may quote the input; control
	// characters in what it quotes are escaped.
	Message string
	// Suggestion is the text that would solve the problem if it replaced the
	// text between Start and End; empty when there is no such text.
	Suggestion string
	// Document is the index of the document in the slice Parse returned, or
	// -1 when the problem belongs to none.
	Document int
	// Start and End enclose the text that the problem is about; End is the
	// place just behind it. Both are zero for objects that were never text.
	Start, End Position
}

// String returns the problem on one line, as compilers do:
// "3:9: error: spec.containers[0].imag: … [unknown-field]".
func (p Problem) String() string { return p.format() }

// Code is the stable identity of a kind of problem. It is for programs and
// tests; people read Problem.Message.
type Code string

// The kinds of problems.
const (
	CodeSyntax       Code = "syntax"            // the text is no YAML or JSON
	CodeEncoding     Code = "encoding"          // the text is not UTF-8, or binary
	CodeTooLarge     Code = "too-large"         // more bytes or values than are read
	CodeTooDeep      Code = "too-deep"          // nested deeper than is read
	CodeAlias        Code = "alias"             // an alias that is unknown, endless or explodes
	CodeEmpty        Code = "empty"             // there is no document at all
	CodeNotAPod      Code = "not-a-pod"         // another kind, or no mapping
	CodeUnknownField Code = "unknown-field"     // a field that k8s.io/api does not know
	CodeDuplicateKey Code = "duplicate-key"     // a key written twice
	CodeMerge        Code = "merge"             // a merge key that does something surprising
	CodeType         Code = "wrong-type"        // a value of the wrong type
	CodeNull         Code = "null"              // a null which counts as an empty value
	CodeRequired     Code = "required"          // a field that must be there
	CodeName         Code = "invalid-name"      // a name that breaks the rules of names
	CodeLabel        Code = "invalid-label"     // a label or annotation key or value
	CodeQuantity     Code = "invalid-quantity"  // an amount of a resource
	CodePort         Code = "invalid-port"      // a port out of range or unknown
	CodeEnum         Code = "unsupported-value" // a value out of a fixed set
	CodeValue        Code = "invalid-value"     // a value that is wrong in another way
	CodeDuplicate    Code = "duplicate"         // two things that must differ and do not
	CodeNotFound     Code = "not-found"         // a name that refers to nothing
	CodeConflict     Code = "conflict"          // fields that exclude one another
	CodeUnsupported  Code = "unsupported-field" // the rule set ignores the field
	CodeUnlisted     Code = "unlisted-field"    // the rule set does not know the field
	CodeRefused      Code = "refused-field"     // the rule set refuses the field
	CodeMapped       Code = "mapped-field"      // the rule set does the field in another way
	CodeLimit        Code = "limit"             // a limit of the rule set is passed
	CodeServerSet    Code = "server-set"        // a field that only a server sets
	CodeServer       Code = "server"            // a server's own words, pinned by CausesToProblems
)

// Options tell Parse how strict to be. The zero value is the strictest.
type Options struct {
	// UnknownFields is the severity of fields that k8s.io/api does not know.
	// A server lowers it to Warning; they are preserved in Document.JSON
	// either way.
	UnknownFields Severity
	// MissingKind accepts an object without kind and apiVersion as a pod, as
	// servers do for a body posted to the pods resource.
	MissingKind bool
}

// Document is one object of the input. It is read only after Parse and safe
// for concurrent use as long as Pod is not changed.
type Document struct {
	// Index is the position of the document in the slice Parse returned.
	Index int
	// Kind and APIVersion are what the text says, or empty.
	Kind, APIVersion string
	// Name and Namespace are what metadata says, or empty.
	Name, Namespace string
	// Start and End enclose the text of the object.
	Start, End Position
	// JSON is the object as compact JSON in the order of the text, every
	// field and every digit kept. Aliases and merges are expanded. It is the
	// thing to send; treat it as read only.
	JSON []byte
	// Pod is the decoded object, nil when the document is not a pod. Fields
	// whose values have the wrong type are left out of it.
	Pod *corev1.Pod

	root *node
	src  *source
	// broken holds the paths whose values had to be left out of Pod.
	broken map[string]bool
}
