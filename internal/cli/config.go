package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"podium/internal/config"
	"podium/internal/state"
	"podium/models"
	"podium/models/pods"
	"podium/themes"
	"podium/ui"
)

// configOptions say where the flags have the configuration read from.
func (f *flags) configOptions(environ []string) (config.Options, error) {
	o := config.Options{
		File: f.configFile, Environ: environ, Keys: ui.KeyTable(environ),
		Checks: map[string]func(models.Settings) error{"list.columns": pods.CheckColumns},
	}
	for _, kv := range f.set {
		key, value, ok := strings.Cut(kv, "=")
		if !ok {
			return o, fmt.Errorf("--set takes KEY=VALUE, such as look.mouse=false, not %q", kv)
		}
		o.Set = append(o.Set, config.Flag{Name: "--set", Key: key, Value: value})
	}
	if f.ascii {
		o.Set = append(o.Set, config.Flag{Name: "--ascii", Key: "look.ascii", Value: models.On})
	}
	if f.theme != "" {
		for _, dark := range []bool{true, false} {
			o.Set = append(o.Set, config.Flag{Name: "--theme", Key: config.ThemeKey(dark), Value: f.theme})
		}
	}
	return o, nil
}

// configured is what the dashboard needs of a configuration.
func configured(dir *state.Dir, c *config.Config) *ui.Configured {
	out := &ui.Configured{
		Settings: c.Settings, Bindings: c.Bindings, Themes: c.Themes, File: config.Shown(c.File),
		Describe:  func() string { return configText(c) },
		KeepTheme: func(dark bool, name string) error { return keepTheme(dir, c, dark, name) },
	}
	for _, p := range c.BrokenThemes {
		out.Warnings = append(out.Warnings, "Not a theme: "+p.String())
	}
	return out
}

// configText is what podium config prints, with the file in front.
func configText(c *config.Config) string {
	var b strings.Builder
	there := ""
	if !c.Exists {
		there = " (not there)"
	}
	fmt.Fprintf(&b, "%s%s\n\n", config.Shown(c.File), there)
	if err := c.WriteTable(&b); err != nil {
		return err.Error()
	}
	return b.String()
}

// changes waits for the file to change and reads it again.
func changes(dir *state.Dir, o config.Options) func(context.Context) (*ui.Configured, error) {
	w := config.NewWatcher(func() []string { return config.Files(o) })
	return func(ctx context.Context) (*ui.Configured, error) {
		if err := w.Wait(ctx); err != nil {
			return nil, err
		}
		c, err := load(dir, o)
		if err != nil {
			return nil, err
		}
		return configured(dir, c), nil
	}
}

// chosenFile has the themes that were chosen in the dashboard.
const chosenFile = "themes.json"

// load reads the configuration with what was chosen in the dashboard.
func load(dir *state.Dir, o config.Options) (*config.Config, error) {
	if err := dir.ReadJSON(chosenFile, &o.Chosen); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return config.Load(o)
}

// keepTheme keeps a theme for the starts to come; what the file has needs no
// keeping.
func keepTheme(dir *state.Dir, c *config.Config, dark bool, name string) error {
	all := map[string]config.Choice{}
	return dir.UpdateJSON(chosenFile, &all, func() error {
		if choice, ok := c.Choose(dark, name); ok {
			all[config.ThemeKey(dark)] = choice
		} else {
			delete(all, config.ThemeKey(dark))
		}
		return nil
	})
}

func newConfig(f *flags) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the configuration in force and where each value came from",
		Long: "podium config prints every setting with its value and where that came from: the default, a line of the\n" +
			"configuration file, a choice in the dashboard (:theme), a variable of the environment or a flag.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.loadConfig()
			if err != nil {
				return err
			}
			return printConfig(cmd.OutOrStdout(), c, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "", "yaml (the file that gives this configuration) or json (with where each value came from)")
	path := &cobra.Command{
		Use: "path", Short: "Print the path of the configuration file", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			file, _ := config.Path(config.Options{File: f.configFile, Environ: os.Environ()})
			_, err := fmt.Fprintln(cmd.OutOrStdout(), file)
			return err
		},
	}
	check := &cobra.Command{
		Use: "check", Short: "Say what is wrong with the configuration, if anything", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := f.loadConfig()
			if err != nil {
				return err
			}
			return printCheck(cmd.OutOrStdout(), c)
		},
	}
	schema := &cobra.Command{
		Use: "schema", Short: "Print the JSON schema of the configuration file, for editors", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			text, err := config.Schema(ui.KeyTable(nil))
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.AddCommand(path, check, schema, newConfigKeys(f), newConfigThemes(f))
	return cmd
}

// printCheck says what a configuration that could be read is still to be told of:
// theme files with mistakes, and themes of the user's own that are hard to read.
func printCheck(w io.Writer, c *config.Config) error {
	if len(c.BrokenThemes) > 0 {
		return c.BrokenThemes
	}
	var b strings.Builder
	if c.Exists {
		fmt.Fprintf(&b, "%s is right.\n", c.File)
	} else {
		fmt.Fprintf(&b, "%s is not there, so everything has its default.\n", c.File)
	}
	for _, info := range c.Themes.List() {
		for _, dark := range []bool{true, false} {
			th, _ := c.Themes.Find(info.Name, dark)
			if info.File == "" || th.Dark() != dark {
				continue
			}
			for _, weak := range th.Weaknesses(themes.Readable) {
				fmt.Fprintf(&b, "%s: hard to read: %s\n", info.File, weak)
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *flags) loadConfig() (*config.Config, error) {
	o, err := f.configOptions(os.Environ())
	if err != nil {
		return nil, err
	}
	dir, err := f.dir()
	if err != nil {
		return nil, err
	}
	return load(dir, o)
}

// printConfig prints what is in force, as a table for people or as data.
func printConfig(w io.Writer, c *config.Config, format string) error {
	switch format {
	case "yaml":
		return c.WriteYAML(w)
	case "json":
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(c.Values())
	case "":
		return c.WriteTable(w)
	}
	return fmt.Errorf("-o takes yaml or json, not %q", format)
}

// boundKey is a line of podium config keys.
type boundKey struct {
	Action string   `json:"action"`
	Keys   []string `json:"keys"`
	Does   string   `json:"does"`
	From   string   `json:"from"`
}

func newConfigKeys(f *flags) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "keys [SCOPE]",
		Short: "List every action with its keys, as they are bound",
		Long: "podium config keys lists every action that has keys, by where they work. The action's name is what the mapping\n" +
			"keys of the configuration file calls it.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.loadConfig()
			if err != nil {
				return err
			}
			return printKeys(cmd.OutOrStdout(), c, args, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", "", "json")
	return cmd
}

// printKeys prints the keys of a scope, or of all, as they are bound.
func printKeys(w io.Writer, c *config.Config, scopes []string, format string) error {
	defaults, now := ui.KeyTable(os.Environ()), ui.KeyTable(os.Environ())
	var b strings.Builder
	var all []boundKey
	var names []string
	for _, row := range now {
		names = append(names, row.Name)
		if len(scopes) > 0 && row.Name != scopes[0] {
			continue
		}
		defaults.Apply(c.Bindings, row.KeyScope)
		fmt.Fprintf(&b, "\n%s\n", row.Doc)
		for _, a := range row.Actions() {
			k := boundKey{Action: a.Name, Keys: []string{}, Does: a.Binding.Help().Desc, From: c.Origin("keys." + a.Name).String()}
			for _, stroke := range a.Binding.Keys() {
				k.Keys = append(k.Keys, models.SpellKey(stroke))
			}
			all = append(all, k)
			from := ""
			if k.From != "default" {
				from = "  (" + k.From + ")"
			}
			fmt.Fprintln(&b, strings.TrimRight(fmt.Sprintf("  %-32s %-24s %s%s", k.Action, strings.Join(k.Keys, " "), k.Does, from), " "))
		}
	}
	switch {
	case len(all) == 0:
		return fmt.Errorf("there is no scope %q: it is %s", scopes[0], strings.Join(names, ", "))
	case format == "json":
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(all)
	case format != "":
		return fmt.Errorf("-o takes json, not %q", format)
	}
	_, err := io.WriteString(w, strings.TrimLeft(b.String(), "\n"))
	return err
}

func newConfigThemes(f *flags) *cobra.Command {
	var light bool
	cmd := &cobra.Command{
		Use:   "themes [NAME]",
		Short: "List the themes, or print one as a file to begin your own from",
		Long: "podium config themes lists the themes that there are. With a name it prints that theme as a file: saved as\n" +
			"themes/NAME.yaml beside the configuration file and changed, it is a theme of your own.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.loadConfig()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				return printThemes(cmd.OutOrStdout(), c)
			}
			found, err := c.Themes.WriteFile(cmd.OutOrStdout(), args[0], !light)
			if !found {
				return fmt.Errorf("there is no theme %q: there are %s", args[0], strings.Join(c.Themes.Names(), ", "))
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&light, "light", false, "the variant for light backgrounds, where a theme has both")
	return cmd
}

func printThemes(w io.Writer, c *config.Config) error {
	var b strings.Builder
	for _, info := range c.Themes.List() {
		on := "dark"
		switch {
		case info.Dark && info.Light:
			on = "any"
		case info.Light:
			on = "light"
		}
		about := info.Doc
		if info.File != "" {
			about = strings.TrimPrefix(about+" ("+info.File+")", " ")
		}
		fmt.Fprintf(&b, "%-14s %-6s %s\n", info.Name, on, about)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
