package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/adrg/xdg"
)

// saveTries bounds the numbers that are tried for a free name.
const saveTries = 1000

// Save writes a file the user asked for into the user's download folder (XDG user
// directories), into the home folder where there is none, and returns the path. A
// file that exists is never overwritten: the new one gets a number. Of name the
// last path element counts, without characters that are trouble in file names. The
// file is 0600, since logs and manifests hold secrets.
func (d *Dir) Save(name string, data []byte) (path string, err error) {
	return d.SaveStream(name, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// SaveStream is Save for what is too large to be held: write gives it. When write
// fails there is no file.
func (d *Dir) SaveStream(name string, write func(w io.Writer) error) (path string, err error) {
	folder := xdg.UserDirs.Download
	if info, err := os.Stat(folder); folder == "" || err != nil || !info.IsDir() {
		folder = xdg.Home
	}
	name = savable(name)
	ext := filepath.Ext(name)
	for n := range saveTries {
		path = filepath.Join(folder, name)
		if n > 0 {
			path = filepath.Join(folder, fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext))
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fileMode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", fmt.Errorf("save a file: %w", err)
		}
		if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
			return "", errors.Join(fmt.Errorf("save a file: %w", err), os.Remove(path))
		}
		return path, nil
	}
	return "", fmt.Errorf("%s and %d numbered ones exist: delete some, or save under another name", filepath.Join(folder, name), saveTries-1)
}

// savable makes a plain, visible file name of a text.
func savable(name string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*\`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name[strings.LastIndexByte(name, '/')+1:], "_"))
	name = strings.TrimLeft(name, ".- ")
	if len(name) > nameLimit {
		ext := filepath.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:nameLimit-len(ext)], "") + ext
	}
	if name == "" {
		name = "podium"
	}
	return name
}
