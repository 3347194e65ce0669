package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
)

// lintOptions are the flags of lint.
type lintOptions struct {
	backend   string
	output    string
	strict    bool
	recursive bool
}

// finding is a problem and the file that it is in, as -o json writes it. Lines
// and columns count from 1, columns in characters; both are 0 for what concerns
// the file as a whole.
type finding struct {
	File       string `json:"file"`
	Line       int    `json:"line"`
	Column     int    `json:"column"`
	EndLine    int    `json:"endLine"`
	EndColumn  int    `json:"endColumn"`
	Severity   string `json:"severity"`
	Code       string `json:"code"`
	Field      string `json:"field,omitempty"`
	Message    string `json:"message"`
	Suggestion string `json:"suggestion,omitempty"`
}

// codeRead is the code of a file that could not be read.
const codeRead = "unreadable"

func newLint() *cobra.Command {
	var o lintOptions
	cmd := &cobra.Command{
		Use:   "lint FILE…",
		Short: "Check manifests of pods without sending them",
		Long: "lint checks manifests, YAML or JSON, as the dashboard's editor does: syntax, fields, types, names, references,\n" +
			"and what a backend ignores or refuses. FILE may be a folder, whose .yaml, .yml and .json files are checked, or -\n" +
			"for standard input.\n\n" +
			"Each problem is a line FILE:LINE:COLUMN: SEVERITY: MESSAGE on standard output, columns in characters. The exit\n" +
			"status is 0 when there is no error, also where there are warnings and hints (but see --strict); 1 when there is\n" +
			"one, or a file cannot be read; 3 when the command line is wrong.",
		Example: "podium lint pod.yaml\npodium lint --backend kube --strict manifests/\nkubectl get pod web -o yaml | podium lint -",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &statusError{status: exitUsage, err: errors.New("lint needs a FILE, a folder, or - for standard input")}
			}
			return o.run(args, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.backend, "backend", backendPage, "whose rules hold: "+strings.Join(backendNames(), ", "))
	cmd.Flags().StringVarP(&o.output, "output", "o", "text", "text or json")
	cmd.Flags().BoolVar(&o.strict, "strict", false, "let warnings count as errors for the exit status")
	cmd.Flags().BoolVarP(&o.recursive, "recursive", "R", false, "look into the folders of a folder, too")
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &statusError{status: exitUsage, err: err} })
	return cmd
}

// run checks what args name and writes what is found. Its error says only that
// something was found, unless the command line itself is wrong.
func (o *lintOptions) run(args []string, in io.Reader, out, summary io.Writer) error {
	rules, err := backendRules(o.backend)
	if err != nil {
		return &statusError{status: exitUsage, err: err}
	}
	if o.output != "text" && o.output != "json" {
		return &statusError{status: exitUsage, err: fmt.Errorf("there is no output %q: it is text or json", o.output)}
	}
	found := []finding{}
	files := 0
	for _, arg := range args {
		o.each(arg, in, func(name string, data []byte, err error) {
			files++
			if err != nil {
				found = append(found, finding{File: name, Severity: manifest.Error.String(), Code: codeRead, Message: sentence(err)})
				return
			}
			found = append(found, lintText(name, data, rules)...)
		})
	}
	if err := o.write(found, out); err != nil {
		return fmt.Errorf("write what was found: %w", err)
	}
	if o.output == "text" {
		fmt.Fprintln(summary, tally(found, files))
	}
	if slices.ContainsFunc(found, func(f finding) bool {
		return f.Severity == manifest.Error.String() || o.strict && f.Severity == manifest.Warning.String()
	}) {
		return &statusError{status: exitError}
	}
	return nil
}

// lintText checks one text.
func lintText(name string, data []byte, rules manifest.RuleSet) []finding {
	return findings(name, manifest.Inspect(data, manifest.Options{}, rules).Problems)
}

// findings are problems of a file.
func findings(name string, problems []manifest.Problem) []finding {
	found := make([]finding, len(problems))
	for i, p := range problems {
		found[i] = finding{
			File: name, Line: p.Start.Line, Column: p.Start.Column, EndLine: p.End.Line, EndColumn: p.End.Column,
			Severity: p.Severity.String(), Code: string(p.Code), Field: p.Field, Message: p.Message, Suggestion: p.Suggestion,
		}
	}
	return found
}

// stdinName is what standard input is called in findings.
const stdinName = "stdin"

// each reads what an argument names: standard input, a file, or the manifests
// of a folder in the order of their names.
func (o *lintOptions) each(arg string, in io.Reader, use func(name string, data []byte, err error)) {
	if arg == "-" {
		data, err := readManifest(in)
		use(stdinName, data, err)
		return
	}
	info, err := os.Stat(arg)
	if err != nil || !info.IsDir() {
		data, err := readManifestFile(arg)
		use(arg, data, err)
		return
	}
	found := false
	err = filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			use(path, nil, err)
			return nil
		case d.IsDir():
			if path != arg && !o.recursive {
				return fs.SkipDir
			}
		case isManifest(path):
			found = true
			data, err := readManifestFile(path)
			use(path, data, err)
		}
		return nil
	})
	if err == nil && !found {
		err = errors.New("the folder holds no .yaml, .yml or .json file")
	}
	if err != nil {
		use(arg, nil, err)
	}
}

func isManifest(path string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path)))
}

// readManifestFile reads a file. Whatever is neither a file nor a pipe, such as
// a device that never ends, is not opened.
func readManifestFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, pathless(err)
	}
	if info.IsDir() {
		return nil, errors.New("this is a folder")
	}
	if !info.Mode().IsRegular() && info.Mode()&fs.ModeNamedPipe == 0 {
		return nil, errors.New("this is neither a file nor a pipe")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, pathless(err)
	}
	defer f.Close()
	return readManifest(f)
}

// readManifest reads up to a byte more than a manifest may have: enough to be
// told that it is too large.
func readManifest(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, manifest.MaxBytes+1))
	if err != nil {
		return nil, pathless(err)
	}
	return data, nil
}

// pathless takes the path out of an error where it stands before it anyway.
func pathless(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// sentence makes a sentence of an error.
func sentence(err error) string {
	s := safetext.Clean(err.Error())
	if s == "" {
		return "It cannot be read."
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func (o *lintOptions) write(found []finding, out io.Writer) error {
	if o.output == "json" {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(found)
	}
	for _, f := range found {
		if _, err := io.WriteString(out, f.line()+"\n"); err != nil {
			return err
		}
	}
	return nil
}

// line is a finding as compilers write it.
func (f *finding) line() string {
	at := ""
	if f.Line > 0 {
		at = fmt.Sprintf("%d:%d: ", f.Line, f.Column)
	}
	return fmt.Sprintf("%s:%s%s: %s", safetext.Clean(f.File), blankBefore(at), f.Severity, f.Message)
}

// blankBefore puts the blank where there is no place: "FILE: error", but
// "FILE:3:1: error".
func blankBefore(at string) string {
	if at == "" {
		return " "
	}
	return at
}

// tally is the last line, for people.
func tally(found []finding, files int) string {
	n := map[string]int{}
	for _, f := range found {
		n[f.Severity]++
	}
	parts := make([]string, 0, 3)
	for _, s := range []manifest.Severity{manifest.Error, manifest.Warning, manifest.Hint} {
		if c := n[s.String()]; c > 0 {
			parts = append(parts, models.Count(c, s.String()))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no problems"}
	}
	return models.Count(files, "file") + ": " + strings.Join(parts, ", ")
}
