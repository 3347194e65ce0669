package manifest

import (
	"bytes"
	"fmt"
)

// mergeKeys are the fields by which Kubernetes tells the elements of a list
// apart when it merges a patch into a pod (the patchMergeKey of k8s.io/api's
// types). Lists that are not here are replaced as a whole.
var mergeKeys = map[string]string{
	"containers": "name", "initContainers": "name", "ephemeralContainers": "name", "volumes": "name",
	"imagePullSecrets": "name", "env": "name", "ports": "containerPort", "volumeMounts": "mountPath",
	"volumeDevices": "devicePath", "hostAliases": "ip", "topologySpreadConstraints": "topologyKey",
	"resourceClaims": "name", "ownerReferences": "uid",
}

// Patch returns the strategic merge patch (Kubernetes' PATCH of the content type
// application/strategic-merge-patch+json) that makes now of old, both one JSON
// object, or nil when they do not differ. What neither of them holds stays as
// the server has it. The elements of lists that are told apart by a key are
// patched one by one; their order is not.
//
// A uid that is not empty goes into the patch's metadata, as the precondition
// that Kubernetes makes of it: a pod that took the name meanwhile is left alone,
// with a Conflict.
func Patch(old, now []byte, uid string) ([]byte, error) {
	a, err := readExact(old)
	if err != nil {
		return nil, fmt.Errorf("read the pod as it is: %w", err)
	}
	b, err := readExact(now)
	if err != nil {
		return nil, fmt.Errorf("read the pod as it is to be: %w", err)
	}
	if a.kind != kindMapping || b.kind != kindMapping {
		return nil, fmt.Errorf("a patch is made of two objects, and one is %s", firstOdd(a, b).describe())
	}
	patch := diffMapping(a, b)
	if len(patch.fields) == 0 {
		return nil, nil
	}
	if uid != "" {
		patch.put("metadata", "uid", &node{kind: kindString, text: uid})
	}
	return appendJSON(nil, patch), nil
}

// put sets a field of a mapping's field, which is made where it is not there.
func (n *node) put(outer, name string, value *node) {
	in := n.get(outer)
	if in == nil || in.value.kind != kindMapping {
		n.fields = append(n.fields, member{name: outer, value: &node{kind: kindMapping}})
		in = &n.fields[len(n.fields)-1]
	}
	in.value.fields = append(in.value.fields, member{name: name, value: value})
}

func firstOdd(a, b *node) *node {
	if a.kind != kindMapping {
		return a
	}
	return b
}

// diffMapping is what changes in a mapping: null for what goes.
func diffMapping(a, b *node) *node {
	patch := &node{kind: kindMapping}
	for i := range b.fields {
		m := &b.fields[i]
		before := a.get(m.name)
		if before == nil {
			patch.fields = append(patch.fields, member{name: m.name, value: m.value})
			continue
		}
		if changed := diffValue(m.name, before.value, m.value); changed != nil {
			patch.fields = append(patch.fields, member{name: m.name, value: changed})
		}
	}
	for i := range a.fields {
		if name := a.fields[i].name; b.get(name) == nil {
			patch.fields = append(patch.fields, member{name: name, value: &node{kind: kindNull}})
		}
	}
	return patch
}

// diffValue is the patch of one value, nil when it stays.
func diffValue(name string, a, b *node) *node {
	switch {
	case alike(a, b):
		return nil
	case a.kind == kindMapping && b.kind == kindMapping:
		if patch := diffMapping(a, b); len(patch.fields) > 0 {
			return patch
		}
		return nil
	case a.kind == kindSequence && b.kind == kindSequence && keyed(a, mergeKeys[name]) && keyed(b, mergeKeys[name]):
		return diffList(mergeKeys[name], a, b)
	}
	return b
}

// keyed tells whether the elements of a list can be told apart by a key.
func keyed(list *node, key string) bool {
	seen := map[string]bool{}
	for _, item := range list.items {
		m := item.get(key)
		if key == "" || m == nil || seen[m.value.text] {
			return false
		}
		seen[m.value.text] = true
	}
	return true
}

// diffList patches the elements of a list one by one; nil when only their order
// differs, which no patch changes.
func diffList(key string, a, b *node) *node {
	patch := &node{kind: kindSequence}
	find := func(list *node, text string) *node {
		for _, item := range list.items {
			if item.get(key).value.text == text {
				return item
			}
		}
		return nil
	}
	for _, item := range b.items {
		id := item.get(key)
		before := find(a, id.value.text)
		if before == nil {
			patch.items = append(patch.items, item)
			continue
		}
		if changed := diffMapping(before, item); len(changed.fields) > 0 {
			changed.fields = append([]member{*id}, changed.fields...)
			patch.items = append(patch.items, changed)
		}
	}
	for _, item := range a.items {
		if id := item.get(key); find(b, id.value.text) == nil {
			gone := &node{kind: kindMapping, fields: []member{
				{name: "$patch", value: &node{kind: kindString, text: "delete"}}, *id,
			}}
			patch.items = append(patch.items, gone)
		}
	}
	if len(patch.items) == 0 {
		return nil
	}
	return patch
}

// alike tells whether two values are the very same JSON.
func alike(a, b *node) bool { return bytes.Equal(appendJSON(nil, a), appendJSON(nil, b)) }
