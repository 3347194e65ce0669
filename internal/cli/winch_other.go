//go:build !unix

package cli

// sizeChanges tells nothing: this system does not say when a terminal changes.
func sizeChanges() (changes <-chan struct{}, stop func()) { return nil, func() {} }
