package manifest

import (
	"errors"
	"slices"
	"strings"
)

const (
	// ownAnnotations is the prefix of the annotations that podium sets.
	ownAnnotations = "podium.dev/"
	// tokenVolume is the prefix of the volumes by which Kubernetes gives a pod
	// its token; they are added anew to every pod.
	tokenVolume = "kube-api-access-"
)

// Recreatable returns the JSON of a pod without what only servers set, so that
// it can be created again: status; uid, resourceVersion, creationTimestamp and
// the like in metadata; spec.nodeName, which a scheduler chose; ephemeral
// containers; the volume with the service account's token; podium's own
// annotations and the page's service's annotation id. The order of what stays
// is kept, and so are numbers and unknown fields. It fails when the input is
// not one JSON object.
func Recreatable(json []byte) ([]byte, error) {
	root, err := readExact(json)
	if err != nil {
		return nil, err
	}
	if root.kind != kindMapping {
		return nil, errors.New("making a pod that can be created again: the JSON is " + root.describe() + ", not an object")
	}
	root.remove(func(name string) bool { return name == "status" })
	if meta := root.get("metadata"); meta != nil {
		cleanMetadata(meta.value)
	}
	if spec := root.get("spec"); spec != nil {
		cleanSpec(spec.value)
	}
	return appendJSON(make([]byte, 0, len(json)), root), nil
}

// remove drops the entries whose names are unwanted.
func (n *node) remove(unwanted func(name string) bool) {
	n.fields = slices.DeleteFunc(n.fields, func(m member) bool { return unwanted(m.name) })
}

func cleanMetadata(meta *node) {
	meta.remove(func(name string) bool { return slices.Contains(serverFields, name) })
	if a := meta.get("annotations"); a != nil && len(a.value.fields) > 0 {
		a.value.remove(func(name string) bool {
			return strings.HasPrefix(name, ownAnnotations) || name == "id" && isPodID(a.value.str("id"))
		})
		if len(a.value.fields) == 0 {
			meta.remove(func(name string) bool { return name == "annotations" })
		}
	}
}

// isPodID recognises the identity that the page's service gives to pods: 64
// hexadecimal digits.
func isPodID(s string) bool {
	return len(s) == 64 && strings.Trim(s, hexDigits) == ""
}

func cleanSpec(spec *node) {
	spec.remove(func(name string) bool { return name == "nodeName" || name == "ephemeralContainers" })
	removed := false
	isToken := func(n *node) bool { return strings.HasPrefix(n.str("name"), tokenVolume) }
	if v := spec.get("volumes"); v != nil {
		before := len(v.value.items)
		v.value.items = slices.DeleteFunc(v.value.items, func(n *node) bool { return isToken(n) && n.get("projected") != nil })
		removed = len(v.value.items) < before
		if removed && len(v.value.items) == 0 {
			spec.remove(func(name string) bool { return name == "volumes" })
		}
	}
	if !removed {
		return
	}
	for _, list := range []string{"containers", "initContainers"} {
		if l := spec.get(list); l != nil {
			for _, container := range l.value.items {
				unmount(container, isToken)
			}
		}
	}
}

// unmount takes the mounts of removed volumes out of a container.
func unmount(container *node, gone func(*node) bool) {
	m := container.get("volumeMounts")
	if m == nil {
		return
	}
	m.value.items = slices.DeleteFunc(m.value.items, gone)
	if len(m.value.items) == 0 && m.value.kind == kindSequence {
		container.remove(func(name string) bool { return name == "volumeMounts" })
	}
}
