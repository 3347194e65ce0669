package inspect

import (
	"math"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/internal/safetext"
)

// Describe is the overview of a pod as plain text, for the command line: what
// it is, why it is not healthy, all of its events. Values of variables that look
// secret are hidden unless reveal is set. The text is harmless to print.
func Describe(pod *corev1.Pod, events []corev1.Event, now time.Time, reveal bool) string {
	p := &page{now: now, cols: math.MaxInt32, reveal: reveal, plain: true}
	var b strings.Builder
	for _, line := range p.overview(pod, events) {
		b.WriteString(strings.TrimRight(safetext.Clean(line.Text), " "))
		b.WriteByte('\n')
	}
	return b.String()
}
