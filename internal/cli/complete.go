package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"podium/api"
)

// Completion asks the endpoint for what is there now. It never says why it has
// nothing to offer: a shell that is completing has no place for it.

const (
	completeWithin = 2 * time.Second
	completeMost   = 500 // names that are offered at most
)

type completer = func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective)

// completeWords offers fixed values of a flag.
func completeWords(cmd *cobra.Command, flag string, words ...string) {
	completeFlag(cmd, flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words, cobra.ShellCompDirectiveNoFileComp
	})
}

// completeFlag registers a flag's completion. It fails only for flags that are
// not there.
func completeFlag(cmd *cobra.Command, flag string, complete completer) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err)
	}
}

// completePods offers the resource first, where it is wanted, then names.
func (f *flags) completePods(resource bool) completer {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		prefix := ""
		if resource && len(args) == 0 {
			p, name, ok := strings.Cut(begun, "/")
			if !ok {
				return []string{"pods"}, cobra.ShellCompDirectiveNoFileComp
			}
			prefix, begun = p+"/", name
		}
		names := f.podsBeginning(cmd, begun)
		for i := range names {
			names[i] = prefix + names[i]
		}
		return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(args, n) }), cobra.ShellCompDirectiveNoFileComp
	}
}

// completeOnePod offers names for the first argument; a command follows it.
func (f *flags) completeOnePod(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return f.completePods(false)(cmd, args, begun)
}

// completePodAndContainer offers names, then containers of the named pod.
func (f *flags) completePodAndContainer(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return f.completeContainers(cmd, args, begun)
	}
	return f.completeOnePod(cmd, args, begun)
}

// completeContainers offers the containers of the pod that is named.
func (f *flags) completeContainers(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var names []string
	f.asking(cmd, func(ctx context.Context, ep *endpoint) {
		name, err := podName(args[0])
		if err != nil {
			return
		}
		if o, err := ep.client.Get(ctx, ep.namespace, name); err == nil {
			row := o.Row()
			names = append(slices.Clone(row.Containers), row.InitNames...)
		}
	})
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeContexts offers the places where pods may be; no one of them is asked.
func (f *flags) completeContexts(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
	var names []string
	if dir, err := f.dir(); err == nil {
		if book, err := f.book(dir, func(string) {}); err == nil {
			found, _ := book.Find() // what cannot be read is not offered
			for _, e := range found {
				if f.engine == "" || string(e.Kind) == f.engine {
					names = append(names, e.Name+"\t"+string(e.Kind))
				}
			}
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, begun) || strings.ContainsAny(n, "\n\r\x1b") }), cobra.ShellCompDirectiveNoFileComp
}

// podsBeginning are names of pods.
func (f *flags) podsBeginning(cmd *cobra.Command, begun string) []string {
	var names []string
	f.asking(cmd, func(ctx context.Context, ep *endpoint) {
		// A list that breaks off has given some names all the same.
		_, _ = ep.client.List(ctx, ep.namespace, api.ListOptions{}, func(row api.PodRow) error {
			if strings.HasPrefix(row.Name, begun) && len(names) < completeMost && !strings.ContainsAny(row.Name, "\t\n\r\x1b") {
				names = append(names, row.Name)
			}
			return nil
		})
	})
	return names
}

// asking lets ask talk to the endpoint that the flags before the cursor choose.
func (f *flags) asking(cmd *cobra.Command, ask func(ctx context.Context, ep *endpoint)) {
	dir, err := f.dir()
	if err != nil {
		return
	}
	ep, err := f.connect(dir, func(string) {})
	if err != nil {
		return
	}
	defer ep.close()
	parent := cmd.Context()
	if parent == nil {
		parent = context.Background()
	}
	ctx, cancel := context.WithTimeout(parent, completeWithin)
	defer cancel()
	ask(ctx, ep)
}
