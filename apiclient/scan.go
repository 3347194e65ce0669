package apiclient

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// A scanner finds the boundaries of JSON values in a stream without decoding
// them, so that a list of any size passes through a buffer no larger than its
// largest item. What it gives is valid until the next call.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int   // unread bytes are buf[pos:end]
	mark     int   // start of the value being kept, -1 for none
	limit    int   // bytes of one value at most
	total    int64 // bytes read
	maxTotal int64 // bytes read at most, 0 for no bound
}

// What is wrong with a stream of JSON.
var (
	errNotJSON   = errors.New("not JSON")
	errTooLong   = errors.New("one value is too long")
	errTotalLong = errors.New("the answer is too long")
)

// scanBuffer is the size that a scanner's buffer begins with.
const scanBuffer = 128 << 10

func newScanner(r io.Reader, limit int, maxTotal int64) *scanner {
	return &scanner{r: r, buf: make([]byte, min(scanBuffer, limit+1)), mark: -1, limit: limit, maxTotal: maxTotal}
}

// fill reads more behind the unread bytes. Bytes before pos and mark go when
// their room is needed.
func (s *scanner) fill() error {
	if s.end == len(s.buf) {
		keep := s.pos
		if s.mark >= 0 {
			keep = s.mark
		}
		if keep == 0 {
			if len(s.buf) > s.limit {
				return errTooLong
			}
			grown := make([]byte, min(2*len(s.buf), s.limit+1))
			copy(grown, s.buf[:s.end])
			s.buf = grown
		} else {
			copy(s.buf, s.buf[keep:s.end])
			s.pos, s.end = s.pos-keep, s.end-keep
			if s.mark >= 0 {
				s.mark = 0
			}
		}
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.total += int64(n)
		switch {
		case s.maxTotal > 0 && s.total > s.maxTotal:
			return errTotalLong
		case n > 0:
			return nil
		case err != nil:
			return err
		}
	}
	return io.ErrNoProgress
}

// more is fill where the stream may not end.
func (s *scanner) more() error {
	err := s.fill()
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// peek moves on to the next byte that is no white space and gives it; io.EOF
// when there is none.
func (s *scanner) peek() (byte, error) {
	for {
		for ; s.pos < s.end; s.pos++ {
			switch ch := s.buf[s.pos]; ch {
			case ' ', '\n', '\t', '\r':
			default:
				return ch, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// expect is peek inside a value.
func (s *scanner) expect() (byte, error) {
	ch, err := s.peek()
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.ErrUnexpectedEOF
	}
	return ch, err
}

// value gives the bytes of the next value.
func (s *scanner) value() ([]byte, error) {
	if _, err := s.expect(); err != nil {
		return nil, err
	}
	s.mark = s.pos
	err := s.skip()
	from := s.mark
	s.mark = -1
	return s.buf[from:s.pos], err
}

// skip reads over the next value, keeping no more of it than mark asks for.
func (s *scanner) skip() error {
	ch, err := s.expect()
	if err != nil {
		return err
	}
	switch ch {
	case '"':
		return s.skipString()
	case '{', '[':
		return s.skipNested()
	case '}', ']', ',', ':':
		return s.unexpected()
	}
	return s.skipScalar()
}

func (s *scanner) skipScalar() error {
	for n := 0; ; n++ {
		for ; s.pos < s.end; s.pos++ {
			switch ch := s.buf[s.pos]; {
			case ch == ',', ch == '}', ch == ']', ch == ' ', ch == '\n', ch == '\t', ch == '\r':
				return nil
			case ch < ' ', ch >= 0x7f, ch == '"', ch == '<', ch == '{', ch == '[':
				return s.unexpected()
			}
		}
		if n > 64 {
			return errTooLong
		}
		if err := s.fill(); err != nil {
			return err
		}
	}
}

// skipNested reads over an object or array, bracket by bracket.
func (s *scanner) skipNested() error {
	depth := 0
	for {
		buf := s.buf[:s.end]
		i := s.pos
	scan:
		for i < len(buf) {
			switch buf[i] {
			case '"':
				end := stringEnd(buf, i)
				if end < 0 {
					break scan
				}
				i = end
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					s.pos = i + 1
					return nil
				}
			}
			i++
		}
		s.pos = i
		if err := s.more(); err != nil {
			return err
		}
	}
}

func (s *scanner) skipString() error {
	for {
		if end := stringEnd(s.buf[:s.end], s.pos); end >= 0 {
			s.pos = end
			return nil
		}
		if err := s.more(); err != nil {
			return err
		}
	}
}

// stringEnd is the index behind the string that begins with the quote at buf[i],
// -1 when it does not end in buf: it ends at the first quote with an even number
// of backslashes before it.
func stringEnd(buf []byte, i int) int {
	for at := i + 1; ; {
		n := bytes.IndexByte(buf[at:], '"')
		if n < 0 {
			return -1
		}
		at += n
		slashes := 0
		for j := at - 1; j > i && buf[j] == '\\'; j-- {
			slashes++
		}
		at++
		if slashes%2 == 0 {
			return at
		}
	}
}

// object visits the fields of the object ahead. visit must read the value.
func (s *scanner) object(visit func(key string) error) error {
	if err := s.take('{'); err != nil {
		return err
	}
	return s.items('}', func() error {
		key, err := s.key()
		if err != nil {
			return err
		}
		return visit(key)
	})
}

// array visits the items of the array ahead, none when it is null. visit must
// read the item.
func (s *scanner) array(visit func() error) error {
	ch, err := s.expect()
	if err != nil {
		return err
	}
	if ch == 'n' {
		return s.skip()
	}
	if err := s.take('['); err != nil {
		return err
	}
	return s.items(']', visit)
}

// items visits what stands between commas ahead, up to the end.
func (s *scanner) items(end byte, visit func() error) error {
	for first := true; ; first = false {
		ch, err := s.expect()
		switch {
		case err != nil:
			return err
		case ch == end:
			s.pos++
			return nil
		case !first:
			if err := s.take(','); err != nil {
				return err
			}
		}
		if err := visit(); err != nil {
			return err
		}
	}
}

func (s *scanner) take(want byte) error {
	ch, err := s.expect()
	if err != nil {
		return err
	}
	if ch != want {
		return s.unexpected()
	}
	s.pos++
	return nil
}

func (s *scanner) key() (string, error) {
	if ch, err := s.expect(); err != nil {
		return "", err
	} else if ch != '"' {
		return "", s.unexpected()
	}
	raw, err := s.value()
	if err != nil {
		return "", err
	}
	var key string
	if json.Unmarshal(raw, &key) != nil {
		return "", s.unexpected()
	}
	return key, s.take(':')
}

// unexpected says where the stream stopped being JSON.
func (s *scanner) unexpected() error {
	at := s.total - int64(s.end-s.pos)
	if s.pos >= s.end {
		return fmt.Errorf("%w at byte %d", errNotJSON, at)
	}
	return fmt.Errorf("%w at byte %d (%q)", errNotJSON, at, s.buf[s.pos])
}

// head gives the unread bytes, for saying what came in place of JSON, after
// reading on until there are some.
func (s *scanner) head() []byte {
	for s.end-s.pos < 2048 {
		if s.fill() != nil {
			break
		}
	}
	return s.buf[s.pos:s.end]
}
