// Package config reads podium's configuration: one strict YAML file, variables of
// the environment over it, and flags over both. What can be set is the table of
// package models and the keys that the dashboard lists; this package knows how
// they are written, where each value came from, and how all that is explained: the
// JSON schema and the documentation are made from the same tables.
//
// It draws nothing and starts nothing. Reading does I/O, so the dashboard reads
// outside of its loop.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"

	"podium/internal/strictyaml"
	"podium/models"
	"podium/themes"
)

// FileEnv is the variable that names the configuration file.
const FileEnv = "PODIUM_CONFIG"

// Options say where to read from.
type Options struct {
	// File is the file that a flag names, "" for the one that FileEnv names or
	// the one in the usual place. A file that was named must be there.
	File string

	// Environ is the environment as os.Environ gives it.
	Environ []string

	// Chosen are settings that were chosen in the dashboard, by key.
	Chosen map[string]Choice

	// Set are values of flags, in their order.
	Set []Flag

	// Keys are the keys that can be bound.
	Keys models.KeyTable

	// Checks say what is wrong with a setting, by its key, that its kind and range
	// do not tell.
	Checks map[string]func(models.Settings) error
}

// Flag is a setting that a flag gives: the flag's name with its dashes, the key
// and the value as it would be written in the environment.
type Flag struct{ Name, Key, Value string }

// Choice is a theme that was chosen in the dashboard in place of what the file had
// or the default. Once that is another, the choice counts no more.
type Choice struct {
	Value string `json:"value"`
	Over  string `json:"over"`
}

// Source is where a value came from.
type Source int

// The sources, each of which wins over those before.
const (
	FromDefault Source = iota
	FromFile
	FromChoice
	FromEnvironment
	FromFlag
)

// Origin is where a value came from, exactly.
type Origin struct {
	Source Source
	Name   string // the file, the variable or the flag
	Line   int    // in the file
}

// String says it in a few words: "default", "file:12", ":theme",
// "$PODIUM_LOOK_ASCII", "--ascii".
func (o Origin) String() string {
	switch o.Source {
	case FromFile:
		return fmt.Sprintf("%s:%d", o.Name, o.Line)
	case FromChoice:
		return ":theme"
	case FromEnvironment:
		return "$" + o.Name
	case FromFlag:
		return o.Name
	}
	return "default"
}

// Config is what is configured.
type Config struct {
	Settings models.Settings
	Bindings models.Bindings

	// Themes are the themes that can be chosen; BrokenThemes is what is wrong with
	// the files of themes that nobody asked for.
	Themes       *themes.Set
	BrokenThemes strictyaml.FileErrors

	// File is the file that was read or would have been; Exists says which.
	File   string
	Exists bool

	written models.Settings   // as the file has them, without what wins over it
	origins map[string]Origin // by key, "keys."+action for bindings; none: the default
}

// Origin is where the value of a setting came from, by its key; for a binding the
// key is "keys." and the action.
func (c *Config) Origin(key string) Origin { return c.origins[key] }

// Default is the configuration of somebody who configured nothing.
func Default() *Config {
	return &Config{Settings: models.DefaultSettings(), Bindings: models.Bindings{}, Themes: themes.Builtin(), origins: map[string]Origin{}}
}

// Path returns the file that is read, and whether somebody named it.
func Path(o Options) (path string, named bool) {
	if o.File != "" {
		return o.File, true
	}
	if file := getenv(o.Environ, FileEnv); file != "" {
		return file, true
	}
	return filepath.Join(xdg.ConfigHome, "podium", "config.yaml"), false
}

// Load reads the configuration. What is wrong in the file, the environment or the
// flags is an error that wraps strictyaml.FileErrors; the configuration is nil then.
func Load(o Options) (*Config, error) {
	path, named := Path(o)
	c := Default()
	c.File = path
	text, err := read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !named:
	case err != nil:
		return nil, fmt.Errorf("read the configuration: %w", err)
	default:
		c.Exists = true
	}
	l := loader{Config: c, table: models.SettingTable(), actions: o.Keys}
	l.file(Shown(path), text)
	c.written = c.Settings
	l.environment(o.Environ)
	for _, f := range o.Set {
		l.flag(f)
	}
	l.check(o.Checks)
	l.bindings()
	l.themes()
	l.chosen(o.Chosen)
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return c, nil
}

// read reads a file, a byte more than is allowed at most, so that the reader can
// say that it is too large.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%s is a folder", path)
	}
	return io.ReadAll(io.LimitReader(f, strictyaml.Limit+1))
}

// Shown is a path as people are shown it: from the home folder where it is in
// there.
func Shown(path string) string {
	if rest, ok := strings.CutPrefix(path, xdg.Home+string(filepath.Separator)); ok && xdg.Home != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}

// getenv is the last value of a variable.
func getenv(environ []string, name string) string {
	value := ""
	for _, kv := range environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

// EnvName is the variable that sets a key: look.theme-dark is
// PODIUM_LOOK_THEME_DARK.
func EnvName(key string) string {
	return "PODIUM_" + strings.NewReplacer(".", "_", "-", "_").Replace(strings.ToUpper(key))
}
