package pods

import (
	"fmt"
	"time"

	"podium/api"
	"podium/models"
)

// doom remembers which pods are deleted at a time to come, or forgets them.
func (m *Model) doom(msg models.DoomedMsg) {
	for _, ref := range msg.Refs {
		key := api.PodRow{Namespace: ref.Namespace, Name: ref.Name, UID: ref.UID}.Key()
		switch {
		case msg.At.IsZero():
			delete(m.doomed, key)
		case m.doomed == nil:
			m.doomed = map[string]time.Time{key: msg.At}
		default:
			m.doomed[key] = msg.At
		}
	}
	if !msg.At.IsZero() {
		m.table.ClearMarks()
	}
	m.table.Reload()
}

// doomText is the status of a pod that is deleted at a time to come.
func doomText(at, now time.Time) string {
	left := (at.Sub(now) + time.Second - 1) / time.Second
	if left <= 0 {
		return "deleting"
	}
	return fmt.Sprintf("deleting in %d s", left)
}
