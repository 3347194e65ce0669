package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// getFlags are those of podium get.
type getFlags struct {
	selector   string
	output     string
	watch      bool
	watchOnly  bool
	noHeaders  bool
	showLabels bool
}

// The outputs of get.
const (
	outputTable = ""
	outputWide  = "wide"
	outputJSON  = "json"
	outputYAML  = "yaml"
	outputName  = "name"

	outputJSONPath = "jsonpath=" // before a template
)

func newGet(f *flags) *cobra.Command {
	var g getFlags
	cmd := &cobra.Command{
		Use:   "get pods [NAME…]",
		Short: "List pods",
		Long: "get prints pods as a table, or whole as JSON or YAML, just as the server sent them.\n\n" +
			"The exit status is 0, also when there are no pods; 1 when a named pod is not there or the server cannot be\n" +
			"asked; 3 when the command line is wrong.",
		Example:           "podium get pods -o wide\npodium get pod web -o yaml\npodium get pods -l app=web -w\npodium get pods -o jsonpath='{.items[*].status.podIP}'",
		ValidArgsFunction: f.completePods(true),
		RunE: f.verb(exitError, func(ctx context.Context, v *verb, args []string) error {
			return g.run(ctx, v, args)
		}),
	}
	l := cmd.Flags()
	l.StringVarP(&g.selector, "selector", "l", "", "labels that the pods must have: a=b,c!=d,e in (f,g),!h")
	l.StringVarP(&g.output, "output", "o", "", "wide, json, yaml, name or jsonpath=TEMPLATE")
	l.BoolVarP(&g.watch, "watch", "w", false, "after the list, print every change until interrupted")
	l.BoolVar(&g.watchOnly, "watch-only", false, "print changes without the list before")
	l.BoolVarP(&f.allNamespaces, "all-namespaces", "A", false, "pods of all namespaces")
	l.BoolVar(&g.noHeaders, "no-headers", false, "print no line of headers")
	l.BoolVar(&g.showLabels, "show-labels", false, "add a column of labels")
	completeWords(cmd, "output", outputWide, outputJSON, outputYAML, outputName)
	return cmd
}

func (g *getFlags) run(ctx context.Context, v *verb, args []string) error {
	names, err := podNames(args)
	switch {
	case err != nil:
		return err
	case len(names) > 0 && g.selector != "":
		return usage("names and a selector (-l) cannot be given together")
	case len(names) > 0 && v.f.allNamespaces:
		return usage("a pod is named within one namespace: -A is for lists")
	case len(names) > 1 && (g.watch || g.watchOnly):
		return usage("one pod can be watched by its name, or all that a selector finds")
	}
	p, err := g.printer(v, len(names) == 1)
	if err != nil {
		return err
	}
	if len(names) > 0 {
		return g.named(ctx, v, p, names)
	}
	return g.list(ctx, v, p)
}

// printer is how the output flag has pods printed.
func (g *getFlags) printer(v *verb, single bool) (podPrinter, error) {
	switch g.output {
	case outputTable, outputWide:
		return &podTable{w: v.out, now: v.now, namespaces: v.f.allNamespaces, wide: g.output == outputWide, labels: g.showLabels, headers: !g.noHeaders, watched: g.watch || g.watchOnly}, nil
	case outputJSON:
		return &jsonList{w: v.out, single: single || g.watch || g.watchOnly}, nil
	case outputYAML:
		return &yamlList{w: v.out, single: single || g.watch || g.watchOnly}, nil
	case outputName:
		return nameList{v.out}, nil
	}
	if template, ok := strings.CutPrefix(g.output, outputJSONPath); ok {
		return newJSONPath(v.out, template, single || g.watch || g.watchOnly)
	}
	return nil, usage("there is no output %q: it is wide, json, yaml, name or jsonpath=TEMPLATE", g.output)
}

// named prints the pods of the names; one that is missing does not hide the
// others.
func (g *getFlags) named(ctx context.Context, v *verb, p podPrinter, names []string) error {
	var failed []error
	version := ""
	for _, name := range names {
		o, err := v.client.Get(ctx, v.namespace, name)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		version = o.Pod.ResourceVersion
		if g.watchOnly {
			continue
		}
		if err := p.pod(o.Row(), o.Raw); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	for i, err := range failed {
		if i == len(failed)-1 {
			return err
		}
		fmt.Fprintln(v.err, errorLine(err))
	}
	if g.watch || g.watchOnly {
		return g.follow(ctx, v, p, api.ListOptions{FieldSelector: "metadata.name=" + names[0], ResourceVersion: version}, names[0])
	}
	return nil
}

func (g *getFlags) list(ctx context.Context, v *verb, p podPrinter) error {
	n := 0
	namespace := v.namespace
	meta, err := v.rows(ctx, namespace, g.selector, func(row api.PodRow, pod []byte) error {
		if g.watchOnly {
			return nil
		}
		n++
		return p.pod(row, pod)
	})
	if err != nil {
		return errors.Join(p.flush(), err)
	}
	if err := p.flush(); err != nil {
		return err
	}
	if n == 0 && !g.watchOnly && (g.output == outputTable || g.output == outputWide) {
		if v.f.allNamespaces {
			fmt.Fprintln(v.err, "No resources found")
		} else {
			v.warn("No resources found in %s namespace.", namespace)
		}
	}
	if g.watch || g.watchOnly {
		return g.follow(ctx, v, p, api.ListOptions{LabelSelector: g.selector, ResourceVersion: meta.ResourceVersion}, "")
	}
	return nil
}

// follow prints changes until it is interrupted or the server is lost. only, if
// not empty, is the one pod that is meant, for servers that do not restrict a
// watch.
func (g *getFlags) follow(ctx context.Context, v *verb, p podPrinter, opts api.ListOptions, only string) error {
	namespace := v.namespace
	for {
		began := time.Now()
		watch, err := v.client.Watch(ctx, namespace, opts)
		if err == nil {
			err = g.changes(ctx, v, p, watch, &opts, only)
			watch.Close()
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, api.ErrNotServed):
			return g.poll(ctx, v, p, opts, only)
		case apierrors.IsResourceExpired(err) || apierrors.IsGone(err):
			// What happened in between is told as one change at most.
			opts.ResourceVersion = ""
		case errors.Is(err, io.EOF):
		case err != nil:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(watchAgain(time.Since(began))):
		}
	}
}

// watchAgain is how long to wait after a watch that lasted so long: a server that
// ends every watch at once is not to be hurried.
func watchAgain(lasted time.Duration) time.Duration { return max(pollEvery-lasted, 0) }

func (g *getFlags) changes(ctx context.Context, v *verb, p podPrinter, watch api.RowWatch, opts *api.ListOptions, only string) error {
	for {
		ev, err := watch.Next(ctx)
		if err != nil {
			return err
		}
		if ev.ResourceVersion != "" {
			opts.ResourceVersion = ev.ResourceVersion
		}
		if ev.Type == api.EventBookmark || only != "" && ev.Row.Name != only {
			continue
		}
		if err := g.change(ctx, v, p, ev.Row, ev.Type == api.EventDeleted); err != nil {
			return err
		}
	}
}

// change prints one changed pod.
func (g *getFlags) change(ctx context.Context, v *verb, p podPrinter, row api.PodRow, deleted bool) error {
	var raw []byte
	if g.output != outputTable && g.output != outputWide && g.output != outputName {
		if deleted {
			return nil // the object has gone
		}
		o, err := v.client.Get(ctx, row.Namespace, row.Name)
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case err != nil:
			return err
		}
		raw = o.Raw
	}
	if deleted {
		row.Status = "Deleted"
	}
	if err := p.pod(row, raw); err != nil {
		return err
	}
	return p.flush()
}

// pollEvery is how often a server without watch is asked.
const pollEvery = 2 * time.Second

// poll is follow for servers that have no watch.
func (g *getFlags) poll(ctx context.Context, v *verb, p podPrinter, opts api.ListOptions, only string) error {
	opts.ResourceVersion, opts.FieldSelector, opts.Memo = "", "", api.NewRowMemo()
	known := map[string]api.PodRow{}
	first := true
	for {
		seen := map[string]bool{}
		var changed []api.PodRow
		_, err := v.client.List(ctx, v.namespace, opts, func(row api.PodRow) error {
			if only != "" && row.Name != only {
				return nil
			}
			seen[row.Key()] = true
			if before, ok := known[row.Key()]; !ok || !sameRow(before, row) {
				known[row.Key()] = row
				changed = append(changed, row)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, row := range changed {
			if first {
				break
			}
			if err := g.change(ctx, v, p, row, false); err != nil {
				return err
			}
		}
		for key, row := range known {
			if !seen[key] {
				delete(known, key)
				if err := g.change(ctx, v, p, row, true); err != nil {
					return err
				}
			}
		}
		first = false
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pollEvery):
		}
	}
}

// sameRow tells whether two rows of a pod print alike.
func sameRow(a, b api.PodRow) bool {
	if a.ResourceVersion != "" && a.ResourceVersion == b.ResourceVersion {
		return true
	}
	return a.Status == b.Status && a.Ready == b.Ready && a.Total == b.Total && a.Restarts == b.Restarts &&
		a.IP == b.IP && a.Node == b.Node && a.Labels == b.Labels
}
