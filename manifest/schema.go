package manifest

import (
	"reflect"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// shape is what a field may hold.
type shape uint8

const (
	shapeObject shape = iota
	shapeMap
	shapeList
	shapeString
	shapeInt
	shapeBool
	shapeQuantity
	shapeIntOrString
	shapeTime
	shapeBytes
	shapeAny
)

// schema describes one type of k8s.io/api, read from its Go declaration.
type schema struct {
	shape  shape
	name   string // of the Go type, Container
	bits   int    // of a shapeInt
	enum   []string
	fields []schemaField
	byName map[string]int
	elem   *schema           // of a list or map
	docs   map[string]string // of the fields, from SwaggerDoc
}

// schemaField is one field of an object.
type schemaField struct {
	name     string
	schema   *schema
	required bool
	// direct is set for values that Go always encodes, empty or not.
	direct bool
}

// field returns the field with a name, or nil.
func (s *schema) field(name string) *schemaField {
	if s.shape != shapeObject {
		return nil
	}
	if i, ok := s.byName[name]; ok {
		return &s.fields[i]
	}
	return nil
}

// names returns the names of the fields, in the order of the declaration.
func (s *schema) names() []string {
	names := make([]string, len(s.fields))
	for i := range s.fields {
		names[i] = s.fields[i].name
	}
	return names
}

// child returns the schema one step below, or nil.
func (s *schema) child(st step) *schema {
	switch s.shape {
	case shapeObject:
		if f := s.field(st.name); f != nil && st.index != stepWild {
			return f.schema
		}
	case shapeMap:
		return s.elem
	case shapeList:
		if st.index != stepName {
			return s.elem
		}
	}
	return nil
}

// podSchema is the schema of a pod, made once when it is first needed.
var podSchema = sync.OnceValue(func() *schema {
	b := schemaBuilder{made: make(map[reflect.Type]*schema)}
	return b.of(reflect.TypeFor[corev1.Pod]())
})

// schemaBuilder makes schemas of Go types; each type is made once.
type schemaBuilder struct {
	made map[reflect.Type]*schema
}

func (b *schemaBuilder) of(t reflect.Type) *schema {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := b.made[t]; ok {
		return s
	}
	s := &schema{name: t.Name()}
	b.made[t] = s
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		s.shape = shapeQuantity
		return s
	case reflect.TypeFor[intstr.IntOrString]():
		s.shape = shapeIntOrString
		return s
	case reflect.TypeFor[metav1.Time](), reflect.TypeFor[metav1.MicroTime]():
		s.shape = shapeTime
		return s
	case reflect.TypeFor[metav1.FieldsV1]():
		s.shape = shapeAny
		return s
	}
	switch t.Kind() {
	case reflect.Struct:
		b.object(s, t)
	case reflect.Map:
		s.shape, s.elem = shapeMap, b.of(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			s.shape = shapeBytes
		} else {
			s.shape, s.elem = shapeList, b.of(t.Elem())
		}
	case reflect.String:
		s.shape, s.enum = shapeString, enums[t.Name()]
	case reflect.Bool:
		s.shape = shapeBool
	case reflect.Int32, reflect.Int64, reflect.Int:
		s.shape, s.bits = shapeInt, t.Bits()
	default:
		s.shape = shapeAny
	}
	return s
}

// object reads the fields of a struct; embedded structs without a name of
// their own give their fields to it, as encoding/json has them.
func (b *schemaBuilder) object(s *schema, t reflect.Type) {
	s.shape, s.byName, s.docs = shapeObject, make(map[string]int), swaggerDoc(t)
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if tag == "-" || !f.IsExported() {
			continue
		}
		if f.Anonymous && (tag == "" || strings.Contains(options, "inline")) {
			inner := b.of(f.Type)
			for _, field := range inner.fields {
				field.required = field.required || isRequired(t.Name(), field.name)
				s.add(field)
			}
			for name, doc := range inner.docs {
				if _, ok := s.docs[name]; !ok && name != "" {
					s.docs[name] = doc
				}
			}
			continue
		}
		direct := f.Type.Kind() == reflect.Struct || f.Type.Kind() == reflect.String || f.Type.Kind() == reflect.Bool || f.Type.Kind() == reflect.Int32
		s.add(schemaField{name: tag, schema: b.of(f.Type), required: isRequired(t.Name(), tag), direct: direct})
	}
}

func (s *schema) add(f schemaField) {
	if _, ok := s.byName[f.name]; !ok {
		s.byName[f.name] = len(s.fields)
		s.fields = append(s.fields, f)
	}
}

// swaggerDoc returns a copy of the documentation of a type's fields.
func swaggerDoc(t reflect.Type) map[string]string {
	docs := make(map[string]string)
	if d, ok := reflect.New(t).Interface().(interface{ SwaggerDoc() map[string]string }); ok {
		for name, doc := range d.SwaggerDoc() {
			docs[name] = doc
		}
	}
	return docs
}

func isRequired(typeName, field string) bool {
	for _, name := range required[typeName] {
		if name == field {
			return true
		}
	}
	return false
}
