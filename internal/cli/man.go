package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newMan() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "man [COMMAND…]",
		Short: "Write the manual pages",
		Long: "man prints the manual page of podium, or of one of its commands, in the form that man reads. With --dir it\n" +
			"writes the pages of all commands into a folder, such as one named man1 in a folder of $MANPATH.",
		Example:           "podium man exec | man -l -\npodium man --dir ~/.local/share/man/man1",
		ValidArgsFunction: completeCommands,
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if dir != "" {
				if len(args) > 0 {
					return &statusError{status: exitUsage, err: errors.New("--dir writes the pages of all commands: it takes none")}
				}
				return writeMan(root, dir)
			}
			of, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return &statusError{status: exitUsage, err: fmt.Errorf("podium has no command %q", strings.Join(args, " "))}
			}
			_, err = io.WriteString(cmd.OutOrStdout(), manPage(of))
			return err
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "write the pages of all commands into this `FOLDER`")
	return cmd
}

// completeCommands offers the commands below those that are there.
func completeCommands(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	of, rest, err := cmd.Root().Find(args)
	var names []string
	if err == nil && len(rest) == 0 {
		for _, sub := range of.Commands() {
			if documented(sub) && strings.HasPrefix(sub.Name(), begun) {
				names = append(names, sub.Name()+"\t"+sub.Short)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// documented tells whether a command has a page.
func documented(cmd *cobra.Command) bool {
	return cmd.IsAvailableCommand() && cmd.Name() != "help"
}

// writeMan writes the page of a command and of all below it.
func writeMan(cmd *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the manual pages: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, manName(cmd)+".1"), []byte(manPage(cmd)), 0o644); err != nil {
		return fmt.Errorf("write a manual page: %w", err)
	}
	for _, sub := range cmd.Commands() {
		if documented(sub) {
			if err := writeMan(sub, dir); err != nil {
				return err
			}
		}
	}
	return nil
}

func manName(cmd *cobra.Command) string { return strings.ReplaceAll(cmd.CommandPath(), " ", "-") }

// exitStatuses are those that all commands have; exec and lint say more in
// their own words.
const exitStatuses = `.TP
.B 0
What was asked is done.
.TP
.B 1
It could not be done; standard error says why in one line.
.TP
.B 2
podium itself failed; the report says where it is kept.
.TP
.B 3
The command line makes no sense.
.TP
.B 128+N
A signal, number N, ended it.
`

// manPage is the page of a command in the man macros of troff.
func manPage(cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 \"\" %s \"podium\"\n", roffQuote(strings.ToUpper(manName(cmd))), roffQuote("podium "+version))
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(manName(cmd)), roff(cmd.Short))
	b.WriteString(".SH SYNOPSIS\n.nh\n")
	for i, use := range manUses(cmd) {
		if i > 0 {
			b.WriteString(".br\n")
		}
		fmt.Fprintf(&b, "%s\n", roff(use))
	}
	b.WriteString(".hy\n.SH DESCRIPTION\n")
	long := cmd.Long
	if long == "" {
		long = cmd.Short + "."
	}
	roffText(&b, long)
	roffFlags(&b, "OPTIONS", cmd.LocalFlags())
	roffFlags(&b, "INHERITED OPTIONS", cmd.InheritedFlags())
	if cmd.Example != "" {
		b.WriteString(".SH EXAMPLES\n.nf\n")
		for line := range strings.SplitSeq(cmd.Example, "\n") {
			b.WriteString(roff(line) + "\n")
		}
		b.WriteString(".fi\n")
	}
	b.WriteString(".SH EXIT STATUS\n" + exitStatuses)
	roffSeeAlso(&b, cmd)
	return b.String()
}

// manUses are the ways to call a command.
func manUses(cmd *cobra.Command) []string {
	uses := []string{cmd.UseLine()}
	if !cmd.Runnable() {
		uses = nil
	}
	if cmd.HasAvailableSubCommands() {
		uses = append(uses, cmd.CommandPath()+" COMMAND …")
	}
	return uses
}

func roffFlags(b *strings.Builder, title string, flags *pflag.FlagSet) {
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString(".SH " + title + "\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name, usage := pflag.UnquoteUsage(f)
		head := "--" + f.Name
		if f.Shorthand != "" {
			head = "-" + f.Shorthand + ", " + head
		}
		if name != "" {
			head += "=" + name
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roffQuote(roff(head)), roff(usage))
		if d := f.DefValue; d != "" && d != "false" && d != "[]" && d != "0" && d != "0s" && d != "-1" {
			fmt.Fprintf(b, "(%s)\n", roff(d))
		}
	})
}

func roffSeeAlso(b *strings.Builder, cmd *cobra.Command) {
	var also []string
	if cmd.HasParent() {
		also = append(also, manName(cmd.Parent()))
	}
	for _, sub := range cmd.Commands() {
		if documented(sub) {
			also = append(also, manName(sub))
		}
	}
	for i, name := range also {
		if i == 0 {
			b.WriteString(".SH SEE ALSO\n")
		}
		end := ","
		if i == len(also)-1 {
			end = ""
		}
		fmt.Fprintf(b, ".BR %s (1)%s\n", roff(name), end)
	}
}

// roffText writes paragraphs; lines that are indented stay as they are.
func roffText(b *strings.Builder, text string) {
	as := false // lines are kept as they are
	for line := range strings.SplitSeq(text, "\n") {
		indented := strings.HasPrefix(line, "  ")
		if indented != as {
			b.WriteString(map[bool]string{true: ".nf\n", false: ".fi\n"}[indented])
			as = indented
		}
		if line == "" {
			b.WriteString(".PP\n")
			continue
		}
		b.WriteString(roff(line) + "\n")
	}
	if as {
		b.WriteString(".fi\n")
	}
}

// roff makes a line of text one that troff prints as it is.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		s = `\&` + s
	}
	return s
}

// roffQuote makes one argument of a macro.
func roffQuote(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\(dq`) + `"` }
