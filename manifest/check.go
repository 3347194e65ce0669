package manifest

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// sizeAnnotation chooses the size of a pod by name.
const sizeAnnotation = "sh_hyper_instancetype"

// Check holds the document against the rules of a backend and returns what it
// would ignore, do otherwise or refuse, sorted by position: a Warning for what
// it ignores, a Hint for what it does in another way (where the row has a
// note) and for what only servers set, an Error for what it refuses and for
// passed limits. Where the rules honour or map flexVolume.options.volumeID, a
// flexVolume must have one. A document that is not a pod has no problems here.
func Check(doc *Document, rules RuleSet) []Problem {
	if doc.Pod == nil || doc.root == nil {
		return nil
	}
	r := ruleWalker{rules: rules}
	r.run(doc.root, doc.Pod, len(doc.JSON))
	return doc.src.finish(doc.pin(r.issues))
}

// ValidateObject is for servers: the value checks of [Parse] and the rules of
// [Check] on an object without text. The problems have no positions; errors
// become causes with [Causes] or [FieldErrors], the rest HTTP warnings with
// [Warnings]. The object is not changed.
func ValidateObject(pod *corev1.Pod, rules RuleSet) []Problem {
	data, err := json.Marshal(pod)
	if err != nil {
		return []Problem{{Code: CodeType, Document: -1, Message: "The pod cannot be encoded: " + err.Error() + "."}}
	}
	reader := jsonReader{text: data}
	root, fault := reader.value(1)
	if fault != nil {
		return []Problem{{Code: fault.code, Document: -1, Message: fault.message}}
	}
	doc := Document{Index: -1, broken: make(map[string]bool)}
	w := walker{broken: doc.broken}
	w.value(root, podSchema(), "")
	r := ruleWalker{rules: rules, encoded: true}
	r.run(root, pod, len(data))
	issues := append(append(w.issues, checkPod(pod)...), r.issues...)
	for i := range issues {
		issues[i].start, issues[i].end = 0, 0 // places in JSON nobody has seen
	}
	return (*source)(nil).finish(doc.pin(issues))
}

// ruleWalker applies a rule set to a pod.
type ruleWalker struct {
	checker
	rules RuleSet
	// encoded says that the nodes come from a Go object, in which some fields
	// are there although nobody set them.
	encoded bool
}

func (r *ruleWalker) run(root *node, pod *corev1.Pod, size int) {
	r.serverSet(root)
	if r.rules.root != nil {
		r.walk(root, podSchema(), r.rules.root, "")
	}
	r.limits(pod, size)
	r.flexVolumes(pod)
}

// walk goes down the fields that are in the object as far as there are rows.
func (r *ruleWalker) walk(n *node, s *schema, rule *ruleNode, path string) {
	if rule.children == nil || s == nil {
		return
	}
	for i := range n.fields {
		m := &n.fields[i]
		at := fieldPath(path, m.name)
		if s.shape == shapeMap {
			at = keyPath(path, m.name)
		}
		below := s.child(step{name: m.name, index: stepName})
		if m.value.kind == kindNull || below == nil {
			continue // nothing, or a field that Parse has reported as unknown
		}
		if f := s.field(m.name); r.encoded && f != nil && f.direct && m.value.isEmpty() {
			continue
		}
		next := rule.below(step{name: m.name, index: stepName}, s.shape)
		if m.value.isHollow() && (next == nil || next.rule != nil && next.rule.Treatment == Warned) {
			continue // {} and [] say nothing that could be ignored
		}
		if next == nil {
			if path != "" && path != "metadata" {
				r.add(Warning, CodeUnlisted, at, "%s %s and is ignored.", at, notOfThisAPI).key = true
			}
			continue
		}
		if r.apply(next.rule, at) {
			r.walk(m.value, below, next, at)
		}
	}
	if next := rule.children["[]"]; next != nil && s.shape == shapeList {
		for i, item := range n.items {
			if at := indexPath(path, i); r.apply(next.rule, at) {
				r.walk(item, s.elem, next, at)
			}
		}
	}
}

// apply reports what the set does with a field; false means that what is below
// it no longer matters.
func (r *ruleWalker) apply(rule *FieldRule, at string) bool {
	if rule == nil {
		return true
	}
	note := ""
	if rule.Note != "" {
		note = ": " + rule.Note
	}
	switch rule.Treatment {
	case Mapped:
		if note != "" {
			r.add(Hint, CodeMapped, at, "%s%s.", at, note).key = true
		}
	case Warned:
		r.add(Warning, CodeUnsupported, at, "%s is not supported by this API and is ignored%s.", at, note).key = true
		return false
	case Refused:
		r.fail(CodeRefused, at, "%s is not supported by this API and is refused%s.", at, note).key = true
		return false
	}
	return true
}

// limits checks the numbers of the set.
func (r *ruleWalker) limits(pod *corev1.Pod, size int) {
	l := r.rules.limits
	if n := len(pod.Spec.Containers); l.Containers > 0 && n > l.Containers {
		r.fail(CodeLimit, indexPath("spec.containers", l.Containers), "The pod has %d containers; at most %d are possible.", n, l.Containers)
	}
	if l.PodBytes > 0 && size > l.PodBytes {
		r.fail(CodeLimit, "", "The pod has %d bytes as JSON; at most %d (%d KB) are possible.", size, l.PodBytes, l.PodBytes>>10)
	}
	r.memory(pod, l.MemoryBytes)
}

// memory checks that there is a size large enough for the sum of the limits.
// A container without one counts as nothing.
func (r *ruleWalker) memory(pod *corev1.Pod, most int64) {
	if most <= 0 || pod.Annotations[sizeAnnotation] != "" {
		return
	}
	sum := resource.Quantity{}
	lastField := ""
	for i := range pod.Spec.Containers {
		if q, ok := pod.Spec.Containers[i].Resources.Limits[corev1.ResourceMemory]; ok {
			sum.Add(q)
			lastField = keyPath(indexPath("spec.containers", i)+".resources.limits", "memory")
		}
	}
	if sum.CmpInt64(most) > 0 {
		r.fail(CodeLimit, lastField, "The memory limits sum up to %s; no size above %d GiB is chosen by itself: name one in the annotation %s.",
			sum.String(), most>>30, sizeAnnotation)
	}
}

// flexVolumes checks the number of flexVolumes and that each names its volume
// where the set has a row for that.
func (r *ruleWalker) flexVolumes(pod *corev1.Pod) {
	const option = "spec.volumes[].flexVolume.options.volumeID"
	rule, _ := r.rules.Rule(option)
	needed := rule.Path == option && (rule.Treatment == Honoured || rule.Treatment == Mapped) && r.rules.root != nil
	count := 0
	for i := range pod.Spec.Volumes {
		flex := pod.Spec.Volumes[i].FlexVolume
		if flex == nil {
			continue
		}
		at := indexPath("spec.volumes", i) + ".flexVolume"
		if count++; r.rules.limits.FlexVolumes > 0 && count == r.rules.limits.FlexVolumes+1 {
			r.fail(CodeLimit, at, "A pod can have at most %d flexVolumes; this is one too many.", r.rules.limits.FlexVolumes).key = true
		}
		if needed && flex.Options["volumeID"] == "" {
			path := at + ".options.volumeID"
			r.fail(CodeRequired, path, "%s is missing: it names the volume.", path)
		}
	}
}

// serverFields are the fields of metadata which only servers set.
var serverFields = []string{
	"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
	"generation", "selfLink", "managedFields",
}

// serverSet points at what a server sets and takes from nobody.
func (r *ruleWalker) serverSet(root *node) {
	if m := root.get("metadata"); m != nil {
		for _, name := range serverFields {
			if f := m.value.get(name); f != nil && f.value.kind != kindNull {
				at := fieldPath("metadata", name)
				r.add(Hint, CodeServerSet, at, "%s is set by the server; what is written here does not count.", at).key = true
			}
		}
	}
	if st := root.get("status"); st != nil && len(st.value.fields) > 0 {
		r.add(Hint, CodeServerSet, "status", "status is set by the server; what is written here does not count.").key = true
	}
}
