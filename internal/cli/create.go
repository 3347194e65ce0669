package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
)

// createFlags are those of podium create.
type createFlags struct {
	files     []string
	recursive bool
	output    string
	dryRun    bool
}

func newCreate(f *flags) *cobra.Command {
	var c createFlags
	cmd := &cobra.Command{
		Use:   "create -f FILE",
		Short: "Create pods from manifests",
		Long: "create sends the pods of manifests, YAML or JSON, of several documents or lists too. FILE may be a folder, whose\n" +
			".yaml, .yml and .json files are taken, or - for standard input. Everything is checked before anything is sent:\n" +
			"problems are told as FILE:LINE:COLUMN, as podium lint does, and with an error nothing is created.\n\n" +
			"With a Docker or Podman daemon, whose pods podium itself brings up, create waits until they are, or until it is\n" +
			"known what is in the way, such as an image that cannot be pulled; ctrl-c leaves them to the next podium.\n\n" +
			"The exit status is 0 when all was created; 1 when something was not; 3 when the command line is wrong.",
		Example: "podium create -f pod.yaml\npodium create -f manifests/ -R\nkubectl get pod web -o yaml | podium create -f -",
		Args:    cobra.NoArgs,
		RunE: f.verb(exitError, func(ctx context.Context, v *verb, _ []string) error {
			return c.run(ctx, v)
		}),
	}
	l := cmd.Flags()
	l.StringArrayVarP(&c.files, "filename", "f", nil, "file, folder, or - for standard input; several times for several")
	l.BoolVarP(&c.recursive, "recursive", "R", false, "look into the folders of a folder, too")
	l.StringVarP(&c.output, "output", "o", "", "print the created pods: name, json or yaml")
	l.BoolVar(&c.dryRun, "dry-run", false, "check everything and send nothing")
	completeWords(cmd, "output", outputName, outputJSON, outputYAML)
	return cmd
}

// manifestDoc is a pod of a file.
type manifestDoc struct {
	file string
	doc  *manifest.Document
}

func (c *createFlags) run(ctx context.Context, v *verb) error {
	if len(c.files) == 0 {
		return usage("say which manifests to create: -f FILE, a folder, or - for standard input")
	}
	g := getFlags{output: c.output}
	var p podPrinter
	if c.output != "" {
		var err error
		if p, err = g.printer(v, true); err != nil || c.output == outputWide {
			return usage("there is no output %q here: it is name, json or yaml", c.output)
		}
	}
	if !c.dryRun {
		if err := v.mayChange(); err != nil {
			return err
		}
	}
	info, err := v.client.Info(ctx)
	if err != nil {
		return err
	}
	docs, err := readManifests(v, c.files, c.recursive, rulesOf(info.Engine()))
	if err != nil {
		return err
	}
	var failed error
	var made []api.PodRef
	for _, d := range docs {
		ref, err := c.create(ctx, v, p, d)
		if ref.Name != "" {
			made = append(made, ref)
		}
		if err != nil {
			if failed != nil {
				fmt.Fprintln(v.err, errorLine(failed))
			}
			failed = err
		}
	}
	if v.inside {
		if err := v.awaitUp(ctx, made); err != nil {
			if failed != nil {
				fmt.Fprintln(v.err, errorLine(failed))
			}
			return err
		}
	}
	return failed
}

// readManifests reads and checks everything that the arguments name. Problems
// are told as lint tells them; with an error among them nothing is returned.
func readManifests(v *verb, files []string, recursive bool, rules manifest.RuleSet) ([]manifestDoc, error) {
	lint := lintOptions{recursive: recursive}
	var docs []manifestDoc
	wrong := 0
	for _, file := range files {
		lint.each(file, v.in, func(name string, data []byte, err error) {
			if err != nil {
				wrong++
				fmt.Fprintln(v.err, (&finding{File: name, Severity: manifest.Error.String(), Message: sentence(err)}).line())
				return
			}
			in := manifest.Inspect(data, manifest.Options{}, rules)
			wrong += in.Errors()
			for _, f := range findings(name, in.Problems) {
				if f.Severity != manifest.Hint.String() {
					fmt.Fprintln(v.err, f.line())
				}
			}
			for i := range in.Docs {
				docs = append(docs, manifestDoc{file: name, doc: &in.Docs[i]})
			}
		})
	}
	switch {
	case wrong > 0:
		return nil, fmt.Errorf("nothing was sent: %s to mend first", models.Count(wrong, "error"))
	case len(docs) == 0:
		return nil, errors.New("there is no pod in what was given")
	}
	return docs, nil
}

// create creates the pod of a document, and says which was made, if one was.
func (c *createFlags) create(ctx context.Context, v *verb, p podPrinter, d manifestDoc) (made api.PodRef, err error) {
	namespace, err := v.namespaceFor(d)
	if err != nil {
		return made, err
	}
	if c.dryRun {
		if p != nil {
			if err := p.pod(api.PodRow{Name: d.doc.Name}, d.doc.JSON); err != nil {
				return made, err
			}
			return made, p.flush()
		}
		_, err := fmt.Fprintf(v.out, "pod/%s created (dry run)\n", safetext.Clean(d.doc.Name))
		return made, err
	}
	created, warnings, err := v.client.Create(ctx, namespace, d.doc.JSON)
	for _, w := range warnings {
		v.warn("Warning: %s", w)
	}
	if err != nil {
		v.pin(d, err)
		return made, fmt.Errorf("create %s of %s: %w", d.doc.Name, d.file, err)
	}
	row := created.Row()
	made = row.Ref()
	if p != nil {
		if err := p.pod(row, created.Raw); err != nil {
			return made, err
		}
		return made, p.flush()
	}
	_, err = io.WriteString(v.out, "pod/"+safetext.Clean(created.Pod.Name)+" created\n")
	return made, err
}

// namespaceFor is where a pod goes: where its manifest says, which must be where
// the command line says if that was said.
func (v *verb) namespaceFor(d manifestDoc) (string, error) {
	own := d.doc.Namespace
	switch {
	case own == "":
		return v.namespace, nil
	case v.f.namespace != "" && own != v.f.namespace:
		return "", fmt.Errorf("%s: pod %s is of the namespace %q, and the command line says %q", d.file, d.doc.Name, own, v.f.namespace)
	}
	return own, nil
}

// pin says where in a manifest the fields are that a server refused.
func (v *verb) pin(d manifestDoc, err error) {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return
	}
	for _, f := range findings(d.file, manifest.CausesToProblems(d.doc, status.Status().Details.Causes)) {
		fmt.Fprintln(v.err, f.line())
	}
}
