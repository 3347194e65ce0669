package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"podium/internal/config"
	"podium/models"
	"podium/ui"
)

// configOptions say where the flags have the configuration read from.
func (f *flags) configOptions(environ []string) (config.Options, error) {
	o := config.Options{File: f.configFile, Environ: environ, Keys: ui.KeyTable(environ)}
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
		for _, key := range []string{"look.theme-dark", "look.theme-light"} {
			o.Set = append(o.Set, config.Flag{Name: "--theme", Key: key, Value: f.theme})
		}
	}
	return o, nil
}

// configured is what the dashboard needs of a configuration.
func configured(c *config.Config) *ui.Configured {
	return &ui.Configured{Settings: c.Settings, Bindings: c.Bindings}
}

// changes waits for the file to change and reads it again.
func changes(o config.Options) func(context.Context) (*ui.Configured, error) {
	file, _ := config.Path(o)
	w := config.NewWatcher(func() []string { return []string{file} })
	return func(ctx context.Context) (*ui.Configured, error) {
		if err := w.Wait(ctx); err != nil {
			return nil, err
		}
		c, err := config.Load(o)
		if err != nil {
			return nil, err
		}
		return configured(c), nil
	}
}

func newConfig(f *flags) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the configuration in force and where each value came from",
		Long: "podium config prints every setting with its value and where that came from: the default, a line of the\n" +
			"configuration file, a variable of the environment or a flag.",
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
			word := "is right"
			if !c.Exists {
				word = "is not there, so everything has its default"
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), c.File, word)
			return err
		},
	}
	cmd.AddCommand(path, check)
	return cmd
}

func (f *flags) loadConfig() (*config.Config, error) {
	o, err := f.configOptions(os.Environ())
	if err != nil {
		return nil, err
	}
	return config.Load(o)
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
