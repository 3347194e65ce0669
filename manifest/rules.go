package manifest

import "strings"

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

// String returns "honoured", "mapped", "warned" or "refused".
func (t Treatment) String() string {
	switch t {
	case Honoured:
		return "honoured"
	case Mapped:
		return "mapped"
	case Warned:
		return "warned"
	default:
		return "refused"
	}
}

// FieldRule is one row of a backend's table.
type FieldRule struct {
	// Path of the field with [] for list elements and {} for the values of
	// maps with free keys: spec.containers[].ports[].hostPort. A row covers
	// everything below it, unless there are rows for some of its children:
	// then children without a row are not part of the API. Rows for
	// spec.containers[] hold for spec.initContainers[] too, unless that has a
	// row of its own for the same field.
	Path      string
	Treatment Treatment
	// Note is a clause for a person, without a full stop: why, or what
	// happens instead. It may be empty.
	Note string
}

// Limits are the numbers of a rule set. Zero means no limit.
type Limits struct {
	// Containers is the largest number of spec.containers.
	Containers int
	// FlexVolumes is the largest number of volumes of kind flexVolume.
	FlexVolumes int
	// PodBytes is the largest size of the pod as compact JSON, in bytes.
	PodBytes int
	// MemoryBytes is the largest sum of resources.limits.memory of the
	// containers of a pod whose size is not chosen by the annotation
	// sh_hyper_instancetype.
	MemoryBytes int64
}

// RuleSet is what one backend does with the fields of a pod. It is immutable
// and safe for concurrent use; its zero value honours everything.
type RuleSet struct {
	// Name is for people: the name of the backend.
	Name   string
	limits Limits
	rules  []FieldRule
	root   *ruleNode
}

// ruleNode is a table of rules by the steps of their paths.
type ruleNode struct {
	rule     *FieldRule
	children map[string]*ruleNode // "[]" and "{}" are children as names are
}

const (
	containersPrefix     = "spec.containers[]"
	initContainersPrefix = "spec.initContainers[]"
)

// NewRuleSet makes a rule set of a backend's table. Metadata, kind and
// apiVersion are honoured without rows; of two rows with one path the later
// counts. The table is copied.
func NewRuleSet(name string, table []FieldRule, limits Limits) RuleSet {
	r := RuleSet{Name: name, limits: limits, rules: append([]FieldRule(nil), table...), root: &ruleNode{}}
	for i := range r.rules {
		if rest, ok := strings.CutPrefix(r.rules[i].Path, containersPrefix); ok {
			r.root.insert(initContainersPrefix+rest, &r.rules[i])
		}
	}
	for i := range r.rules {
		r.root.insert(r.rules[i].Path, &r.rules[i])
	}
	return r
}

// Limits returns the limits of the set.
func (r RuleSet) Limits() Limits { return r.limits }

// Rules returns a copy of the table the set was made of.
func (r RuleSet) Rules() []FieldRule { return append([]FieldRule(nil), r.rules...) }

func (n *ruleNode) insert(path string, rule *FieldRule) {
	for _, name := range rulePath(path) {
		if n.children == nil {
			n.children = make(map[string]*ruleNode)
		}
		next := n.children[name]
		if next == nil {
			next = &ruleNode{}
			n.children[name] = next
		}
		n = next
	}
	n.rule = rule
}

// rulePath takes a path apart into names, "[]" and "{}".
func rulePath(path string) []string {
	var names []string
	for _, part := range strings.Split(path, ".") {
		for {
			i := strings.IndexAny(part, "[{")
			if i < 0 || i+1 >= len(part) {
				break
			}
			if i > 0 {
				names = append(names, part[:i])
			}
			names = append(names, part[i:i+2])
			part = part[i+2:]
		}
		if part != "" {
			names = append(names, part)
		}
	}
	return names
}

// below returns the node for one step below n. In a map with free keys a row
// may name one key (options.volumeID) or all of them ({}).
func (n *ruleNode) below(s step, shape shape) *ruleNode {
	switch shape {
	case shapeList:
		return n.children["[]"]
	case shapeMap:
		if c := n.children[s.name]; c != nil && s.name != "" {
			return c
		}
		return n.children["{}"]
	default:
		return n.children[s.name]
	}
}

// Rule returns what the set does with the field at path, which may have
// indexes and keys ([0], [app]) or the wildcards of FieldRule. The rule's Path
// is that of the row that decides, perhaps of an ancestor. listed is false
// when the API of the set does not have the field; its Treatment is then
// Warned, and Path is path.
func (r RuleSet) Rule(path string) (rule FieldRule, listed bool) {
	steps := splitPath(path)
	honoured := FieldRule{Path: path, Treatment: Honoured}
	if r.root == nil || len(steps) == 0 {
		return honoured, true
	}
	n, sch, deciding := r.root, podSchema(), (*FieldRule)(nil)
	for i, st := range steps {
		shape := shapeObject
		if sch != nil {
			shape = sch.shape
			sch = sch.child(st)
		}
		if n.children == nil {
			break // the ancestor's row covers it
		}
		next := n.below(st, shape)
		if next == nil {
			if i == 0 || steps[0].name == "metadata" {
				return honoured, true
			}
			return FieldRule{Path: path, Treatment: Warned, Note: notOfThisAPI}, false
		}
		n = next
		if n.rule != nil {
			deciding = n.rule
			if deciding.Treatment == Warned || deciding.Treatment == Refused {
				break
			}
		}
	}
	if deciding == nil {
		return honoured, true
	}
	return *deciding, true
}
