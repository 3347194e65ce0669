//go:build !unix

package state

import (
	"errors"
	"io/fs"
	"os"
)

// ours is left to the system's own access lists.
func ours(fs.FileInfo) bool { return true }

// flock has no counterpart in the standard library here.
func flock(*os.File) error {
	return errors.New("this system has no advisory file locks that podium knows")
}

// syncDir does nothing: folders cannot be synced here.
func syncDir(string) error { return nil }
