package confirm

import (
	"fmt"
	"slices"
	"strings"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
)

// Recreation is the manifest of the pods that were deleted together.
type Recreation struct {
	Batch string   // of those pods, "" when none is kept
	Names []string // of the pods in Text
	Text  string   // YAML, a document per pod, without what only servers set
	Owned []string // "web (ReplicaSet/x)": those that are made anew by themselves and left out
}

// keptPod names what was kept.
type keptPod struct {
	batch string
	ref   api.PodRef
}

// Recreate reads the pods that were deleted last at the endpoint (Env.Place) and makes a
// manifest of those that do not come back by themselves. Batches in skip are
// passed over. It does I/O, so it is called in commands only.
func Recreate(store models.Store, endpoint string, skip []string) (Recreation, error) {
	kept, err := store.DeletedPods()
	if err != nil {
		return Recreation{}, fmt.Errorf("look for the pods that were deleted last: %w", err)
	}
	var r Recreation
	var docs []string
	spared := map[keptPod]bool{}
	for _, pod := range kept {
		if one := (keptPod{pod.Batch, pod.Ref}); pod.Spared || spared[one] {
			spared[one] = true
			continue
		}
		if pod.Endpoint != endpoint || slices.Contains(skip, pod.Batch) || r.Batch != "" && pod.Batch != r.Batch {
			continue
		}
		r.Batch = pod.Batch
		name := safetext.Line(pod.Ref.Name, 80)
		if pod.Owner != "" {
			r.Owned = append(r.Owned, name+" ("+safetext.Line(pod.Owner, 80)+")")
			continue
		}
		json, err := manifest.Recreatable(pod.Pod)
		if err != nil {
			return r, fmt.Errorf("make %s anew: %w", name, err)
		}
		text, err := manifest.ToYAML(json)
		if err != nil {
			return r, fmt.Errorf("make %s anew: %w", name, err)
		}
		r.Names = append(r.Names, name)
		docs = append(docs, fmt.Sprintf("# %s as it was before it was deleted at %s\n%s", name, pod.At.Local().Format("15:04:05"), text))
	}
	slices.Reverse(docs) // in the order in which they went
	slices.Reverse(r.Names)
	r.Text = strings.Join(docs, "---\n")
	return r, nil
}
