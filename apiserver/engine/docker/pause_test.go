package docker

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

func TestPauseProgramsAreELF(t *testing.T) {
	for arch, w := range waiters {
		program := w.program()
		f, err := elf.NewFile(bytes.NewReader(program))
		if err != nil {
			t.Fatalf("%s: %v", arch, err)
		}
		if f.Type != elf.ET_EXEC || len(f.Progs) != 1 || f.Progs[0].Filesz != uint64(len(program)) || f.Entry != f.Progs[0].Vaddr+elfHeader+elfSegment {
			t.Errorf("%s: %+v", arch, f.FileHeader)
		}
		if len(w.code)%8 != 0 {
			t.Errorf("%s: the data behind %d bytes of code is not aligned", arch, len(w.code))
		}
		if arch == runtime.GOARCH && runtime.GOOS == "linux" {
			runsUntilKilled(t, program)
		}
	}
}

// runsUntilKilled runs the program here.
func runsUntilKilled(t *testing.T, program []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pause")
	if err := os.WriteFile(path, program, 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := os.StartProcess(path, []string{path}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan *os.ProcessState, 1)
	go func() {
		state, _ := p.Wait()
		ended <- state
	}()
	select {
	case state := <-ended:
		t.Fatalf("it ended at once: %v", state)
	case <-time.After(100 * time.Millisecond): // it has no other way to show that it waits
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestImageArchive(t *testing.T) {
	data, err := imageArchive("localhost/x:1", "amd64", []byte("program"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	var list []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	if err := json.Unmarshal(files["manifest.json"], &list); err != nil || len(list) != 1 || files[list[0].Config] == nil || files[list[0].Layers[0]] == nil || list[0].RepoTags[0] != "localhost/x:1" {
		t.Errorf("%s %v", files["manifest.json"], err)
	}
}
