package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/models/inspect"
)

func newDescribe(f *flags) *cobra.Command {
	var selector string
	var reveal bool
	cmd := &cobra.Command{
		Use:   "describe pod [NAME…]",
		Short: "Say what pods are, and why they are not healthy",
		Long: "describe prints what the dashboard's overview shows of pods, with their events: of those that are named, of\n" +
			"those that a selector finds, or of all.",
		Example:           "podium describe pod web\npodium describe pods -l app=web",
		ValidArgsFunction: f.completePods(true),
		RunE: f.verb(exitError, func(ctx context.Context, v *verb, args []string) error {
			names, err := podNames(args)
			if err != nil {
				return err
			}
			if len(names) > 0 && selector != "" {
				return usage("names and a selector (-l) cannot be given together")
			}
			return describe(ctx, v, names, selector, reveal)
		}),
	}
	cmd.Flags().StringVarP(&selector, "selector", "l", "", "labels that the pods must have: a=b,c!=d,e in (f,g),!h")
	cmd.Flags().BoolVar(&reveal, "reveal", false, "show the values of variables that look secret")
	return cmd
}

func describe(ctx context.Context, v *verb, names []string, selector string, reveal bool) error {
	namespace := v.namespace
	if len(names) == 0 {
		rows, err := v.selected(ctx, namespace, selector)
		if err != nil {
			return err
		}
		for _, row := range rows {
			names = append(names, row.Name)
		}
		if len(names) == 0 {
			v.warn("No resources found in %s namespace.", namespace)
		}
	}
	var failed error
	printed := false
	for _, name := range names {
		text, err := describeOne(ctx, v, namespace, name, reveal)
		if err != nil {
			if failed != nil {
				fmt.Fprintln(v.err, errorLine(failed))
			}
			failed = err
			continue
		}
		if printed {
			text = "\n\n" + text
		}
		if _, err := io.WriteString(v.out, text); err != nil {
			return err
		}
		printed = true
	}
	return failed
}

func describeOne(ctx context.Context, v *verb, namespace, name string, reveal bool) (string, error) {
	o, err := v.client.Get(ctx, namespace, name)
	if err != nil {
		return "", err
	}
	var events []corev1.Event
	selector := "involvedObject.name=" + name + ",involvedObject.namespace=" + namespace
	if o.Pod.UID != "" {
		selector += ",involvedObject.uid=" + string(o.Pod.UID)
	}
	if events, err = v.client.Events(ctx, namespace, selector); err != nil && !errors.Is(err, api.ErrNotServed) {
		v.warn("Warning: the events of %s could not be had: %v", name, err)
	}
	return inspect.Describe(o.Pod, events, v.now(), reveal), nil
}
