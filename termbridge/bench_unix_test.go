//go:build unix

package termbridge

import (
	"io"
	"testing"
)

// BenchmarkPTYAlone is the pseudo-terminal's own share of what BenchmarkOutput
// measures, beside what it would be if the kernel carried what a stream brings.
func BenchmarkPTYAlone(b *testing.B) {
	const size = 16 << 20
	chunk := text(64 << 10)
	for _, way := range []struct {
		name   string
		output func() *memoryPipe
	}{{"ours", newMemoryPipe}, {"kernel", func() *memoryPipe { return nil }}} {
		b.Run(way.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				pair, err := OpenPTY(200, 50)
				if err != nil {
					b.Skipf("no pseudo-terminal: %v", err)
				}
				pair.(*ttyPair).output = way.output()
				go func() {
					for sent := 0; sent < size; sent += len(chunk) {
						_, _ = pair.Slave().Write(chunk)
					}
					_ = pair.CloseSlave()
				}()
				_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, pair.Master(), make([]byte, readSize))
				_ = pair.Close()
			}
		})
	}
}
