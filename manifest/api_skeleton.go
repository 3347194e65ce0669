package manifest

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type node struct{}
type source struct{}

func (p Problem) format() string { return p.Message }

// Parse reads all the objects of data, YAML (several documents) or JSON, with
// the items of List and PodList as documents of their own. It never fails as a
// whole: what could be read is in docs, everything wrong in problems, sorted
// by position. It covers syntax, types, names and values (see [Problem]); what
// a backend makes of the fields is [Check]'s part.
func Parse(data []byte, opts Options) (docs []Document, problems []Problem) { return nil, nil }

// Check holds the document against the rules of a backend and returns what it
// would ignore, do otherwise or refuse, with positions.
func Check(doc *Document, rules RuleSet) []Problem { return nil }

// ValidateObject is for servers: the value checks of [Parse] and the rules of
// [Check] on an object without text. The problems have no positions; errors
// become causes with [Causes] or [FieldErrors], the rest HTTP warnings with
// [Warnings].
func ValidateObject(pod *corev1.Pod, rules RuleSet) []Problem { return nil }

// Causes returns the errors among problems as the causes of a metav1.Status.
func Causes(problems []Problem) []metav1.StatusCause { return nil }

// FieldErrors returns the errors among problems in the form that
// apierrors.NewInvalid takes.
func FieldErrors(problems []Problem) field.ErrorList { return nil }

// Warnings returns the sentences of the warnings among problems, each fit for
// an HTTP Warning header: one line, no control characters.
func Warnings(problems []Problem) []string { return nil }

// CausesToProblems pins the causes of a server's refusal to the places of the
// fields they name, or of the nearest ancestor that is in the text.
func CausesToProblems(doc *Document, causes []metav1.StatusCause) []Problem { return nil }

// Locate returns the place of the value at a field path. exact is false when
// the field is not in the text and the place is that of its nearest ancestor.
func (d *Document) Locate(path string) (start, end Position, exact bool) { return }

// FieldAt returns the path of the innermost field whose key or value encloses
// the byte offset, or "" when it is in none.
func (d *Document) FieldAt(offset int) string { return "" }

// Treatment says what a backend does with a field.
type Treatment uint8

// The four treatments.
const (
	// Honoured means that the field does what Kubernetes says it does.
	Honoured Treatment = iota
	// Mapped means that it does something close; the note says what.
	Mapped
	// Warned means that it is accepted and ignored.
	Warned
	// Refused means that a pod with it is not created.
	Refused
)

// FieldRule is one row of a backend's table.
type FieldRule struct {
	// Path of the field with [] for list elements and {} for the values of
	// maps with free keys: spec.containers[].ports[].hostPort. A row covers
	// everything below it, unless there are rows for some of its children:
	// then children without a row are not part of the API. Rows for
	// spec.containers[] hold for spec.initContainers[] too, unless that has
	// rows of its own for the same field.
	Path      string
	Treatment Treatment
	// Note is a clause or sentence for a person: why, or what happens instead.
	Note string
}

// Limits are the numbers of a rule set. Zero means no limit.
type Limits struct {
	Containers  int   // spec.containers of a pod
	FlexVolumes int   // volumes of kind flexVolume of a pod
	PodBytes    int   // bytes of the pod as compact JSON
	MemoryBytes int64 // sum of resources.limits.memory when no size is chosen by annotation
}

// RuleSet is what one backend does with the fields of a pod. It is immutable.
type RuleSet struct {
	Name   string
	limits Limits
}

// PageRules returns the rules of the pod API page and of the limits that go
// with it (wire facts: 32 containers, 4 flexVolumes, 128 KB, no hostPath).
func PageRules() RuleSet { return RuleSet{} }

// NewRuleSet makes a rule set of a backend's table. Metadata, kind and
// apiVersion are honoured without rows.
func NewRuleSet(name string, table []FieldRule, limits Limits) RuleSet {
	return RuleSet{Name: name, limits: limits}
}

// Rule returns what the set does with the field at path, which may have
// indexes and keys ([0], [app]) or the wildcards of FieldRule. listed is false
// when the API of the set does not have the field (and Treatment is Warned).
func (r RuleSet) Rule(path string) (rule FieldRule, listed bool) { return FieldRule{}, false }

// PageField is one row of the page's tables.
type PageField struct {
	Path      string // with [] for list elements; Container rows are under spec.containers[]
	Supported bool
	Type      string // as the page spells it: "string array", "PodSecurityContext"
}

// PageFields returns every row of the page's tables of PodSpec,
// PodSecurityContext, Container, SecurityContext, VolumeMount and
// FlexVolumeSource, in the order of the page.
func PageFields() []PageField { return nil }

// FieldDoc documents one field.
type FieldDoc struct {
	Path     string // with [] and {}
	Name     string // the last element
	Type     string // string, integer, boolean, quantity, Container array, …
	Doc      string // k8s.io/api's own text, plain
	Enum     []string
	Required bool
}

// Doc returns the documentation of the field at path (indexes and wildcards
// both understood); false when there is no such field in a pod.
func Doc(path string) (FieldDoc, bool) { return FieldDoc{}, false }

// Fields returns the children of the field at path ("" is the pod itself), the
// required and common ones first; nil when it has none.
func Fields(path string) []FieldDoc { return nil }

// ToYAML converts JSON as a server sent it into YAML, faithfully: the order of
// fields, the digits of numbers and unknown fields are kept, and strings which
// YAML would read as something else are quoted.
func ToYAML(json []byte) ([]byte, error) { return nil, nil }

// Recreatable returns the JSON of a pod without what only servers set (status,
// uid, resourceVersion, creationTimestamp, managedFields and the like), so
// that it can be created again. The order of what stays is kept.
func Recreatable(json []byte) ([]byte, error) { return nil, nil }

// Template is a manifest to start from.
type Template struct {
	Name  string // short and stable, such as "web"
	Title string // one line for a menu
	YAML  string
}

// Templates returns the built-in templates, the simplest first.
func Templates() []Template { return nil }
