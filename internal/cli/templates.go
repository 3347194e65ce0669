package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"podium/manifest"
)

// templatesDir is where the user's own templates are: podium/templates in the
// XDG configuration folder.
func templatesDir() string { return filepath.Join(xdg.ConfigHome, "podium", "templates") }

// Templates are the names of the files in the user's folder, in order. Where
// there is no folder there are none.
func (s store) Templates() ([]string, error) {
	entries, err := os.ReadDir(templatesDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list your templates: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); isManifest(name) && !strings.HasPrefix(name, ".") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Template is the text of one of them, by the name that Templates gives.
func (s store) Template(name string) ([]byte, error) {
	if name != filepath.Base(name) || !isManifest(name) {
		return nil, fmt.Errorf("there is no template %.60q", name)
	}
	return readText(filepath.Join(templatesDir(), name))
}

// ReadFile reads a file that the user names.
func (s store) ReadFile(path string) ([]byte, error) {
	path = strings.TrimSpace(path)
	if path == "~" || strings.HasPrefix(path, "~/") {
		path = xdg.Home + path[1:]
	}
	return readText(path)
}

// readText reads a file that is to be edited, and says which it was when it
// cannot be.
func readText(path string) ([]byte, error) {
	data, err := readManifestFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(data) > manifest.MaxBytes {
		return nil, fmt.Errorf("%s: it is larger than %d MB, which no manifest is", path, manifest.MaxBytes>>20)
	}
	return data, nil
}
