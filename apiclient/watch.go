package apiclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"podium/api"
)

// Watch reports changes of the pods of namespace from opts.ResourceVersion on,
// as Kubernetes' watch requests do. ctx covers the opening only; Close ends the
// watch. An endpoint that has no watch gives an error that wraps
// api.ErrNotServed, here or, when it answers with a list, from the first Next.
func (c *Client) Watch(ctx context.Context, namespace string, opts api.ListOptions) (api.RowWatch, error) {
	opts.Limit, opts.Continue = 0, ""
	k := call{
		method: http.MethodGet, target: listTarget(namespace, opts, "watch=true&allowWatchBookmarks=true"),
		accept: jsonType, stream: true, opening: true,
	}
	if err := checkNames(namespace); err != nil {
		return nil, c.failed(k, err)
	}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, orNotServed(err)
	}
	w := &watch{
		decoder: watchDecoder{client: c, call: k, answer: a, namespace: namespace, scan: newScanner(a.body, c.maxItem, 0)},
		events:  make(chan watchItem, watchAhead),
		done:    make(chan struct{}),
		ended:   make(chan struct{}),
	}
	go w.read()
	return w, nil
}

// watchAhead is how many events are read ahead of Next: enough for a burst, few
// enough for the server to feel that nobody listens.
const watchAhead = 64

type watchItem struct {
	event api.RowEvent
	err   error
}

// A watch reads events on a goroutine of its own, so that a Next which is given
// up loses none. The goroutine ends with the stream or with Close.
type watch struct {
	decoder watchDecoder
	events  chan watchItem
	done    chan struct{} // closed by Close
	ended   chan struct{} // closed when the goroutine has ended
	close   sync.Once
	last    error // the end of the stream, told again by every later Next
}

// Next waits for the next event. After its first error other than ctx's it gives
// the same error again.
func (w *watch) Next(ctx context.Context) (api.RowEvent, error) {
	if w.last != nil {
		return api.RowEvent{}, w.last
	}
	select {
	case item := <-w.events:
		w.last = item.err
		return item.event, item.err
	case <-w.done:
		return api.RowEvent{}, errClosed
	case <-ctx.Done():
		return api.RowEvent{}, ctx.Err()
	}
}

// Close ends the watch and waits for its goroutine.
func (w *watch) Close() error {
	w.close.Do(func() { close(w.done) })
	w.decoder.answer.Close()
	<-w.ended
	return nil
}

// watchPause is how long a watch that had to wait for an event lets the next
// ones gather. Waking up for each would cost more than decoding it, and a list
// is not drawn more often.
const watchPause = 50 * time.Millisecond

// waited is from when on reading an event has meant waiting for it. A stream
// that is behind is read without pauses.
const waited = time.Millisecond

func (w *watch) read() {
	defer close(w.ended)
	pause := time.NewTimer(watchPause)
	defer pause.Stop()
	for {
		began := time.Now()
		item := w.decoder.guardedNext()
		took := time.Since(began)
		select {
		case w.events <- item:
		case <-w.done:
			return
		}
		if item.err != nil {
			w.decoder.answer.Close()
			return
		}
		if took < waited {
			continue
		}
		pause.Reset(watchPause)
		select {
		case <-pause.C:
		case <-w.done:
			return
		}
	}
}

// A watchDecoder reads the events of one watch: JSON objects one behind the
// other, with white space between them or not.
type watchDecoder struct {
	client    *Client
	call      call
	answer    *answer
	namespace string
	scan      *scanner
	rows      api.RowDecoder
	begun     bool
}

// guardedNext is next, with a panic as an error: it would end the program on a
// goroutine where nobody puts the terminal right first.
func (d *watchDecoder) guardedNext() (item watchItem) {
	defer func() {
		if p := recover(); p != nil {
			item = watchItem{err: fmt.Errorf("decode a watch event: panic: %v\n%s", p, debug.Stack())}
		}
	}()
	event, err := d.next()
	return watchItem{event, err}
}

// next decodes one event, skipping those of types that it does not know.
func (d *watchDecoder) next() (api.RowEvent, error) {
	for {
		raw, err := d.raw()
		if err != nil {
			return api.RowEvent{}, err
		}
		if event, ok := d.common(raw); ok {
			return event, nil
		}
		event, known, err := d.event(raw)
		if err != nil {
			return api.RowEvent{}, d.client.failed(d.call, err)
		}
		if known {
			return event, nil
		}
	}
}

// raw gives the bytes of one event; io.EOF between two is the watch's end.
func (d *watchDecoder) raw() ([]byte, error) {
	c := d.client
	ch, err := d.scan.peek()
	if err != nil {
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, io.EOF
		}
		return nil, c.failed(d.call, err)
	}
	var raw []byte
	if ch == '{' {
		raw, err = d.scan.value()
	} else if !d.begun {
		err = c.notJSON(d.answer, d.scan)
	} else {
		err = c.badAnswer("the watch of %s is no JSON after some events: %v", c.server, d.scan.unexpected())
	}
	switch {
	case errors.Is(err, errTooLong) && !d.begun && !startsLikeEvent(d.scan.buf):
		err = fmt.Errorf("%s answered the watch with a list: %w", c.server, api.ErrNotServed)
	case errors.Is(err, errTooLong):
		err = c.badAnswer("one event of the watch of %s is longer than %d bytes", c.server, c.maxItem)
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = &transportError{c.server + " ended the watch in the middle of an event", err}
	}
	return raw, c.failed(d.call, err)
}

// startsLikeEvent tells whether the first field of the object at the head of
// buf is one of an event's two.
func startsLikeEvent(buf []byte) bool {
	var key string
	s := scanner{r: bytes.NewReader(nil), buf: buf, end: len(buf), mark: -1, limit: len(buf)}
	stop := s.object(func(k string) error { key = k; return io.EOF })
	return stop != nil && (key == "type" || key == "object")
}

// common decodes an event of the usual form in one pass; false when anything
// about it is unusual, which is event's business.
func (d *watchDecoder) common(raw []byte) (api.RowEvent, bool) {
	kind, object, ok := envelope(raw)
	if !ok {
		return api.RowEvent{}, false
	}
	row, err := d.rows.Decode(object)
	if err != nil || row.Name == "" {
		return api.RowEvent{}, false
	}
	if row.Namespace == "" {
		row.Namespace = d.namespace
	}
	d.begun = true
	return api.RowEvent{Type: kind, Row: row, ResourceVersion: row.ResourceVersion}, true
}

// envelope takes apart an event that says what became of a pod: an object with
// the fields type and object, each once, and no other.
func envelope(raw []byte) (kind api.EventType, object []byte, ok bool) {
	s := scanner{r: bytes.NewReader(nil), buf: raw, end: len(raw), mark: -1, limit: len(raw)}
	err := s.object(func(key string) error {
		value, err := s.value()
		switch {
		case err != nil:
			return err
		case key == "object" && object == nil:
			object = value
			return nil
		case key != "type" || kind != "":
			return errNotJSON
		}
		switch string(value) {
		case `"ADDED"`:
			kind = api.EventAdded
		case `"MODIFIED"`:
			kind = api.EventModified
		case `"DELETED"`:
			kind = api.EventDeleted
		default:
			return errNotJSON
		}
		return nil
	})
	return kind, object, err == nil && kind != "" && object != nil
}

// event decodes one event. known is false for types that mean nothing here.
func (d *watchDecoder) event(raw []byte) (event api.RowEvent, known bool, err error) {
	c := d.client
	var wire struct {
		Type   api.EventType   `json:"type"`
		Object json.RawMessage `json:"object"`
		Kind   string          `json:"kind"`
		Items  json.RawMessage `json:"items"`
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		return event, false, c.badAnswer("an event of the watch of %s cannot be read: %v", c.server, err)
	}
	first := !d.begun
	d.begun = true
	switch wire.Type {
	case api.EventAdded, api.EventModified, api.EventDeleted:
		row, err := d.rows.Decode(wire.Object)
		if err != nil || row.Name == "" {
			return event, false, c.badAnswer("an event of the watch of %s holds no pod (%v)", c.server, err)
		}
		if row.Namespace == "" {
			row.Namespace = d.namespace
		}
		return api.RowEvent{Type: wire.Type, Row: row, ResourceVersion: row.ResourceVersion}, true, nil
	case api.EventBookmark:
		row, err := d.rows.Decode(wire.Object)
		if err != nil {
			return event, false, c.badAnswer("a bookmark of the watch of %s cannot be read: %v", c.server, err)
		}
		return api.RowEvent{Type: wire.Type, ResourceVersion: row.ResourceVersion}, row.ResourceVersion != "", nil
	case api.EventError:
		s, ok := decodeStatus(wire.Object)
		if !ok {
			return event, false, c.badAnswer("the watch of %s ended with an error that is no Status: %q", c.server, c.clean(string(wire.Object), 200))
		}
		return event, false, c.tidyStatus(s, d.call.method, http.StatusInternalServerError, nil)
	case "":
		return event, false, d.noEvent(raw, wire.Kind, wire.Items != nil || wire.Kind == "PodList", first)
	}
	return event, false, nil
}

// noEvent says what came in place of an event.
func (d *watchDecoder) noEvent(raw []byte, kind string, list, first bool) error {
	c := d.client
	if s, ok := decodeStatus(raw); ok {
		return c.tidyStatus(s, d.call.method, http.StatusInternalServerError, nil)
	}
	if list && first {
		return fmt.Errorf("%s answered the watch with a list: %w", c.server, api.ErrNotServed)
	}
	return c.badAnswer("the watch of %s holds something that is no event (kind %q)", c.server, cleanLine(kind))
}
