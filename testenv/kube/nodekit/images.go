package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// The names under which the images are loaded.
const (
	pauseImage = "localhost/podium-pause:test"
	bareImage  = "localhost/podium-bare:test"
)

// makeImages writes image archives in the layout of `docker save`, in which
// there is nothing but this very program: pause.tar for the containers that
// hold pods' namespaces, bare.tar for pods without a shell, as many small
// images have none.
func makeImages(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return err
	}
	alone := []entry{{name: "nodekit", mode: 0o755, body: self}}
	config := map[string]any{
		"Entrypoint": []string{"/nodekit", "pause"},
		"Env":        []string{"PATH=/bin:/usr/bin"},
	}
	return errors.Join(
		writeImage(filepath.Join(dir, "pause.tar"), pauseImage, alone, config),
		writeImage(filepath.Join(dir, "bare.tar"), bareImage, alone, config),
	)
}

// entry is a file of an image, or a folder when its name ends in a slash.
type entry struct {
	name string
	mode int64
	body []byte
}

// writeImage writes an image of one layer.
func writeImage(path, name string, files []entry, config map[string]any) error {
	var layer bytes.Buffer
	if err := writeTar(&layer, files); err != nil {
		return err
	}
	diff := digest(layer.Bytes())
	image, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux", "created": "1970-01-01T00:00:00Z", "config": config,
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + diff}},
		"history": []map[string]string{{"created": "1970-01-01T00:00:00Z", "created_by": "podium testenv"}},
	})
	if err != nil {
		return err
	}
	id := digest(image)
	manifest, err := json.Marshal([]map[string]any{{
		"Config": id + ".json", "RepoTags": []string{name}, "Layers": []string{diff + "/layer.tar"},
	}})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	err = writeTar(&out, []entry{
		{name: "manifest.json", mode: 0o644, body: manifest},
		{name: id + ".json", mode: 0o644, body: image},
		{name: diff + "/", mode: 0o755},
		{name: diff + "/layer.tar", mode: 0o644, body: layer.Bytes()},
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func writeTar(to io.Writer, files []entry) error {
	w := tar.NewWriter(to)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.body)), ModTime: time.Unix(0, 0), Typeflag: tar.TypeReg}
		if strings.HasSuffix(f.name, "/") {
			h.Typeflag = tar.TypeDir
		}
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		if _, err := w.Write(f.body); err != nil {
			return err
		}
	}
	return w.Close()
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
