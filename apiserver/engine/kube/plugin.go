package kube

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// pluginWords catches what credential plugins write to stderr. client-go hands
// them this process's own, which a dashboard draws on, and leaves their words
// out of its errors, although they are what says how to log in again.
type pluginWords struct {
	mu   sync.Mutex
	file string // in a folder of its own, made when it is needed
}

// maxPluginWords is how much of a plugin's words is told, from their end.
const maxPluginWords = 2 << 10

// capture changes the plugin's entry so that a shell runs it with stderr in a
// file. A plugin that cannot be found is left alone, and so is one that needs
// a terminal to itself, for which client-go then has the right words.
func (p *pluginWords) capture(x *clientcmdapi.ExecConfig) error {
	x.StdinUnavailable = true
	x.StdinUnavailableMessage = "the dashboard has the terminal: run a kubectl command with this context first, then try again"
	if !lookPath(x.Command) {
		return nil
	}
	file, err := p.path()
	if err != nil {
		return err
	}
	x.Args = append([]string{"-c", `words=$1; shift; exec "$@" 2>"$words"`, "sh", file, x.Command}, x.Args...)
	x.Command = "/bin/sh"
	return nil
}

func (p *pluginWords) path() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == "" {
		dir, err := os.MkdirTemp("", "podium-kube-") // 0700
		if err != nil {
			return "", fmt.Errorf("make a folder for what credential plugins say: %w", err)
		}
		p.file = filepath.Join(dir, "stderr")
	}
	return p.file, nil
}

// last are the last words of the last plugin that ran, empty when there are none.
func (p *pluginWords) last() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == "" {
		return ""
	}
	f, err := os.Open(p.file)
	if err != nil {
		return "" // none has run, or none has spoken
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > maxPluginWords {
		if _, err := f.Seek(-maxPluginWords, io.SeekEnd); err != nil {
			return ""
		}
	}
	b, err := io.ReadAll(io.LimitReader(f, maxPluginWords))
	if err != nil {
		return ""
	}
	return string(bytes.ToValidUTF8(bytes.TrimSpace(b), []byte("?")))
}

func (p *pluginWords) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == "" {
		return nil
	}
	err := os.RemoveAll(filepath.Dir(p.file))
	p.file = ""
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove what credential plugins said: %w", err)
	}
	return nil
}
