package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
)

// deleteFlags are those of podium delete.
type deleteFlags struct {
	selector  string
	all       bool
	files     []string
	recursive bool
	grace     int64
	force     bool
	now       bool
	wait      bool
	timeout   time.Duration
	ignore    bool
	output    string
}

func newDelete(f *flags) *cobra.Command {
	var d deleteFlags
	cmd := &cobra.Command{
		Use:   "delete pods [NAME…]",
		Short: "Delete pods",
		Long: "delete asks for the end of pods and waits until they are gone. It does not ask back.\n\n" +
			"A pod has its own grace period to end in; --grace-period gives another, --now one second, --force none at all:\n" +
			"the pod is then gone from the list at once, and its processes may go on for a moment.\n\n" +
			"The exit status is 0 when all are gone; 1 when one is not, or was not there; 3 when the command line is wrong.",
		Example:           "podium delete pod web\npodium delete pods -l app=web --grace-period=5\npodium delete pod web --force",
		ValidArgsFunction: f.completePods(true),
		RunE: f.verb(exitError, func(ctx context.Context, v *verb, args []string) error {
			return d.run(ctx, v, args)
		}),
	}
	l := cmd.Flags()
	l.StringVarP(&d.selector, "selector", "l", "", "labels that the pods must have: a=b,c!=d,e in (f,g),!h")
	l.BoolVar(&d.all, "all", false, "all pods of the namespace")
	l.StringArrayVarP(&d.files, "filename", "f", nil, "the pods of a manifest, a folder of them, or - for standard input")
	l.BoolVarP(&d.recursive, "recursive", "R", false, "with -f: look into the folders of a folder, too")
	l.Int64Var(&d.grace, "grace-period", -1, "seconds that a pod has to end in; below 0 its own, 0 only with --force")
	l.BoolVar(&d.force, "force", false, "do not wait for the pod to end: its grace period is 0")
	l.BoolVar(&d.now, "now", false, "as --grace-period=1")
	l.BoolVar(&d.wait, "wait", true, "wait until the pods are gone")
	l.DurationVar(&d.timeout, "timeout", 0, "how long to wait for the pods (0: as long as it takes)")
	l.BoolVar(&d.ignore, "ignore-not-found", false, "a pod that is not there is no error")
	l.StringVarP(&d.output, "output", "o", "", "name: print pod/NAME alone")
	completeWords(cmd, "output", outputName)
	return cmd
}

// gracePeriod is what is sent, nil for the pod's own. As in kubectl, 0 without
// --force is 1: to skip the ending of a pod takes the word.
func (d *deleteFlags) gracePeriod() (*int64, error) {
	grace := d.grace
	switch {
	case d.now && grace >= 0:
		return nil, usage("--now and --grace-period cannot be given together")
	case d.now:
		grace = 1
	case d.force && grace > 0:
		return nil, usage("--force and a grace period cannot be given together")
	case d.force:
		grace = 0
	case grace == 0:
		grace = 1
	}
	if grace < 0 {
		return nil, nil //nolint:nilnil // none is a choice
	}
	return &grace, nil
}

func (d *deleteFlags) run(ctx context.Context, v *verb, args []string) error {
	if d.output != "" && d.output != outputName {
		return usage("there is no output %q here: it is name", d.output)
	}
	grace, err := d.gracePeriod()
	if err != nil {
		return err
	}
	if err := v.mayChange(); err != nil {
		return err
	}
	refs, err := d.targets(ctx, v, args)
	if err != nil {
		return err
	}
	if d.force {
		v.warn("Warning: the pods are deleted at once; their processes may go on for a moment.")
	}
	var failed error
	var gone []api.PodRef
	for _, ref := range refs {
		err := v.client.Delete(ctx, ref.Namespace, ref.Name, api.DeleteOptions{GracePeriodSeconds: grace, UID: ref.UID})
		switch {
		case apierrors.IsNotFound(err) && (d.ignore || d.selector != "" || d.all):
			continue // it went by itself, which is what was asked for
		case err != nil:
			if failed != nil {
				fmt.Fprintln(v.err, errorLine(failed))
			}
			failed = err
			continue
		}
		gone = append(gone, ref)
		line := fmt.Sprintf("pod %q deleted", safetext.Clean(ref.Name))
		if d.output == outputName {
			line = "pod/" + safetext.Clean(ref.Name)
		} else if d.force {
			line = fmt.Sprintf("pod %q force deleted", safetext.Clean(ref.Name))
		}
		if _, err := fmt.Fprintln(v.out, line); err != nil {
			return err
		}
	}
	if d.wait && !d.force {
		if err := d.waitGone(ctx, v, gone); err != nil {
			return err
		}
	}
	return failed
}

// targets are the pods that the command line means.
func (d *deleteFlags) targets(ctx context.Context, v *verb, args []string) ([]api.PodRef, error) {
	namespace := v.namespace
	if len(d.files) > 0 {
		if len(args) > 0 || d.selector != "" || d.all {
			return nil, usage("-f names the pods: nothing else can")
		}
		info, err := v.client.Info(ctx)
		if err != nil {
			return nil, err
		}
		docs, err := readManifests(v, d.files, d.recursive, rulesOf(info.Engine()))
		if err != nil {
			return nil, err
		}
		var refs []api.PodRef
		for _, doc := range docs {
			ns, err := v.namespaceFor(doc)
			if err != nil {
				return nil, err
			}
			refs = append(refs, api.PodRef{Namespace: ns, Name: doc.doc.Name})
		}
		return refs, nil
	}
	names, err := podNames(args)
	chosen := 0
	for _, is := range []bool{len(names) > 0, d.selector != "", d.all} {
		if is {
			chosen++
		}
	}
	switch {
	case err != nil:
		return nil, err
	case chosen == 0:
		return nil, usage("say which pods to delete: names, a selector (-l) or --all")
	case chosen > 1:
		return nil, usage("names, a selector (-l) and --all exclude one another")
	}
	var refs []api.PodRef
	for _, name := range names {
		refs = append(refs, api.PodRef{Namespace: namespace, Name: name})
	}
	if len(names) == 0 {
		rows, err := v.selected(ctx, namespace, d.selector)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			v.warn("No resources found in %s namespace.", namespace)
		}
		for _, row := range rows {
			refs = append(refs, row.Ref()) // with its UID: another pod of the name stays
		}
	}
	return refs, nil
}

// goneEvery is how often a pod that ends is asked for.
const goneEvery = 250 * time.Millisecond

// waitGone waits until the pods are gone, or others of their names are there.
func (d *deleteFlags) waitGone(ctx context.Context, v *verb, refs []api.PodRef) error {
	parent := ctx
	if d.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.timeout)
		defer cancel()
	}
	for _, ref := range refs {
		for {
			o, err := v.client.Get(ctx, ref.Namespace, ref.Name)
			if apierrors.IsNotFound(err) || err == nil && replaced(ref, o) {
				break
			}
			if err == nil && ref.UID == "" {
				ref.UID = string(o.Pod.UID)
			}
			if err == nil {
				select {
				case <-time.After(goneEvery):
					continue
				case <-ctx.Done():
					err = ctx.Err()
				}
			}
			if parent.Err() == nil && ctx.Err() != nil {
				return fmt.Errorf("pod %s was still there after %s; it goes on ending", ref.Name, d.timeout)
			}
			return fmt.Errorf("wait for the end of %s: %w", ref.Name, err)
		}
	}
	return nil
}

// replaced tells whether what is there is another pod of the name.
func replaced(ref api.PodRef, o api.PodObject) bool {
	if ref.UID != "" {
		return string(o.Pod.UID) != ref.UID
	}
	return o.Pod.DeletionTimestamp == nil
}
