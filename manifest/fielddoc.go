package manifest

import (
	"slices"
	"sort"
	"strings"
)

// FieldDoc documents one field of a pod.
type FieldDoc struct {
	// Path has [] for list elements and {} for the values of maps.
	Path string
	// Name is the last element of the path.
	Name string
	// Type is in the words of the pod API page: string, integer, boolean,
	// quantity, time, base64, "integer or string", "Container array", object
	// (names to values), or the name of a type.
	Type string
	// Doc is k8s.io/api's own text; empty where it has none.
	Doc string
	// Enum are the values that are possible, when they are a fixed set.
	Enum []string
	// Required tells that the object around it means nothing without it.
	Required bool
	// Leaf tells that there are no fields below it.
	Leaf bool
}

// Doc returns the documentation of the field at path (indexes and wildcards
// both understood); false when there is no such field in a pod.
func Doc(path string) (FieldDoc, bool) {
	steps := splitPath(path)
	s, parent, at := podSchema(), (*schema)(nil), ""
	var doc FieldDoc
	if len(steps) == 0 {
		return FieldDoc{Type: "Pod", Doc: s.docs[""]}, true
	}
	for _, st := range steps {
		next := s.child(st)
		if next == nil {
			return FieldDoc{}, false
		}
		parent, s = s, next
		switch parent.shape {
		case shapeObject:
			at = fieldPath(at, st.name)
			doc = fieldDoc(parent.field(st.name), parent, at)
		case shapeList:
			at += "[]"
			doc = FieldDoc{Path: at, Name: "[]", Type: typeName(s), Doc: elementDoc(s, doc.Doc), Enum: slices.Clone(s.enum), Leaf: isLeaf(s)}
		default:
			at += "{}"
			doc = FieldDoc{Path: at, Name: "{}", Type: typeName(s), Doc: elementDoc(s, doc.Doc), Enum: slices.Clone(s.enum), Leaf: isLeaf(s)}
		}
	}
	return doc, true
}

// elementDoc is the text of an element's type, or of the list it is in.
func elementDoc(s *schema, list string) string {
	if d := s.docs[""]; d != "" {
		return d
	}
	return list
}

func fieldDoc(f *schemaField, parent *schema, path string) FieldDoc {
	text := parent.docs[f.name]
	if text == "" {
		text = fieldNotes[f.name]
	}
	return FieldDoc{
		Path: path, Name: f.name, Type: typeName(f.schema), Doc: text,
		Enum: slices.Clone(enumOf(f.schema)), Required: f.required, Leaf: isLeaf(f.schema),
	}
}

// Fields returns the children of the field at path ("" is the pod itself), the
// required and common ones first; nil when it has none. For a list they are
// those of its elements.
func Fields(path string) []FieldDoc {
	s := podSchema()
	for _, st := range splitPath(path) {
		if s = s.child(st); s == nil {
			return nil
		}
	}
	at := genericPath(path)
	if s.shape == shapeList && s.elem.shape == shapeObject {
		s, at = s.elem, at+"[]"
	}
	if s.shape != shapeObject {
		return nil
	}
	docs := make([]FieldDoc, 0, len(s.fields))
	for i := range s.fields {
		docs = append(docs, fieldDoc(&s.fields[i], s, fieldPath(at, s.fields[i].name)))
	}
	rank := func(d *FieldDoc) int {
		if i := slices.Index(common[s.name], d.Name); i >= 0 {
			return i
		}
		if d.Required {
			return len(common[s.name])
		}
		if strings.HasPrefix(d.Doc, "Deprecated") || strings.HasPrefix(d.Doc, "DEPRECATED") {
			return 1002
		}
		return 1001
	}
	sort.SliceStable(docs, func(i, j int) bool {
		a, b := rank(&docs[i]), rank(&docs[j])
		if a != b {
			return a < b
		}
		return docs[i].Name < docs[j].Name
	})
	return docs
}

// genericPath replaces the indexes and keys of a path by wildcards.
func genericPath(path string) string {
	s, at := podSchema(), ""
	for _, st := range splitPath(path) {
		switch s.shape {
		case shapeList:
			at += "[]"
		case shapeMap:
			at += "{}"
		default:
			at = fieldPath(at, st.name)
		}
		if s = s.child(st); s == nil {
			return path
		}
	}
	return at
}

func enumOf(s *schema) []string {
	if s.shape == shapeList {
		return s.elem.enum
	}
	return s.enum
}

func isLeaf(s *schema) bool {
	switch s.shape {
	case shapeObject, shapeMap:
		return false
	case shapeList:
		return isLeaf(s.elem)
	}
	return true
}

// typeName names a type as the page does.
func typeName(s *schema) string {
	switch s.shape {
	case shapeObject:
		return s.name
	case shapeMap, shapeAny:
		return "object"
	case shapeList:
		return typeName(s.elem) + " array"
	case shapeInt:
		return "integer"
	case shapeBool:
		return "boolean"
	case shapeQuantity:
		return "quantity"
	case shapeIntOrString:
		return "integer or string"
	case shapeTime:
		return "time"
	case shapeBytes:
		return "base64"
	default:
		return "string"
	}
}
