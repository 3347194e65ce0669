package api

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	kjson "k8s.io/apimachinery/pkg/util/json"
)

// A RowDecoder decodes rows of many pods and keeps strings that return from pod
// to pod (images, nodes, labels) once. Its memory is bounded. The zero value is
// ready. Not safe for concurrent use.
type RowDecoder struct {
	strings map[string]string
	lists   map[string][]string

	pod    slimPod // scratch, its slices reused
	names  []string
	labels []labelPair
	text   []byte
}

type labelPair struct{ key, value []byte }

// The bounds of what a RowDecoder keeps: an attribute that differs in every pod
// would fill it otherwise.
const (
	maxKept    = 8192
	maxKeptLen = 512
)

// Decode makes a row of a pod's JSON, decoding no more than the row needs: it
// equals RowOf of the decoded pod. Unknown fields are ignored. The error is that
// of decoding the whole pod. The row keeps no part of pod.
func (d *RowDecoder) Decode(pod []byte) (PodRow, error) {
	c := cursor{b: pod}
	if row, ok := d.quick(&c); ok {
		return row, nil
	}
	// Whatever is out of the ordinary, such as escaped keys, is the business
	// of a whole decoder, and so is saying what is wrong with it.
	var whole corev1.Pod
	if err := kjson.Unmarshal(pod, &whole); err != nil {
		return PodRow{}, fmt.Errorf("decode a pod of the list: %w", err)
	}
	return RowOf(&whole), nil
}

// quick makes the row in one pass over the text, false when anything in it is
// unusual.
func (d *RowDecoder) quick(c *cursor) (PodRow, bool) {
	s := &d.pod
	*s = slimPod{sidecars: s.sidecars[:0], initStatuses: s.initStatuses[:0], statuses: s.statuses[:0]}
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "metadata":
			d.metadata(c)
		case "spec":
			d.spec(c)
		case "status":
			d.status(c)
		default:
			c.skip()
		}
	}
	if c.space(); c.bad || c.i != len(c.b) {
		return PodRow{}, false
	}
	row := s.row()
	return row, true
}

func (d *RowDecoder) metadata(c *cursor) {
	s := &d.pod
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "namespace":
			d.keep(c, &s.namespace)
		case "name":
			c.str(&s.name)
		case "uid":
			c.str(&s.uid)
		case "resourceVersion":
			c.str(&s.resourceVersion)
		case "creationTimestamp":
			c.time(&s.created)
		case "deletionTimestamp":
			var at time.Time
			s.deleting = c.time(&at)
		case "labels":
			s.labels = d.labelText(c)
		case "ownerReferences":
			d.owners(c)
		default:
			c.skip()
		}
	}
}

func (d *RowDecoder) labelText(c *cursor) string {
	d.labels = d.labels[:0]
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		value, _ := c.text()
		d.labels = append(d.labels, labelPair{key, value})
	}
	slices.SortFunc(d.labels, func(x, y labelPair) int { return bytes.Compare(x.key, y.key) })
	d.text = d.text[:0]
	for i, l := range d.labels {
		if i > 0 {
			if bytes.Equal(l.key, d.labels[i-1].key) {
				c.bad = true
			}
			d.text = append(d.text, ',')
		}
		d.text = append(append(append(d.text, l.key...), '='), l.value...)
	}
	return d.kept(d.text)
}

func (d *RowDecoder) owners(c *cursor) {
	for ok := c.firstItem(); ok; ok = c.nextItem() {
		var kind, name []byte
		controller := false
		for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
			switch string(key) {
			case "kind":
				kind, _ = c.text()
			case "name":
				name, _ = c.text()
			case "controller":
				c.boolean(&controller)
			default:
				c.skip()
			}
		}
		if controller {
			d.text = append(append(append(d.text[:0], kind...), '/'), name...)
			d.pod.owner = d.kept(d.text)
		}
	}
}

func (d *RowDecoder) spec(c *cursor) {
	s := &d.pod
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "nodeName":
			d.keep(c, &s.node)
		case "containers":
			s.containers = d.containers(c)
			s.images = d.kept(d.text)
		case "initContainers":
			s.sidecars = s.sidecars[:0]
			s.inits = d.containers(c)
		default:
			c.skip()
		}
	}
}

// containers gives the names of a list of containers and leaves their images in
// d.text. Those that keep running are noted as sidecars: only init containers
// ask for that.
func (d *RowDecoder) containers(c *cursor) []string {
	d.names, d.text = d.names[:0], d.text[:0]
	for ok := c.firstItem(); ok; ok = c.nextItem() {
		var name, policy string
		if len(d.names) > 0 {
			d.text = append(d.text, ',')
		}
		for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
			switch string(key) {
			case "name":
				d.keep(c, &name)
			case "image":
				image, _ := c.text()
				d.text = append(d.text, image...)
			case "restartPolicy":
				d.keep(c, &policy)
			default:
				c.skip()
			}
		}
		d.names = append(d.names, name)
		if policy == string(corev1.ContainerRestartPolicyAlways) {
			d.pod.sidecars = append(d.pod.sidecars, name)
		}
	}
	return d.list(d.names)
}

func (d *RowDecoder) status(c *cursor) {
	s := &d.pod
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "phase":
			d.keep(c, &s.phase)
		case "reason":
			d.keep(c, &s.reason)
		case "podIP":
			c.str(&s.ip)
		case "conditions":
			d.conditions(c)
		case "initContainerStatuses":
			s.initStatuses = d.statuses(c, s.initStatuses[:0])
		case "containerStatuses":
			s.statuses = d.statuses(c, s.statuses[:0])
		default:
			c.skip()
		}
	}
}

func (d *RowDecoder) conditions(c *cursor) {
	for ok := c.firstItem(); ok; ok = c.nextItem() {
		var kind, status []byte
		for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
			switch string(key) {
			case "type":
				kind, _ = c.text()
			case "status":
				status, _ = c.text()
			default:
				c.skip()
			}
		}
		if string(kind) == string(corev1.PodReady) {
			d.pod.readyCondition = string(status) == string(corev1.ConditionTrue)
		}
	}
}

func (d *RowDecoder) statuses(c *cursor, out []slimStatus) []slimStatus {
	for ok := c.firstItem(); ok; ok = c.nextItem() {
		var s slimStatus
		for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
			switch string(key) {
			case "name":
				d.keep(c, &s.name)
			case "ready":
				c.boolean(&s.ready)
			case "started":
				c.boolean(&s.started)
			case "restartCount":
				c.integer(&s.restarts)
			case "state":
				d.state(c, &s)
			case "lastState":
				d.lastState(c, &s)
			default:
				c.skip()
			}
		}
		out = append(out, s)
	}
	return out
}

func (d *RowDecoder) state(c *cursor, s *slimStatus) {
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "waiting":
			s.waiting = !c.null()
			for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
				if string(key) == "reason" {
					d.keep(c, &s.waitingReason)
				} else {
					c.skip()
				}
			}
		case "running":
			s.running = !c.null()
			c.skip()
		case "terminated":
			s.ended.set = !c.null()
			var end time.Time
			d.terminated(c, &s.ended, &end)
		default:
			c.skip()
		}
	}
}

func (d *RowDecoder) lastState(c *cursor, s *slimStatus) {
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		if string(key) != "terminated" {
			c.skip()
			continue
		}
		var last slimTerminated
		d.terminated(c, &last, &s.lastEnd)
	}
}

func (d *RowDecoder) terminated(c *cursor, t *slimTerminated, end *time.Time) {
	for key, ok := c.firstKey(); ok; key, ok = c.nextKey() {
		switch string(key) {
		case "reason":
			d.keep(c, &t.reason)
		case "exitCode":
			c.integer(&t.exitCode)
		case "signal":
			c.integer(&t.signal)
		case "finishedAt":
			c.time(end)
		default:
			c.skip()
		}
	}
}

// keep reads a string that other pods are likely to have too.
func (d *RowDecoder) keep(c *cursor, to *string) {
	if text, ok := c.text(); ok {
		*to = d.kept(text)
	}
}

// kept is text as a string, the same one for the same text where possible.
func (d *RowDecoder) kept(text []byte) string {
	if len(text) == 0 {
		return ""
	}
	if s, ok := d.strings[string(text)]; ok {
		return s
	}
	s := string(text)
	if len(s) > maxKeptLen {
		return s
	}
	if d.strings == nil || len(d.strings) >= maxKept {
		d.strings = make(map[string]string, 64)
	}
	d.strings[s] = s
	return s
}

// list is a copy of names, the same one for the same names where possible.
func (d *RowDecoder) list(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	key := names[0]
	if len(names) > 1 {
		key = strings.Join(names, "\x00")
	}
	if l, ok := d.lists[key]; ok && len(l) == len(names) {
		return l
	}
	l := slices.Clone(names)
	if d.lists == nil || len(d.lists) >= maxKept {
		d.lists = make(map[string][]string, 64)
	}
	d.lists[key] = l
	return l
}
