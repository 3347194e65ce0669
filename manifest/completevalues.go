package manifest

import (
	"maps"
	"slices"
	"strings"
)

// sizes are the sizes of pods that sizeAnnotation chooses among, and what they
// have.
var sizes = [][2]string{
	{"s1", "1 vCPU, 64 MiB"},
	{"s2", "1 vCPU, 128 MiB"},
	{"s3", "1 vCPU, 256 MiB"},
	{"s4", "1 vCPU, 512 MiB, the default"},
	{"m1", "1 vCPU, 1 GiB"},
	{"m2", "1 vCPU, 2 GiB"},
	{"m3", "1 vCPU, 4 GiB"},
	{"l1", "2 vCPUs, 8 GiB"},
	{"l2", "4 vCPUs, 16 GiB"},
	{"l3", "8 vCPUs, 30 GiB"},
	{"l4", "16 vCPUs, 50 GiB"},
	{"l5", "32 vCPUs, 110 GiB"},
	{"l6", "64 vCPUs, 230 GiB"},
}

// resourceFields are what resourceFieldRef can name.
var resourceFields = []string{
	"limits.cpu", "limits.memory", "limits.ephemeral-storage", "requests.cpu", "requests.memory", "requests.ephemeral-storage",
}

// values offers the values that a field can have.
func (c *completer) values(path string, s *schema, lead string) {
	doc, _ := Doc(path)
	offer := func(kind string, values ...string) {
		for _, v := range values {
			if v == "" {
				continue
			}
			c.add(Completion{Label: v, Kind: CompleteValue, Type: kind, Doc: doc.Doc}, lead+c.scalar(v, s)+"‸")
		}
	}
	name := last(path)
	switch generic := genericPath(path); {
	case len(s.enum) > 0:
		offer(s.name, s.enum...)
	case s.shape == shapeBool:
		offer("boolean", "true", "false")
	case path == "apiVersion":
		offer("", "v1")
	case path == "kind":
		offer("", "Pod", "List")
	case strings.HasSuffix(generic, ".volumeMounts[].name"), strings.HasSuffix(generic, ".volumeDevices[].name"):
		offer("volume of this pod", c.named("spec.volumes[].name")...)
	case s.shape == shapeIntOrString && name == "port":
		container, _, _ := strings.Cut(path, "].")
		names := c.under(container+"].ports", "name")
		offer("port of this container", names...)
		offer("port of this container", c.under(container+"].ports", "containerPort")...)
	case name == "containerName":
		offer("container of this pod", append(c.named("spec.containers[].name"), c.named("spec.initContainers[].name")...)...)
	case name == "image":
		offer("in this text", distinct(append(c.named("spec.containers[].image"), c.named("spec.initContainers[].image")...))...)
		offer("seen", without(distinct(c.seen.Images), c.items)...)
	case strings.HasSuffix(path, "fieldRef.fieldPath"):
		offer("of this pod", downwardFields...)
	case strings.HasSuffix(path, "resourceFieldRef.resource"):
		offer("of a container", resourceFields...)
	case strings.HasSuffix(path, "emptyDir.medium"):
		offer("a file system in memory", "Memory")
	case s.shape == shapeQuantity && strings.Contains(path, "cpu"):
		offer("thousandths of a core, or cores", "100m", "250m", "500m", "1", "2")
	case s.shape == shapeQuantity:
		offer("bytes", "64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi")
	case path == "metadata.annotations["+sizeAnnotation+"]":
		for _, size := range sizes {
			c.add(Completion{Label: size[0], Kind: CompleteValue, Type: size[1]}, lead+c.scalar(size[0], s)+"‸")
		}
	case strings.HasPrefix(generic, "metadata.labels{}"):
		offer("seen", distinct(c.seen.Labels[labelKey(path)])...)
	}
}

// labelKey is the key in the last brackets of a path.
func labelKey(path string) string {
	i := strings.IndexByte(path, '[')
	if i < 0 {
		return ""
	}
	return strings.TrimSuffix(path[i+1:], "]")
}

// keys offers the keys of a mapping with free ones.
func (c *completer) keys(path string) {
	has := make(map[string]bool)
	for i := range c.outline.entries {
		if e := &c.outline.entries[i]; e.doc == c.spot.doc && e.parent == path {
			has[e.key] = true
		}
	}
	offer := func(kind string, names ...string) {
		for _, name := range names {
			if has[name] {
				continue
			}
			text := c.scalar(name, &schema{shape: shapeString})
			if !c.colon {
				text += ": ‸"
			}
			c.add(Completion{Label: name, Kind: CompleteField, Type: kind}, text)
		}
	}
	switch {
	case strings.HasSuffix(path, "resources.limits"), strings.HasSuffix(path, "resources.requests"):
		offer("quantity", "cpu", "memory", "ephemeral-storage")
	case path == "metadata.labels":
		offer("label seen", slices.Sorted(maps.Keys(c.seen.Labels))...)
		offer("label", "app", "app.kubernetes.io/name", "app.kubernetes.io/part-of", "tier", "role")
	case path == "metadata.annotations":
		offer("size of the pod", sizeAnnotation)
	case path == "spec.nodeSelector":
		offer("label of a node", "kubernetes.io/hostname", "kubernetes.io/arch", "kubernetes.io/os", "zone")
	case strings.HasSuffix(path, "flexVolume.options"):
		offer("name of the volume", "volumeID")
	}
}

// scalar writes a value so that it means itself where the cursor is.
func (c *completer) scalar(v string, s *schema) string {
	text := s.shape == shapeString || s.shape == shapeIntOrString && strings.Trim(v, "0123456789") != "" || s.shape == shapeQuantity && c.json
	switch {
	case !text:
		return v
	case c.json, c.spot.quote == '"':
		return `"` + v + `"`
	case c.spot.quote == '\'':
		return `'` + v + `'`
	case literalWord(v) && s.shape == shapeString:
		return `"` + v + `"`
	}
	return v
}

// named are the values of a field of the cursor's document, by its path with
// wildcards.
func (c *completer) named(generic string) []string {
	var values []string
	for i := range c.outline.entries {
		e := &c.outline.entries[i]
		if e.doc == c.spot.doc && e.value != "" && e.key != "" && strings.HasSuffix(generic, "."+e.key) && genericPath(e.path) == generic {
			values = append(values, e.value)
		}
	}
	return values
}

// under are the values of a field of a list's elements.
func (c *completer) under(list, key string) []string {
	var values []string
	for i := range c.outline.entries {
		e := &c.outline.entries[i]
		if e.doc == c.spot.doc && e.key == key && e.value != "" && strings.HasPrefix(e.parent, list+"[") {
			values = append(values, e.value)
		}
	}
	return values
}

func distinct(values []string) []string {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// without drops what is offered already.
func without(values []string, items []Completion) []string {
	return slices.DeleteFunc(values, func(v string) bool {
		return slices.ContainsFunc(items, func(i Completion) bool { return i.Label == v })
	})
}
