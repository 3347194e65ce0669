package manifest

import "go.yaml.in/yaml/v3"

// maxMerged is the number of entries that merge keys may copy in a document.
const maxMerged = 20_000

// fieldIndex finds entries of a growing mapping by name.
type fieldIndex struct {
	n      *node
	byName map[string]int
}

// find returns the index of the entry with a name, or -1. Small mappings, the
// usual ones, are searched without a table.
func (x *fieldIndex) find(name string) int {
	if len(x.n.fields) < 12 {
		for i := range x.n.fields {
			if x.n.fields[i].name == name {
				return i
			}
		}
		return -1
	}
	if x.byName == nil {
		x.byName = make(map[string]int, 2*len(x.n.fields))
		for i := range x.n.fields {
			x.byName[x.n.fields[i].name] = i
		}
	}
	if i, ok := x.byName[name]; ok {
		return i
	}
	return -1
}

func (x *fieldIndex) add(m member) {
	if x.byName != nil {
		x.byName[m.name] = len(x.n.fields)
	}
	x.n.fields = append(x.n.fields, m)
}

// set stores an entry. As in sigs.k8s.io/yaml the later of two wins, be it
// written or merged.
func (r *yamlReader) set(x *fieldIndex, m member) {
	i := x.find(m.name)
	if i < 0 {
		x.add(m)
		return
	}
	before := x.n.fields[i]
	if !before.merged {
		r.dups = append(r.dups, duplicate{
			name: m.name, start: m.keyStart, end: m.keyEnd, first: before.keyStart, byMerge: m.merged,
		})
	}
	x.n.fields[i] = m
}

// merge carries out a merge key and returns where its value's text ends.
func (r *yamlReader) merge(x *fieldIndex, key, val *yaml.Node, at place) (int, *syntaxError) {
	start := r.lines.offset(key.Line, key.Column)
	from, err := r.convert(val, at)
	if err != nil {
		return 0, err
	}
	parts := []*node{from}
	if from.kind == kindSequence && val.Kind == yaml.SequenceNode {
		parts = from.items
	}
	for i := len(parts) - 1; i >= 0; i-- { // the first one wins
		if parts[i].kind != kindMapping {
			return 0, r.fail(CodeMerge, start, start+2, "A merge key needs a mapping, or a list of mappings, as its value.")
		}
		if r.merged += len(parts[i].fields); r.merged > maxMerged {
			return 0, r.fail(CodeAlias, start, start+2, "The merge keys up to here copy more than %d entries; write them out.", maxMerged)
		}
		for _, m := range parts[i].fields {
			m.merged = true
			if old := x.find(m.name); old >= 0 && !x.n.fields[old].merged {
				r.dups = append(r.dups, duplicate{
					name: m.name, start: r.base + start, end: r.base + start + 2,
					first: x.n.fields[old].keyStart, byMerge: true,
				})
				x.n.fields[old] = m
				continue
			}
			r.set(x, m)
		}
	}
	return r.textEnd(val, from), nil
}
