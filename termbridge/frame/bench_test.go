package frame

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"testing"
)

// rival is the usual way to take frames apart, written here to be measured in
// the same run: gather a whole frame in a buffer that grows to the announced
// size, pass it on, and move what was read beyond it to the front.
func rival(stdout, stderr io.Writer, r io.Reader) (int64, error) {
	buf := make([]byte, 32<<10+HeaderSize)
	have := 0
	var total int64
	for {
		for have < HeaderSize {
			n, err := r.Read(buf[have:])
			have += n
			if err != nil && have < HeaderSize {
				return total, nil
			}
		}
		size := HeaderSize + int(binary.BigEndian.Uint32(buf[4:]))
		if size > len(buf) {
			grown := make([]byte, size)
			copy(grown, buf[:have])
			buf = grown
		}
		for have < size {
			n, err := r.Read(buf[have:])
			have += n
			if err != nil && have < size {
				return total, nil
			}
		}
		w := stdout
		if buf[0] == byte(Stderr) {
			w = stderr
		}
		n, err := w.Write(buf[HeaderSize:size])
		total += int64(n)
		if err != nil {
			return total, err
		}
		copy(buf, buf[size:have])
		have -= size
	}
}

var sizes = []int{64, 1 << 10, 32 << 10}

// wire returns about 8 MB of frames, or 1 MB of small ones.
func wire(size int) []byte {
	var b bytes.Buffer
	w := NewWriter(&b)
	total := 8 << 20
	if size < 1024 {
		total = 1 << 20
	}
	p := make([]byte, size)
	for b.Len() < total {
		_, _ = w.WriteFrame(Stdout, p)
	}
	return b.Bytes()
}

func BenchmarkDemux(b *testing.B) {
	ways := []struct {
		name string
		f    func(stdout, stderr io.Writer, r io.Reader) (int64, error)
	}{{"podium", Demux}, {"rival", rival}}
	for _, size := range sizes {
		data := wire(size)
		for _, way := range ways {
			b.Run(fmt.Sprintf("%s/%dB", way.name, size), func(b *testing.B) {
				b.ReportAllocs()
				r := bytes.NewReader(data)
				var n int64
				for b.Loop() {
					r.Reset(data)
					var err error
					if n, err = way.f(io.Discard, io.Discard, r); err != nil {
						b.Fatal(err)
					}
				}
				b.SetBytes(n)
			})
		}
	}
}

func BenchmarkWriter(b *testing.B) {
	for _, size := range sizes {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			b.ReportAllocs()
			w := NewWriter(io.Discard)
			p := make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := w.WriteFrame(Stdout, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
