//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"
)

// sizeChanges tells when the terminal's size has changed, until stop.
func sizeChanges() (changes <-chan struct{}, stop func()) {
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGWINCH)
	out := make(chan struct{}, 1)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-got:
				select {
				case out <- struct{}{}:
				default:
				}
			case <-done:
				return
			}
		}
	}()
	return out, func() {
		signal.Stop(got)
		close(done)
	}
}
