package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"podium/internal/contexts"
	"podium/internal/safetext"
	"podium/models"
)

// contextLine is a context as podium contexts prints it.
type contextLine struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Engine    string     `json:"engine"`
	Address   string     `json:"address,omitempty"`
	Identity  string     `json:"identity,omitempty"`
	Namespace string     `json:"namespace,omitempty"`
	Source    string     `json:"source"`
	Current   bool       `json:"current"` // the tool that owns it would use it
	Last      bool       `json:"last"`    // podium used it last
	Changes   bool       `json:"changes"` // changes are allowed there
	Used      *time.Time `json:"used,omitempty"`
	State     string     `json:"state,omitempty"`
	Problem   string     `json:"problem,omitempty"`
}

func newContexts(f *flags) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "contexts",
		Short: "List the places where pods may be",
		Long: "contexts lists what podium can open with --context: this machine, Docker and Podman daemons, contexts of the\n" +
			"kubeconfig, and endpoints that were added. It looks at files; only sockets of this machine are asked how they do,\n" +
			"and no credential plugin runs.\n\n" +
			"* marks the one that podium without flags opens.",
		Example: "podium contexts\npodium contexts -o json\npodium --context $(podium contexts -o name | fzf)",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return listContexts(cmd.Context(), f, output, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "json or name")
	cmd.Flags().StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig to read in place of $KUBECONFIG and ~/.kube/config")
	completeWords(cmd, "output", outputJSON, outputName)
	return cmd
}

func listContexts(ctx context.Context, f *flags, output string, out, errOut io.Writer) error {
	if output != "" && output != outputJSON && output != outputName {
		return usage("there is no output %q: it is json or name", output)
	}
	dir, err := f.dir()
	if err != nil {
		return err
	}
	book, err := f.book(dir, func(string) {})
	if err != nil {
		return err
	}
	found, problem := book.Find()
	known, last, err := book.Memories()
	if err != nil {
		return err
	}
	lines := make([]contextLine, len(found))
	for i, e := range found {
		lines[i] = lineOf(e, known[e.ID()], last)
	}
	if output != outputName {
		askAll(ctx, book, found, lines)
	}
	if problem != nil {
		fmt.Fprintln(errOut, errorLine(problem))
	}
	switch output {
	case outputJSON:
		enc := json.NewEncoder(out)
		enc.SetIndent("", "  ")
		return enc.Encode(lines)
	case outputName:
		for _, l := range lines {
			fmt.Fprintln(out, safetext.Clean(l.ID))
		}
		return nil
	}
	return printContexts(out, lines)
}

func lineOf(e contexts.Entry, m contexts.Memory, last string) contextLine {
	c := contextOf(e, m)
	l := contextLine{
		ID: c.ID, Name: c.Name, Engine: c.Engine, Address: c.Address, Identity: c.Identity, Namespace: c.Namespace,
		Source: c.Source, Current: c.Current, Last: c.ID == last, Changes: c.Unlocked, Problem: c.Problem,
	}
	if !c.Used.IsZero() {
		l.Used = &c.Used
	}
	return l
}

// askAll asks the sockets of this machine how they do, all at once.
func askAll(ctx context.Context, book *contexts.Book, found []contexts.Entry, lines []contextLine) {
	var work sync.WaitGroup
	for i, e := range found {
		switch {
		case e.Problem != "":
			lines[i].State = "cannot be used"
		case !e.Local:
			lines[i].State = "not asked"
		default:
			work.Go(func() {
				words, err := book.Ask(ctx, e)
				if err != nil {
					words = err.Error()
				}
				lines[i].State = words
			})
		}
	}
	work.Wait()
}

func printContexts(out io.Writer, lines []contextLine) error {
	w := tabwriter.NewWriter(out, 0, 0, columnGap, ' ', 0)
	fmt.Fprintln(w, "\tCONTEXT\tADDRESS\tIDENTITY\tCHANGES\tUSED\tSTATE")
	for _, l := range lines {
		mark, changes, used, state := "", "read-only", "never", l.State
		if l.Last {
			mark = "*"
		}
		if l.Changes {
			changes = "allowed"
		}
		if l.Used != nil {
			used = models.AgeSince(*l.Used, time.Now())
		}
		if l.Problem != "" {
			state = l.Problem
		}
		cells := []any{mark, l.ID, dash(l.Address), dash(l.Identity), changes, used, state}
		for i, c := range cells {
			cells[i] = safetext.Clean(fmt.Sprint(c))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", cells...)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print the contexts: %w", err)
	}
	return nil
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
