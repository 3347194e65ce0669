package manifest

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"podium/internal/spelling"
)

// object takes one object of the input: a list gives its items, everything
// else is a document.
func (p *parser) object(root *node, fromList bool) {
	if root.kind != kindMapping {
		p.report(&syntaxError{code: CodeNotAPod, start: root.start, end: p.shortEnd(root), message: fmt.Sprintf(
			"A manifest is a mapping with apiVersion, kind, metadata and spec; this is %s.", root.describe())})
		return
	}
	kind := root.str("kind")
	if items := root.get("items"); items != nil && (kind == "List" || kind == "PodList") && !fromList {
		if items.value.kind == kindSequence {
			for i, item := range items.value.items {
				if i == maxDocuments {
					p.report(tooManyDocuments(item.start))
					return
				}
				p.object(withKind(item, kind), true)
			}
			return
		}
		if items.value.kind == kindNull {
			return
		}
	}
	p.add(root)
}

// withKind gives an item of a PodList the kind and version that such items may
// lack.
func withKind(item *node, list string) *node {
	if list != "PodList" || item.kind != kindMapping || item.get("kind") != nil || item.get("apiVersion") != nil {
		return item
	}
	full := *item
	word := func(name, text string) member {
		v := &node{kind: kindString, text: text, start: item.start, end: item.start}
		v.weigh()
		return member{name: name, value: v, keyStart: item.start, keyEnd: item.start}
	}
	full.fields = append([]member{word("apiVersion", "v1"), word("kind", "Pod")}, item.fields...)
	full.weigh()
	return &full
}

// add makes a Document of an object and checks it.
func (p *parser) add(root *node) {
	meta := &node{}
	if m := root.get("metadata"); m != nil {
		meta = m.value
	}
	d := Document{
		Index: len(p.docs), Kind: root.str("kind"), APIVersion: root.str("apiVersion"),
		Name: meta.str("name"), Namespace: meta.str("namespace"),
		Start: p.src.position(root.start), End: p.src.position(root.end),
		JSON: appendJSON(make([]byte, 0, root.weight+root.weight/4), root),
		root: root, src: p.src, broken: make(map[string]bool),
	}
	issues := d.identify(p.opts)
	if d.isPod(p.opts) {
		w := walker{unknown: p.opts.UnknownFields, broken: d.broken}
		w.value(root, podSchema(), "")
		issues = append(issues, w.issues...)
		pod := new(corev1.Pod)
		if err := json.Unmarshal(w.typed, pod); err != nil {
			issues = append(issues, issue{code: CodeType, message: "The pod cannot be decoded: " + err.Error() + "."})
		} else {
			d.Pod = pod
			issues = append(issues, checkPod(pod)...)
		}
	}
	p.docs = append(p.docs, d)
	p.problems = append(p.problems, d.pin(issues)...)
	if len(p.problems) > 50*MaxProblems { // far more than will be reported
		p.problems = cut(p.problems, 5*MaxProblems)
	}
}

// isPod tells whether the object is a pod or clearly meant to be one.
func (d *Document) isPod(opts Options) bool {
	if d.Kind == "" && d.root.get("kind") == nil {
		return opts.MissingKind || d.root.get("spec") != nil || d.root.get("metadata") != nil
	}
	return d.Kind == "Pod" && (d.APIVersion == "v1" || d.root.get("apiVersion") == nil)
}

// identify checks kind and apiVersion.
func (d *Document) identify(opts Options) []issue {
	kind, version := d.root.get("kind"), d.root.get("apiVersion")
	var issues []issue
	switch {
	case kind == nil && opts.MissingKind:
	case kind == nil && d.isPod(opts):
		issues = append(issues, issue{code: CodeRequired, field: "kind", message: "kind is missing: write kind: Pod."})
	case kind == nil:
		issues = append(issues, issue{code: CodeNotAPod, field: "kind", message: "This is no pod: it has neither kind, nor metadata, nor spec."})
	case d.Kind != "Pod":
		is := issue{code: CodeNotAPod, field: "kind", message: fmt.Sprintf(
			"This is of kind %s; only kind Pod can be used here.", quote(kind.value.text))}
		if spelling.Closest(d.Kind, []string{"Pod"}) != "" {
			is.suggestion = "Pod"
		}
		return append(issues, is)
	}
	switch {
	case version == nil && !opts.MissingKind && d.isPod(opts):
		issues = append(issues, issue{code: CodeRequired, field: "apiVersion", message: "apiVersion is missing: write apiVersion: v1."})
	case version != nil && d.APIVersion != "v1":
		issues = append(issues, issue{code: CodeNotAPod, field: "apiVersion", suggestion: "v1", message: fmt.Sprintf(
			"Pods are of apiVersion v1, not %s.", quote(version.value.text))})
	}
	return issues
}

// shortEnd ends a place at the end of its first line, so that a problem of a
// whole object does not underline all of it.
func (p *parser) shortEnd(n *node) int { return min(n.end, max(p.src.lineEnd(n.start), n.start)) }
