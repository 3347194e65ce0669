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

// templatesDir is the folder of the user's own templates that is configured, or
// podium/templates in the XDG configuration folder.
func templatesDir(configured string) string {
	if configured == "" {
		return filepath.Join(xdg.ConfigHome, "podium", "templates")
	}
	return fromHome(configured)
}

// fromHome is a path that may begin with "~/", the home folder.
func fromHome(path string) string {
	if path == "~" || strings.HasPrefix(path, "~/") {
		return xdg.Home + path[1:]
	}
	return path
}

// Templates are the names of the files in the user's folder, in order. Where
// there is no folder there are none.
func (s store) Templates(folder string) ([]string, error) {
	entries, err := os.ReadDir(templatesDir(folder))
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
func (s store) Template(folder, name string) ([]byte, error) {
	if name != filepath.Base(name) || !isManifest(name) {
		return nil, fmt.Errorf("there is no template %.60q", name)
	}
	return readText(filepath.Join(templatesDir(folder), name))
}

// ReadFile reads a file that the user names.
func (s store) ReadFile(path string) ([]byte, error) {
	return readText(fromHome(strings.TrimSpace(path)))
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
